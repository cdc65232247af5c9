using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Links that are bad on purpose, as the programs in namespaces see them.</summary>
public partial class ImpairTests
{
    static string Joined(string impair) => $$"""
        switches: { left: {}, right: {} }
        cables:
          - ends: [left, right]
            impair: {{impair}}
        namespaces:
          a: { to: left, address: 10.0.0.1/24 }
          b: { to: right, address: 10.0.0.2/24 }
        """;

    [Theory, RootAndUser]
    public Task DelayIsThatOfBothWays(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Joined("{ delay: 10ms, \"<-\": { delay: 30ms } }"))).Exited(0);

        double[] trips = await TripsAsync(lab, 20);

        // Later than asked by what the machine has else to do; never earlier.
        Assert.All(trips, trip => Assert.True(trip >= 40, $"{trip} ms"));
        Assert.InRange(trips.Order().ElementAt(trips.Length / 2), 40, 45);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ChangesCountAtOnceAndCostNoConnection(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("socat");
        (await lab.ApplyAsync(Joined("{ delay: 30ms }"))).Exited(0);
        Running listening = lab.StartInside("b", "socat", "-u", "TCP-LISTEN:7,reuseaddr", "-");
        Running talking = lab.StartInside("a", "sh", "-c", "i=0; while sleep 0.02; do i=$((i+1)); echo line $i; done | socat -u - TCP:10.0.0.2:7,retry=50,interval=0.1");
        await Wait.UntilAsync("lines come", () => listening.Output.Contains("line 3", StringComparison.Ordinal));

        Planned plan = await lab.PlanAsync(Joined("{ jitter: 1ms, \"->\": { loss: 30%, burst: 2 } }"));
        Assert.All(plan.Changes, step => Assert.Equal("hot", step.Cost));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.True((await TripsAsync(lab, 50)).Min() < 20);
        (await lab.ApplyAsync(Joined("{}"))).Exited(0);

        Assert.False(talking.HasExited);
        int seen = listening.Output.Count(c => c == '\n');
        await Wait.UntilAsync("more lines come on the same connection", () => listening.Output.Count(c => c == '\n') > seen + 20);
        string[] lines = listening.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(1, lines.Length - 1).Select(i => $"line {i}"), lines[..^1]);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ALinkThatIsDownPassesNothingUntilItIsUp(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Joined("{}"))).Exited(0);
        Assert.True(await lab.PingsAsync("a", "10.0.0.2"));

        (await lab.ApplyAsync(Joined("{ \"<-\": { down: true } }"))).Exited(0);
        Assert.False(await lab.PingsAsync("a", "10.0.0.2"));
        (await lab.ApplyAsync(Joined("{}"))).Exited(0);
        Assert.True(await lab.PingsAsync("a", "10.0.0.2"));
    });

    [Theory, RootAndUser]
    public Task ARateHoldsTcpAndPacketsThatAreTooLongAreLost(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("iperf3");
        (await lab.ApplyAsync(Joined("{ rate: 20mbit, queue: 200, mtu: 1500 }"))).Exited(0);
        Running server = lab.StartInside("b", "iperf3", "-s", "-1", "--forceflush");
        await Wait.UntilAsync("the server listens", () => server.Output.Contains("listening", StringComparison.Ordinal));

        Finished sent = (await lab.RunInsideAsync("a", "iperf3", "-c", "10.0.0.2", "-t", "2", "-f", "k", "-J")).Exited(0);

        // 1448 bytes of 1514 are payload.
        double mbit = Lab.Parse(sent).GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 1e6;
        Assert.InRange(mbit, 15, 20.0 * 1448 / 1514 + 0.5);
        Assert.Equal(0, (await lab.RunInsideAsync("a", "ping", "-c", "1", "-W", "2", "-s", "1472", "10.0.0.2")).ExitCode);
        (await lab.ApplyAsync(Joined("{ mtu: 1400 }"))).Exited(0);
        Assert.NotEqual(0, (await lab.RunInsideAsync("a", "ping", "-c", "1", "-W", "1", "-s", "1472", "10.0.0.2")).ExitCode);
        Assert.Equal(0, (await lab.RunInsideAsync("a", "ping", "-c", "1", "-W", "2", "-s", "1372", "10.0.0.2")).ExitCode);
    });

    [Theory, RootAndUser]
    public Task ItOutlivesTheRuntimeAndTheEngine(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Joined("{ delay: 20ms }"))).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        Processes.Kill(runtime);
        await Wait.UntilAsync("another runtime runs", async () => (await lab.StatusAsync()).Runtime?.GetProperty("pid").GetInt32() is { } pid && pid != runtime);
        await Wait.UntilAsync("they reach each other", () => lab.PingsAsync("a", "10.0.0.2"));
        Assert.True((await TripsAsync(lab, 5)).Min() >= 40);

        Processes.Kill(await lab.EnginePidAsync());
        await lab.ExpectNothingToDoAsync();
        Assert.True((await TripsAsync(lab, 5)).Min() >= 40);
    });

    [Theory, RootAndUser]
    public Task AnInterfaceAndAWireHaveItTooEachWayItsOwn(Who who) => Lab.RunAsync(who, async lab =>
    {
        string file = """
            switches: { lan: {} }
            cables:
              - ends: [c/vde0, d/vde0]
                impair: { "->": { delay: 30ms }, "<-": { down: false } }
            namespaces:
              a: { interfaces: { vde0: { to: lan, address: 10.0.0.1/24, impair: { "<-": { delay: 30ms } } } } }
              b: { to: lan, address: 10.0.0.2/24 }
              c: { interfaces: { vde0: { address: 10.1.0.1/24 } } }
              d: { interfaces: { vde0: { address: 10.1.0.2/24 } } }
            """;
        (await lab.ApplyAsync(file)).Exited(0);

        Assert.True((await TripsAsync(lab, 10)).Min() is >= 30 and < 60);
        Assert.True((await TripsAsync(lab, 10, "d", "10.1.0.1")).Min() is >= 30 and < 60);
        await lab.ExpectNothingToDoAsync();
        Planned plan = await lab.PlanAsync(file.Replace("30ms", "5ms", StringComparison.Ordinal));
        Assert.All(plan.Changes, step => Assert.Equal("hot", step.Cost));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.True((await TripsAsync(lab, 10)).Min() < 30);
        Assert.True((await TripsAsync(lab, 10, "d", "10.1.0.1")).Min() < 30);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ALinkGoesFromStateToStateAndStaysInOneThatChanges(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Joined("{}"))).Exited(0);
        Assert.True(await lab.PingsAsync("a", "10.0.0.2"));
        Running pinging = lab.StartInside("a", "ping", "-n", "-i", "0.05", "10.0.0.2");
        await Wait.UntilAsync("it pings", () => Time().Count(pinging.Output) > 3);

        Planned plan = await lab.PlanAsync(Joined("{ \"->\": { states: { good: { to: { bad: 50% } }, bad: { down: true, to: { good: 50% } } }, every: 20ms } }"));
        Assert.All(plan.Changes, step => Assert.Equal("hot", step.Cost));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.InRange((await TripsAsync(lab, 300)).Length, 90, 210);

        // Once dead, it stays so; and a state that is made another one is still the one it is in.
        (await lab.ApplyAsync(Joined("{ states: { good: { to: { dead: 100% } }, dead: { down: true } } }"))).Exited(0);
        await Wait.UntilAsync("it is dead", async () => !await lab.PingsAsync("a", "10.0.0.2"));
        Assert.Equal("""{"out":"dead","in":"dead"}""", (await lab.StatusAsync()).Port("left", "cable/left=right").GetProperty("linkStates").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
        Assert.Contains("-> dead (down), <- dead (down)", (await lab.RunAsync("status", lab.Topology)).Exited(0).Out, StringComparison.Ordinal);
        (await lab.ApplyAsync(Joined("{ states: { good: {}, dead: { delay: 30ms } } }"))).Exited(0);
        Assert.True((await TripsAsync(lab, 10)).Min() >= 60);

        Assert.False(pinging.HasExited);
        int seen = Time().Count(pinging.Output);
        await Wait.UntilAsync("the first pings come on", () => Time().Count(pinging.Output) > seen + 3);
        await lab.ExpectNothingToDoAsync();
    });

    static async Task<double[]> TripsAsync(Lab lab, int count, string from = "a", string to = "10.0.0.2")
    {
        Host.Needs("ping");
        Finished pinged = await lab.RunInsideAsync(from, "ping", "-n", "-c", count.ToString(CultureInfo.InvariantCulture), "-i", "0.02", "-W", "2", to);
        return [.. Time().Matches(pinged.Out).Select(match => double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex(@"time=([0-9.]+) ms")]
    private static partial Regex Time();
}
