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
    public Task AnApplyThatChangesNothingRunsTheChecksToo(Who who) => Lab.RunAsync(who, async lab =>
    {
        const string Broken = """
            switches: { lan: {}, dmz: {} }
            namespaces:
              alice: { to: lan, address: 10.0.0.1/24 }
              carol: { to: dmz, address: 10.0.0.3/24 }
            checks: { broken: { from: carol, ping: 10.0.0.1, within: 1s } }
            """;
        (await lab.ApplyAsync(Broken)).Exited(6);

        Finished again = (await lab.ApplyAsync(Broken)).Exited(6);

        Assert.Contains("broken", again.Out, StringComparison.Ordinal);
        Assert.Contains("nothing to do, but a check failed", again.Err, StringComparison.Ordinal);
        Assert.Contains("the file has no way from carol to alice", again.Out, StringComparison.Ordinal);
        (await lab.ApplyAsync(Broken, "--no-wait")).Exited(0);
    });

    [Theory, RootAndUser]
    public Task AFailedCheckNamesWhatIsKnownToBeDown(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        string Planets(string impair) => $$"""
            switches: { earth: {}, moon: {} }
            plugs: { far: "vde://{{lab.Files}}/nobody" }
            cables: [{ ends: [earth, moon]{{impair}} }, [moon, far]]
            namespaces:
              mars: { to: earth, address: 10.0.0.1/24 }
              luna: { to: moon, address: 10.0.0.2/24 }
            checks:
              near: { from: mars, ping: 10.0.0.2, within: 1s }
              away: { from: mars, ping: 10.0.0.77, within: 1s }
            """;
        Finished applied = (await lab.ApplyAsync(Planets(", impair: { down: true }"))).Exited(6);
        Assert.Contains($"plug/far is re-plugging: ", applied.Err, StringComparison.Ordinal);
        Assert.Contains($"checks were not run: vdeorch check {lab.Topology}", applied.Err, StringComparison.Ordinal);
        await lab.IpAsync("luna", "link", "set", "vde0", "down");

        string[] said = (await lab.RunAsync("check", lab.Topology)).Exited(6).Out.Split('\n');

        Assert.Contains("on the way: cable/earth=moon is down (impair), interface/luna/vde0 is down", said.Single(line => line.StartsWith("near", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Matches("on the way: plug/far is re-plugging: .*, cable/earth=moon is down \\(impair\\)", said.Single(line => line.StartsWith("away", StringComparison.Ordinal)));
    });

    [Theory, RootAndUser]
    public Task PlugsThatAreDownAreAllNamedOrCounted(Who who) => Lab.RunAsync(who, async lab =>
    {
        string Down(string names) => $"plugs: {{ {string.Join(", ", names.Select(name => $"{name}: \"vde://{lab.Files}/{name}\""))} }}\n";

        Finished two = (await lab.ApplyAsync(Down("ab"))).Exited(6);
        Finished five = (await lab.ApplyAsync(Down("abcde"))).Exited(6);

        Assert.Contains("plug/a is ", two.Err, StringComparison.Ordinal);
        Assert.Contains("plug/b is ", two.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("checks were not run", two.Err, StringComparison.Ordinal);
        Assert.Contains("; 2 more are down too", five.Err, StringComparison.Ordinal);
    });

    // Answers / with 200, /moved with 302, anything else with 404.
    const string Web = """
        switches: { lan: {} }
        namespaces:
          alice:
            to: lan
            address: [10.0.0.1/24, "fd00::1/64"]
            services:
              web:
                run: [perl, -MIO::Socket::IP, -e, 'my $l = IO::Socket::IP->new(Listen => 8, LocalHost => "::", LocalPort => 8080, ReuseAddr => 1, V6Only => 0) or die "$@"; while (my $c = $l->accept) { my $path = ""; while (my $line = <$c>) { $path ||= (split / /, $line)[1]; last if $line =~ /^\r?$/ } print $c "HTTP/1.1 ", ($path eq "/" ? "200 OK" : $path eq "/moved" ? "302 Found" : "404 Not Found"), "\r\nContent-Length: 0\r\n\r\n"; close $c }']
                ready: { tcp: 8080 }
          bob: { to: lan, address: [10.0.0.2/24, "fd00::2/64"] }
        checks:

        """;

    [Theory, Everyone]
    public Task APageIsGotFromInside(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("perl");
        (await lab.ApplyAsync(Web + """
              page: { from: bob, http: "http://10.0.0.1:8080/", status: 200 }
              named: { from: [alice, bob], http: "http://alice:8080" }
              six: { from: bob, http: "http://[fd00::1]:8080/" }
              moved: { from: bob, http: "http://alice:8080/moved" }
              missing: { from: bob, http: "http://alice:8080/nothing", status: [404, 410] }
              closed: { from: bob, http: "http://alice:8081/", expect: blocked }
              apart: { from: bob, http: "http://10.0.0.99/", expect: blocked, within: 1s }
            """)).Exited(0);

        Finished checks = (await lab.RunAsync("check", lab.Topology)).Exited(0);
        Assert.Contains("bob http http://10.0.0.1:8080/", checks.Out, StringComparison.Ordinal);
        Assert.Contains("status 200 in ", checks.Out, StringComparison.Ordinal);
        Assert.Contains("status 302 in ", checks.Out, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task APageWithAnotherStatusFailsAndSoDoesOneThatShouldBeBlocked(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("perl");
        Finished applied = (await lab.ApplyAsync(Web + """
              missing: { from: bob, http: "http://alice:8080/nothing", within: 500ms }
              other: { from: bob, http: "http://alice:8080/", status: 204, within: 500ms }
              refused: { from: bob, http: "http://alice:8081/", within: 500ms }
              open: { from: bob, http: "http://alice:8080/nothing", expect: blocked, within: 500ms }
            """)).Exited(6);

        Assert.Matches("missing +FAILED .*status 404 in [0-9.]+ ms, expected 200 to 399", applied.Out);
        Assert.Matches("other +FAILED .*status 200 in [0-9.]+ ms, expected 204", applied.Out);
        Assert.Matches("refused +FAILED .*connection refused", applied.Out);
        Assert.Matches("open +FAILED .*status 404.*expected blocked", applied.Out);
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
