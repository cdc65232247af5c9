using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Routers that tell each other of their networks: what they learn is theirs, and what they are told anew ends no session.</summary>
public class RoutingTests
{
    static string Line(string announce = "[10.2.0.0/16, \"fd00:2::/48\"]", string asOfRight = "65002", string more = "") => $$"""
        switches: { a: {}, b: {}, c: {}, d: {} }
        namespaces:
          left: { to: { a: [10.1.0.1/24, "fd00:1::1/64"], b: [10.1.9.1/24, "fd00:1:0:9::1/64"] }, vnfs: { router: {}, routing: { bfd: true, ospf: { interfaces: vde0, passive: vde1, hello: 1s } } } }
          middle: { to: { a: [10.1.0.2/24, "fd00:1::2/64"], c: [198.51.100.1/30, "2001:db8::1/64"] }, vnfs: { router: {}, routing: { bfd: true, ospf: { interfaces: vde0, hello: 1s, default: true }, bgp: { as: 65001, neighbors: { right: { as: {{asOfRight}} } }, announce: [10.1.0.0/16, "fd00:1::/48"] } } } }
          right: { to: { c: [198.51.100.2/30, "2001:db8::2/64"], d: [10.2.9.1/24, "fd00:2:0:9::1/64"] }, vnfs: { router: {}, routing: { bfd: true, bgp: { as: 65002, neighbors: { middle: {} }, announce: {{announce}} } } } }
          pc: { to: b, address: [10.1.9.7/24, "fd00:1:0:9::7/64"], gateway: [10.1.9.1, "fd00:1:0:9::1"] }
          web: { to: d, address: [10.2.9.80/24, "fd00:2:0:9::80/64"], gateway: [10.2.9.1, "fd00:2:0:9::1"] }
        {{more}}
        """;

    const string Checks = "checks: { four: { from: pc, ping: 10.2.9.80, within: 10s }, six: { from: pc, ping: \"fd00:2:0:9::80\", within: 10s } }";

    [Theory, RootAndUser]
    public Task WhatTheyTellEachOtherIsNoDriftAndMoreOfItEndsNoSession(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("bird", "birdc");
        (await lab.ApplyAsync(Line(more: Checks))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.Contains("10.2.0.0/16 via 198.51.100.2 dev vde1 proto bird", await lab.IpAsync("middle", "route"), StringComparison.Ordinal);
        Assert.Contains("default via 10.1.0.2 dev vde0 proto bird", await lab.IpAsync("left", "route"), StringComparison.Ordinal);
        Assert.Contains("fd00:1::/48 via 2001:db8::1 dev vde0 proto bird", await lab.IpAsync("right", "-6", "route"), StringComparison.Ordinal);
        int pid = await PidAsync(lab, "right");
        string since = await SessionsAsync(lab, "right");

        string more = Line("[10.2.0.0/16, 10.5.0.0/16, \"fd00:2::/48\"]", more: Checks);
        PlannedStep step = (await lab.PlanAsync(more)).Only;
        Assert.Equal(("vnf/right/routing", "reload"), (step.Id, step.Cost));
        Pinging pinging = await Pinging.StartAsync(lab, "pc", "10.2.9.80", 1000);
        (await lab.ApplyAsync(more)).Exited(0);
        await Wait.UntilAsync("the neighbour knows the new network", async () => (await lab.IpAsync("middle", "route")).Contains("10.5.0.0/16 via 198.51.100.2", StringComparison.Ordinal));
        Assert.Equal(0, (await pinging.EndAsync()).Lost);
        Assert.Equal((pid, since), (await PidAsync(lab, "right"), await SessionsAsync(lab, "right")));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ANeighbourThatIsNotThereIsSaidWithItsReasonAndOneThatDiedComesBack(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("bird", "birdc");
        (await lab.ApplyAsync(Line(asOfRight: "65009"), "--no-wait")).Exited(0);
        await Wait.UntilAsync("it says why", async () => (await lab.StatusAsync())["vnf/middle/routing"].Reason is { } why && why.Contains("right.4 (198.51.100.2, AS 65009) is not established: ", StringComparison.Ordinal) && why.Contains("Bad peer AS", StringComparison.Ordinal), TimeSpan.FromSeconds(40));

        (await lab.ApplyAsync(Line(more: Checks))).Exited(0);
        int pid = await PidAsync(lab, "middle");
        Processes.Kill(pid);
        await Wait.UntilAsync("another has its place", async () => (await lab.StatusAsync())["vnf/middle/routing"] is { Pid: { } now } && now != pid);
        (await lab.RunAsync("check", lab.File)).Exited(0);

        // Without it nothing of what it learned stays.
        (await lab.ApplyAsync(Line().Replace(", routing: { bfd: true, bgp: { as: 65002, neighbors: { middle: {} }, announce: [10.2.0.0/16, \"fd00:2::/48\"] } }", "", StringComparison.Ordinal), "--no-wait")).Exited(0);
        Assert.DoesNotContain("bird", await lab.IpAsync("right", "route"), StringComparison.Ordinal);
    });

    static async Task<int> PidAsync(Lab lab, string ns) => (await lab.StatusAsync())[$"vnf/{ns}/routing"].Pid!.Value;

    // Each with the time since when it is as it is.
    static async Task<string> SessionsAsync(Lab lab, string ns)
    {
        string socket = Path.Combine(lab.RunDirectory, "topologies", lab.Topology, "daemons", ns, "routing", "run", "bird.ctl");
        string all = (await Running.ToEndAsync(["birdc", "-r", "-s", socket, "show", "protocols"])).Exited(0).Out;
        return string.Join('\n', all.Split('\n').Where(line => line.Contains(" BGP ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
