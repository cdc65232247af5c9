using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Namespaces find each other by name.</summary>
public class NameTests
{
    const string Two = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: [10.0.0.1/24, "fd00::1/64"], services: { sleeper: { run: [sleep, "100000"] } } }
          bob:   { to: lan, address: 10.0.0.2/24 }
        """;

    [Theory, Everyone]
    public Task EachFindsTheOthersAndItself(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        (await lab.ApplyAsync(Two)).Exited(0);

        (await InsideAsync(lab, "bob", "ping", "-c", "1", "-W", "5", "alice")).Exited(0);
        (await InsideAsync(lab, "bob", "ping", "-4", "-c", "1", "-W", "5", $"alice.{lab.Topology}")).Exited(0);
        (await InsideAsync(lab, "alice", "ping", "-6", "-c", "1", "-W", "5", "alice")).Exited(0);
        (await InsideAsync(lab, "alice", "ping", "-c", "1", "-W", "5", "localhost")).Exited(0);
        Assert.NotEqual(0, (await InsideAsync(lab, "alice", "getent", "hosts", "carol")).ExitCode);
        // The host itself knows none of them.
        Assert.NotEqual(0, (await Running.ToEndAsync(["getent", "hosts", $"alice.{lab.Topology}"])).ExitCode);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AProgramThatRunsFindsWhoHasCome(Who who) => Lab.RunAsync(who, async lab =>
    {
        Assert.SkipUnless(Host.IsRoot, "only root may look at what another user's program sees");
        (await lab.ApplyAsync(Two)).Exited(0);
        int pid = (await lab.StatusAsync())["service/alice/sleeper"].Pid!.Value;

        (await lab.ApplyAsync($"{Two}\n  carol: {{ to: lan, address: 10.0.0.3/24 }}")).Exited(0);

        Assert.Equal(pid, (await lab.StatusAsync())["service/alice/sleeper"].Pid);
        Assert.Contains($"10.0.0.3\tcarol carol.{lab.Topology}\n", await SeenAsync(pid), StringComparison.Ordinal);
        (await InsideAsync(lab, "carol", "getent", "hosts", "bob")).Exited(0);

        (await lab.ApplyAsync(Two)).Exited(0);
        Assert.DoesNotContain("carol", await SeenAsync(pid), StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task WhatSomebodyWritesThereIsDrift(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Two)).Exited(0);
        TopologySeen before = await lab.StatusAsync();
        File.AppendAllText($"{lab.RunDirectory}/topologies/{lab.Topology}/hosts", "10.0.0.66 bob\n");

        PlannedStep drift = (await lab.PlanAsync()).Only;
        Assert.Equal(($"runtime/{lab.Topology}", "hot", "drift"), (drift.Id, drift.Cost, drift.Reason));
        Assert.Equal(("changed", null), drift.Changes["hosts"]);
        Assert.Equal("drifted", (await lab.StatusAsync())[$"runtime/{lab.Topology}"].State);
        (await lab.RunAsync("drift", lab.Topology)).Exited(2);

        (await lab.ApplyAsync(Two)).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.DoesNotContain("10.0.0.66", (await InsideAsync(lab, "alice", "cat", "/etc/hosts")).Exited(0).Out, StringComparison.Ordinal);
        Assert.Equal(before.RuntimePid, (await lab.StatusAsync()).RuntimePid);

        File.Delete($"{lab.RunDirectory}/topologies/{lab.Topology}/hosts");
        Assert.Equal(("gone", null), (await lab.PlanAsync()).Only.Changes["hosts"]);
        (await lab.ApplyAsync(Two)).Exited(0);
        (await InsideAsync(lab, "alice", "getent", "hosts", "bob")).Exited(0);
    });

    [Theory, RootAndUser]
    public Task AFileOfOnesOwnGoesBefore(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync($"{Two}\n  carol: {{ to: lan, address: 10.0.0.3/24, files: {{ etc/hosts: \"10.0.0.99 only\\n\" }} }}")).Exited(0);

        Assert.Equal("10.0.0.99 only\n", (await InsideAsync(lab, "carol", "cat", "/etc/hosts")).Exited(0).Out);
        (await InsideAsync(lab, "bob", "getent", "hosts", "carol")).Exited(0);
    });

    [Fact]
    public Task AnApplyThatFailsTakesItsNamesBack() => Lab.RunAsync(Who.Root, async lab =>
    {
        (await lab.ApplyAsync(Two)).Exited(0);

        (await lab.ApplyAsync($"{Two}\n  carol: {{ to: lan, address: 10.0.0.3/24, exec: {{ up: \"false\" }} }}")).Exited(4);

        Assert.DoesNotContain("carol", (await InsideAsync(lab, "alice", "cat", "/etc/hosts")).Exited(0).Out, StringComparison.Ordinal);
        lab.Write(Two);
        await lab.ExpectNothingToDoAsync();
    });

    [Fact]
    public Task IpNetnsExecFindsThemToo() => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Two)).Exited(0);

        (await Running.ToEndAsync(["ip", "netns", "exec", $"{lab.Topology}.bob", "ping", "-c", "1", "-W", "5", "alice"])).Exited(0);

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        Assert.False(Path.Exists($"/etc/netns/{lab.Topology}.bob"));
    });

    static Task<Finished> InsideAsync(Lab lab, string ns, params string[] command) => lab.RunAsync(["exec", $"{lab.Topology}/{ns}", "--", .. command]);

    static Task<string> SeenAsync(int pid) => File.ReadAllTextAsync($"/proc/{pid}/root/etc/hosts");
}
