using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Crash-only: whatever is killed, traffic flows on or is back at once, and nothing a user made is lost.</summary>
[Collection(Alone.Name)]
public class CrashTests
{
    const string Lan = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, services: { sleeper: { run: [sleep, infinity] } } }
          bob: { to: lan, address: [10.0.0.2/24, "fd00::2/64"], gateway: 10.0.0.1 }
        """;

    // The promise is for the published binary; the framework-dependent one must first be compiled each time it starts.
    static TimeSpan BackWithin => TimeSpan.FromMilliseconds(Host.IsAot ? 200 : 1500);

    [Theory, Everyone]
    public Task TheEngineKilledLosesNoPingAndIsFollowedByOneThatAdopts(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string alice = await lab.FingerprintAsync("alice"), bob = await lab.FingerprintAsync("bob");
        int runtime = (await lab.StatusAsync()).RuntimePid;
        Pinging pinging = await Pinging.StartAsync(lab, "alice", "10.0.0.2", 4000);

        for (int i = 0; i < 5; i++)
        {
            int engine = await lab.EnginePidAsync();
            Processes.Kill(engine);
            await Wait.UntilAsync("the engine is gone", () => !Processes.Lives(engine));
            (await lab.RunAsync("apply", lab.File, "--yes", "--no-wait")).Exited(0);
        }

        (int lost, _) = await pinging.EndAsync();
        Assert.Equal(0, lost);
        Assert.Equal(alice, await lab.FingerprintAsync("alice"));
        Assert.Equal(bob, await lab.FingerprintAsync("bob"));
        System.Text.Json.JsonElement report = await lab.ReportAsync();
        Assert.Equal(runtime, new TopologySeen(report.GetProperty("topologies")[0]).RuntimePid);
        string[] adopted = [.. report.GetProperty("engine").GetProperty("adopted").EnumerateArray().Select(it => it.GetString()!)];
        Assert.Equal([$"runtime/{lab.Topology}", $"service/{lab.Topology}/alice/sleeper"], adopted.Order());
        Assert.Contains("adopted", (await lab.RunAsync("status", lab.Topology, "-o", "wide")).Out, StringComparison.OrdinalIgnoreCase);
    });

    [Theory, Everyone]
    public Task TheEngineStoppedLeavesTrafficFlowing(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        Pinging pinging = await Pinging.StartAsync(lab, "alice", "10.0.0.2", 1000);

        (await lab.RunAsync("engine", "stop")).Exited(0);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        (int lost, _) = await pinging.EndAsync();
        Assert.Equal(0, lost);
    });

    [Theory, Everyone]
    public Task TheRuntimeKilledIsBackAtOnceAndConnectionsStay(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "nc");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string alice = await lab.FingerprintAsync("alice"), bob = await lab.FingerprintAsync("bob");
        Running server = lab.StartInside("bob", "nc", "-l", "5000");
        Running client = await ConnectAsync(lab);
        await SayAsync(client, server, "before");
        Pinging pinging = await Pinging.StartAsync(lab, "alice", "10.0.0.2", 3000);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        Processes.Kill(runtime);

        await Wait.UntilAsync("another runtime runs", async () => (await lab.StatusAsync()).Runtime?.GetProperty("pid").GetInt32() is { } pid && pid != runtime);
        (int lost, TimeSpan silence) = await pinging.EndAsync();
        Assert.True(silence < BackWithin, $"no reply for {silence.TotalMilliseconds:0} ms");
        Assert.True(lost < BackWithin.TotalMilliseconds, $"{lost} lost");
        Assert.Equal(alice, await lab.FingerprintAsync("alice"));
        Assert.Equal(bob, await lab.FingerprintAsync("bob"));
        await SayAsync(client, server, "after");
        Assert.Equal(1, (await lab.StatusAsync()).Runtime!.Value.GetProperty("restarts").GetInt32());
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task TheRuntimeKilledIsBackWithoutAnInterfaceThatWasDeletedByHand(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Lan + "\n  carol: { to: lan, address: 10.0.0.3/24 }")).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;
        await lab.IpAsync("bob", "link", "delete", "vde0");

        Processes.Kill(runtime);

        await Wait.UntilAsync("the others reach each other again", () => lab.PingsAsync("alice", "10.0.0.3"));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task TheRuntimeKilledUnderANewEngineIsBackToo(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string bob = await lab.FingerprintAsync("bob");
        Processes.Kill(await lab.EnginePidAsync());
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Pinging pinging = await Pinging.StartAsync(lab, "alice", "10.0.0.2", 2000);

        Processes.Kill((await lab.StatusAsync()).RuntimePid);

        (_, TimeSpan silence) = await pinging.EndAsync();
        Assert.True(silence < BackWithin, $"no reply for {silence.TotalMilliseconds:0} ms");
        Assert.Equal(bob, await lab.FingerprintAsync("bob"));
    });

    [Theory, Everyone]
    public Task BothKilledTogetherComeBackWithTheNextEngine(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string alice = await lab.FingerprintAsync("alice"), bob = await lab.FingerprintAsync("bob");
        int engine = await lab.EnginePidAsync(), runtime = (await lab.StatusAsync()).RuntimePid;

        Processes.Kill(engine);
        Processes.Kill(runtime);
        await Wait.UntilAsync("both are gone", () => !Processes.Lives(engine) && !Processes.Lives(runtime));
        (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(2);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        Assert.Equal(Stable(alice), Stable(await lab.FingerprintAsync("alice")));
        Assert.Equal(Stable(bob), Stable(await lab.FingerprintAsync("bob")));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory]
    [InlineData(Who.User)]
    [InlineData(Who.UserWithIds)]
    public Task TheAnchorKilledLosesNothing(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string alice = await lab.FingerprintAsync("alice");
        int anchor = lab.SleeperPid();
        Pinging pinging = await Pinging.StartAsync(lab, "alice", "10.0.0.2", 1000);

        Processes.Kill(anchor);
        await Wait.UntilAsync("the anchor is gone", () => !Processes.Lives(anchor));
        await Wait.UntilAsync("another anchor runs", () => Processes.With(entry => entry == $"VDEORCH_ANCHOR={lab.RunDirectory}").Any(pid => Processes.CommandLine(pid) is ["vdeorch-anchor", ..]));

        (int lost, _) = await pinging.EndAsync();
        Assert.Equal(0, lost);
        Assert.Equal(alice, await lab.FingerprintAsync("alice"));
        await lab.ExpectNothingToDoAsync();
        Processes.Kill(await lab.EnginePidAsync());
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Equal(alice, await lab.FingerprintAsync("alice"));
    });

    [Theory]
    [InlineData(Who.User)]
    [InlineData(Who.UserWithIds)]
    public Task AnchorAndEngineKilledTheNextEngineFindsTheWayInThroughTheRuntime(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string alice = await lab.FingerprintAsync("alice");
        int engine = await lab.EnginePidAsync(), anchor = lab.SleeperPid();

        Processes.Kill(engine);
        Processes.Kill(anchor);
        await Wait.UntilAsync("both are gone", () => !Processes.Lives(engine) && !Processes.Lives(anchor));
        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.Equal(alice, await lab.FingerprintAsync("alice"));
    });

    [Theory, RootAndUser]
    public Task TheEngineKilledInTheMiddleOfAnApplyIsRepairedByTheNext(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        const string many = """
            switches: { lan: {} }
            namespaces:
              n: { replicas: 40, to: lan, address: "10.0.0.{{ index + 1 }}/24", services: { s: { run: [sleep, infinity] } } }
            """;
        lab.Write(many);
        for (int i = 0; i < 4; i++)
        {
            Running apply = lab.Start("apply", lab.File, "--yes", "-o", "json");
            int wished = 20 + (i * 60);
            await Wait.UntilAsync("the apply is under way", () => apply.HasExited || apply.Output.Split('\n').Length > wished);
            if (!apply.HasExited)
            {
                Processes.Kill(await EnginePidAsync(lab));
            }

            Finished cut = await apply.EndAsync();
            Assert.True(cut.ExitCode is 0 or 1 or 5 or 7, cut.ToString());
        }

        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        await lab.ExpectNothingToDoAsync();
        Assert.True(await lab.PingsAsync("n-0", "10.0.0.40"));
        Assert.Equal(40, Processes.With(entry => entry.StartsWith($"VDEORCH_SERVICE={lab.Topology}/", StringComparison.Ordinal)).Length);
    });

    [Theory, RootAndUser]
    public Task AnEngineWhoseRunDirectoryWasDeletedIsFollowedByOneThatCleansUp(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync("""
            switches: { lan: {} }
            namespaces:
              alice: { to: lan, address: 10.0.0.1/24, services: { s: { run: [sleep, infinity], restart: always } } }
            """)).Exited(0);
        int unreachable = await lab.EnginePidAsync();
        int runtime = (await lab.StatusAsync()).RuntimePid;
        foreach (string entry in Directory.EnumerateFileSystemEntries(lab.RunDirectory).Where(entry => !entry.EndsWith("netns", StringComparison.Ordinal)))
        {
            if (Directory.Exists(entry))
            {
                Directory.Delete(entry, recursive: true);
            }
            else
            {
                File.Delete(entry);
            }
        }

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.False(Processes.Lives(unreachable));
        Assert.False(Processes.Lives(runtime));
        Assert.DoesNotContain(Processes.All(), pid => Processes.Environment(pid).Any(entry => entry.StartsWith("VDEORCH_RUNTIME=", StringComparison.Ordinal) && entry.EndsWith(lab.Topology, StringComparison.Ordinal)));
    });

    [Theory, RootAndUser]
    public Task AServiceThatEndedWhileNoEngineLookedIsStartedByTheNext(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        int service = (await lab.StatusAsync())["service/alice/sleeper"].Pid!.Value;
        Processes.Kill(await lab.EnginePidAsync());
        Processes.Kill(service);
        await Wait.UntilAsync("it has ended", () => !Processes.Lives(service));

        // Any verb that needs an engine starts it.
        (await lab.RunAsync("check", lab.Topology)).Exited(0);

        await Wait.UntilAsync("it runs again", async () => (await lab.StatusAsync())["service/alice/sleeper"].Pid is { } pid && pid != service);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AServiceWhoseNotesWereLostIsKeptAgainFromTheNextApplyOn(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        int service = (await lab.StatusAsync())["service/alice/sleeper"].Pid!.Value;
        Processes.Kill(await lab.EnginePidAsync());
        File.Delete(Path.Combine(lab.RunDirectory, "topologies", lab.Topology, "notes.json"));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Equal(service, (await lab.StatusAsync())["service/alice/sleeper"].Pid);

        Processes.Kill(service);

        await Wait.UntilAsync("it runs again", async () => (await lab.StatusAsync())["service/alice/sleeper"].Pid is { } pid && pid != service);
    });

    [Theory, RootAndUser]
    public Task ARuntimeThatHungWhenTheEngineStartedIsTakenOverByTheNextOperation(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;
        (await lab.RunAsync("engine", "stop")).Exited(0);
        await Processes.SignalAsync(runtime, "STOP");
        (await lab.RunAsync("destroy", "nothing", "--yes")).Exited(1);
        await Processes.SignalAsync(runtime, "CONT");
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Equal(runtime, (await lab.StatusAsync()).RuntimePid);

        Processes.Kill(runtime);

        await Wait.UntilAsync("another runtime runs", async () => (await lab.StatusAsync()).Runtime?.GetProperty("pid").GetInt32() is { } pid && pid != runtime);
    });

    [Fact]
    public Task DestroyRemovesAPinThatAKilledEngineLeftHalfMade() => Lab.RunAsync(Who.Root, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        string half = $"/run/netns/{lab.Topology}.carol", foreign = $"/run/netns/{lab.Topology}.dave";
        await File.WriteAllTextAsync(half, "");
        File.SetUnixFileMode(half, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await File.WriteAllTextAsync(foreign, "");

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.False(File.Exists(half));
        Assert.True(File.Exists(foreign));
        File.Delete(foreign);
    });

    [Theory, RootAndUser]
    public Task AStoppedRuntimeIsReportedAndNothingIsDecided(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        await Processes.SignalAsync(runtime, "STOP");
        try
        {
            Finished plan = await lab.RunAsync("plan", lab.File, "--exit-code");
            plan.Exited(1);
            Assert.Contains(runtime.ToString(System.Globalization.CultureInfo.InvariantCulture), plan.Err, StringComparison.Ordinal);
        }
        finally
        {
            await Processes.SignalAsync(runtime, "CONT");
        }

        await lab.ExpectNothingToDoAsync();
    });

    static async Task<int> EnginePidAsync(Lab lab)
    {
        // The engine is asked while it is busy; it answers all the same.
        Finished status = (await lab.RunAsync("engine", "status", "-o", "json")).Exited(0);
        return Lab.Parse(status).GetProperty("engine").GetProperty("pid").GetInt32();
    }

    // A tap nobody holds loses its carrier, and the kernel notes that in the flags for a while.
    static string Stable(string fingerprint) => System.Text.RegularExpressions.Regex.Replace(fingerprint, "\"(flags|operstate)\":(\\[[^]]*\\]|\"[^\"]*\")", "");

    static async Task<Running> ConnectAsync(Lab lab)
    {
        await Wait.UntilAsync("bob listens", async () => (await lab.RunInsideAsync("bob", "cat", "/proc/net/tcp")).Out.Contains(":1388", StringComparison.Ordinal));
        return lab.StartInside("alice", "nc", "10.0.0.2", "5000");
    }

    static async Task SayAsync(Running from, Running to, string word)
    {
        await from.Input.WriteLineAsync(word);
        await from.Input.FlushAsync();
        await Wait.UntilAsync($"'{word}' arrives", () => to.Output.Contains($"{word}\n", StringComparison.Ordinal));
    }
}
