using System.Collections.Immutable;
using System.Diagnostics;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using Vdeorch.Linux.Processes;
using Xunit;
using static Tmds.Linux.LibC;

namespace Vdeorch.SystemTests.Kernel;

[Collection(KernelCollection.Name)]
public class SpawnerTests
{
    [Fact]
    public async Task ArgumentsEnvironmentAndDirectoryArriveAsGiven()
    {
        Ran ran = await Ran.Of(Ran.Shell("printf '<%s>' \"$@\"; pwd; env | sort", "one two", "", "ü") with
        {
            Environment = [Ran.Path, "GREETING=hello world"],
            WorkingDirectory = "/usr",
        });

        Assert.Equal(0, ran.ExitCode);
        Assert.StartsWith("<one two><><ü>/usr\n", ran.Output, StringComparison.Ordinal);
        Assert.Contains("GREETING=hello world", ran.Lines);
        Assert.DoesNotContain(ran.Lines, line => line.StartsWith("HOME=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StandardInputIsTheOneGiven()
    {
        using Scratch scratch = new();
        await File.WriteAllTextAsync(scratch.At("in"), "spoken", TestContext.Current.CancellationToken);
        using Fd input = Syscalls.Open(scratch.At("in"), O_RDONLY);

        Ran ran = await Ran.Of(Ran.Shell("cat") with { StandardInput = input });

        Assert.Equal("spoken", ran.Output);
    }

    // The numbers below are what the kernel gives next, so sources and targets overlap in every order.
    [Fact]
    public async Task PassedDescriptorsComeInOrderWhateverTheirNumbers()
    {
        using Scratch scratch = new();
        Fd[] files = [.. Enumerable.Range(0, 12).Select(i =>
        {
            File.WriteAllText(scratch.At($"{i}"), $"file{i} ");
            return Syscalls.Open(scratch.At($"{i}"), O_RDONLY);
        })];
        ImmutableArray<Fd> passed = [.. files.Reverse(), files[0]];

        Ran ran = await Ran.Of(Ran.Shell("for i in 3 4 5 6 7 8 9 10 11 12 13 14; do cat /dev/fd/$i; done; ls /proc/self/fd | sort -n | tr '\\n' ' '") with { Pass = passed });

        foreach (Fd file in files)
        {
            file.Dispose();
        }

        string expected = string.Concat(Enumerable.Range(0, 12).Reverse().Select(i => $"file{i} "));
        Assert.StartsWith(expected, ran.Output, StringComparison.Ordinal);
        // 0..2, the thirteen passed, and the one ls itself reads the directory with: nothing of ours.
        Assert.Equal(string.Join(' ', Enumerable.Range(0, 17)), ran.Output[expected.Length..].Trim());
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -TERM $$", 128 + Signals.Term)]
    public async Task TheExitCodeSaysHowItEnded(string script, int exitCode) => Assert.Equal(exitCode, (await Ran.Of(script)).ExitCode);

    [Fact]
    public void AProgramThatIsNotThereIsNamedAndLeavesNoChild()
    {
        LinuxException thrown = Assert.Throws<LinuxException>(() => Spawner.Spawn(Ran.Shell("true") with { Program = "/nowhere/at-all" }));

        Assert.Equal("execve on '/nowhere/at-all': No such file or directory (ENOENT)", thrown.Message);
        Assert.Empty(Children());
    }

    [Fact]
    public void EveryStepThatFailsIsNamedWithItsSubject()
    {
        SpawnRequest good = Ran.Shell("true");
        using Fd file = Syscalls.Open("/dev/null", O_RDWR);

        Assert.StartsWith("chdir on '/nowhere'", Failure(good with { WorkingDirectory = "/nowhere" }), StringComparison.Ordinal);
        Assert.StartsWith("setns(CLONE_NEWUSER) on 'user namespace': Invalid argument (EINVAL)", Failure(good with { JoinUser = file }), StringComparison.Ordinal);
        Assert.StartsWith("setns(CLONE_NEWNS) on 'mount namespace'", Failure(good with { JoinMount = file }), StringComparison.Ordinal);
        Assert.StartsWith("setns(CLONE_NEWNET) on 'network namespace'", Failure(good with { JoinNet = file }), StringComparison.Ordinal);
        Assert.StartsWith("mount(MS_BIND) on '/nowhere on /etc'", Failure(good with { Binds = [new("/", "/mnt"), new("/nowhere", "/etc")] }), StringComparison.Ordinal);
        Assert.StartsWith("execve on '/etc/passwd': Permission denied (EACCES)", Failure(good with { Program = "/etc/passwd" }), StringComparison.Ordinal);
        Assert.StartsWith("execve on 'no-such-program'", Failure(good with { Program = "no-such-program" }), StringComparison.Ordinal);
        Assert.Empty(Children());
    }

    [Fact]
    public async Task AProgramWithoutASlashIsFoundInTheEnvironmentsPath()
    {
        using Scratch scratch = new();
        Directory.CreateSymbolicLink(scratch.At("only-here"), "/bin/echo");

        Ran ran = await Ran.Of(Ran.Shell("") with { Program = "only-here", Arguments = ["echo", "found"], Environment = [$"PATH=/nowhere:/etc/passwd:{scratch.Path}"] });

        Assert.Equal("found\n", ran.Output);
    }

    [Fact]
    public async Task SignalsAreAsAProgramExpectsThem()
    {
        Ran ran = await Ran.Of(Ran.Shell("") with { Program = "/bin/cat", Arguments = ["cat", "/proc/self/status"] });

        string[] signals = [.. ran.Lines.Where(line => line.StartsWith("SigBlk", StringComparison.Ordinal) || line.StartsWith("SigIgn", StringComparison.Ordinal) || line.StartsWith("SigCgt", StringComparison.Ordinal))];
        Assert.All(signals, line => Assert.EndsWith("\t0000000000000000", line, StringComparison.Ordinal));
        Assert.Equal(3, signals.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ANewSessionIsLedByTheProcess(bool newSession)
    {
        Ran ran = await Ran.Of(Ran.Shell("cut -d' ' -f1,6 /proc/$$/stat") with { NewSession = newSession });

        string[] ids = ran.Output.Trim().Split(' ');
        Assert.Equal(newSession, ids[0] == ids[1]);
    }

    [Fact]
    public async Task BindsAreSeenByTheProcessAlone()
    {
        using Scratch scratch = new();
        await File.WriteAllTextAsync(scratch.At("resolv.conf"), "nameserver 192.0.2.1\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(scratch.At("target"), "as before\n", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(scratch.At("link"), scratch.At("target"));

        Ran ran = await Ran.Of(Ran.Shell($"cat {scratch.At("target")}") with { Binds = [new(scratch.At("resolv.conf"), scratch.At("link"))] });

        Assert.Equal("nameserver 192.0.2.1\n", ran.Output);
        Assert.Equal("as before\n", await File.ReadAllTextAsync(scratch.At("target"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WhatIsNotToBeWrittenIsReadOnlyForTheProcessAlone()
    {
        using Scratch scratch = new();
        Directory.CreateDirectory(scratch.At("own"));
        Directory.CreateDirectory(scratch.At("place"));
        Directory.CreateDirectory(scratch.At("other"));

        Ran ran = await Ran.Of(Ran.Shell($"echo mine > {scratch.At("place")}/file; echo no > {scratch.At("other")}/file; echo 1 > /proc/sys/net/ipv4/ip_forward; echo > /dev/null && echo done") with
        {
            Binds = [new(scratch.At("own"), scratch.At("place"))],
            Writable = [scratch.At("place")],
        });

        Assert.Equal(2, ran.Lines.Count(line => line.EndsWith("Read-only file system", StringComparison.Ordinal)));
        Assert.Contains("done", ran.Lines);
        Assert.Equal("mine\n", await File.ReadAllTextAsync(scratch.At("own/file"), TestContext.Current.CancellationToken));
        await File.WriteAllTextAsync(scratch.At("other/file"), "yes", TestContext.Current.CancellationToken);
        Assert.StartsWith("mount_setattr on '/etc'", Failure(Ran.Shell("true") with { Binds = [new("/", "/mnt")], Writable = ["/etc"] }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrivilegesAreWhatTheRequestSays()
    {
        const string Show = "grep -E '^(CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs):' /proc/self/status | cut -f2 | tr '\\n' ' '; id -u; id -g; id -G";
        const string Net = "0000000000003400";
        const string No = "0000000000000000";
        string all = (await Ran.Of("grep CapPrm /proc/self/status | cut -f2")).Output.Trim();

        Assert.Equal($"{all} {all} {all} {all} {all} 0 0\n0\n0\n", (await Ran.Of(Ran.Shell(Show) with { Privileges = Privileges.AmbientAll, RunAs = (0, 0) })).Output);
        Assert.Equal($"{all} {all} {all} {all} {all} 0 65534\n65533\n65533\n", (await Ran.Of(Ran.Shell(Show) with { Privileges = Privileges.AmbientAll, RunAs = (65534, 65533) })).Output);
        Assert.Equal($"{Net} {Net} {Net} {Net} {Net} 1 65534\n65534\n65534\n", (await Ran.Of(Ran.Shell(Show) with { Privileges = Privileges.AmbientNet, RunAs = (65534, 65534) })).Output);
        Assert.StartsWith($"{Net} {Net} {Net} {Net} {Net} 1 0\n", (await Ran.Of(Ran.Shell(Show) with { Privileges = Privileges.AmbientNet })).Output, StringComparison.Ordinal);
        Assert.Equal($"{No} {No} {No} {No} {No} 1 65534\n65534\n65534\n", (await Ran.Of(Ran.Shell(Show) with { Privileges = Privileges.None, RunAs = (65534, 65534) })).Output);
        Assert.StartsWith($"{No} {No} {No} {No} {No} 1 0\n", (await Ran.Of(Ran.Shell(Show) with { Privileges = Privileges.None })).Output, StringComparison.Ordinal);
        Assert.Equal($"{No} {No} {No} {all} {No} 0 65534\n65534\n65534\n", (await Ran.Of(Ran.Shell(Show) with { RunAs = (65534, 65534) })).Output);
    }

    [Fact]
    public async Task ChangingTheChildsUserLeavesOurOwnProcessDumpable()
    {
        long before = Syscalls.Raw(SyscallNumbers.Prctl, Linux.Native.Kernel.GetDumpable);

        await Ran.Of(Ran.Shell("true") with { RunAs = (65534, 65534), Privileges = Privileges.None });

        Assert.Equal(1, before);
        Assert.Equal(before, Syscalls.Raw(SyscallNumbers.Prctl, Linux.Native.Kernel.GetDumpable));
    }

    [Fact]
    public async Task FiveHundredSpawnsSurviveCollectionsOnEveryThread()
    {
        const int Threads = 4;
        const int Each = 125;
        // The first spawn, collection and thread may open what stays.
        await Ran.Of(Ran.Shell("true"));
        // What tests before this one forgot is closed by the first collection.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        int[] descriptorsBefore = Descriptors();
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Thread collector = new(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true);
                // Without a pause the collections leave two processors no time for anything else.
                Thread.Sleep(1);
            }
        });
        collector.Start();
        int[] wrong = new int[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                // Only this frame refers to it while the child runs: a stack walk that skipped the frame would lose it.
                string[] kept = [$"{t}-{i}", .. Enumerable.Range(0, 20).Select(n => new string((char)('a' + n), 30))];
                int pid = Spawner.Spawn(new SpawnRequest { Program = "/bin/sh", Arguments = ["sh", "-c", $"exit {i}"], Environment = [] });
                bool isIntact = kept[0] == $"{t}-{i}" && kept[20] == new string('t', 30);
                wrong[t] += isIntact && Syscalls.WaitForChild(pid) == i ? 0 : 1;
            }
        }))];

        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        bool ended = threads.All(thread => thread.Join(TimeSpan.FromSeconds(60)));
        await enough.CancelAsync();
        collector.Join();

        Assert.True(ended, "a spawn never came back");
        Assert.All(wrong, count => Assert.Equal(0, count));
        Assert.Empty(Children());
        Assert.Equal(descriptorsBefore.Length, Descriptors().Length);
    }

    [Fact]
    public void ASpawnCostsMilliseconds()
    {
        SpawnRequest request = new() { Program = "/bin/true", Arguments = ["true"], Environment = [], NewSession = true, Privileges = Privileges.AmbientNet };
        Syscalls.WaitForChild(Spawner.Spawn(request));
        Stopwatch watch = Stopwatch.StartNew();
        const int Count = 100;
        TimeSpan spawning = default;
        for (int i = 0; i < Count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int pid = Spawner.Spawn(request);
            spawning += Stopwatch.GetElapsedTime(start);
            Syscalls.WaitForChild(pid);
        }

        TestContext.Current.SendDiagnosticMessage($"spawn {spawning.TotalMilliseconds / Count:F3} ms, with the process's whole life {watch.Elapsed.TotalMilliseconds / Count:F3} ms");
        Assert.InRange(watch.Elapsed.TotalMilliseconds / Count, 0, 20);
    }

    static string Failure(SpawnRequest request) => Assert.Throws<LinuxException>(() => Spawner.Spawn(request)).Message;

    static int[] Descriptors() => [.. Directory.GetFileSystemEntries("/proc/self/fd").Select(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture))];

    static int[] Children() => [.. ProcFs.Pids().Where(pid => File.Exists($"/proc/{pid}/stat") && ParentOf(pid) == Environment.ProcessId)];

    static int ParentOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
