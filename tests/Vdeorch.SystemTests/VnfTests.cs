using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Network functions of the kernel: they do what they say, are seen as they are, are put right, and go without a trace.</summary>
public class VnfTests
{
    const string Network = """
        switches: { lan: {}, wan: {} }
        namespaces:
          gw: { to: { wan: [198.51.100.2/24, "2001:db8::2/64"], lan: [10.20.0.1/24, "fd00:20::1/64"] }, vnfs: {VNFS} }
          web: { to: lan, address: [10.20.0.80/24, "fd00:20::80/64"], gateway: [10.20.0.1, "fd00:20::1"], services: { http: { run: [socat, "TCP6-LISTEN:80,fork,reuseaddr", "EXEC:cat"], ready: { tcp: 80 } } } }
          isp: { to: wan, address: [198.51.100.1/24, "2001:db8::1/64"] }
          evil: { to: wan, address: 198.51.100.66/24 }
        """;

    const string Nat = """{ nat: { masquerade: vde0, forward: [{ in: vde0, tcp: 8080, to: "web:80" }] } }""";

    static string With(string vnfs, string checks = "") => $"{Network.Replace("{VNFS}", vnfs, StringComparison.Ordinal)}\n{checks}";

    [Theory, RootAndUser]
    public Task ARouterPassesOnAndStopsWhenItHasLeftTheFile(Who who) => Lab.RunAsync(who, async lab =>
    {
        // The way back, which translation would spare.
        string routed = With("{ router: {} }").Replace("isp: { to: wan,", "isp: { to: wan, routes: { 10.20.0.0/24: 198.51.100.2, \"fd00:20::/64\": \"2001:db8::2\" },", StringComparison.Ordinal);
        (await lab.ApplyAsync(routed)).Exited(0);
        Assert.True(await lab.PingsAsync("isp", "10.20.0.80"));
        // Until its address is known to be nobody else's, an IPv6 host does not answer (RFC 4862).
        await Wait.UntilAsync("IPv6 passes", () => lab.PingsAsync("isp", "fd00:20::80"));
        await lab.ExpectNothingToDoAsync();

        (await lab.RunInsideAsync("gw", "sysctl", "-w", "net.ipv4.ip_forward=0")).Exited(0);
        Assert.Equal(("0", "1"), (await lab.PlanAsync())["vnf/gw/router"].Changes["sysctl.net.ipv4.ip_forward"]);
        (await lab.ApplyAsync(routed.Replace("router: {}", "router: { v6: false }", StringComparison.Ordinal))).Exited(0);
        Assert.True(await lab.PingsAsync("isp", "10.20.0.80"));
        Assert.False(await lab.PingsAsync("isp", "fd00:20::80"));
        await lab.ExpectNothingToDoAsync();

        (await lab.ApplyAsync(routed.Replace(", vnfs: { router: {} }", "", StringComparison.Ordinal))).Exited(0);
        Assert.False(await lab.PingsAsync("isp", "10.20.0.80"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task WhatOthersPutBesideOurTablesStays(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("nft");
        (await lab.ApplyAsync(With(Nat, "checks: { out: { from: web, ping: isp }, in: { from: isp, tcp: \"198.51.100.2:8080\" } }"))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        (await lab.RunInsideAsync("gw", "nft", "add", "table", "inet", "mine")).Exited(0);
        await lab.ExpectNothingToDoAsync();

        (await lab.RunInsideAsync("gw", "nft", "add", "rule", "inet", "vdeorch-nat", "postrouting", "oifname", "vde1", "masquerade")).Exited(0);
        PlannedStep drift = (await lab.PlanAsync()).Only;
        Assert.Equal("drift", drift.Reason);
        Assert.Equal("changed by others: + oifname \"vde1\" masquerade", drift.Changes["rules"].Before);
        (await lab.ApplyAsync(With(Nat))).Exited(0);
        await lab.ExpectNothingToDoAsync();

        (await lab.RunInsideAsync("gw", "nft", "delete", "table", "inet", "vdeorch-nat")).Exited(0);
        Assert.Equal("gone", (await lab.PlanAsync()).Only.Changes["rules"].Before);
        (await lab.ApplyAsync(With("{ router: {} }"))).Exited(0);
        Assert.Equal("table inet mine\n", (await lab.RunInsideAsync("gw", "nft", "list", "tables")).Exited(0).Out);
    });

    [Theory, RootAndUser]
    public Task AFirewallLetsThroughWhatItSaysAndConnectionsOutliveAChange(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("nft", "socat");
        const string Firewall = "{ nat: { masquerade: vde0, forward: [{ in: vde0, tcp: 8080, to: \"web:80\" }] }, firewall: { allow: [established, { to: web, tcp: 80 }{MORE}], deny: [{ from: [198.51.100.66] }], input: { policy: drop, allow: [established, { icmp: true }] } } }";
        string strict = With(Firewall.Replace("{MORE}", "", StringComparison.Ordinal), """
            checks:
              in: { from: isp, tcp: "198.51.100.2:8080" }
              denied: { from: evil, tcp: "198.51.100.2:8080", expect: blocked, within: 500ms }
              out: { from: web, ping: isp, expect: blocked, within: 500ms }
              itself: { from: isp, ping: ["198.51.100.2", "2001:db8::2"] }
              closed: { from: isp, tcp: "198.51.100.2:22", expect: blocked, within: 500ms }
            """);
        (await lab.ApplyAsync(strict)).Exited(0);
        await lab.ExpectNothingToDoAsync();

        Running talk = lab.StartInside("isp", "socat", "-", "TCP:198.51.100.2:8080");
        await talk.Input.WriteAsync("before\n");
        await talk.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync("it is answered", () => talk.Output == "before\n");

        (await lab.ApplyAsync(With(Firewall.Replace("{MORE}", ", { from: vde1, to: vde0 }", StringComparison.Ordinal), "checks: { out: { from: web, ping: isp } }"))).Exited(0);
        PlannedStep back = (await lab.PlanAsync(strict)).Only;
        Assert.Equal(("vnf/gw/firewall", "hot"), (back.Id, back.Cost));
        // Even one that lets nobody in any more leaves those who are there.
        (await lab.ApplyAsync(With("{ nat: { masquerade: vde0 }, firewall: { allow: [established] } }"))).Exited(0);
        await talk.Input.WriteAsync("after\n");
        await talk.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync("it is answered again", () => talk.Output == "before\nafter\n");
        Assert.NotEqual(0, (await lab.RunInsideAsync("isp", "socat", "-T1", "/dev/null", "TCP:198.51.100.2:8080,connect-timeout=1")).ExitCode);
    });

    [Theory, RootAndUser]
    public Task WithoutItsNotesAFunctionIsMadeAgainOrTakenAway(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("nft");
        (await lab.ApplyAsync(With(Nat))).Exited(0);
        string notes = Path.Combine(lab.RunDirectory, "topologies", lab.Topology);
        Directory.Delete(Path.Combine(notes, "vnfs"), recursive: true);
        File.Delete(Path.Combine(notes, "notes.json"));

        PlannedStep taken = (await lab.PlanAsync(With("{ router: {} }")))["vnf/gw/nat"];
        Assert.Equal("delete", taken.Action);
        (await lab.ApplyAsync(With(Nat))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.Equal("table inet vdeorch-nat\n", (await lab.RunInsideAsync("gw", "nft", "list", "tables")).Exited(0).Out);
    });

    [Theory, RootAndUser]
    public Task AFailedApplyPutsBackTheRulesThatWere(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("nft");
        (await lab.ApplyAsync(With(Nat))).Exited(0);
        string before = (await lab.RunInsideAsync("gw", "nft", "list", "ruleset")).Exited(0).Out;

        string failing = With("{ router: { v6: false }, firewall: {} }").Replace("evil: {", "evil: { exec: { up: [\"false\"] },", StringComparison.Ordinal);
        (await lab.ApplyAsync(failing)).Exited(4);

        Assert.Equal(before, (await lab.RunInsideAsync("gw", "nft", "list", "ruleset")).Exited(0).Out);
        (await lab.ApplyAsync(With(Nat))).Exited(0);
        await lab.ExpectNothingToDoAsync();
    });
}
