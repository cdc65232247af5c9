using System.Globalization;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>What is told of a process that is kept.</summary>
internal interface IKept
{
    int Restarts { get; }

    /// <summary>Null: it runs, or has finished, or was stopped. Else when it will be started again, for people.</summary>
    string? Waiting { get; }

    /// <summary>Null: it has lasted. Else how it ended last, and how often, for people: it runs again, and that may not be for long.</summary>
    string? Looping { get; }

    /// <summary>Ends it for good.</summary>
    Task StopAsync();
}

/// <summary>Keeps one process as its file says: started, restarted with back-off, or left when it has finished. How it is started and ended, and what is noted of its end, is its kind's.</summary>
internal abstract class ProcessKeeper<TSpec> : IKept, IDisposable, IRestartable
    where TSpec : IResourceSpec
{
    // What ended twice within seconds is no accident.
    const int LoopsAt = 2;
    const int ShownLines = 3;

    string _lastEnd = "";
    long _wroteFrom;

    protected ProcessKeeper(RunDirectory run, string topology, TSpec spec, ILogger log, TimeProvider clock)
    {
        (Run, Topology, Spec, Log, Clock) = (run, topology, spec, log, clock);
        Restarter = new Restarter(this, Turn, clock, firstIsFree: false);
    }

    public TSpec Spec { get; protected set; }

    public int Restarts => Restarter.Restarts;

    public bool IsRunning => Restarter.IsRunning;

    public string? Waiting { get; private set; }

    public string? Looping
    {
        get
        {
            lock (Turn)
            {
                return Waiting is null && Restarter.IsFresh && Restarter.Failures >= LoopsAt ? $"started again: {_lastEnd}" : null;
            }
        }
    }

    protected RunDirectory Run { get; }

    protected string Topology { get; }

    protected ILogger Log { get; }

    protected TimeProvider Clock { get; }

    /// <summary>Whoever changes anything here has it.</summary>
    protected Lock Turn { get; } = new();

    protected Restarter Restarter { get; }

    /// <summary>When it is started again.</summary>
    protected abstract RestartPolicy Policy { get; }

    /// <summary>The file that it writes to.</summary>
    protected abstract string Output { get; }

    /// <summary>Starts it, within the turn; what was noted of an end before is forgotten.</summary>
    /// <returns>Its pid, which is watched from now on: first of all, since where something of it cannot be noted it is still ours to end.</returns>
    protected abstract int Launch();

    /// <summary>Within the turn, when it is watched.</summary>
    protected virtual void NoteStart(int pid)
    {
    }

    /// <summary>Ends it, and all that it started; waits until it is gone.</summary>
    protected abstract Task EndAsync(ProcessHandle process);

    /// <summary>Notes that it has ended and stays so.</summary>
    protected abstract void NoteEnd(int code);

    /// <summary>It is not wanted any more: nothing of it is left on the host but its logs.</summary>
    protected abstract void Forget();

    /// <summary>It has ended and is started again: what it left behind goes.</summary>
    protected virtual void CleanUp(ProcessHandle process)
    {
    }

    /// <summary>Starts it unless it runs; ends a back-off.</summary>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    /// <exception cref="IOException">Something that it needs is not there.</exception>
    public void Start()
    {
        lock (Turn)
        {
            if (!IsRunning)
            {
                Restarter.IsWanted = true;
                Begin();
            }
        }
    }

    /// <summary>Takes over the process that runs.</summary>
    public void Adopt(int pid)
    {
        lock (Turn)
        {
            if (ProcessHandle.TryOpen(pid) is { } process)
            {
                Restarter.IsWanted = true;
                Restarter.Watch(process);
                Log.Adopted(Topology, Spec.Id, pid);
            }
        }
    }

    /// <summary>A new policy, say, for a process that goes on as it is.</summary>
    public void Change(TSpec spec)
    {
        lock (Turn)
        {
            Spec = spec;
        }
    }

    public async Task StopAsync()
    {
        ProcessHandle? process;
        lock (Turn)
        {
            Restarter.IsWanted = false;
            Waiting = null;
            process = Restarter.LetGo();
        }

        if (process is { HasExited: false })
        {
            await EndAsync(process);
            Log.Stopped(Topology, Spec.Id);
        }

        Forget();
    }

    /// <summary>Lets go and leaves it running.</summary>
    public void Dispose()
    {
        lock (Turn)
        {
            Restarter.IsWanted = false;
            Restarter.LetGo()?.Dispose();
        }
    }

    bool IRestartable.HasEnded(ProcessHandle process, int? code)
    {
        // An exit code that is lost, of one that was adopted, counts as a failure.
        if (Policy == RestartPolicy.Always || (Policy == RestartPolicy.OnFailure && code != 0))
        {
            CleanUp(process);
            return true;
        }

        NoteEnd(code ?? 1);
        Log.Finished(Topology, Spec.Id, code is { } known ? string.Create(CultureInfo.InvariantCulture, $"exit {known}") : "exit unknown");
        return false;
    }

    void IRestartable.Waits(string how, TimeSpan delay)
    {
        string wrote = Wrote();
        string many = Restarter.Failures == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{Restarter.Failures} times in a row");
        string said = wrote.Length == 0 ? "" : $": {wrote}";
        _lastEnd = $"{how}, {many}{said}";
        Waiting = string.Create(CultureInfo.InvariantCulture, $"{how}, {many}, next start in {delay.TotalSeconds:0.#} s{said}");
        Log.Ended(Topology, Spec.Id, how, delay);
    }

    void IRestartable.Start() => Begin();

    void IRestartable.StartFailed(string why) => Log.StartFailed(Topology, Spec.Id, why);

    /// <summary>The last lines that it has written since it was started.</summary>
    protected string Wrote() => LogFile.End(Output, _wroteFrom, ShownLines);

    // Under the lock.
    void Begin()
    {
        Waiting = null;
        _wroteFrom = LogFile.Next(Output);
        int pid = Launch();
        Restarter.WatchNew(pid);
        NoteStart(pid);
        Log.Started(Topology, Spec.Id, pid);
    }
}
