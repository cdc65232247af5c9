using System.Net.Sockets;
using System.Text;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>The engine itself: in the background by itself, in the foreground when asked, one per run directory.</summary>
public class EngineTests
{
    const string Lan = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
          bob: { to: lan, address: 10.0.0.2/24 }
        """;

    [Theory, RootAndUser]
    public Task ItsLogIsReadByAVerb(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.RunAsync("engine", "logs")).Exited(1);
        (await lab.ApplyAsync("switches: { lan: {} }")).Exited(0);

        Finished log = (await lab.RunAsync("engine", "logs")).Exited(0);

        Assert.Matches($"(?m)^[0-9T:.-]+Z info: {lab.Topology}: apply ended with 0$", log.Out);
    });

    [Theory, Everyone]
    public Task ItRunsInTheForegroundAndEndsWhenTold(Who who) => Lab.RunAsync(who, async lab =>
    {
        Running engine = lab.Start("engine", "run");
        await Wait.UntilAsync("it answers", async () => (await lab.RunAsync("engine", "status")).ExitCode == 0);
        (await lab.ApplyAsync(Lan)).Exited(0);

        (await lab.RunAsync("engine", "stop")).Exited(0);

        Finished ended = (await engine.EndAsync(TimeSpan.FromSeconds(10))).Exited(0);
        Assert.Empty(ended.Out);
        Assert.Contains("stopped", ended.Err, StringComparison.Ordinal);
        (await lab.RunAsync("engine", "status")).Exited(1);
        Assert.NotNull(lab.Pin("alice"));
    });

    [Theory, RootAndUser]
    public Task CtrlCEndsTheForegroundEngineAndLeavesTheNetwork(Who who) => Lab.RunAsync(who, async lab =>
    {
        Running engine = lab.Start("engine", "run");
        await Wait.UntilAsync("it answers", async () => (await lab.RunAsync("engine", "status")).ExitCode == 0);
        (await lab.ApplyAsync(Lan)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        // As a terminal does: the whole foreground, also the part of it that is inside.
        foreach (int pid in new[] { engine.Pid, await lab.EnginePidAsync() }.Distinct())
        {
            await Processes.SignalAsync(pid, "INT");
        }

        await engine.EndAsync(TimeSpan.FromSeconds(10));
        Assert.True(Processes.Lives(runtime));
    });

    [Theory, RootAndUser]
    public Task AServiceManagerHearsWhenItIsReadyAndWhenItStops(Who who) => Lab.RunAsync(who, async lab =>
    {
        string path = $"{lab.Files}/notify";
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, (UnixFileMode)0x1b6);

        Running engine = lab.Keep(Running.Start(["env", $"NOTIFY_SOCKET={path}", .. lab.Command("engine", "run")], lab.Environment, lab.Files));

        Assert.Equal("READY=1", await HearAsync(manager));
        (await lab.RunAsync("engine", "status")).Exited(0);
        (await lab.RunAsync("engine", "stop")).Exited(0);
        Assert.Equal("STOPPING=1", await HearAsync(manager));
        // Ended in the middle of it, it would leave its anchor.
        await engine.EndAsync();
    });

    static async Task<string> HearAsync(Socket manager)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(20));
        byte[] buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer, deadline.Token));
    }

    [Theory, RootAndUser]
    public Task ASecondEngineInARunDirectoryIsRefused(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        int pid = await lab.EnginePidAsync();

        Finished second = (await lab.RunAsync("engine", "run")).Exited(7);

        Assert.Contains(lab.RunDirectory, second.Err, StringComparison.Ordinal);
        Assert.Equal(pid, await lab.EnginePidAsync());
    });

    [Theory, RootAndUser]
    public Task AVerbThatComesWhileTheEngineStopsIsDoneByTheNext(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);

        for (int i = 0; i < 20; i++)
        {
            Task<Finished> stopping = lab.RunAsync("engine", "stop");
            (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
            await stopping;
        }
    });

    [Theory, Everyone]
    public Task VerbsThatComeAtOnceShareOneEngine(Who who) => Lab.RunAsync(who, async lab =>
    {
        string[] files = [.. Enumerable.Range(0, 4).Select(i =>
        {
            string file = Path.Combine(lab.Files, $"{i}.yaml");
            File.WriteAllText(file, $"topology: {lab.Topology}{(char)('a' + i)}\n{Lan}");
            return file;
        })];

        Finished[] applied = await Task.WhenAll(files.Select(file => lab.RunAsync("apply", file, "--yes")));

        Assert.All(applied, it => it.Exited(0));
        Assert.Single(Processes.All(), pid => Processes.CommandLine(pid) is ["vdeorch", "engine", "run", ..] && Processes.Environment(pid).Contains($"VDEORCH_RUN_DIR={lab.RunDirectory}"));
    });

    [Fact]
    public Task TwoUsersDoNotDisturbEachOther() => Lab.RunAsync(Who.User, one => Lab.BesideAsync(Who.UserWithIds, async two =>
    {
        Host.Needs("ip", "ping");
        Finished[] applied = await Task.WhenAll(one.ApplyAsync(Lan), two.ApplyAsync(Lan));
        Assert.All(applied, it => it.Exited(0));

        Assert.True(await one.PingsAsync("alice", "10.0.0.2"));
        Assert.True(await two.PingsAsync("alice", "10.0.0.2"));
        (await one.RunAsync("status", two.Topology)).Exited(1);
        (await one.RunAsync("destroy", one.Topology, "--yes")).Exited(0);
        Assert.True(await two.PingsAsync("alice", "10.0.0.2"));
    }));

    [Fact]
    public Task ARunDirectoryOfSomebodyElseIsRefused() => Lab.RunAsync(Who.User, async lab =>
    {
        Assert.SkipUnless(Host.IsRoot, "only root can make a directory of somebody else's");
        Directory.CreateDirectory(lab.RunDirectory);
        try
        {
            Finished refused = (await lab.ApplyAsync(Lan)).Exited(7);
            Assert.Contains(lab.RunDirectory, refused.Err, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(lab.RunDirectory, recursive: true);
        }
    });

    [Theory, RootAndUser]
    public Task ADestroyLeavesNoEngineThatWasNotThereAndHasNothingToKeep(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.RunAsync("destroy", "nothing-of-that-name", "--yes")).Exited(1);
        (await lab.RunAsync("engine", "status")).Exited(1);

        (await lab.ApplyAsync("switches: { lan: {} }\nnamespaces: { alice: { to: lan } }")).Exited(0);
        (await lab.RunAsync("engine", "stop")).Exited(0);
        (await lab.RunAsync("destroy", "nothing-of-that-name", "--yes")).Exited(1);
        // There is one to keep: it goes on being supervised.
        (await lab.RunAsync("engine", "status")).Exited(0);

        (await lab.RunAsync("engine", "stop")).Exited(0);
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        (await lab.RunAsync("engine", "status")).Exited(1);
    });

    [Theory, RootAndUser]
    public Task ADestroyLeavesAnEngineThatWasThere(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync("switches: { lan: {} }")).Exited(0);
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        (await lab.RunAsync("engine", "status")).Exited(0);
    });

    [Fact]
    public Task WhatRunsInTheRunDirectoryOfAnotherUserIsSaidToBeHis() => Lab.RunAsync(Who.UserWithIds, one => Lab.BesideAsync(Who.User, async two =>
    {
        (await one.ApplyAsync("switches: { lan: {} }\nnamespaces: { alice: { to: lan } }")).Exited(0);
        Dictionary<string, string?> theirs = two.Environment;
        theirs["VDEORCH_RUN_DIR"] = one.RunDirectory;
        foreach (string[] words in (string[][])[["status"], ["status", one.Topology], ["destroy", one.Topology, "--yes"], ["engine", "stop"], ["counters", one.Topology]])
        {
            Finished refused = (await Running.ToEndAsync(two.Command(words), theirs, two.Files)).Exited(7);

            Assert.Contains($"'{one.RunDirectory}' belongs to {one.Environment["USER"]}", refused.Err, StringComparison.Ordinal);
            Assert.Contains("VDEORCH_RUN_DIR", refused.Err, StringComparison.Ordinal);
            Assert.DoesNotContain("kill", refused.Err, StringComparison.Ordinal);
        }
    }));

    [Theory, RootAndUser]
    public Task EngineStopWithoutAnEngineIsFine(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.RunAsync("engine", "stop")).Exited(0);
        (await lab.RunAsync("engine", "status")).Exited(1);
    });
}
