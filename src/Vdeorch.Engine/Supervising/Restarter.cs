using System.Globalization;
using Vdeorch.Linux;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Supervising;

/// <summary>Whose process it is. All of it is called within the turn.</summary>
internal interface IRestartable
{
    /// <param name="code">Null: not our child, its exit code is lost.</param>
    /// <returns>Whether it is to be started again.</returns>
    bool HasEnded(ProcessHandle process, int? code);

    /// <param name="how">It ended, for people.</param>
    void Waits(string how, TimeSpan delay);

    /// <summary>Starts another one and has it watched.</summary>
    /// <exception cref="LinuxException">Also <see cref="Observing.RuntimeRefusedException"/> and what files throw: it is tried again, later.</exception>
    void Start();

    void StartFailed(string why);
}

/// <summary>
/// Watches one process and has another started when it ends, for as long as it is wanted: after pauses that grow with each that did not last.
/// Owns the process's handle. Its members belong to whoever has the turn, but for what only tells.
/// </summary>
internal sealed class Restarter(IRestartable whose, Lock turn, TimeProvider clock, bool firstIsFree)
{
    static readonly TimeSpan s_lastBreath = TimeSpan.FromMilliseconds(200);

    readonly BackOff _backOff = new(clock, firstIsFree);

    /// <summary>Null before the first, and after it was let go.</summary>
    public ProcessHandle? Process { get; private set; }

    public bool IsRunning => Process is { HasExited: false };

    public bool IsWanted { get; set; }

    public int Restarts { get; private set; }

    /// <summary>Starts in a row that did not last.</summary>
    public int Failures => _backOff.Failures;

    /// <inheritdoc cref="BackOff.IsFresh"/>
    public bool IsFresh => _backOff.IsFresh;

    /// <summary>From now on this is the one. One that was watched before is not ours any more.</summary>
    public void Watch(ProcessHandle process)
    {
        Process = process;
        _ = RestartWhenItEndsAsync(process);
    }

    /// <summary>The same, and the time that it lasts begins.</summary>
    public void WatchNew(int pid)
    {
        Watch(ProcessHandle.TryOpen(pid)!);
        _backOff.Started();
    }

    /// <summary>Has another one started without waiting for its turn.</summary>
    public void RestartNow()
    {
        Restarts++;
        whose.Start();
    }

    /// <returns>The process that was watched, which is the caller's now.</returns>
    public ProcessHandle? LetGo()
    {
        ProcessHandle? process = Process;
        Process = null;
        return process;
    }

    /// <summary>Whether it is wanted and there is none, or it ends within a moment: a dying process closes its sockets before it counts as exited.</summary>
    public bool IsMissing => IsWanted && (Process?.WaitForExitAsync(CancellationToken.None).Wait(s_lastBreath) ?? true);

    /// <summary>Lets go of the process and ends it; the handle is closed.</summary>
    /// <param name="patience">How long it may take to go by itself; then, and for as long again, to be gone.</param>
    /// <returns>False when none ran.</returns>
    public bool End(TimeSpan patience, bool gently)
    {
        if (LetGo() is not { } process)
        {
            return false;
        }

        bool ran = !process.HasExited;
        if (ran && !(gently && process.WaitForExitAsync(CancellationToken.None).Wait(patience)))
        {
            process.Signal(Signals.Kill);
        }

        // Which also reaps it.
        process.WaitForExitAsync(CancellationToken.None).Wait(patience);
        process.Dispose();
        return ran;
    }

    /// <summary>Kills the process, and waits until it is gone; whoever watches it has another started, unless <see cref="RestartNow"/> comes first.</summary>
    public void Kill(TimeSpan patience)
    {
        Process?.Signal(Signals.Kill);
        Process?.WaitForExitAsync(CancellationToken.None).Wait(patience);
    }

    async Task RestartWhenItEndsAsync(ProcessHandle process)
    {
        int? code;
        try
        {
            // Not on the thread that has it watched, which has the turn, and is not done with starting it.
            code = await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
        catch (OperationCanceledException)
        {
            // It was let go of.
            return;
        }

        string how = code is { } known ? string.Create(CultureInfo.InvariantCulture, $"exit {known}") : "exit unknown";
        while (Decide(process, code, how) is { } delay)
        {
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, clock);
            }

            if (Retry(process) is not { } failed)
            {
                return;
            }

            how = failed;
        }
    }

    /// <returns>Null: nothing is to be started.</returns>
    TimeSpan? Decide(ProcessHandle process, int? code, string how)
    {
        lock (turn)
        {
            if (!IsWanted || Process != process)
            {
                return null;
            }

            if (!whose.HasEnded(process, code))
            {
                IsWanted = false;
                return null;
            }

            TimeSpan delay = _backOff.Next();
            whose.Waits(how, delay);
            return delay;
        }
    }

    /// <returns>Why it could not be started; null when there is nothing more to do.</returns>
    string? Retry(ProcessHandle process)
    {
        lock (turn)
        {
            if (!IsWanted || Process != process)
            {
                return null;
            }

            try
            {
                RestartNow();
                process.Dispose();
                return null;
            }
            catch (Exception failed) when (failed is LinuxException or Observing.RuntimeRefusedException or IOException or UnauthorizedAccessException)
            {
                whose.StartFailed(failed.Message);
                // One that was started by half goes, and whoever watches it sees that it is not ours.
                if (Process != process)
                {
                    Process?.Signal(Signals.Kill);
                    Process = process;
                }

                return failed.Message;
            }
        }
    }
}
