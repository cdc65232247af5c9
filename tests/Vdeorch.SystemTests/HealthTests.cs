using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Health is asked for as long as something is there, waited for by an apply, and said with its reason.</summary>
public class HealthTests
{
    const string Quick = "interval: 100ms, timeout: 300ms, retries: 2, start-period: 0s";

    static string Pair(string health, string service = "") => $$"""
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, health: { {{health}} }{{service}} }
          bob: { to: lan, address: 10.0.0.2/24 }
        """;

    static async Task<ObjectSeen> AliceAsync(Lab lab) => (await lab.StatusAsync())["namespace/alice"];

    [Theory, Everyone]
    public Task AnApplyWaitsUntilEverythingIsHealthy(Who who) => Lab.RunAsync(who, async lab =>
    {
        string mark = Path.Combine(Host.Current.Home(who), $"{lab.Topology}.well");

        (await lab.ApplyAsync(Pair($"exec: [test, -e, {mark}]", $$""", services: { it: { run: [sh, -c, "sleep 1; touch {{mark}}; exec sleep infinity"], health: { exec: [test, -e, {{mark}}] } } }"""))).Exited(0);

        Assert.True(File.Exists(mark));
        Assert.Equal("healthy", (await AliceAsync(lab)).Health);
        Assert.Equal("healthy", (await lab.StatusAsync())["service/alice/it"].Health);
        await lab.ExpectNothingToDoAsync();
        Finished got = (await lab.RunAsync("get", lab.Topology)).Exited(0);
        File.WriteAllText(lab.File, got.Out);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task WhatIsUnhealthyIsExitCodeSixAndSaysWhy(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished applied = (await lab.ApplyAsync(Pair($"ping: 10.0.0.9, {Quick}"))).Exited(6);
        Assert.Contains("namespace/alice is unhealthy: ping 10.0.0.9: no reply", applied.Err, StringComparison.Ordinal);

        ObjectSeen seen = await AliceAsync(lab);
        Assert.Equal(("up", "unhealthy"), (seen.State, seen.Health));
        Assert.Contains("no reply", seen.Reason, StringComparison.Ordinal);
        Finished table = (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(6);
        Assert.Matches("namespace/alice +up +unhealthy +ping 10.0.0.9: no reply", table.Out);
        Assert.Contains("namespace/alice is unhealthy: ping 10.0.0.9: no reply", await File.ReadAllTextAsync(Path.Combine(lab.RunDirectory, "engine.log")), StringComparison.Ordinal);

        // It is there, so there is nothing to do, and still it is not well.
        await lab.ExpectNothingToDoAsync();
        Assert.Contains("namespace/alice is unhealthy", (await lab.RunAsync("apply", lab.File, "--yes")).Exited(6).Err, StringComparison.Ordinal);
        (await lab.RunAsync("apply", lab.File, "--yes", "--no-wait")).Exited(0);
    });

    [Theory, RootAndUser]
    public Task TheTimeOfTheApplyIsNotExceeded(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished late = (await lab.ApplyAsync(Pair("exec: [sh, -c, \"echo not today; exit 3\"], start-period: 1m"), "--timeout", "2s")).Exited(6);

        Assert.Contains("namespace/alice is starting, and not healthy yet: `sh -c 'echo not today; exit 3'` exited with 3: not today", late.Err, StringComparison.Ordinal);
        Assert.Equal("starting", (await AliceAsync(lab)).Health);
    });

    [Theory, Everyone]
    public Task ItFollowsTheWorld(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Pair($"ping: bob, {Quick}"))).Exited(0);
        Assert.Equal("healthy", (await AliceAsync(lab)).Health);

        await lab.IpAsync("bob", "link", "set", "vde0", "down");
        await Wait.UntilAsync("it is unhealthy", async () => (await AliceAsync(lab)).Health == "unhealthy");
        await lab.IpAsync("bob", "link", "set", "vde0", "up");

        await Wait.UntilAsync("it is healthy again", async () => (await AliceAsync(lab)).Health == "healthy");
    });

    [Theory, Everyone]
    public Task TheNextEngineGoesOnFromWhereTheOtherWas(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Pair($"ping: bob, {Quick}"))).Exited(0);
        string since = (await AliceAsync(lab)).HealthSince!;

        (await lab.RunAsync("engine", "stop")).Exited(0);
        Assert.Equal("unknown", (await AliceAsync(lab)).Health);
        Running engine = lab.Start("engine", "run");
        await Wait.UntilAsync("it answers", async () => (await lab.RunAsync("engine", "status")).ExitCode == 0);

        ObjectSeen seen = await AliceAsync(lab);
        Assert.Equal(("healthy", since), (seen.Health, seen.HealthSince));
        await lab.IpAsync("bob", "link", "set", "vde0", "down");
        await Wait.UntilAsync("it is unhealthy", async () => (await AliceAsync(lab)).Health == "unhealthy");

        // Also after one that was killed.
        Processes.Kill(await lab.EnginePidAsync());
        await engine.EndAsync(TimeSpan.FromSeconds(10));
        await lab.IpAsync("bob", "link", "set", "vde0", "up");
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Equal("healthy", (await AliceAsync(lab)).Health);
    });

    [Theory, RootAndUser]
    public Task AChangeIsHotAndIsAskedAnew(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Pair($"ping: bob, {Quick}"))).Exited(0);

        PlannedStep only = (await lab.PlanAsync(Pair($"ping: 10.0.0.9, {Quick}"))).Only;
        Assert.Equal(("namespace/alice", "update", "hot"), (only.Id, only.Action, only.Cost));
        Assert.Equal(["health"], only.Changes.Keys);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(6);
        Assert.Equal("unhealthy", (await AliceAsync(lab)).Health);

        (await lab.ApplyAsync("switches: { lan: {} }\nnamespaces: { alice: { to: lan, address: 10.0.0.1/24 }, bob: { to: lan, address: 10.0.0.2/24 } }")).Exited(0);
        Assert.Null((await AliceAsync(lab)).HealthSince);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AServiceThatCameBackStartsWithItsHealthAgain(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("socat");
        (await lab.ApplyAsync("""
            switches: { lan: {} }
            namespaces:
              alice: { to: lan, address: 10.0.0.1/24, services: { it: { run: [sh, -c, "sleep 0.5; exec socat TCP-LISTEN:7,fork,reuseaddr EXEC:cat"], health: { tcp: 7, interval: 100ms } } } }
            """)).Exited(0);
        async Task<ObjectSeen> ItAsync() => (await lab.StatusAsync())["service/alice/it"];
        string since = (await ItAsync()).HealthSince!;

        Processes.Kill((await ItAsync()).Pid!.Value);

        await Wait.UntilAsync("it is starting, or has started", async () => (await ItAsync()).HealthSince != since);
        await Wait.UntilAsync("it is healthy again", async () => (await ItAsync()).Health == "healthy");
    });

    [Theory, RootAndUser]
    public Task AServiceThatWasNeverReadyIsNotForgotten(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("socat");
        string mark = Path.Combine(Host.Current.Home(who), $"{lab.Topology}.go");
        async Task<ObjectSeen> ItAsync() => (await lab.StatusAsync())["service/alice/it"];
        Finished applied = (await lab.ApplyAsync($$"""
            namespaces:
              alice: { services: { it: { run: [sh, -c, "while ! test -e {{mark}}; do sleep 0.1; done; exec socat TCP-LISTEN:99,fork,reuseaddr EXEC:cat"], ready: { tcp: 99 } } } }
            """, "--timeout", "2s")).Exited(6);
        Assert.Contains("service/alice/it is not ready: nothing accepts connections on tcp port 99", applied.Err, StringComparison.Ordinal);

        Assert.Equal(("running", "starting"), ((await ItAsync()).State, (await ItAsync()).Health));
        Finished table = (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(6);
        Assert.Matches("service/alice/it +running +starting +[0-9]+ +[0-9]+ +not ready: nothing accepts connections on tcp port 99", table.Out);
        Assert.Contains("nothing to do, but service/alice/it is not ready", (await lab.RunAsync("apply", lab.File, "--yes", "--timeout", "1s")).Exited(6).Err, StringComparison.Ordinal);
        (await lab.RunAsync("apply", lab.File, "--yes", "--no-wait")).Exited(0);
        await lab.ExpectNothingToDoAsync();

        // Nor by the next engine.
        (await lab.RunAsync("engine", "stop")).Exited(0);
        Assert.Equal("starting", (await ItAsync()).Health);
        (await lab.RunAsync("apply", lab.File, "--yes", "--timeout", "1s")).Exited(6);
        Assert.Equal("starting", (await ItAsync()).Health);

        await File.WriteAllTextAsync(mark, "");
        await Wait.UntilAsync("it is ready", async () => (await ItAsync()).Health == "healthy");
        (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(0);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        (await lab.RunAsync("engine", "stop")).Exited(0);
        Assert.Equal("healthy", (await ItAsync()).Health);
    });

    [Theory, RootAndUser]
    public Task WhoInterruptsTheWaitingIsSentToWhatThereIs(Who who) => Lab.RunAsync(who, async lab =>
    {
        await File.WriteAllTextAsync(lab.File, $"topology: {lab.Topology}\nnamespaces: {{ alice: {{ services: {{ it: {{ run: [sleep, infinity], ready: {{ tcp: 99 }} }} }} }} }}\n");
        Running apply = lab.Start("apply", lab.File, "--yes");
        await Wait.UntilAsync("it waits", async () => (await lab.RunAsync("status", lab.Topology, "-o", "json")) is { ExitCode: 0 } seen && seen.Out.Contains("\"running\"", StringComparison.Ordinal));

        await apply.SignalAsync("INT");

        Finished ended = (await apply.EndAsync(TimeSpan.FromSeconds(20))).Exited(130);
        Assert.Contains($"`vdeorch status {lab.Topology}` tells", ended.Err, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task ACrashLoopSaysItsExitCodeAndWhatItWroteLast(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Pair("exec: \"true\"", ", services: { it: { run: [sh, -c, \"echo one; echo two; echo no such file >&2; echo giving up; exit 7\"] } }"), "--no-wait")).Exited(0);

        ObjectSeen seen = await AliceAsync(lab);
        await Wait.UntilAsync("it has failed three times", async () => (seen = (await lab.StatusAsync())["service/alice/it"]) is { State: "back-off", Restarts: >= 2 });

        Assert.Matches("^exit 7, [0-9]+ times in a row, next start in [0-9.]+ s: two; no such file; giving up$", seen.Reason);
        Assert.Equal("failed", seen.Health);

        (await lab.ApplyAsync(Pair("exec: \"true\"", ", services: { it: { run: [sh, -c, \"echo broken; exit 5\"], restart: \"no\" } }"), "--no-wait")).Exited(0);
        await Wait.UntilAsync("it has ended", async () => (seen = (await lab.StatusAsync())["service/alice/it"]).State == "exited (5)");
        Assert.Matches("^exited with 5 at .*: broken$", seen.Reason);
    });
}
