using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>The proofs a file asks for, made by vdeorch itself inside the namespaces.</summary>
public class CheckTests
{
    static string Lan(string checks) => $$"""
        switches: { lan: {}, dmz: {} }
        namespaces:
          alice: { to: lan, address: [10.0.0.1/24, "fd00::1/64"], services: { echo: { run: [socat, "TCP-LISTEN:7,fork,reuseaddr", "EXEC:cat"], ready: { tcp: 7 } } } }
          bob: { to: lan, address: [10.0.0.2/24, "fd00::2/64"] }
          carol: { to: dmz, address: 10.0.0.3/24 }
        checks:
        {{checks}}
        """;

    [Theory, Everyone]
    public Task PingTcpMeshAndBlockedPass(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("socat");
        (await lab.ApplyAsync(Lan("""
              ping: { from: bob, ping: 10.0.0.1 }
              six: { from: bob, ping: "fd00::1" }
              tcp: { from: bob, tcp: "10.0.0.1:7" }
              mesh: { among: [alice, bob], ping: all }
              apart: { from: carol, ping: 10.0.0.1, expect: blocked }
              closed: { from: bob, tcp: "10.0.0.1:9", expect: blocked }
            """))).Exited(0);

        Finished checks = (await lab.RunAsync("check", lab.Topology)).Exited(0);

        foreach (string name in new[] { "ping", "six", "tcp", "mesh", "apart", "closed" })
        {
            Assert.Contains(name, checks.Out, StringComparison.Ordinal);
        }
    });

    [Theory, RootAndUser]
    public Task AFailingCheckIsExitCodeSixAndSaysWhich(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("socat");
        Finished applied = (await lab.ApplyAsync(Lan("""
              fine: { from: bob, ping: 10.0.0.1 }
              broken: { from: carol, ping: 10.0.0.1, within: 1s }
              open: { from: bob, tcp: "10.0.0.1:7", expect: blocked, within: 1s }
            """))).Exited(6);
        Finished checked_ = (await lab.RunAsync("check", lab.File)).Exited(6);

        Assert.Contains("broken", applied.Out + applied.Err, StringComparison.Ordinal);
        Assert.Contains("10.0.0.1", checked_.Out, StringComparison.Ordinal);
        System.Text.Json.JsonElement[] results = [.. Lab.ParseLines((await lab.RunAsync("check", lab.Topology, "-o", "json")).Exited(6)).Where(line => line.TryGetProperty("check", out _)).Select(line => line.GetProperty("check"))];
        Assert.Equal([("fine", true), ("broken", false), ("open", false)], results.Select(check => (check.GetProperty("name").GetString(), check.GetProperty("passed").GetBoolean())));
    });

    [Theory, RootAndUser]
    public Task ACheckFailsWhenTheWorldChangesAndPassesWhenItIsRepaired(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "socat");
        string yaml = Lan("  ping: { from: bob, ping: 10.0.0.1, within: 1s }");
        (await lab.ApplyAsync(yaml)).Exited(0);

        await lab.IpAsync("alice", "link", "set", "vde0", "down");
        (await lab.RunAsync("check", lab.Topology)).Exited(6);
        (await lab.ApplyAsync(yaml)).Exited(0);

        (await lab.RunAsync("check", lab.Topology)).Exited(0);
    });

    [Theory, RootAndUser]
    public Task CheckingWhatDoesNotRunFails(Who who) => Lab.RunAsync(who, async lab => (await lab.RunAsync("check", "nosuch")).Exited(1));
}
