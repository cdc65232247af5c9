using System.Globalization;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>Keeps one machine's QEMU as its file says: started, restarted with back-off, or left when the guest has switched itself off.</summary>
internal sealed class MachineKeeper : IDisposable, IRestartable
{
    const int ShownLines = 3;

    readonly RunDirectory _run;
    readonly string _topology;
    readonly ILogger _log;
    readonly TimeProvider _clock;
    readonly Lock _turn = new();
    readonly Restarter _restarter;
    long _wroteFrom;

    public MachineKeeper(RunDirectory run, string topology, MachineSpec spec, ILogger log, TimeProvider clock)
    {
        (_run, _topology, Spec, _log, _clock) = (run, topology, spec, log, clock);
        _restarter = new Restarter(this, _turn, clock, firstIsFree: false);
    }

    public MachineSpec Spec { get; private set; }

    public int Restarts => _restarter.Restarts;

    /// <summary>Null: it runs, or was switched off. Else when it will be started again, for people.</summary>
    public string? Waiting { get; private set; }

    /// <exception cref="LinuxException">QEMU cannot be started.</exception>
    /// <exception cref="IOException">It does not take the machine.</exception>
    public void Start()
    {
        lock (_turn)
        {
            _restarter.IsWanted = true;
            Launch();
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

    /// <summary>A new policy for a guest that goes on as it is.</summary>
    public void Change(MachineSpec spec)
    {
        lock (_turn)
        {
            Spec = spec;
        }
    }

    /// <summary>Nothing of it is left on the host but its logs.</summary>
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
            await MachineProcess.StopAsync(_run, _topology, Spec.Name, process, Spec.Shutdown, _clock);
            _log.Stopped(_topology, Spec.Id);
        }

        MachineProcess.RemovePlace(_run, _topology, Spec.Name);
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
        // Of one that was adopted the exit code is lost: nothing else tells a guest that switched itself off from a QEMU that was killed.
        if (Spec.Restart != RestartPolicy.No && (Spec.Restart == RestartPolicy.Always || code != 0))
        {
            return true;
        }

        int known = code ?? 1;
        new MachineEnd(known, _clock.GetUtcNow(), Spec.Hardware.ToDictionary(field => field.Path, field => field.Value)) { Wrote = known == 0 ? null : Wrote() }.Write(_run, _topology, Spec.Name);
        _log.Finished(_topology, Spec.Id, code is null ? "exit unknown" : string.Create(CultureInfo.InvariantCulture, $"exit {known}"));
        return false;
    }

    void IRestartable.Waits(string how, TimeSpan delay)
    {
        string wrote = Wrote();
        string many = _restarter.Failures == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{_restarter.Failures} times in a row");
        Waiting = string.Create(CultureInfo.InvariantCulture, $"{how}, {many}, next start in {delay.TotalSeconds:0.#} s{(wrote.Length == 0 ? "" : $": {wrote}")}");
        _log.Ended(_topology, Spec.Id, how, delay);
    }

    void IRestartable.Start() => Launch();

    void IRestartable.StartFailed(string why) => _log.StartFailed(_topology, Spec.Id, why);

    // Under the lock.
    void Launch()
    {
        Waiting = null;
        MachineEnd.Forget(_run, _topology, Spec.Name);
        _wroteFrom = LogFile.Next(Log);
        int pid = MachineProcess.Start(_run, _topology, Spec);
        _restarter.WatchNew(pid);
        _log.Started(_topology, Spec.Id, pid);
    }

    string Log => _run.ServiceLog(_topology, Spec.Name, RunDirectory.QemuLogName);

    string Wrote() => LogFile.End(Log, _wroteFrom, ShownLines);
}
