using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>exec, shell and logs: inside a namespace as if one were there.</summary>
public class ExecTests
{
    const string Lan = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, dns: [192.0.2.53, 192.0.2.54] }
          bob: { to: lan, address: 10.0.0.2/24 }
        """;

    [Theory, Everyone]
    public Task TheExitCodeOfTheCommandIsOurs(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        string alice = $"{lab.Topology}/alice";

        (await lab.RunAsync("exec", alice, "--", "true")).Exited(0);
        (await lab.RunAsync("exec", alice, "--", "sh", "-c", "exit 3")).Exited(3);
        (await lab.RunAsync("exec", alice, "--", "sh", "-c", "kill -TERM $$")).Exited(143);
        (await lab.RunAsync("exec", alice, "--", "no-such-command")).Exited(127);
        (await lab.RunAsync("exec", alice, "--", "/etc/passwd")).Exited(126);
    });

    [Theory, Everyone]
    public Task StandardStreamsAndArgumentsPassThrough(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);

        Finished copied = (await lab.RunWithInputAsync("one\ntwo\n", "exec", $"{lab.Topology}/alice", "--", "sh", "-c", "cat; echo \"$1\" >&2; pwd", "sh", "a b --yes")).Exited(0);

        Assert.Equal($"one\ntwo\n{lab.Files}\n", copied.Out);
        Assert.Equal("a b --yes\n", copied.Err);
    });

    [Theory, Everyone]
    public Task TheCommandIsInTheNamespaceAndMayAdministrateIt(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);

        Finished address = (await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "ip", "-br", "addr", "show", "vde0")).Exited(0);
        Finished ping = await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "ping", "-c", "1", "-W", "2", "10.0.0.2");
        Finished changed = await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1");

        Assert.Contains("10.0.0.1/24", address.Out, StringComparison.Ordinal);
        ping.Exited(0);
        changed.Exited(0);
    });

    [Theory, Everyone]
    public Task NameServersAreThoseOfTheFileInsideAndTheHostsElsewhere(Who who) => Lab.RunAsync(who, async lab =>
    {
        string host = File.Exists("/etc/resolv.conf") ? await File.ReadAllTextAsync("/etc/resolv.conf") : "";
        (await lab.ApplyAsync(Lan.Replace("bob: { to: lan", "bob: { services: { ask: { run: [sh, -c, \"cat /etc/resolv.conf; exec sleep infinity\"] } }, dns: [192.0.2.55], to: lan", StringComparison.Ordinal))).Exited(0);

        Finished alice = (await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "cat", "/etc/resolv.conf")).Exited(0);

        Assert.Equal("nameserver 192.0.2.53\nnameserver 192.0.2.54\n", alice.Out);
        await Wait.UntilAsync("the service has seen its name server", async () => (await lab.RunAsync("logs", $"{lab.Topology}/bob/ask")).Out.Contains("nameserver 192.0.2.55", StringComparison.Ordinal));
        Assert.Equal(host, File.Exists("/etc/resolv.conf") ? await File.ReadAllTextAsync("/etc/resolv.conf") : "");
    });

    [Theory, RootAndUser]
    public Task NoEngineIsNeededToEnter(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        (await lab.RunAsync("engine", "stop")).Exited(0);

        (await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "true")).Exited(0);

        (await lab.RunAsync("engine", "status")).Exited(1);
    });

    [Theory, RootAndUser]
    public Task AnUnknownPlaceIsNamedWithThoseThatAre(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);

        Finished ns = (await lab.RunAsync("exec", $"{lab.Topology}/alicia", "--", "true")).Exited(1);
        (await lab.RunAsync("exec", "nosuch/alice", "--", "true")).Exited(1);

        Assert.Contains("alice, bob", ns.Err, StringComparison.Ordinal);
    });

    [Theory, Everyone]
    public Task AShellOnATerminalIsInside(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("script");
        (await lab.ApplyAsync(Lan)).Exited(0);

        string command = string.Join(' ', lab.Command("shell", $"{lab.Topology}/alice"));
        Finished typed = await Running.ToEndAsync(["script", "-q", "-e", "-c", command, "/dev/null"], lab.Environment, lab.Files, "echo inside-$((40 + 2)) $VDEORCH_NAMESPACE; test -t 0; exit 5\n");

        typed.Exited(5);
        Assert.Contains($"inside-42 {lab.Topology}/alice", typed.Out, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task LogsShowWhatServicesWrote(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync("""
            switches: { lan: {} }
            namespaces:
              alice:
                to: lan
                address: 10.0.0.1/24
                services:
                  one: { run: [sh, -c, "echo out of one; echo error of one >&2; exec sleep infinity"] }
                  two: { run: [sh, -c, "i=0; while [ $i -lt 10 ]; do i=$((i+1)); echo line $i; done; exec sleep infinity"] }
            """)).Exited(0);

        await Wait.UntilAsync("both have written", async () => (await lab.RunAsync("logs", $"{lab.Topology}/alice")).Out is var log
            && log.Contains("error of one", StringComparison.Ordinal) && log.Contains("line 10", StringComparison.Ordinal));
        Finished tail = (await lab.RunAsync("logs", $"{lab.Topology}/alice/two", "--tail", "1")).Exited(0);
        Running follow = lab.Start("logs", $"{lab.Topology}/alice/two", "-f");
        await Wait.UntilAsync("what is there is followed", () => follow.Output.Contains("line 10", StringComparison.Ordinal));
        await follow.SignalAsync("INT");
        await follow.EndAsync(TimeSpan.FromSeconds(5));

        Assert.Equal("line 10\n", tail.Out);
        Assert.Contains("out of one\n", (await lab.RunAsync("logs", $"{lab.Topology}/alice/one")).Out, StringComparison.Ordinal);
        (await lab.RunAsync("logs", $"{lab.Topology}/alice/three")).Exited(1);
    });
}
