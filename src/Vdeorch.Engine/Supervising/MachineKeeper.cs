using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>Keeps one machine's QEMU. One whose guest has switched itself off is left so.</summary>
internal sealed class MachineKeeper(RunDirectory run, string topology, MachineSpec spec, ILogger log, TimeProvider clock) : ProcessKeeper<MachineSpec>(run, topology, spec, log, clock)
{
    protected override RestartPolicy Policy => Spec.Restart;

    protected override string Output => Run.ServiceLog(Topology, Spec.Name, RunDirectory.QemuLogName);

    protected override int Launch()
    {
        MachineEnd.Forget(Run, Topology, Spec.Name);
        return MachineProcess.Start(Run, Topology, Spec);
    }

    protected override Task EndAsync(ProcessHandle process) => MachineProcess.StopAsync(Run, Topology, Spec.Name, process, Spec.Shutdown, Clock);

    protected override void NoteEnd(int code) =>
        new MachineEnd(code, Clock.GetUtcNow(), Spec.Hardware.ToDictionary(field => field.Path, field => field.Value)) { Wrote = code == 0 ? null : Wrote() }.Write(Run, Topology, Spec.Name);

    protected override void Forget() => MachineProcess.RemovePlace(Run, Topology, Spec.Name);
}
