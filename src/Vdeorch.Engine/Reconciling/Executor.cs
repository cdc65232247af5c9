using System.Collections.Immutable;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Carries a plan out, step after step in the plan's order; neighbours of one kind and action go to their reconciler together.</summary>
internal static class Executor
{
    static readonly ImmutableArray<IReconciler> s_reconcilers =
    [
        new RuntimeReconciler(),
        new SwitchReconciler(),
        new SegmentReconciler(Kinds.Cloud),
        new SegmentReconciler(Kinds.Plug),
        new CableReconciler(),
        new NamespaceReconciler(),
        new InterfaceReconciler(),
        new HooksReconciler(),
        new ServiceReconciler(),
    ];

    /// <exception cref="StepFailedException">Nothing after the failed step was tried.</exception>
    /// <exception cref="OperationCanceledException">Between two batches.</exception>
    public static async Task ExecuteAsync(Plan plan, ApplyContext context, CancellationToken ct)
    {
        InterfaceReconciler.MakeRoom(plan, context);
        foreach (ImmutableArray<PlanStep> batch in Batches(plan))
        {
            ct.ThrowIfCancellationRequested();
            if (batch[0].IsOnlyNoted)
            {
                foreach (PlanStep step in batch)
                {
                    context.Started(step);
                    context.Done(step);
                }

                continue;
            }

            await s_reconcilers.Single(reconciler => reconciler.Kind == batch[0].Id.Kind).ApplyAsync(batch, context, ct);
        }
    }

    internal static IEnumerable<ImmutableArray<PlanStep>> Batches(Plan plan)
    {
        ImmutableArray<PlanStep>.Builder batch = ImmutableArray.CreateBuilder<PlanStep>();
        foreach (PlanStep step in plan.Changes)
        {
            if (batch.Count > 0 && (batch[0].Id.Kind, batch[0].Action, batch[0].IsOnlyNoted) != (step.Id.Kind, step.Action, step.IsOnlyNoted))
            {
                yield return batch.DrainToImmutable();
            }

            batch.Add(step);
        }

        if (batch.Count > 0)
        {
            yield return batch.DrainToImmutable();
        }
    }
}
