using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>topologies/small-internet.yaml: traffic finds another way when a link is cut, and goes on when it comes back.</summary>
public class SmallInternetTests
{
    // BFD needs 1.2 s to notice; the rest is for a busy machine.
    static readonly TimeSpan s_healed = TimeSpan.FromSeconds(6);

    const string Link = "edge-a: { interfaces: { up: { impair: { down: true } } } }";

    [Theory, RootAndUser]
    public Task ACutLinkHealsAndIsTakenBack(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("bird", "birdc");
        string file = lab.Write(await File.ReadAllTextAsync(Path.Combine(Example.Repository, "topologies", "small-internet.yaml"), TestContext.Current.CancellationToken));
        string cut = Path.Combine(lab.Files, "cut.yaml");
        await File.WriteAllTextAsync(cut, $"namespaces: {{ {Link} }}\n", TestContext.Current.CancellationToken);
        (await lab.RunAsync("apply", file, "--yes")).Exited(0);
        await lab.ExpectNothingToDoAsync();

        Pinging pinging = await Pinging.StartAsync(lab, "pc", "10.2.0.80", Host.IsRoot ? 20_000 : 2_000);
        int before = pinging.Received;
        (await lab.RunAsync("apply", "-f", file, "-f", cut, "--yes", "--no-wait")).Exited(0);
        await Wait.UntilAsync("it leaves by the other edge alone", async () => !(await lab.IpAsync("edge-a", "route")).Contains("10.2.0.0/24 via 198.51.100.5", StringComparison.Ordinal));
        Assert.Contains("10.2.0.0/24 via 10.1.0.2", await lab.IpAsync("edge-a", "route"), StringComparison.Ordinal);
        await Wait.UntilAsync("traffic goes on", () => pinging.Received > before + 50);
        await Wait.UntilAsync("who lost a neighbour says so", async () => (await lab.StatusAsync())["vnf/edge-a/routing"] is { Health: "unhealthy", Reason: { } why } && why.Contains("transit-a.4 (198.51.100.5, AS 64601) is not established", StringComparison.Ordinal), TimeSpan.FromSeconds(40));

        (await lab.RunAsync("apply", file, "--yes", "--no-wait")).Exited(0);
        await Wait.UntilAsync("the link is used again", async () => (await lab.IpAsync("edge-a", "route")).Contains("10.2.0.0/24 via 198.51.100.5", StringComparison.Ordinal), TimeSpan.FromSeconds(40));
        await Wait.UntilAsync("all is well again", async () => (await lab.StatusAsync())["vnf/edge-a/routing"].Health == "healthy", TimeSpan.FromSeconds(40));
        TimeSpan silence = (await pinging.EndAsync()).LongestSilence;
        Assert.True(silence < s_healed, $"nothing passed for {silence.TotalSeconds:0.0} s");
        await lab.ExpectNothingToDoAsync();
    });
}
