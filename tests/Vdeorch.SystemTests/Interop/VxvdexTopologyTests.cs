using Vdeorch.Engine.Enforcing;
using Vdeorch.Model.Uvdels;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>Clouds of a group of users in topologies of root's, whose rules stand in the host's own namespace.</summary>
public class VxvdexTopologyTests
{
    const uint Members = 41_002;

    static readonly string s_table = VxvdexRules.Table(VxvdexCloud.From(new Uvdel("vxvdex", "", [], null), Members, out _)!);

    static string Cloud(string more = "") => $$"""
        clouds: { own: { vxvdex: { group: "{{Members}}" }{{more}} } }
        namespaces:
          a: { to: own, address: 10.0.0.1/24 }
          b: { to: own, address: 10.0.0.2/24 }
        """;

    [Fact]
    public Task RulesThatSomebodyTookAwayAreDriftAndMadeAgain() => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("nft");
        (await lab.ApplyAsync(Cloud())).Exited(0);
        await lab.ExpectNothingToDoAsync();

        (await NftAsync("delete", "table", "inet", s_table)).Exited(0);
        PlannedStep gone = (await lab.PlanAsync()).Only;
        Assert.Equal(("cloud/own", "drift"), (gone.Id, gone.Reason));
        Assert.Equal(("no, rules gone", "always"), gone.Changes["enforced"]);
        Assert.Equal("drifted", (await lab.StatusAsync())["cloud/own"].State);

        (await lab.ApplyAsync(Cloud())).Exited(0);
        await lab.ExpectNothingToDoAsync();

        (await NftAsync("flush", "chain", "inet", s_table, "sending")).Exited(0);
        Assert.Equal(("no, rules changed", "always"), (await lab.PlanAsync()).Only.Changes["enforced"]);
        (await lab.ApplyAsync(Cloud())).Exited(0);
        await lab.ExpectNothingToDoAsync();

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        Assert.NotEqual(0, (await NftAsync("list", "table", "inet", s_table)).ExitCode);
    });

    [Fact]
    public Task ACloudOfTwoTopologiesIsGuardedUntilTheLastIsDestroyed() => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("nft");
        string other = $"{lab.Topology}-2";
        (await lab.ApplyAsync(Cloud())).Exited(0);
        string file = Path.Combine(lab.Files, "other.yaml");
        File.WriteAllText(file, $"topology: {other}\n{Cloud()}");
        // The first has the port to itself; the second waits for it.
        (await lab.RunAsync("apply", file, "--yes")).Exited(6);

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        (await NftAsync("list", "table", "inet", s_table)).Exited(0);
        (await lab.RunAsync("plan", file, "--exit-code")).Exited(0);

        (await lab.RunAsync("destroy", other, "--yes")).Exited(0);
        Assert.NotEqual(0, (await NftAsync("list", "table", "inet", s_table)).ExitCode);
    });

    [Fact]
    public Task WhetherACloudMayBeUnenforcedIsAChangeByItself() => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("nft");
        (await lab.ApplyAsync(Cloud())).Exited(0);

        PlannedStep step = (await lab.PlanAsync(Cloud(", unenforced: allow"))).Only;
        Assert.Equal(("cloud/own", "the file changed"), (step.Id, step.Reason));
        Assert.Equal(("always", "where possible"), step.Changes["enforced"]);

        (await lab.ApplyAsync(Cloud(", unenforced: allow"))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Processes.Kill(await lab.EnginePidAsync());
        await lab.ExpectNothingToDoAsync();
    });

    static Task<Finished> NftAsync(params string[] arguments) => Running.ToEndAsync(["nft", .. arguments]);
}
