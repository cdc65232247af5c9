using System.Collections.Frozen;
using System.Collections.Immutable;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>
/// Starts what runs in namespaces: hooks, then services; and machines, whose cards are plugged in when they are there. Those that depend on nothing go in the plan's order; each other one when what it depends on is
/// so far, beside all others. Whose health is asked is asked from when it is started.
/// </summary>
/// <param name="steps">Hooks and services that are made or changed.</param>
/// <param name="apply">Does steps, in their order.</param>
internal sealed class Starter(ImmutableArray<PlanStep> steps, ApplyContext context, Func<IEnumerable<PlanStep>, ApplyContext, CancellationToken, Task> apply)
{
    readonly ILookup<string, PlanStep> _byNamespace = steps.ToLookup(step => step.Id.Name.Split('/')[0]);
    readonly FrozenSet<ResourceId> _ids = steps.Select(step => step.Id).ToFrozenSet();

    /// <exception cref="StepFailedException">Nothing is started after it, but what was being started.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        WatchWhatRuns();
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(ct);
        DependencyWait waits = new(context, _byNamespace, _ids, interrupted: ct, failed.Token);
        await Task.WhenAll(
        [
            FirstToFailAsync(() => apply(steps.Where(step => !Waits(step)), context, failed.Token), failed),
            .. steps.Where(Waits).Select(step => FirstToFailAsync(() => StartAsync(step, waits, failed.Token), failed)),
            .. context.Specs<NamespaceSpec>().Where(spec => spec.Health is not null && _byNamespace.Contains(spec.Name)).Select(spec => FirstToFailAsync(() => WatchAsync(spec, waits), failed)),
        ]);
    }

    static async Task FirstToFailAsync(Func<Task> work, CancellationTokenSource failed)
    {
        try
        {
            await work();
        }
        catch
        {
            await failed.CancelAsync();
            throw;
        }
    }

    async Task StartAsync(PlanStep step, DependencyWait waits, CancellationToken ct)
    {
        string ns = step.Id.Name.Split('/')[0];
        ResourceId hooks = new(Kinds.Hooks, ns);
        if (step.Id.Kind != Kinds.Hooks && _ids.Contains(hooks))
        {
            await context.DoneAsync(hooks).WaitAsync(ct);
        }

        ResourceId machine = new(Kinds.Machine, ns);
        if (step.Id.Kind == Kinds.Card)
        {
            // Its QEMU listens when the machine is made.
            await (_ids.Contains(machine) ? context.DoneAsync(machine).WaitAsync(ct) : Task.CompletedTask);
        }
        else if (step.Id.Kind == Kinds.Machine && IsStart(step))
        {
            await waits.ForMachineAsync(step, context.Find<MachineSpec>(machine));
        }

        else if (IsStart(step))
        {
            await waits.ForNamespacesAsync(step, context.Find<NamespaceSpec>(new ResourceId(Kinds.Namespace, ns)));
            await waits.ForServicesAsync(step, context.Find<ServiceSpec>(step.Id));
        }

        await apply([step], context, ct);
    }

    async Task WatchAsync(NamespaceSpec spec, DependencyWait waits)
    {
        await waits.StartedAsync(spec.Name);
        context.Keeper.Health.Watch(spec, context.Addresses[spec.Name]);
    }

    void WatchWhatRuns()
    {
        foreach (NamespaceSpec spec in context.Specs<NamespaceSpec>().Where(spec => !_byNamespace.Contains(spec.Name)))
        {
            context.Keeper.Health.Watch(spec, context.Addresses[spec.Name]);
        }

        foreach (ServiceSpec spec in context.Specs<ServiceSpec>().Where(spec => !_ids.Contains(spec.Id)))
        {
            context.Keeper.Health.Watch(spec, context.Addresses[spec.Namespace]);
        }
    }

    bool Waits(PlanStep step) =>
        context.Find<MachineSpec>(new ResourceId(Kinds.Machine, step.Id.Name.Split('/')[0])) is { Dependencies.IsEmpty: false }
        || context.Find<NamespaceSpec>(new ResourceId(Kinds.Namespace, step.Id.Name.Split('/')[0])) is { Dependencies.IsEmpty: false }
        || context.Find<ServiceSpec>(step.Id) is { Dependencies.IsEmpty: false };

    // A new restart policy, say, starts nothing.
    static bool IsStart(PlanStep step) => step.Action != PlanAction.Update || step.Cost != OnChange.Hot || step.Changes.Any(change => change.Path == HooksSpec.UpPath);
}
