using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Rules, routes in other tables, and queueing disciplines: set, seen as they are, and put right.</summary>
public class PolicyRoutingTests
{
    const string Gateway = """
        switches: { lan: {} }
        namespaces:
          gw:
            sysctl: { net.ipv4.ip_forward: 1 }
            interfaces: { vde0: { to: lan, address: [10.20.0.1/24, "fd00::1/64"], shape: { rate: 20mbit } } }
            routes: { default: [10.20.0.254, { via: 10.20.0.253, table: 100 }], 10.9.0.0/16: { via: 10.20.0.9, table: 1000, metric: 7 }, "::/0": { via: "fd00::fe", table: 100 } }
            rules:
              100: [{ from: 10.20.7.0/24, table: 100 }, { to: "fd00:7::/32", mark: 7, table: 100 }]
              200: { from: 0.0.0.0/0, table: 1000 }
        """;

    [Theory, RootAndUser]
    public Task TheyAreAsTheFileSays(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Gateway)).Exited(0);

        string rules = await lab.IpAsync("gw", "rule") + await lab.IpAsync("gw", "-6", "rule");
        Assert.Contains("100:\tfrom 10.20.7.0/24 lookup 100 proto 117", rules, StringComparison.Ordinal);
        Assert.Contains("100:\tfrom all to fd00:7::/32 fwmark 0x7 lookup 100 proto 117", rules, StringComparison.Ordinal);
        Assert.Contains("200:\tfrom all lookup 1000 proto 117", rules, StringComparison.Ordinal);
        Assert.Contains("default via 10.20.0.253", await lab.IpAsync("gw", "route", "show", "table", "100"), StringComparison.Ordinal);
        Assert.Contains("metric 7", await lab.IpAsync("gw", "route", "show", "table", "1000"), StringComparison.Ordinal);
        // Where a packet goes is what it is all for.
        Assert.Contains("via 10.20.0.253", await lab.IpAsync("gw", "route", "get", "1.2.3.4", "from", "10.20.7.9", "iif", "vde0"), StringComparison.Ordinal);
        Assert.Contains("via 10.20.0.254", await lab.IpAsync("gw", "route", "get", "1.2.3.4"), StringComparison.Ordinal);
        Assert.Equal("rate 20mbit", (await lab.StatusAsync())["interface/gw/vde0"]["impair ->"]);
        await lab.ExpectNothingToDoAsync();
        await ExpectSelfAsync(lab);

        string other = Gateway.Replace("10.20.7.0/24, table: 100", "10.20.7.0/24, table: 254", StringComparison.Ordinal).Replace("      200: { from: 0.0.0.0/0, table: 1000 }", "", StringComparison.Ordinal);
        PlannedStep changed = (await lab.PlanAsync(other)).Only;
        Assert.Equal("hot", changed.Cost);
        Assert.Equal(["rules.100 from 10.20.7.0/24", "rules.200 from 0.0.0.0/0"], changed.Changes.Keys.Order());
        (await lab.ApplyAsync(other)).Exited(0);
        Assert.DoesNotContain("200:", await lab.IpAsync("gw", "rule"), StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ThoseTypedByHandAreDriftAndThoseOfDaemonsAreNot(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Gateway)).Exited(0);
        await lab.IpAsync("gw", "rule", "add", "from", "10.7.0.0/16", "lookup", "9", "priority", "300", "protocol", "bird");
        await lab.IpAsync("gw", "route", "add", "10.7.0.0/16", "via", "10.20.0.7", "table", "9", "protocol", "bird");
        await lab.ExpectNothingToDoAsync();

        await lab.IpAsync("gw", "rule", "del", "priority", "200");
        await lab.IpAsync("gw", "rule", "add", "from", "10.6.0.0/16", "lookup", "55", "priority", "301");
        await lab.IpAsync("gw", "rule", "add", "not", "iif", "vde0", "lookup", "56", "priority", "302");
        await lab.IpAsync("gw", "-6", "rule", "add", "from", "fd06::/16", "blackhole", "priority", "303");
        await lab.IpAsync("gw", "route", "add", "10.6.0.0/16", "via", "10.20.0.6", "table", "55");
        Planned drift = await lab.PlanAsync();
        IReadOnlyDictionary<string, (string? Before, string? After)> changes = drift["namespace/gw"].Changes;
        Assert.Equal((null, "table 1000"), changes["rules.200 from 0.0.0.0/0"]);
        Assert.Equal(("table 55", null), changes["rules.301 from 10.6.0.0/16"]);
        Assert.Equal(("table 56, and more", null), changes["rules.302 from 0.0.0.0/0"]);
        Assert.Contains("rules.303 from fd06::/16", changes.Keys);
        Assert.Equal(("via 10.20.0.6", null), drift["interface/gw/vde0"].Changes["routes.10.6.0.0/16 table 55"]);
        Assert.All(drift.Changes, step => Assert.Equal("drift", step.Reason));
        Assert.Contains("no file can say of namespace/gw: ", (await lab.RunAsync("get", lab.Topology)).Exited(0).Err, StringComparison.Ordinal);

        (await lab.ApplyAsync(Gateway)).Exited(0);

        await lab.ExpectNothingToDoAsync();
        string rules = await lab.IpAsync("gw", "rule") + await lab.IpAsync("gw", "-6", "rule");
        Assert.Contains("200:", rules, StringComparison.Ordinal);
        Assert.Contains("300:", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("30", rules.Replace("300:", "", StringComparison.Ordinal), StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task WhatHooksMadeIsTheirsUntilTheyGo(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "tc");
        string Text(string hooks) => $$"""
            switches: { lan: {} }
            namespaces:
              gw: { to: lan, address: 10.20.0.1/24, rules: { 100: { from: 10.20.7.0/24, table: 100 } }{{hooks}} }
            """;
        string hooked = Text(", exec: { up: [ip rule add from 10.6.0.0/16 table 55, ip route add 10.6.0.0/16 via 10.20.0.6, tc qdisc add dev vde0 root pfifo limit 100] }");
        (await lab.ApplyAsync(hooked)).Exited(0);
        await lab.ExpectNothingToDoAsync();
        await ExpectSelfAsync(lab);
        await lab.IpAsync("gw", "rule", "del", "priority", "100");
        Assert.Equal(["rules.100 from 10.20.7.0/24"], (await lab.PlanAsync(hooked)).Only.Changes.Keys);
        (await lab.ApplyAsync(hooked)).Exited(0);
        Assert.Contains("10.6.0.0/16", await lab.IpAsync("gw", "rule"), StringComparison.Ordinal);
        Assert.Contains("10.6.0.0/16", await lab.IpAsync("gw", "route"), StringComparison.Ordinal);

        (await lab.ApplyAsync(Text(""))).Exited(0);

        Assert.DoesNotContain("10.6.0.0/16", await lab.IpAsync("gw", "rule"), StringComparison.Ordinal);
        Assert.DoesNotContain("10.6.0.0/16", await lab.IpAsync("gw", "route"), StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AQueueingDisciplineOfOthersIsDriftAndTakenOff(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tc");
        (await lab.ApplyAsync(Gateway)).Exited(0);
        string before = (await lab.RunInsideAsync("gw", "tc", "qdisc", "show", "dev", "vde0")).Exited(0).Out;
        (await lab.RunInsideAsync("gw", "tc", "qdisc", "add", "dev", "vde0", "root", "pfifo", "limit", "10")).Exited(0);
        (await lab.RunInsideAsync("gw", "tc", "qdisc", "add", "dev", "vde0", "ingress")).Exited(0);

        PlannedStep drift = (await lab.PlanAsync()).Only;
        Assert.Equal(("interface/gw/vde0", "drift", "hot"), (drift.Id, drift.Reason, drift.Cost));
        Assert.Equal(("pfifo, ingress", null), drift.Changes["qdisc"]);
        Assert.Equal("drifted", (await lab.StatusAsync())["interface/gw/vde0"].State);
        Assert.Contains("no file can say of interface/gw/vde0: qdisc 'pfifo, ingress'", (await lab.RunAsync("get", lab.Topology)).Exited(0).Err, StringComparison.Ordinal);

        (await lab.ApplyAsync(Gateway)).Exited(0);

        Assert.Equal(before, (await lab.RunInsideAsync("gw", "tc", "qdisc", "show", "dev", "vde0")).Exited(0).Out);
        await lab.ExpectNothingToDoAsync();
    });

    static async Task ExpectSelfAsync(Lab lab)
    {
        string text = await File.ReadAllTextAsync(lab.File);
        await File.WriteAllTextAsync(lab.File, (await lab.RunAsync("get", lab.Topology)).Exited(0).Out);
        await lab.ExpectNothingToDoAsync();
        await File.WriteAllTextAsync(lab.File, text);
    }
}
