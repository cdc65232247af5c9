using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>How a topology is kept: what its policy says of drift, of what left the file, and of where its files are.</summary>
public class KeepingTests
{
    const string Two = """
        policy: { prune: false }
        switches: { lan: {}, old: {} }
        namespaces:
          a: { to: lan, address: 10.0.0.1/24 }
          b: { to: old, address: 10.1.0.1/24, services: { s: { run: [sleep, infinity], restart: always } } }
        """;

    const string One = """
        policy: { prune: false }
        switches: { lan: {} }
        namespaces:
          a: { to: lan, address: 10.0.0.1/24, sysctl: { net.ipv4.ip_forward: 1 } }
        """;

    [Theory, RootAndUser]
    public Task WhatIsNotPrunedStaysAndIsKept(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Two)).Exited(0);
        string b = await lab.FingerprintAsync("b");
        int pid = (await lab.StatusAsync())["service/b/s"].Pid!.Value;

        Finished applied = (await lab.ApplyAsync(One)).Exited(0);

        Assert.Contains("0 to delete", applied.Out, StringComparison.Ordinal);
        Assert.Contains("left, since policy.prune is false: switch/old, namespace/b, interface/b/vde0, service/b/s", (await lab.RunAsync("plan", lab.File, "--exit-code")).Exited(0).Out, StringComparison.Ordinal);
        Assert.Equal(b, await lab.FingerprintAsync("b"));
        TopologySeen seen = await lab.StatusAsync();
        Assert.Equal((0, pid), (seen.Differences, seen["service/b/s"].Pid));
        Assert.Contains("no longer in the file, and not taken away: switch/old", (await lab.RunAsync("status", lab.Topology)).Exited(0).Out, StringComparison.Ordinal);
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);
        (await lab.RunAsync("drift", lab.File)).Exited(0);

        // It is still kept: by this engine, and by the next.
        (await lab.RunAsync("engine", "stop")).Exited(0);
        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Processes.Kill(pid);
        await Wait.UntilAsync("another one runs", async () => (await lab.StatusAsync())["service/b/s"].Pid is { } other && other != pid);
    });

    [Theory, RootAndUser]
    public Task WhatComesBackIsTakenUpAndWhatIsPrunedLaterGoes(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Two)).Exited(0);
        string b = await lab.FingerprintAsync("b");
        int pid = (await lab.StatusAsync())["service/b/s"].Pid!.Value;
        (await lab.ApplyAsync(One)).Exited(0);

        // Back in the file: only what changed meanwhile changes.
        Planned back = await lab.PlanAsync(Two);
        Assert.Equal("namespace/a", back.Changes.SingleOrDefault()?.Id ?? "namespace/a");
        (await lab.ApplyAsync(Two)).Exited(0);
        Assert.Equal((b, pid), (await lab.FingerprintAsync("b"), (await lab.StatusAsync())["service/b/s"].Pid));
        Assert.DoesNotContain("no longer in the file", (await lab.RunAsync("status", lab.Topology)).Exited(0).Out, StringComparison.Ordinal);

        (await lab.ApplyAsync(One)).Exited(0);
        (await lab.ApplyAsync(One.Replace("prune: false", "prune: true", StringComparison.Ordinal))).Exited(0);
        Assert.Null(lab.Pin("b"));
        Assert.False(Processes.Lives(pid));
        Assert.DoesNotContain((await lab.StatusAsync()).Objects, thing => thing.Id is "switch/old" or "namespace/b");
    });

    [Theory, RootAndUser]
    public Task AFailedApplyThatDoesNotPruneTakesItsOwnAway(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Two)).Exited(0);

        (await lab.ApplyAsync("""
            policy: { prune: false }
            switches: { lan: {} }
            namespaces: { c: { to: lan, address: 10.0.0.3/24, services: { none: { run: [no-such-program] } } } }
            """)).Exited(4);

        Assert.Null(lab.Pin("c"));
        Assert.NotNull(lab.Pin("b"));
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);
    });

    const string Drifting = """
        switches: { lan: {} }
        namespaces:
          a: { to: lan, address: 10.0.0.1/24, services: { s: { run: [sleep, infinity] } } }
          b: { to: lan, address: 10.0.0.2/24, gateway: 10.0.0.1 }
        """;

    [Theory, RootAndUser]
    public Task DriftIsPutBack(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        Running engine = await StartWatchfulAsync(lab);
        (await lab.ApplyAsync(Drifting)).Exited(0);
        int pid = (await lab.StatusAsync())["service/a/s"].Pid!.Value;

        await lab.IpAsync("b", "link", "set", "vde0", "mtu", "1400");
        await lab.IpAsync("b", "route", "del", "default");
        await lab.IpAsync("a", "link", "del", "vde0");

        await Wait.UntilAsync("it is as it was applied", async () => (await lab.RunAsync("drift", lab.Topology)).ExitCode == 0);
        Assert.True(await lab.PingsAsync("a", "10.0.0.2"));
        Assert.Equal(pid, (await lab.StatusAsync())["service/a/s"].Pid);
        Assert.Contains("drifted, and put back: ", engine.Errors, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task DriftIsOnlySaidWhereThePolicyReports(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        Running engine = await StartWatchfulAsync(lab);
        (await lab.ApplyAsync($"policy: {{ drift: report }}\n{Drifting}")).Exited(0);

        await lab.IpAsync("b", "link", "set", "vde0", "mtu", "1400");

        await Wait.UntilAsync("the engine says it", () => engine.Errors.Contains("drifted, and left so: interface/b/vde0: mtu is 1400, was applied as 1500", StringComparison.Ordinal));
        Finished status = (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(2);
        Assert.Contains("mtu is 1400, was applied as 1500", status.Out, StringComparison.Ordinal);
        Assert.Contains("since policy.drift is report", status.Out, StringComparison.Ordinal);
        (await lab.RunAsync("drift", lab.Topology)).Exited(2);
        // A service is started again all the same, that is its `restart`.
        int pid = (await lab.StatusAsync())["service/a/s"].Pid!.Value;
        Processes.Kill(pid);
        await Wait.UntilAsync("another one runs", async () => (await lab.StatusAsync())["service/a/s"].Pid is { } other && other != pid);
        Assert.Equal(1400, (await lab.LinkAsync("b")).Mtu);

        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Equal(1500, (await lab.LinkAsync("b")).Mtu);
        Assert.Single(engine.Errors.Split('\n'), line => line.Contains("drifted, and left so", StringComparison.Ordinal));
    });

    [Theory, RootAndUser]
    public Task FilesMayLieOutsideWhereThePolicySaysSo(Who who) => Lab.RunAsync(who, async lab =>
    {
        string inside = Path.Combine(lab.Files, "inside");
        Directory.CreateDirectory(inside);
        File.WriteAllText(Path.Combine(lab.Files, "motd"), "hello\n");
        const string Outside = """
            switches: { lan: {} }
            namespaces: { a: { to: lan, files: { etc/motd: { from: ../motd } } } }
            """;
        string file = Path.Combine(inside, "lab.yaml");
        File.WriteAllText(file, $"topology: {lab.Topology}\n{Outside}");
        Assert.Contains("or allow it: policy: { paths: anywhere }", (await lab.RunAsync("apply", file, "--yes")).Exited(3).Err, StringComparison.Ordinal);

        File.WriteAllText(file, $"topology: {lab.Topology}\npolicy: {{ paths: anywhere }}\n{Outside}");
        (await lab.RunAsync("apply", file, "--yes")).Exited(0);
        Assert.Equal("hello\n", (await lab.RunAsync("exec", $"{lab.Topology}/a", "cat", "/etc/motd")).Exited(0).Out);
    });

    // One that looks often enough for a test.
    static async Task<Running> StartWatchfulAsync(Lab lab)
    {
        IReadOnlyList<string> command = lab.Command("engine", "run");
        Running engine = lab.Keep(Running.Start(command, new Dictionary<string, string?>(lab.Environment) { ["VDEORCH_DRIFT_EVERY"] = "200ms" }, lab.Files));
        await Wait.UntilAsync("the engine answers", async () => (await lab.RunAsync("engine", "status")).ExitCode == 0);
        return engine;
    }
}
