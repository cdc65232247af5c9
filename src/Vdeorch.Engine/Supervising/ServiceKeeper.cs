using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>Keeps one service, or the daemon of a network function, which reads its configuration again when it changes.</summary>
internal class ServiceKeeper(RunDirectory run, string topology, ServiceSpec spec, ILogger log, TimeProvider clock) : ProcessKeeper<ServiceSpec>(run, topology, spec, log, clock)
{
    static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_parting = TimeSpan.FromSeconds(10);

    Workers _former = Workers.None;

    protected override RestartPolicy Policy => Spec.Restart;

    protected override string Output => Run.ServiceLog(Topology, Spec.Namespace, Spec.Name);

    /// <summary>Has a daemon read its configuration again; it goes on with whom it serves. One that waits to be started reads it then.</summary>
    public void Reload(ServiceSpec spec)
    {
        lock (Turn)
        {
            Spec = spec;
            DaemonPlace.Prepare(Run, Topology, spec);
            if (Restarter.Process is { HasExited: false } process && ProcFs.StartTime(process.Pid) is { } started)
            {
                _former = Workers.Of(process.Pid);
                process.Signal(spec.Daemon!.ReloadSignal);
                Note(process.Pid, started);
            }
        }
    }

    /// <summary>Until those of its processes have ended that went by the configuration before the last one: they serve whom they have to the end. Not for longer than 10 s: some talk for days.</summary>
    public Task HasLetGoAsync(CancellationToken ct) => _former.EndAsync(s_parting, Clock, ct);

    protected override int Launch()
    {
        ServiceExit.Forget(Run, Topology, Spec.Id.Name);
        DaemonPlace.Prepare(Run, Topology, Spec);
        return ServiceProcess.Start(Run, Topology, Spec);
    }

    protected override void NoteStart(int pid)
    {
        if (ProcFs.StartTime(pid) is { } started)
        {
            Note(pid, started);
        }
    }

    // SIGTERM to its process group, SIGKILL after 5 s, and to those of the group that outlived it.
    protected override async Task EndAsync(ProcessHandle process)
    {
        process.SignalGroup(Signals.Term);
        await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(s_grace, Clock));
        process.SignalGroup(Signals.Kill);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    // What it left behind holds its ports, its locks and its files.
    protected override void CleanUp(ProcessHandle process) => process.SignalGroup(Signals.Kill);

    protected override void NoteEnd(int code) =>
        new ServiceExit(code, Clock.GetUtcNow(), ServiceSpec.PrintRun(Spec.Run), new Dictionary<string, string>(Spec.Env)) { Wrote = code == 0 ? null : Wrote(), IsDaemon = Spec.Daemon is not null }.Write(Run, Topology, Spec.Id.Name);

    protected override void Forget()
    {
        ServiceExit.Forget(Run, Topology, Spec.Id.Name);
        ServiceStart.Forget(Run, Topology, Spec.Id.Name);
    }

    void Note(int pid, ulong started) => new ServiceStart(pid, started, ServiceSpec.PrintRun(Spec.Run), new Dictionary<string, string>(Spec.Env))
    {
        Config = Spec.Daemon?.Files.ToDictionary(file => file.Name, file => DaemonSpec.Print(file.Text)),
    }.Write(Run, Topology, Spec.Id.Name);
}
