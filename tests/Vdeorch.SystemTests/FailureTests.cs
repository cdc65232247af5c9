using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A failed, interrupted or refused apply leaves the world as it was, and says so by its exit code.</summary>
public class FailureTests
{
    const string Good = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, services: { sleeper: { run: [sleep, infinity] } } }
        """;

    // The address of bob changes too, so that there is something to roll back.
    const string MissingProgram = """
        switches: { lan: {}, more: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.11/24, services: { sleeper: { run: [sleep, infinity] } } }
          bob: { to: more, address: 10.0.0.2/24, services: { none: { run: [no-such-program] } } }
        """;

    // Never ready, so that apply waits as long as it may.
    const string NeverReady = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, services: { sleeper: { run: [sleep, infinity], ready: { tcp: 9 } } } }
        """;

    // Long enough in the making to be interrupted.
    const string Many = """
        switches: { lan: {} }
        namespaces:
          n: { replicas: 150, to: lan, address: "10.0.0.{{ index + 1 }}/24" }
        """;

    [Theory, RootAndUser]
    public Task ATopologyOfTwoFilesIsTakenOverWhenTheFirstIsGone(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Good)).Exited(0);
        string moved = lab.Write(Good, "moved.yaml");

        Finished refused = (await lab.RunAsync("apply", moved, "--yes")).Exited(1);
        Assert.Contains($"applied from '{lab.File}'", refused.Err, StringComparison.Ordinal);
        Assert.Contains("remove that one and apply again", refused.Err, StringComparison.Ordinal);

        File.Delete(lab.File);
        (await lab.RunAsync("apply", moved, "--yes")).Exited(0);
    });

    [Theory, RootAndUser]
    public Task AMissingProgramRollsBackToNothing(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished failed = (await lab.ApplyAsync(MissingProgram)).Exited(4);

        Assert.Contains("no-such-program", failed.Err, StringComparison.Ordinal);
        Assert.Null(lab.Pin("alice"));
        Assert.Null(lab.Pin("bob"));
        (await lab.RunAsync("status", lab.Topology)).Exited(1);
        Assert.Empty(Processes.With(entry => entry == $"VDEORCH_OWNER={lab.RunDirectory}"));
    });

    [Theory, RootAndUser]
    public Task AMissingProgramRollsBackToWhatWas(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Good)).Exited(0);
        string before = await lab.FingerprintAsync("alice");

        (await lab.ApplyAsync(MissingProgram)).Exited(4);

        Assert.Equal(before, await lab.FingerprintAsync("alice"));
        Assert.Null(lab.Pin("bob"));
        lab.Write(Good);
        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(0);
    });

    [Theory, RootAndUser]
    public Task WithoutNotesAFailedApplyTakesNothingDown(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Good)).Exited(0);
        int pid = (await lab.StatusAsync())["service/alice/sleeper"].Pid!.Value;
        File.Delete($"{lab.RunDirectory}/topologies/{lab.Topology}/notes.json");

        Finished failed = (await lab.ApplyAsync(MissingProgram)).Exited(5);

        Assert.Contains("not known any more", failed.Err, StringComparison.Ordinal);
        Assert.NotNull(lab.Pin("alice"));
        Assert.Equal(pid, Assert.Single(Processes.With(entry => entry.StartsWith("VDEORCH_SERVICE=", StringComparison.Ordinal) && entry.Contains($"{lab.Topology}/", StringComparison.Ordinal))));
        (await lab.ApplyAsync(Good)).Exited(0);
    });

    [Theory, RootAndUser]
    public Task AnUnknownSysctlRollsBackAndIsNamed(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished failed = (await lab.ApplyAsync(Good.Replace("to: lan", "sysctl: { net.ipv4.no_such_thing: 1 }, to: lan", StringComparison.Ordinal))).Exited(4);

        Assert.Contains("net.ipv4.no_such_thing", failed.Err, StringComparison.Ordinal);
        Assert.Null(lab.Pin("alice"));
    });

    [Theory, RootAndUser]
    public Task WhatTheKernelRefusesRollsBack(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Good)).Exited(0);
        string before = await lab.FingerprintAsync("alice");

        // Valid to read, but the kernel takes 0 to 255 there.
        Finished failed = (await lab.ApplyAsync(Good.Replace("to: lan", "sysctl: { net.ipv4.ip_default_ttl: 4711 }, to: lan", StringComparison.Ordinal))).Exited(4);

        Assert.Contains("net.ipv4.ip_default_ttl", failed.Err, StringComparison.Ordinal);
        Assert.Equal(before, await lab.FingerprintAsync("alice"));
    });

    [Theory, RootAndUser]
    public Task OnFailureStopLeavesWhatWasDone(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");

        (await lab.ApplyAsync(MissingProgram, "--on-failure", "stop")).Exited(5);

        Assert.NotNull(lab.Pin("bob"));
        Assert.Equal(["10.0.0.11/24"], (await lab.LinkAsync("alice")).Addresses);
        Assert.Equal(["service/bob/none create"], (await lab.PlanAsync()).Changes.Where(step => step.Id.StartsWith("service/bob", StringComparison.Ordinal)).Select(step => $"{step.Id} {step.Action}"));
    });

    [Theory, RootAndUser]
    public Task AServiceThatIsNeverReadyIsAppliedButUnhealthy(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished late = (await lab.ApplyAsync(NeverReady, "--timeout", "10s")).Exited(6);

        Assert.Contains("service/alice/sleeper", late.Err, StringComparison.Ordinal);
        (await lab.ApplyAsync(NeverReady, "--no-wait")).Exited(0);
    });

    [Theory, RootAndUser]
    public Task WithNoTimeAtAllNothingIsMade(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished late = (await lab.ApplyAsync(Good, "--timeout", "1ms")).Exited(4);

        Assert.Contains("1ms", late.Err.Replace("0.001 s", "1ms", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Null(lab.Pin("alice"));
    });

    [Theory, RootAndUser]
    public Task ASecondOperationIsRefusedAtOnceWhileOneRuns(Who who) => Lab.RunAsync(who, async lab =>
    {
        Running first = lab.Start("apply", lab.Write(NeverReady), "--yes", "--timeout", "60s");
        await Wait.UntilAsync("the apply holds the topology", () => BusyAsync(lab));

        foreach (string[] verb in new[] { new[] { "apply", lab.File, "--yes" }, ["destroy", lab.Topology, "--yes"], ["check", lab.Topology] })
        {
            Finished second = (await lab.RunAsync(verb)).Exited(8);
            Assert.Contains("apply", second.Err, StringComparison.Ordinal);
            // At once: the first, which has a minute, is still at it.
            Assert.True(await BusyAsync(lab));
        }

        // Looking is always allowed.
        await lab.PlanAsync();
        await first.SignalAsync("INT");
        await first.EndAsync();
    });

    [Theory, RootAndUser]
    public Task CtrlCGivesTheTopologyFreeAnd130(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Good)).Exited(0);
        int pid = (await lab.StatusAsync())["service/alice/sleeper"].Pid!.Value;
        Running apply = lab.Start("apply", lab.Write(NeverReady), "--yes");
        await Wait.UntilAsync("the apply holds the topology", () => BusyAsync(lab));

        await apply.SignalAsync("INT");

        // Only the waiting was interrupted, and that is what is said. The engine has let go before it says so.
        Finished ended = (await apply.EndAsync(TimeSpan.FromSeconds(10))).Exited(130);
        Assert.Contains("applied, which stays", ended.Err, StringComparison.Ordinal);
        Assert.False(await BusyAsync(lab));
        Assert.Equal(pid, (await lab.StatusAsync())["service/alice/sleeper"].Pid);
        await lab.ExpectNothingToDoAsync();
        (await lab.ApplyAsync(Good)).Exited(0);
    });

    [Theory, RootAndUser]
    public Task CtrlCInTheMiddleWaitsForTheRollbackAndSaysWhatIsThere(Who who) => Lab.RunAsync(who, async lab =>
    {
        Running apply = lab.Start("apply", lab.Write(Many), "--yes");
        await Wait.UntilAsync("the first namespace is there", () => lab.Pin("n-0") is not null);

        await apply.SignalAsync("INT");

        Finished ended = (await apply.EndAsync(TimeSpan.FromSeconds(30))).Exited(130);
        Assert.Contains("rolled back to nothing", ended.Err, StringComparison.Ordinal);
        Assert.Null(lab.Pin("n-0"));
        (await lab.RunAsync("status", lab.Topology)).Exited(1);
    });

    [Theory, RootAndUser]
    public Task CtrlCTwiceLeavesTheRollbackToTheEngine(Who who) => Lab.RunAsync(who, async lab =>
    {
        Running apply = lab.Start("apply", lab.Write(Many), "--yes");
        await Wait.UntilAsync("the first namespace is there", () => lab.Pin("n-0") is not null);

        await apply.SignalAsync("INT");
        await apply.SignalAsync("TERM");

        (await apply.EndAsync(TimeSpan.FromSeconds(30))).Exited(130);
        await Wait.UntilAsync("everything is as it was", () => lab.Pin("n-0") is null);
        await Wait.UntilAsync("nothing is known of it", async () => (await lab.RunAsync("status", lab.Topology)).ExitCode == 1);
    });

    [Theory, RootAndUser]
    public Task AnotherFileWithTheNameOfARunningTopologyIsRefused(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Good)).Exited(0);
        string before = await lab.FingerprintAsync("alice");

        Finished refused = await lab.RunAsync("apply", lab.Write(Good.Replace("10.0.0.1/", "10.0.0.9/", StringComparison.Ordinal), "other.yaml"), "--yes");

        refused.Exited(1);
        Assert.Contains(lab.File, refused.Err, StringComparison.Ordinal);
        Assert.Contains("other.yaml", refused.Err, StringComparison.Ordinal);
        Assert.Equal(before, await lab.FingerprintAsync("alice"));
    });

    static async Task<bool> BusyAsync(Lab lab)
    {
        Finished status = await lab.RunAsync("status", lab.Topology, "-o", "json");
        return status.ExitCode == 0 && Lab.Parse(status).GetProperty("topologies")[0].TryGetProperty("busy", out JsonElement busy) && busy.ValueKind == JsonValueKind.String;
    }
}
