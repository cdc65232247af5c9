using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A changed file changes that, costs what the plan says, and touches nothing else.</summary>
public class ChangeTests
{
    const string Before = """
        switches: { lan: {}, dmz: {} }
        namespaces:
          alice:
            to: lan
            address: 10.0.0.1/24
            services: { sleeper: { run: [sleep, infinity] } }
          bob:
            to: lan
            address: 10.0.0.2/24
            services: { sleeper: { run: [sleep, infinity] } }
          carol: { to: dmz, address: 10.0.0.3/24 }
        """;

    static Task AfterAsync(Who who, string changed, Func<Lab, Planned, Task> test) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Before)).Exited(0);
        string neighbour = await lab.FingerprintAsync("alice");
        int runtime = (await lab.StatusAsync()).RuntimePid;
        Planned plan = await lab.PlanAsync(changed);

        (await lab.ApplyAsync(changed)).Exited(0);

        await lab.ExpectNothingToDoAsync();
        Assert.Equal(neighbour, await lab.FingerprintAsync("alice"));
        Assert.Equal(runtime, (await lab.StatusAsync()).RuntimePid);
        await test(lab, plan);
    });

    const string Full = """
        switches: { one: { ports: 2 }, two: { ports: 1 } }
        namespaces:
          alice: { to: one, address: 10.0.0.1/24 }
          bob: { to: one, address: 10.0.0.2/24 }
          carol: { to: two, address: 10.0.0.3/24 }
        """;

    [Theory]
    [InlineData("two of full switches change places", Who.Root, "carol: { to: two", "carol: { to: one", "bob: { to: one", "bob: { to: two")]
    [InlineData("one comes before another has left", Who.Root, "alice: { to: one", "aaron: { to: one, address: 10.0.0.9/24 }\n  alice: { to: two", "carol: { to: two, address: 10.0.0.3/24 }", "carol: {}")]
    [InlineData("a switch gets fewer ports", Who.Root, "one: { ports: 2 }, two: { ports: 1 }", "one: { ports: 1 }, two: { ports: 2 }", "bob: { to: one", "bob: { to: two")]
    [InlineData("a switch goes", Who.Root, ", two: { ports: 1 }", "", "carol: { to: two", "carol: { to: one", "bob: { to: one, address: 10.0.0.2/24 }", "bob: {}")]
    public Task MovesNeedNoMoreRoomThanTheirEnd(string what, Who who, params string[] edits) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Full)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;
        string changed = edits.Chunk(2).Aggregate(Full, (text, edit) => text.Replace(edit[0], edit[1], StringComparison.Ordinal));

        Assert.True((await lab.ApplyAsync(changed)).ExitCode == 0, what);

        await lab.ExpectNothingToDoAsync();
        Processes.Kill(runtime);
        await Wait.UntilAsync("another runtime runs", async () => (await lab.StatusAsync()).Runtime?.GetProperty("pid").GetInt32() is { } pid && pid != runtime);
        await Wait.UntilAsync("everything is where it was", async () => (await lab.PlanAsync()).Changes.Count == 0);
    });

    [Theory, RootAndUser]
    public Task AnAddressChangesHot(Who who) => AfterAsync(who, Before.Replace("10.0.0.2/24", "10.0.0.22/24", StringComparison.Ordinal), async (lab, plan) =>
    {
        Assert.Equal(("interface/bob/vde0", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("10.0.0.2/24", "10.0.0.22/24"), plan.Only.Changes["address"]);
        Assert.Equal("the file changed", plan.Only.Reason);
        Assert.Equal(["10.0.0.22/24"], (await lab.LinkAsync("bob")).Addresses);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.22"));
    });

    [Theory, RootAndUser]
    public Task AnMtuAndAMacChangeHotAndTheInterfaceStays(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Before)).Exited(0);
        int index = (await lab.LinkAsync("bob")).Index;
        string changed = Before.Replace("to: lan\n    address: 10.0.0.2/24", "interfaces: { vde0: { to: lan, address: 10.0.0.2/24, mtu: 1400, mac: 52:54:00:00:00:02 } }", StringComparison.Ordinal);

        Planned plan = await lab.PlanAsync(changed);
        (await lab.ApplyAsync(changed)).Exited(0);

        Assert.Equal(("interface/bob/vde0", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("1500", "1400"), plan.Only.Changes["mtu"]);
        LinkSeen bob = await lab.LinkAsync("bob");
        Assert.Equal((index, 1400, "52:54:00:00:00:02", true), (bob.Index, bob.Mtu, bob.Mac, bob.IsUp));
        await Wait.UntilAsync("alice reaches bob at its new address", () => lab.PingsAsync("alice", "10.0.0.2"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AnotherSwitchIsAReplugAndTheInterfaceStays(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Before)).Exited(0);
        string bob = await lab.FingerprintAsync("bob");
        string changed = Before.Replace("to: dmz", "to: lan", StringComparison.Ordinal);
        Assert.False(await lab.PingsAsync("bob", "10.0.0.3"));

        Planned plan = await lab.PlanAsync(changed);
        int index = (await lab.LinkAsync("carol")).Index;
        (await lab.ApplyAsync(changed)).Exited(0);

        Assert.Equal(("interface/carol/vde0", "update", "replug"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("dmz", "lan"), plan.Only.Changes["to"]);
        Assert.Equal(index, (await lab.LinkAsync("carol")).Index);
        // The kernel remembers for a moment that carol did not answer.
        await Wait.UntilAsync("bob reaches carol", () => lab.PingsAsync("bob", "10.0.0.3"));
        Assert.Equal(bob, await lab.FingerprintAsync("bob"));
    });

    [Theory, RootAndUser]
    public Task ANamespaceComes(Who who) => AfterAsync(who, Before + "\n  dave: { to: lan, address: 10.0.0.4/24 }", async (lab, plan) =>
    {
        Assert.Equal(["namespace/dave create", "interface/dave/vde0 create"], plan.Changes.Select(step => $"{step.Id} {step.Action}"));
        Assert.True(await lab.PingsAsync("alice", "10.0.0.4"));
    });

    [Theory, RootAndUser]
    public Task ANamespaceGoesWithAllThatIsInIt(Who who) => AfterAsync(who, """
        switches: { lan: {}, dmz: {} }
        namespaces:
          alice:
            to: lan
            address: 10.0.0.1/24
            services: { sleeper: { run: [sleep, infinity] } }
          carol: { to: dmz, address: 10.0.0.3/24 }
        """, (lab, plan) =>
    {
        Assert.Equal(["service/bob/sleeper delete", "interface/bob/vde0 delete", "namespace/bob delete"], plan.Changes.Select(step => $"{step.Id} {step.Action}"));
        Assert.Null(lab.Pin("bob"));
        return Task.CompletedTask;
    });

    [Theory, RootAndUser]
    public Task AnInterfaceComesAndGoes(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Before)).Exited(0);
        string two = Before.Replace("carol: { to: dmz, address: 10.0.0.3/24 }", "carol: { to: { dmz: 10.0.0.3/24, lan: 10.1.0.3/24 } }", StringComparison.Ordinal);
        LinkSeen first = await lab.LinkAsync("carol");

        (await lab.ApplyAsync(two)).Exited(0);
        LinkSeen second = await lab.LinkAsync("carol", "vde1");
        Planned back = await lab.PlanAsync(Before);
        (await lab.ApplyAsync(Before)).Exited(0);

        Assert.Equal(["10.1.0.3/24"], second.Addresses);
        Assert.Equal(("interface/carol/vde1", "delete"), (back.Only.Id, back.Only.Action));
        Assert.Equal(first.Index, (await lab.LinkAsync("carol")).Index);
        Assert.DoesNotContain("vde1", await lab.IpAsync("carol", "link"), StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task ASysctlChangesHot(Who who) => AfterAsync(who, Before.Replace("carol: { to: dmz", "carol: { sysctl: { net.ipv4.ip_forward: 1 }, to: dmz", StringComparison.Ordinal), async (lab, plan) =>
    {
        Assert.Equal(("namespace/carol", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("0", "1"), plan.Only.Changes["sysctl.net.ipv4.ip_forward"]);
        Assert.Equal("1\n", (await lab.RunInsideAsync("carol", "cat", "/proc/sys/net/ipv4/ip_forward")).Out);
    });

    [Theory, RootAndUser]
    public Task RoutesComeAndGoHot(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Before)).Exited(0);
        string routed = Before.Replace("carol: { to: dmz", "carol: { gateway: 10.0.0.254, routes: { 10.9.0.0/16: { via: 10.0.0.253, metric: 50 } }, to: dmz", StringComparison.Ordinal);

        Planned plan = await lab.PlanAsync(routed);
        (await lab.ApplyAsync(routed)).Exited(0);
        string routes = await lab.IpAsync("carol", "route");
        (await lab.ApplyAsync(Before)).Exited(0);

        Assert.Equal(("interface/carol/vde0", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal((null, "via 10.0.0.254"), plan.Only.Changes["routes.default"]);
        Assert.Contains("default via 10.0.0.254", routes, StringComparison.Ordinal);
        Assert.Matches("10.9.0.0/16 via 10.0.0.253 .*metric 50", routes);
        Assert.DoesNotContain("via", await lab.IpAsync("carol", "route"), StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task AServiceChangedInTheFileRestartsAlone(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Before)).Exited(0);
        TopologySeen was = await lab.StatusAsync();
        string changed = Before.Replace("address: 10.0.0.2/24\n    services: { sleeper: { run: [sleep, infinity] } }", "address: 10.0.0.2/24\n    services: { sleeper: { run: [sleep, \"100000\"], env: { A: b } } }", StringComparison.Ordinal);

        Planned plan = await lab.PlanAsync(changed);
        (await lab.ApplyAsync(changed)).Exited(0);

        Assert.Equal(("service/bob/sleeper", "update", "restart"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("sleep infinity", "sleep 100000"), plan.Only.Changes["run"]);
        Assert.Equal((null, "b"), plan.Only.Changes["env.A"]);
        TopologySeen now = await lab.StatusAsync();
        Assert.False(Processes.Lives(was["service/bob/sleeper"].Pid!.Value));
        Assert.NotEqual(was["service/bob/sleeper"].Pid, now["service/bob/sleeper"].Pid);
        Assert.Equal(was["service/alice/sleeper"].Pid, now["service/alice/sleeper"].Pid);
        Assert.Contains("A=b", Processes.Environment(now["service/bob/sleeper"].Pid!.Value));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ARestartPolicyChangesWithoutARestart(Who who) => AfterAsync(who, Before.Replace("address: 10.0.0.2/24\n    services: { sleeper: { run: [sleep, infinity] } }", "address: 10.0.0.2/24\n    services: { sleeper: { run: [sleep, infinity], restart: always } }", StringComparison.Ordinal), (_, plan) =>
    {
        Assert.Equal(("service/bob/sleeper", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("on-failure", "always"), plan.Only.Changes["restart"]);
        return Task.CompletedTask;
    });

    [Theory, RootAndUser]
    public Task ASwitchBecomesAHubHot(Who who) => AfterAsync(who, Before.Replace("dmz: {}", "dmz: { hub: true, mac-age: 10s, ports: 8 }", StringComparison.Ordinal), (_, plan) =>
    {
        Assert.Equal(("switch/dmz", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("false", "true"), plan.Only.Changes["hub"]);
        return Task.CompletedTask;
    });

    [Theory, RootAndUser]
    public Task ReplicasScaleUpAndDownWithoutTouchingTheRest(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        string Scaled(int count) => $"switches: {{ lan: {{}} }}\nnamespaces:\n  web: {{ replicas: {count}, to: lan, address: \"10.0.0.{{{{ index + 11 }}}}/24\", services: {{ s: {{ run: [sleep, infinity] }} }} }}\n";
        (await lab.ApplyAsync(Scaled(2))).Exited(0);
        string first = await lab.FingerprintAsync("web-0");

        Planned up = await lab.PlanAsync(Scaled(4));
        (await lab.ApplyAsync(Scaled(4))).Exited(0);
        bool reaches = await lab.PingsAsync("web-0", "10.0.0.14");
        Planned down = await lab.PlanAsync(Scaled(1));
        (await lab.ApplyAsync(Scaled(1))).Exited(0);

        Assert.All(up.Changes, step => Assert.Equal("create", step.Action));
        Assert.Equal(6, up.Changes.Count);
        Assert.True(reaches);
        Assert.All(down.Changes, step => Assert.Equal("delete", step.Action));
        Assert.Equal(9, down.Changes.Count);
        Assert.Equal(first, await lab.FingerprintAsync("web-0"));
        Assert.Null(lab.Pin("web-3"));
    });
}
