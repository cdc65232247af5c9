using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Clouds, plugs, cables and raw locators of a topology, and what happens when their other side goes and comes.</summary>
public class PlugTopologyTests
{
    static string Joined(string socket) => $$"""
        switches: { left: {}, right: {} }
        clouds: { cloud: "vxvde://239.78.0.1/if=lo" }
        plugs: { edge: "vde://{{socket}}" }
        cables:
          - [left, right]
          - [far/vde0, near/vde0]
          - ends: [out/vde0, "vde://{{socket}}"]
        namespaces:
          a: { to: left, address: 10.0.0.1/24 }
          b: { to: right, address: 10.0.0.2/24 }
          c: { interfaces: { vde0: { to: cloud, address: 10.1.0.1/24, mtu: 1450 } } }
          d: { interfaces: { vde0: { to: "vxvde://239.78.0.1/if=lo", address: 10.1.0.2/24, mtu: 1450 } } }
          e: { to: edge, address: 10.2.0.1/24 }
          f: { to: "vde://{{socket}}", address: 10.2.0.2/24 }
          out: { interfaces: { vde0: { address: 10.2.0.3/24 } } }
          far: { interfaces: { vde0: { address: 10.3.0.1/24 } } }
          near: { interfaces: { vde0: { address: 10.3.0.2/24 } } }
        checks:
          between-switches: { from: a, ping: b }
          on-the-cloud: { from: c, ping: d }
          through-vde-switch: { among: [e, f, out], ping: all }
          on-a-wire: { from: far, ping: near }
        """;

    [Theory, RootAndUser]
    public Task EverythingThatCanBePluggedIntoIs(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vde_switch");
        string socket = StartSwitch(lab);

        (await lab.ApplyAsync(Joined(socket))).Exited(0);

        await lab.ExpectNothingToDoAsync();
        TopologySeen seen = await lab.StatusAsync();
        Assert.Equal("healthy", seen["plug/edge"].Health);
        Assert.Equal("healthy", seen["plug/f/vde0"].Health);
        Assert.Equal("healthy", seen["cable/left=right"].Health);
    });

    [Theory, RootAndUser]
    public Task WhatARouterAdvertisesIsNoDrift(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync("plugs: { inet: { slirp: {} } }\nnamespaces: { net: { to: inet, address: 10.0.2.15/24, gateway: 10.0.2.2 } }")).Exited(0);

        await Wait.UntilAsync("slirp's advertisement has given an address", async () =>
            (await lab.IpAsync("net", "-6", "addr", "show", "dev", "vde0", "scope", "global")).Contains("dynamic", StringComparison.Ordinal));

        await lab.ExpectNothingToDoAsync();
        Assert.Equal("healthy", (await lab.StatusAsync())["interface/net/vde0"].Health);
    });

    [Theory, RootAndUser]
    public Task ASwitchThatDiesIsMissedAndFoundAgain(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vde_switch");
        string socket = StartSwitch(lab, out Running first);
        (await lab.ApplyAsync(Joined(socket))).Exited(0);

        await first.SignalAsync("TERM");
        await first.EndAsync();
        await Wait.UntilAsync("the plug is seen to be down", async () => (await lab.StatusAsync())["plug/edge"].Health == "degraded");
        Assert.StartsWith("re-plugging: ", (await lab.StatusAsync())["plug/edge"].Reason, StringComparison.Ordinal);
        Assert.Equal("healthy", (await lab.StatusAsync())["cloud/cloud"].Health);

        StartSwitch(lab, out _, socket);
        await Wait.UntilAsync("the plug is open again", async () => (await lab.StatusAsync())["plug/edge"].Health == "healthy");
        await Wait.UntilAsync("its frames flow", () => lab.PingsAsync("e", "10.2.0.2"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task APlugThatCannotBeOpenedIsSaidAndTriedOn(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vde_switch");
        string socket = Path.Combine(lab.Files, "later");
        string file = $$"""
            namespaces:
              a: { to: "vde://{{socket}}", address: 10.0.0.1/24 }
              b: { to: "vde://{{socket}}", address: 10.0.0.2/24 }
            """;

        Finished applied = await lab.ApplyAsync(file);

        applied.Exited(6);
        Assert.Contains("No such file or directory", applied.Err, StringComparison.Ordinal);
        Assert.Contains("nothing to do, but plug/", (await lab.ApplyAsync(file)).Exited(6).Err, StringComparison.Ordinal);
        (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(6);
        StartSwitch(lab, out _, socket);
        await Wait.UntilAsync("they reach each other", () => lab.PingsAsync("a", "10.0.0.2"));
        (await lab.ApplyAsync(file)).Exited(0);
    });

    [Theory, RootAndUser]
    public Task APluginOfLibvdeplugThatDiesIsStartedAgain(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vde_switch", "vde_plug");
        string socket = StartSwitch(lab);
        string file = $$"""
            plugs: { theirs: "libvdeplug:vde://{{socket}}[port=7]" }
            namespaces:
              a: { to: theirs, address: 10.0.0.1/24 }
              b: { to: "vde://{{socket}}", address: 10.0.0.2/24 }
            """;
        (await lab.ApplyAsync(file)).Exited(0);
        Assert.True(await lab.PingsAsync("a", "10.0.0.2"));
        int plugin = Assert.Single(Plugins(lab));

        Processes.Kill(plugin);

        await Wait.UntilAsync("another process runs", () => Plugins(lab) is [var other] && other != plugin);
        await Wait.UntilAsync("its plug is open", async () => (await lab.StatusAsync())["plug/theirs"].Health == "healthy");
        await Wait.UntilAsync("its frames flow", () => lab.PingsAsync("a", "10.0.0.2"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task APluginThatLibvdeplugHasNotIsSaid(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vde_plug");

        Finished applied = await lab.ApplyAsync("namespaces: { a: { to: \"libvdeplug:nosuch://x\", address: 10.0.0.1/24 } }");

        applied.Exited(6);
        ObjectSeen plug = (await lab.StatusAsync())["plug/a/vde0"];
        Assert.Equal("degraded", plug.Health);
        Assert.Equal("re-plugging: libvdeplug:nosuch://: the system's libvdeplug has no plugin 'nosuch' (libvdeplug_nosuch.so)", plug.Reason);
    });

    [Theory, RootAndUser]
    public Task AnotherNetworkKeepsInterfaceAddressAndTcpConnection(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("socat", "ip");
        const string Before = """
            switches: { lan: {} }
            clouds: { cloud: "vxvde://239.78.0.2/if=lo" }
            namespaces:
              a: { interfaces: { vde0: { to: lan, address: 10.0.0.1/24, mtu: 1450 } } }
              b: { interfaces: { vde0: { to: lan, address: 10.0.0.2/24, mtu: 1450 } } }
            """;
        (await lab.ApplyAsync(Before)).Exited(0);
        int index = (await lab.LinkAsync("a")).Index;
        Running listening = lab.StartInside("b", "socat", "-u", "TCP-LISTEN:7,reuseaddr", "-");
        Running talking = lab.StartInside("a", "sh", "-c", "i=0; while sleep 0.05; do i=$((i+1)); echo line $i; done | socat -u - TCP:10.0.0.2:7,retry=50,interval=0.1");
        await Wait.UntilAsync("lines come", () => listening.Output.Contains("line 3", StringComparison.Ordinal));

        Planned plan = await lab.PlanAsync(Before.Replace("to: lan", "to: cloud", StringComparison.Ordinal));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.All(plan.Changes, step => Assert.Equal("replug", step.Cost));
        int seen = listening.Output.Count(c => c == '\n');
        await Wait.UntilAsync("more lines come on the same connection", () => listening.Output.Count(c => c == '\n') > seen + 5);
        Assert.Equal(index, (await lab.LinkAsync("a")).Index);
        Assert.False(talking.HasExited);
    });

    [Theory, RootAndUser]
    public Task ARuntimeThatDiesComesBackWithItsPlugs(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vde_switch");
        string socket = StartSwitch(lab);
        (await lab.ApplyAsync(Joined(socket))).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        Processes.Kill(runtime);

        await Wait.UntilAsync("another runtime runs", async () => (await lab.StatusAsync()).Runtime?.GetProperty("pid").GetInt32() is { } pid && pid != runtime);
        await Wait.UntilAsync("everything is plugged in", async () => (await lab.RunAsync("check", lab.Topology)).ExitCode == 0);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ANewEngineAdoptsPlugs(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vde_switch");
        string socket = StartSwitch(lab);
        (await lab.ApplyAsync(Joined(socket))).Exited(0);
        Processes.Kill(await lab.EnginePidAsync());

        (await lab.RunAsync("check", lab.Topology)).Exited(0);
        await lab.ExpectNothingToDoAsync();
        (await lab.ApplyAsync(Joined(socket).Replace("plugs: { edge: \"vde://", "plugs: { edge: \"vde:///nowhere", StringComparison.Ordinal))).Exited(6);
        (await lab.ApplyAsync(Joined(socket))).Exited(0);
    });

    static int[] Plugins(Lab lab) =>
        [.. Processes.With(entry => entry.Contains(lab.RunDirectory, StringComparison.Ordinal)).Where(pid => Processes.CommandLine(pid) is [_, "__foreign", ..])];

    static string StartSwitch(Lab lab) => StartSwitch(lab, out _);

    static string StartSwitch(Lab lab, out Running running, string? socket = null)
    {
        socket ??= Path.Combine(lab.Files, "sw");
        running = lab.Keep(Running.Start(["vde_switch", "-s", socket, "-m", "666", "-M", $"{socket}.mgmt"], lab.Environment, lab.Files));
        string control = Path.Combine(socket, "ctl");
        Assert.True(SpinWait.SpinUntil(() => Listening.At(control), TimeSpan.FromSeconds(5)), "vde_switch has no socket");
        return socket;
    }
}
