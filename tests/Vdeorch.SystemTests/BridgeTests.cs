using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Bridges of the kernel's in namespaces: they join what they are asked to, are seen as they are, change under traffic and go without a trace.</summary>
public class BridgeTests
{
    static string Joined(string bridge) => $$"""
        switches: { left: {}, right: {}, more: {} }
        namespaces:
          br: { interfaces: { vde0: { to: left }, vde1: { to: right }, vde2: { to: more } }, vnfs: { {{bridge}} } }
          alice: { to: left, address: [10.0.0.1/24, "fd00::1/64"] }
          bob: { to: right, address: [10.0.0.2/24, "fd00::2/64"] }
          carol: { to: more, address: 10.0.0.3/24 }
        """;

    [Theory, RootAndUser]
    public Task ItJoinsAndChangesAndIsPutRightAndGoes(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        string two = Joined("bridge: { interfaces: [vde0, vde1], address: [10.0.0.254/24, \"fd00::254/64\"] }");
        (await lab.ApplyAsync(two)).Exited(0);
        await lab.ExpectNothingToDoAsync();
        await Wait.UntilAsync("frames pass", () => lab.PingsAsync("alice", "10.0.0.2"));
        await Wait.UntilAsync("the bridge answers", () => lab.PingsAsync("bob", "10.0.0.254"));
        await Wait.UntilAsync("and by IPv6", () => lab.PingsAsync("alice", "fd00::254"));
        Assert.False(await lab.PingsAsync("alice", "10.0.0.3"));

        Pinging pinging = await Pinging.StartAsync(lab, "alice", "10.0.0.2", 1000);
        string three = Joined("bridge: { interfaces: [vde0, vde1, vde2], address: 10.0.0.253/24 }");
        PlannedStep step = (await lab.PlanAsync(three)).Only;
        Assert.Equal(("vnf/br/bridge", "hot"), (step.Id, step.Cost));
        (await lab.ApplyAsync(three)).Exited(0);
        Assert.Equal(0, (await pinging.EndAsync()).Lost);
        await Wait.UntilAsync("the third is joined", () => lab.PingsAsync("alice", "10.0.0.3"));
        await lab.ExpectNothingToDoAsync();

        (await lab.RunInsideAsync("br", "ip", "link", "set", "vde2", "nomaster")).Exited(0);
        PlannedStep drift = (await lab.PlanAsync()).Only;
        Assert.Equal(("br0 of vde0, vde1 with 10.0.0.253/24", "br0 of vde0, vde1, vde2 with 10.0.0.253/24"), (drift.Changes["bridge"].Before, drift.Changes["bridge"].After));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.3"));

        (await lab.ApplyAsync(Joined("bridge: { interfaces: [vde0, vde1], name: office, stp: true }"))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        string links = (await lab.RunInsideAsync("br", "ip", "-o", "link", "show", "type", "bridge")).Exited(0).Out;
        Assert.Contains("office", links, StringComparison.Ordinal);
        Assert.DoesNotContain("br0", links, StringComparison.Ordinal);

        (await lab.ApplyAsync(Joined("router: {}"))).Exited(0);
        Assert.Equal("", (await lab.RunInsideAsync("br", "ip", "-o", "link", "show", "type", "bridge")).Exited(0).Out);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task OneThatSomebodyElseMadeIsLeftAlone(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Joined("router: {}"))).Exited(0);
        (await lab.RunInsideAsync("br", "ip", "link", "add", "br0", "type", "bridge")).Exited(0);

        Finished refused = (await lab.ApplyAsync(Joined("bridge: { interfaces: [vde0, vde1] }"))).Exited(4);

        Assert.Contains("there is a bridge of that name that vdeorch did not make", refused.Err, StringComparison.Ordinal);
        Assert.Contains("br0", (await lab.RunInsideAsync("br", "ip", "-o", "link", "show", "type", "bridge")).Exited(0).Out, StringComparison.Ordinal);
    });
}
