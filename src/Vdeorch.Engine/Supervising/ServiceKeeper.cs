using System.Globalization;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>Keeps one service as its file says: started, restarted with back-off, or left when it has finished.</summary>
internal sealed class ServiceKeeper : IDisposable, IRestartable
{
    // What ended twice within seconds is no accident.
    const int LoopsAt = 2;
    const int ShownLines = 3;
    static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_parting = TimeSpan.FromSeconds(10);

    readonly RunDirectory _run;
    readonly string _topology;
    readonly ILogger _log;
    readonly TimeProvider _clock;
    readonly Lock _turn = new();
    readonly Restarter _restarter;
    Workers _former = Workers.None;
    string _lastEnd = "";
    long _wroteFrom;

    public ServiceKeeper(RunDirectory run, string topology, ServiceSpec spec, ILogger log, TimeProvider clock)
    {
        (_run, _topology, Spec, _log, _clock) = (run, topology, spec, log, clock);
        _restarter = new Restarter(this, _turn, clock, firstIsFree: false);
    }

    public ServiceSpec Spec { get; private set; }

    public int Restarts => _restarter.Restarts;

    /// <summary>Null: it runs, or has finished, or was stopped. Else when it will be started again, for people.</summary>
    public string? Waiting { get; private set; }

    /// <summary>Null: it has lasted. Else how it ended last, and how often, for people: it runs again, and that may not be for long.</summary>
    public string? Looping
    {
        get
        {
            lock (_turn)
            {
                return Waiting is null && _restarter.IsFresh && _restarter.Failures >= LoopsAt ? $"started again: {_lastEnd}" : null;
            }
        }
    }

    public bool IsRunning => _restarter.IsRunning;

    /// <summary>Starts it unless it runs; ends a back-off.</summary>
    /// <exception cref="LinuxException">The program cannot be started.</exception>
    public void Start()
    {
        lock (_turn)
        {
            if (!IsRunning)
            {
                _restarter.IsWanted = true;
                Launch();
            }
        }
    }

    /// <summary>Takes over the process that runs.</summary>
    public void Adopt(int pid)
    {
        lock (_turn)
        {
            if (ProcessHandle.TryOpen(pid) is { } process)
            {
                _restarter.IsWanted = true;
                _restarter.Watch(process);
                _log.Adopted(_topology, Spec.Id, pid);
            }
        }
    }

    /// <summary>New policy or readiness for a process that goes on as it is.</summary>
    public void Change(ServiceSpec spec)
    {
        lock (_turn)
        {
            Spec = spec;
        }
    }

    /// <summary>Has a daemon read its configuration again; it goes on with whom it serves. One that waits to be started reads it then.</summary>
    public void Reload(ServiceSpec spec)
    {
        lock (_turn)
        {
            Spec = spec;
            DaemonPlace.Prepare(_run, _topology, spec);
            if (_restarter.Process is { HasExited: false } process && ProcFs.StartTime(process.Pid) is { } started)
            {
                _former = Workers.Of(process.Pid);
                process.Signal(spec.Daemon!.ReloadSignal);
                NoteStart(process.Pid, started);
            }
        }
    }

    /// <summary>Until those of its processes have ended that went by the configuration before the last one: they serve whom they have to the end. Not for longer than 10 s: some talk for days.</summary>
    public Task HasLetGoAsync(CancellationToken ct) => _former.EndAsync(s_parting, _clock, ct);

    /// <summary>SIGTERM to its process group, SIGKILL after 5 s, and to those of the group that outlived it.</summary>
    public async Task StopAsync()
    {
        ProcessHandle? process;
        lock (_turn)
        {
            _restarter.IsWanted = false;
            Waiting = null;
            process = _restarter.LetGo();
        }

        if (process is { HasExited: false })
        {
            process.SignalGroup(Signals.Term);
            await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(s_grace, _clock));
            process.SignalGroup(Signals.Kill);
            await process.WaitForExitAsync(CancellationToken.None);
            _log.Stopped(_topology, Spec.Id);
        }

        ServiceExit.Forget(_run, _topology, Spec.Id.Name);
        ServiceStart.Forget(_run, _topology, Spec.Id.Name);
    }

    /// <summary>Lets go and leaves it running.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            _restarter.IsWanted = false;
            _restarter.LetGo()?.Dispose();
        }
    }

    bool IRestartable.HasEnded(ProcessHandle process, int? code)
    {
        // An exit code that is lost counts as a failure.
        if (Spec.Restart == RestartPolicy.No || (Spec.Restart == RestartPolicy.OnFailure && code == 0))
        {
            Note(code ?? 1);
            _log.Finished(_topology, Spec.Id, code is { } known ? string.Create(CultureInfo.InvariantCulture, $"exit {known}") : "exit unknown");
            return false;
        }

        // What it left behind holds its ports, its locks and its files.
        process.SignalGroup(Signals.Kill);
        return true;
    }

    void IRestartable.Waits(string how, TimeSpan delay)
    {
        string wrote = Wrote();
        string many = _restarter.Failures == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{_restarter.Failures} times in a row");
        string said = wrote.Length == 0 ? "" : $": {wrote}";
        _lastEnd = $"{how}, {many}{said}";
        Waiting = string.Create(CultureInfo.InvariantCulture, $"{how}, {many}, next start in {delay.TotalSeconds:0.#} s{said}");
        _log.Ended(_topology, Spec.Id, how, delay);
    }

    void IRestartable.Start() => Launch();

    void IRestartable.StartFailed(string why) => _log.StartFailed(_topology, Spec.Id, why);

    // Under the lock.
    void Launch()
    {
        Waiting = null;
        ServiceExit.Forget(_run, _topology, Spec.Id.Name);
        DaemonPlace.Prepare(_run, _topology, Spec);
        _wroteFrom = LogFile.Next(Log);
        int pid = ServiceProcess.Start(_run, _topology, Spec);
        // First of all: where it cannot be noted it is still ours to end.
        _restarter.WatchNew(pid);
        if (ProcFs.StartTime(pid) is { } started)
        {
            NoteStart(pid, started);
        }

        _log.Started(_topology, Spec.Id, pid);
    }

    void NoteStart(int pid, ulong started) => new ServiceStart(pid, started, ServiceSpec.PrintRun(Spec.Run), new Dictionary<string, string>(Spec.Env))
    {
        Config = Spec.Daemon?.Files.ToDictionary(file => file.Name, file => DaemonSpec.Print(file.Text)),
    }.Write(_run, _topology, Spec.Id.Name);

    string Log => _run.ServiceLog(_topology, Spec.Namespace, Spec.Name);

    string Wrote() => LogFile.End(Log, _wroteFrom, ShownLines);

    void Note(int code) =>
        new ServiceExit(code, _clock.GetUtcNow(), ServiceSpec.PrintRun(Spec.Run), new Dictionary<string, string>(Spec.Env)) { Wrote = code == 0 ? null : Wrote(), IsDaemon = Spec.Daemon is not null }.Write(_run, _topology, Spec.Id.Name);
}
