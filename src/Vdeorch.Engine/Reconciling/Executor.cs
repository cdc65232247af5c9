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
        WriteHosts(plan, context);
        InterfaceReconciler.MakeRoom(plan, context);
        foreach (ImmutableArray<PlanStep> batch in Batches(plan))
        {
            ct.ThrowIfCancellationRequested();
            await s_reconcilers.Single(reconciler => reconciler.Kind == batch[0].Id.Kind).ApplyAsync(batch, context, ct);
        }
    }

    // No step of its own: it is the first one's that could need it.
    static void WriteHosts(Plan plan, ApplyContext context)
    {
        try
        {
            HostsWriter.Write(context);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException && plan.Changes.Any())
        {
            throw new StepFailedException(plan.Changes.First(), refused.Message, refused);
        }
    }

    internal static IEnumerable<ImmutableArray<PlanStep>> Batches(Plan plan)
    {
        ImmutableArray<PlanStep>.Builder batch = ImmutableArray.CreateBuilder<PlanStep>();
        foreach (PlanStep step in plan.Changes)
        {
            if (batch.Count > 0 && (batch[0].Id.Kind, batch[0].Action) != (step.Id.Kind, step.Action))
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
