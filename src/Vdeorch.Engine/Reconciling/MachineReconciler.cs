using System.Collections.Immutable;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Virtual machines, each with a keeper; room for those that the user starts.</summary>
internal sealed class MachineReconciler : IReconciler
{
    public string Kind => Kinds.Machine;

    public Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct) =>
        Task.WhenAll(steps.Select(step => context.StepAsync(step, () => Task.Run(() => ApplyAsync(step, context), CancellationToken.None))));

    static async Task ApplyAsync(PlanStep step, ApplyContext context)
    {
        string name = step.Id.Name;
        if (step.Action == PlanAction.Delete)
        {
            await StopAsync(step.Id, context);
            Remove(name, context);
            return;
        }

        MachineSpec spec = context.Spec<MachineSpec>(step.Id);
        if (step.Action == PlanAction.Update && step.Cost == OnChange.Hot)
        {
            if (context.Keeper.Machines.TryGetValue(name, out MachineKeeper? running))
            {
                running.Change(spec);
            }

            return;
        }

        MachineProcess.Demand(spec);
        await StopAsync(step.Id, context);
        Remove(name, context);
        MachineProcess.MakePlace(context.Run, context.Topology, name);
        if (spec.IsExternal)
        {
            Directory.CreateDirectory(context.Run.Externals(context.Topology));
            await File.WriteAllTextAsync(context.Run.ExternalNote(context.Topology, name), "");
            return;
        }

        MachineKeeper keeper = new(context.Run, context.Topology, spec, context.Keeper.Log, context.Keeper.Clock);
        context.Keeper.Machines[name] = keeper;
        keeper.Start();
    }

    static void Remove(string name, ApplyContext context)
    {
        if (Directory.Exists(context.Run.Externals(context.Topology)))
        {
            File.Delete(context.Run.ExternalNote(context.Topology, name));
        }

        MachineProcess.RemovePlace(context.Run, context.Topology, name);
    }

    static async Task StopAsync(ResourceId id, ApplyContext context)
    {
        if (context.Keeper.Machines.TryRemove(id.Name, out MachineKeeper? keeper))
        {
            await keeper.StopAsync();
        }
        else if (context.World.Pids.TryGetValue(id, out int pid) && ProcessHandle.TryOpen(pid) is { } stray)
        {
            // Found by its marks alone: the notes that say how to keep it are lost.
            using (stray)
            {
                await MachineProcess.StopAsync(context.Run, context.Topology, id.Name, stray, MachineSpec.DefaultShutdown, context.Keeper.Clock);
            }
        }

        MachineEnd.Forget(context.Run, context.Topology, id.Name);
    }
}
