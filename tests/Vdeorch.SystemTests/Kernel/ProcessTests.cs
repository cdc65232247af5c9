using System.Diagnostics;
using Vdeorch.Linux.Processes;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Kernel;

[Collection(KernelCollection.Name)]
public class ProcessTests
{
    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AKilledProcessIsReapedAndItsSignalTold()
    {
        int pid = Sleeper();
        using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
        Task<int?> exit = process.WaitForExitAsync(Cancelled);
        Assert.False(process.HasExited);

        Assert.True(process.Signal(Signals.Kill));

        Assert.Equal(128 + Signals.Kill, await exit);
        Assert.True(process.HasExited);
        Assert.False(process.Signal(Signals.Term));
        Assert.Null(ProcessHandle.TryOpen(pid));
        Assert.Equal(128 + Signals.Kill, await process.WaitForExitAsync(Cancelled));
    }

    [Fact]
    public async Task AProcessThatIsNotOurChildEndsWithoutAStatus()
    {
        Ran ran = await Ran.Of("sleep 60 >/dev/null 2>&1 & echo $!");
        using ProcessHandle process = ProcessHandle.TryOpen(int.Parse(ran.Output, System.Globalization.CultureInfo.InvariantCulture))!;
        Task<int?> exit = process.WaitForExitAsync(Cancelled);

        process.Signal(Signals.Term);

        Assert.Null(await exit);
    }

    [Fact]
    public async Task AGroupIsKilledWithItsGrandchildrenAlsoAfterItsLeader()
    {
        using ProcessHandle leader = ProcessHandle.TryOpen(Spawner.Spawn(Ran.Shell("sleep 61 & sleep 61 & wait") with { NewSession = true }))!;
        int[] members = await Eventually<int[]>(() => [.. ProcFs.Pids().Where(pid => ProcFs.CommandLine(pid) is ["sleep", "61"])], found => found.Length == 2);
        leader.Signal(Signals.Kill);
        Assert.Equal(128 + Signals.Kill, await leader.WaitForExitAsync(Cancelled));

        Assert.True(leader.SignalGroup(Signals.Kill));

        await Eventually(() => members.Count(pid => ProcFs.CommandLine(pid).Length > 0), count => count == 0);
        await Eventually(() => leader.SignalGroup(Signals.Kill), isThere => !isThere);
    }

    [Fact]
    public async Task OneWaitThatIsCancelledLeavesTheOthers()
    {
        using ProcessHandle process = ProcessHandle.TryOpen(Sleeper())!;
        using CancellationTokenSource impatient = new();
        Task<int?> patient = process.WaitForExitAsync(Cancelled);
        Task<int?> other = process.WaitForExitAsync(impatient.Token);

        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        process.Signal(Signals.Kill);
        Assert.Equal(128 + Signals.Kill, await patient);
    }

    [Fact]
    public async Task ManyProcessesAreWaitedForAtOnceAndLeaveNoZombie()
    {
        ProcessHandle[] processes = [.. Enumerable.Range(0, 100).Select(i => ProcessHandle.TryOpen(Spawner.Spawn(Ran.Shell($"exit {i}")))!)];

        int?[] exits = await Task.WhenAll(processes.Select(process => process.WaitForExitAsync(Cancelled)));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (int?)i), exits);
        Assert.DoesNotContain(processes, process => ProcFs.IsZombie(process.Pid));
        foreach (ProcessHandle process in processes)
        {
            process.Dispose();
        }
    }

    [Fact]
    public async Task WhoWaitsOnAHandleThatIsDisposedIsCancelled()
    {
        int pid = Sleeper();
        ProcessHandle process = ProcessHandle.TryOpen(pid)!;
        Task<int?> exit = process.WaitForExitAsync(Cancelled);

        process.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exit);
        using ProcessHandle again = ProcessHandle.TryOpen(pid)!;
        again.Signal(Signals.Kill);
        await again.WaitForExitAsync(Cancelled);
    }

    [Fact]
    public async Task ProcTellsWhatAProcessIs()
    {
        int pid = Spawner.Spawn(new SpawnRequest
        {
            Program = "/bin/sleep",
            Arguments = ["a name", "62"],
            Environment = ["VDEORCH_SERVICE=lab/web", "EMPTY=", "PADDING=VDEORCH_SERVICE=other"],
            RunAs = (65534, 65534),
        });
        using ProcessHandle process = ProcessHandle.TryOpen(pid)!;

        Assert.Contains(pid, ProcFs.Pids());
        // execve(2) closes what is to be closed, by which Spawn knows that it succeeded, a moment before the new memory has its arguments and its environment.
        await Wait.UntilAsync("the kernel has put the arguments in place", () => !ProcFs.CommandLine(pid).IsEmpty);
        Assert.Equal(["a name", "62"], ProcFs.CommandLine(pid));
        Assert.Equal("lab/web", ProcFs.Environment(pid)!["VDEORCH_SERVICE"]);
        Assert.Equal("", ProcFs.Environment(pid)!["EMPTY"]);
        Assert.True(ProcFs.EnvironmentContains(pid, "VDEORCH_SERVICE=lab/web"u8));
        Assert.True(ProcFs.EnvironmentContains(pid, "PADDING=VDEORCH_SERVICE=other"u8));
        Assert.False(ProcFs.EnvironmentContains(pid, "VDEORCH_SERVICE=lab/we"u8));
        Assert.False(ProcFs.EnvironmentContains(pid, "VDEORCH_SERVICE=other"u8));
        Assert.Equal(65534u, ProcFs.Uid(pid));
        Assert.InRange(ProcFs.PssKiB(pid)!.Value, 1, 100_000);
        Assert.True(ProcFs.StartTime(pid) > ProcFs.StartTime(1));
        Assert.Equal(ProcFs.Namespace(Environment.ProcessId, "net"), ProcFs.Namespace(pid, "net"));
        using (Vdeorch.Linux.Io.Fd? ns = ProcFs.OpenNamespace(pid, "net"))
        {
            Assert.NotNull(ns);
        }

        process.Signal(Signals.Kill);
        await Eventually(() => ProcFs.IsZombie(pid), isZombie => isZombie);
        await process.WaitForExitAsync(Cancelled);
        Assert.Null(ProcFs.StartTime(pid));
        Assert.Null(ProcFs.Environment(pid));
        Assert.Null(ProcFs.Namespace(pid, "net"));
        Assert.Null(ProcFs.OpenNamespace(pid, "net"));
        Assert.Null(ProcFs.PssKiB(pid));
        Assert.Null(ProcFs.Uid(pid));
        Assert.Empty(ProcFs.CommandLine(pid));
        Assert.False(ProcFs.IsZombie(pid));
    }

    [Fact]
    public async Task ScanningEveryEnvironmentCostsMicrosecondsAProcess()
    {
        ProcessHandle[] processes = [.. Enumerable.Range(0, 200).Select(_ => ProcessHandle.TryOpen(Sleeper())!)];
        _ = ProcFs.Pids().Count(pid => ProcFs.EnvironmentContains(pid, "VDEORCH_TEST=sleeper"u8));
        Stopwatch watch = Stopwatch.StartNew();

        int found = ProcFs.Pids().Count(pid => ProcFs.EnvironmentContains(pid, "VDEORCH_TEST=sleeper"u8));

        TimeSpan took = watch.Elapsed;
        int all = ProcFs.Pids().Count();
        foreach (ProcessHandle process in processes)
        {
            process.Signal(Signals.Kill);
            await process.WaitForExitAsync(Cancelled);
            process.Dispose();
        }

        TestContext.Current.SendDiagnosticMessage($"scan of {all} processes {took.TotalMilliseconds:F2} ms");
        Assert.Equal(200, found);
        Assert.InRange(took.TotalMilliseconds, 0, 100);
    }

    static int Sleeper() => Spawner.Spawn(new SpawnRequest { Program = "/bin/sleep", Arguments = ["sleep", "60"], Environment = ["VDEORCH_TEST=sleeper"] });

    internal static async Task<T> Eventually<T>(Func<T> observe, Func<T, bool> isSo)
    {
        Stopwatch watch = Stopwatch.StartNew();
        T seen;
        while (!isSo(seen = observe()))
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"never came to be; last seen {seen}");
            await Task.Delay(5, Cancelled);
        }

        return seen;
    }
}
