using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Storm control of a topology's switches, seen from its namespaces.</summary>
public class StormTests
{
    const string Lan = """
        switches: { lan: { storm: { broadcast: 10 } } }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
          bob:   { to: lan, address: 10.0.0.2/24 }
        """;

    [Theory, RootAndUser]
    public Task BroadcastsAreLimitedAndConversationsAreNot(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        await Wait.UntilAsync("alice and bob meet", () => lab.PingsAsync("alice", "10.0.0.2"));

        await ShoutAsync(lab);
        Assert.Contains(" 0% packet loss", (await lab.RunInsideAsync("alice", "ping", "-c", "50", "-i", "0.01", "10.0.0.2")).Exited(0).Out, StringComparison.Ordinal);

        long dropped = await DroppedAsync(lab);
        Assert.InRange(dropped, 20, 60);
        await lab.ExpectNothingToDoAsync();

        Planned plan = await lab.PlanAsync(Lan.Replace("storm: { broadcast: 10 }", "storm: 5000", StringComparison.Ordinal));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.Equal(("switch/lan", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("broadcast 10", "broadcast 5000, multicast 5000, unknown 5000"), plan.Only.Changes["storm"]);
        await ShoutAsync(lab);
        Assert.Equal(dropped, await DroppedAsync(lab));
        Assert.True((await AliceAsync(lab)).GetProperty("macs").GetInt32() > 0);
        await lab.ExpectNothingToDoAsync();
    });

    // To everybody, whom nobody answers.
    static Task<Finished> ShoutAsync(Lab lab) => lab.RunInsideAsync("alice", "ping", "-b", "-c", "60", "-i", "0.01", "-W", "1", "10.0.0.255");

    static async Task<long> DroppedAsync(Lab lab) => (await AliceAsync(lab)).GetProperty("drops").GetProperty("storm").GetInt64();

    static async Task<JsonElement> AliceAsync(Lab lab) =>
        Lab.Parse((await lab.RunAsync("counters", $"{lab.Topology}/alice", "-o", "json")).Exited(0)).GetProperty("ports")[0];
}
