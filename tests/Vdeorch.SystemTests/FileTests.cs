using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Files of a namespace: real programs see them, and nobody else does.</summary>
public class FileTests
{
    const string Two = """
        switches: { lan: {} }
        namespaces:
          alice:
            to: lan
            address: 10.0.0.1/24
            files: { etc/vdeorch-test/motd: { text: "hello from {{ namespace }}\n" }, etc/hosts: "10.0.0.2 bobby\n" }
            services: { show: { run: [sh, -c, "while :; do cat /etc/vdeorch-test/motd; sleep 0.1; done"] } }
          bob: { to: lan, address: 10.0.0.2/24, files: { etc/vdeorch-test/motd: { from: ./motd, mode: "0600" } } }
          carol: { to: lan, address: 10.0.0.3/24 }
        """;

    [Theory, Everyone]
    public Task ProgramsOfTheNamespaceSeeThemAndNobodyElseDoes(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("getent");
        string hosts = await File.ReadAllTextAsync("/etc/hosts");
        Put(lab, "copied {{ as it is }}\n");
        (await lab.ApplyAsync(Two)).Exited(0);

        Assert.Equal("hello from alice\n", await CatAsync(lab, "alice"));
        Assert.Equal("copied {{ as it is }}\n", await CatAsync(lab, "bob"));
        Assert.StartsWith("600", (await lab.RunAsync("exec", $"{lab.Topology}/bob", "--", "stat", "-c", "%a", "/etc/vdeorch-test/motd")).Exited(0).Out, StringComparison.Ordinal);
        await Wait.UntilAsync("the service has seen its file", async () => (await lab.RunAsync("logs", $"{lab.Topology}/alice/show")).Out.Contains("hello from alice", StringComparison.Ordinal));

        // What the host has beside it is still there, mounts too, and real programs use what was given.
        Assert.Contains("10.0.0.2", (await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "getent", "hosts", "bobby")).Exited(0).Out, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync("/etc/passwd"), (await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "cat", "/etc/passwd")).Exited(0).Out);
        if (File.Exists("/etc/resolv.conf"))
        {
            Assert.Equal(await File.ReadAllTextAsync("/etc/resolv.conf"), (await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "cat", "/etc/resolv.conf")).Exited(0).Out);
        }

        (await lab.RunAsync("exec", $"{lab.Topology}/carol", "--", "test", "-e", "/etc/vdeorch-test")).Exited(1);
        Assert.False(Directory.Exists("/etc/vdeorch-test"));
        Assert.Equal(hosts, await File.ReadAllTextAsync("/etc/hosts"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AChangeIsHotAndARunningProgramSeesIt(Who who) => Lab.RunAsync(who, async lab =>
    {
        Put(lab, "copied\n");
        (await lab.ApplyAsync(Two)).Exited(0);
        int? pid = (await lab.StatusAsync())["service/alice/show"].Pid;
        string changed = Two.Replace("hello from", "good day from", StringComparison.Ordinal);

        PlannedStep only = (await lab.PlanAsync(changed)).Only;
        Assert.Equal(("namespace/alice", "update", "hot"), (only.Id, only.Action, only.Cost));
        Assert.EndsWith(": good day from alice", only.Changes["files.etc/vdeorch-test/motd"].After, StringComparison.Ordinal);

        (await lab.ApplyAsync(changed)).Exited(0);
        await Wait.UntilAsync("the running program has seen it", async () => (await lab.RunAsync("logs", $"{lab.Topology}/alice/show")).Out.Contains("good day from alice", StringComparison.Ordinal));
        Assert.Equal(pid, (await lab.StatusAsync())["service/alice/show"].Pid);

        // The copied file is the only one that changes, though the topology's is the same.
        Put(lab, "copied anew\n");
        (await lab.ApplyAsync(changed)).Exited(0);
        Assert.Equal("copied anew\n", await CatAsync(lab, "bob"));
        File.Delete(Path.Combine(lab.Files, "motd"));
        (await lab.RunAsync("engine", "stop")).Exited(0);
        Assert.Equal(0, (await lab.StatusAsync()).Differences);
    });

    [Theory, RootAndUser]
    public Task WhatAProgramWritesIsDriftAndWhatLeftTheFileGoes(Who who) => Lab.RunAsync(who, async lab =>
    {
        Put(lab, "copied\n");
        (await lab.ApplyAsync(Two)).Exited(0);
        (await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "sh", "-c", "echo mine > /etc/vdeorch-test/motd")).Exited(0);

        PlannedStep drift = (await lab.PlanAsync()).Only;
        Assert.Equal(("namespace/alice", "drift"), (drift.Id, drift.Reason));
        Assert.EndsWith(": mine", drift.Changes["files.etc/vdeorch-test/motd"].Before, StringComparison.Ordinal);
        (await lab.ApplyAsync(Two)).Exited(0);
        Assert.Equal("hello from alice\n", await CatAsync(lab, "alice"));

        string fewer = Two.Replace(", files: { etc/vdeorch-test/motd: { from: ./motd, mode: \"0600\" } }", "", StringComparison.Ordinal);
        Assert.Null((await lab.PlanAsync(fewer)).Only.Changes["files.etc/vdeorch-test/motd"].After);
        (await lab.ApplyAsync(fewer)).Exited(0);
        (await lab.RunAsync("exec", $"{lab.Topology}/bob", "--", "test", "-e", "/etc/vdeorch-test/motd")).Exited(1);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AFailedApplyPutsThemBack(Who who) => Lab.RunAsync(who, async lab =>
    {
        Put(lab, "copied\n");
        (await lab.ApplyAsync(Two)).Exited(0);

        (await lab.ApplyAsync(Two.Replace("hello from", "good day from", StringComparison.Ordinal).Replace("etc/hosts:", "etc/new: new, etc/hosts:", StringComparison.Ordinal)
            + "\n  dave: { to: lan, services: { none: { run: [no-such-program] } } }\n")).Exited(4);

        Assert.Equal("hello from alice\n", await CatAsync(lab, "alice"));
        (await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "test", "-e", "/etc/new")).Exited(1);
        (await lab.ApplyAsync(Two)).Exited(0);
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        Assert.False(Directory.Exists(Path.Combine(lab.RunDirectory, "topologies", lab.Topology)));
    });

    [Fact]
    public async Task IpNetnsExecSeesThoseThatTheHostHasToo()
    {
        Assert.SkipUnless(Host.IsRoot, "pins are where ip looks for them only as root");
        Host.Needs("ip");
        await Lab.RunAsync(Who.Root, async lab =>
        {
            string hosts = await File.ReadAllTextAsync("/etc/hosts");
            string entry = $"/etc/netns/{lab.Topology}.alice";
            Put(lab, "copied\n");
            (await lab.ApplyAsync(Two.Replace("to: lan\n    address: 10.0.0.1/24", "to: lan\n    dns: 192.0.2.53\n    address: 10.0.0.1/24", StringComparison.Ordinal))).Exited(0);

            Finished seen = (await Running.ToEndAsync(["ip", "netns", "exec", $"{lab.Topology}.alice", "cat", "/etc/hosts"])).Exited(0);
            Assert.Equal(("10.0.0.2 bobby\n", ""), (seen.Out, seen.Err));
            Assert.Equal(hosts, await File.ReadAllTextAsync("/etc/hosts"));

            (await lab.ApplyAsync(Two.Replace(", etc/hosts: \"10.0.0.2 bobby\\n\"", ", etc/resolv.conf: \"search lab.test\\n\"", StringComparison.Ordinal))).Exited(0);
            Assert.Equal("search lab.test\n", (await Running.ToEndAsync(["ip", "netns", "exec", $"{lab.Topology}.alice", "cat", "/etc/resolv.conf"])).Exited(0).Out);
            Assert.Equal("search lab.test\n", (await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "cat", "/etc/resolv.conf")).Exited(0).Out);
            // Without one of its own it has that of all its topology's namespaces.
            string named = (await Running.ToEndAsync(["ip", "netns", "exec", $"{lab.Topology}.alice", "cat", "/etc/hosts"])).Exited(0).Out;
            Assert.Contains($"10.0.0.1\talice alice.{lab.Topology}\n", named, StringComparison.Ordinal);
            Assert.Equal((await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "cat", "/etc/hosts")).Exited(0).Out, named);
            Assert.Equal(hosts, await File.ReadAllTextAsync("/etc/hosts"));

            (await lab.ApplyAsync(Two)).Exited(0);
            Assert.NotNull(new FileInfo(entry).LinkTarget);
            (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
            Assert.Null(new FileInfo(entry).LinkTarget);
        });
    }

    static void Put(Lab lab, string text) => File.WriteAllText(Path.Combine(lab.Files, "motd"), text);

    static async Task<string> CatAsync(Lab lab, string ns) => (await lab.RunAsync("exec", $"{lab.Topology}/{ns}", "--", "cat", "/etc/vdeorch-test/motd")).Exited(0).Out;
}
