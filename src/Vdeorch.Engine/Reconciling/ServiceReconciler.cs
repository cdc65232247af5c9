using System.Collections.Immutable;
using Vdeorch.Engine.Limiting;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Programs in the namespaces, each with a keeper.</summary>
internal sealed class ServiceReconciler : IReconciler
{
    public string Kind => Kinds.Service;

    public Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct) =>
        Task.WhenAll(steps.Select(step => context.StepAsync(step, () => ApplyAsync(step, context))));

    /// <summary>Whether a step is about a program, or about what the kernel does by itself.</summary>
    public static bool IsProgram(PlanStep step, ApplyContext context) => step.Action != PlanAction.Delete
        ? context.Find<ServiceSpec>(step.Id) is not null
        : context.Keeper.Services.ContainsKey(step.Id.Name) || context.World.Objects.Any(thing => thing.Id == step.Id && thing.IsProgram);

    public static async Task ApplyAsync(PlanStep step, ApplyContext context)
    {
        if (step.Action == PlanAction.Delete)
        {
            await StopAsync(step.Id, context);
            string[] name = step.Id.Name.Split('/');
            LimitGroups.Forget(context.Run, context.Topology, name[0], name[1]);
            DaemonPlace.Remove(context.Run, context.Topology, name[0], name[1]);
            return;
        }

        ServiceSpec spec = context.Spec<ServiceSpec>(step.Id);
        DaemonPlace.Demand(spec.Daemon);
        int? pid = step.Cost is OnChange.Hot or OnChange.Reload && context.World.Pids.TryGetValue(step.Id, out int runs) ? runs : null;
        LimitGroups.On(context.Run).Limit(context.Topology, spec.Namespace, spec.Name, spec.Limits, pid);
        if (step.Action == PlanAction.Update && step.Cost is OnChange.Hot or OnChange.Reload && context.Keeper.Services.TryGetValue(step.Id.Name, out ServiceKeeper? running))
        {
            if (step.Cost == OnChange.Reload)
            {
                running.Reload(spec);
            }
            else
            {
                running.Change(spec);
            }

            context.Keeper.Health.Watch(spec, context.Addresses[spec.Namespace]);
            return;
        }

        await StopAsync(step.Id, context);
        ServiceKeeper keeper = new(context.Run, context.Topology, spec, context.Keeper.Log, context.Keeper.Clock);
        context.Keeper.Services[step.Id.Name] = keeper;
        keeper.Start();
        context.Keeper.Health.Watch(spec, context.Addresses[spec.Namespace]);
    }

    static async Task StopAsync(ResourceId id, ApplyContext context)
    {
        context.Keeper.Health.Forget(id);
        if (context.Keeper.Services.TryRemove(id.Name, out ServiceKeeper? keeper))
        {
            await keeper.StopAsync();
        }
        else if (context.World.Pids.TryGetValue(id, out int pid) && ProcessHandle.TryOpen(pid) is { } stray)
        {
            // Found by its marks alone: the notes that say how to keep it are lost.
            using (stray)
            {
                stray.SignalGroup(Signals.Kill);
                await stray.WaitForExitAsync(CancellationToken.None);
            }
        }

        ServiceExit.Forget(context.Run, context.Topology, id.Name);
        ServiceStart.Forget(context.Run, context.Topology, id.Name);
    }
}
