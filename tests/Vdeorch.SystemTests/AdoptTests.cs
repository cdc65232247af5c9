using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A network namespace that somebody else made becomes one of a topology as it lives, and is let go of again.</summary>
public class AdoptTests
{
    const string Yaml = """
        switches: { lan: {} }
        namespaces:
          a: { to: lan, address: 10.0.0.1/24, sysctl: { net.ipv4.ip_forward: 1 }, rules: { 50: { from: 10.0.9.0/24, table: 77 } } }
          b: { to: lan, address: 10.0.0.2/24 }
        """;

    [Fact]
    public Task ItIsChangedAsItLivesAndLetGoOf() => WithNamespaceAsync(async (lab, foreign) =>
    {
        lab.Write(Yaml);
        await using Running inside = Running.Start(["ip", "netns", "exec", foreign, "sleep", "1000"]);
        await Wait.UntilAsync("it is in there", () => Task.FromResult(Processes.CommandLine(inside.Pid) is ["sleep", ..]));
        string before = await TheirsAsync(foreign);

        Finished adopted = (await lab.RunAsync("import", lab.File, $"a={foreign}")).Exited(0);

        Assert.StartsWith($"namespace/a of {lab.Topology} is '{foreign}' now, as it is.", adopted.Out, StringComparison.Ordinal);
        Assert.Equal(before, await TheirsAsync(foreign));
        Planned plan = await lab.PlanAsync();
        Assert.Equal("update", plan["namespace/a"].Action);
        Assert.Equal(("0", "1"), plan["namespace/a"].Changes["sysctl.net.ipv4.ip_forward"]);
        Assert.Equal("create", plan["namespace/b"].Action);

        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        await lab.ExpectNothingToDoAsync();
        Assert.True(await lab.PingsAsync("b", "10.0.0.1"));
        Assert.False(inside.HasExited);
        Assert.Equal(before, await TheirsAsync(foreign));
        Assert.Contains("vde0", (await Running.ToEndAsync(["ip", "-n", foreign, "-br", "link"])).Out, StringComparison.Ordinal);

        // The next engine knows it too.
        (await lab.RunAsync("engine", "stop")).Exited(0);
        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.False(inside.HasExited);
        Assert.Equal(before, await TheirsAsync(foreign));
        string links = (await Running.ToEndAsync(["ip", "-n", foreign, "link"])).Out;
        Assert.DoesNotContain("vde0", links, StringComparison.Ordinal);
        Assert.DoesNotContain("alias", links, StringComparison.Ordinal);
        Assert.DoesNotContain("lookup 77", (await Running.ToEndAsync(["ip", "-n", foreign, "rule"])).Out, StringComparison.Ordinal);
        Assert.False(File.Exists($"/run/netns/{lab.Topology}.a"));
    });

    [Fact]
    public Task WhatLeavesTheFileIsLetGoOfAndTheRestStays() => WithNamespaceAsync(async (lab, foreign) =>
    {
        lab.Write(Yaml);
        (await lab.RunAsync("import", lab.File, $"a={foreign}")).Exited(0);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        (await lab.ApplyAsync("switches: { lan: {} }\nnamespaces: { b: { to: lan, address: 10.0.0.2/24 } }")).Exited(0);

        await lab.ExpectNothingToDoAsync();
        string links = (await Running.ToEndAsync(["ip", "-n", foreign, "link"])).Exited(0).Out;
        Assert.Contains("left", links, StringComparison.Ordinal);
        Assert.DoesNotContain("vde0", links, StringComparison.Ordinal);
    });

    [Fact]
    public Task WhatIsNotToBeHadIsSaidAndNothingIsChanged() => WithNamespaceAsync(async (lab, foreign) =>
    {
        lab.Write(Yaml);
        async Task RefusedAsync(string why, params string[] more) => Assert.Contains(why, (await lab.RunAsync(["import", lab.File, .. more])).Exited(1).Err, StringComparison.Ordinal);

        await RefusedAsync("has no namespace 'z': it has a, b", $"z={foreign}");
        await RefusedAsync("is not of the form NAME=NAMESPACE", "a");
        await RefusedAsync("is the host's own network namespace", $"a={Environment.ProcessId}");
        await RefusedAsync("/run/netns/nobody-has-this", "a=nobody-has-this");
        Assert.Equal(0, Lab.Parse(await lab.RunAsync("status", "-o", "json")).GetProperty("topologies").GetArrayLength());

        (await lab.RunAsync("import", lab.File, $"a={foreign}")).Exited(0);
        await RefusedAsync("has a namespace 'a' already", $"a={foreign}");
        await RefusedAsync($"is '{lab.Topology}/a' of the vdeorch in '{lab.RunDirectory}' already", $"b={foreign}");
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        lab.Write("switches: { lan: {} }\nnamespaces: { a: { interfaces: { left: { to: lan, address: 10.0.0.1/24 } } } }");
        await RefusedAsync("has an interface 'left' already that vdeorch did not make", $"a={foreign}");
        Assert.DoesNotContain("alias", (await Running.ToEndAsync(["ip", "-n", foreign, "link"])).Out, StringComparison.Ordinal);
    });

    [Fact]
    public Task WhoMayNotEnterIsToldWhy() => WithNamespaceAsync(async (lab, foreign) =>
    {
        lab.Write(Yaml);
        Assert.Contains("without root only a network namespace that belongs to the user namespace of this user's engine can be", (await lab.RunAsync("import", lab.File, $"a={foreign}")).Exited(1).Err, StringComparison.Ordinal);
    }, Who.User);

    // What others have in it: their interfaces, addresses and routes.
    static async Task<string> TheirsAsync(string foreign) =>
        string.Join('\n', (await Running.ToEndAsync(["ip", "-n", foreign, "-4", "-o", "addr", "show", "dev", "left"])).Exited(0).Out,
            (await Running.ToEndAsync(["ip", "-n", foreign, "route", "show", "proto", "static"])).Exited(0).Out,
            (await Running.ToEndAsync(["ip", "-n", foreign, "rule", "show", "priority", "100"])).Exited(0).Out);

    static Task WithNamespaceAsync(Func<Lab, string, Task> test, Who who = Who.Root) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        Assert.SkipUnless(Host.IsRoot, "`ip netns add` is root's");
        string name = $"vta{lab.Topology}";
        await IpAsync($"netns add {name}");
        try
        {
            await IpAsync($"-n {name} link add left type veth peer name right");
            await IpAsync($"-n {name} link set left up");
            await IpAsync($"-n {name} link set right up");
            await IpAsync($"-n {name} addr add 10.44.0.1/24 dev left");
            await IpAsync($"-n {name} route add 10.45.0.0/16 via 10.44.0.9 proto static");
            await IpAsync($"-n {name} rule add from 10.44.7.0/24 table 100 priority 100");
            await test(lab, name);
        }
        finally
        {
            await lab.RunAsync("destroy", lab.Topology, "--yes");
            await IpAsync($"netns del {name}");
        }
    });

    static async Task IpAsync(string arguments) => (await Running.ToEndAsync(["ip", .. arguments.Split(' ')])).Exited(0);
}
