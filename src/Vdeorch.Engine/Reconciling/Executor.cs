using System.Collections.Immutable;
using Vdeorch.Engine.Supervising;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>
/// Carries a plan out. 1 step after step in the plan's order, neighbours of one kind and action together unless one stands on another;
/// 2 what starts something in namespaces, each when what it waits for is so far (<see cref="Starter"/>);
/// 3 what the plan deletes last, when those who passed traffic there have let go of it.
/// </summary>
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
        new VnfReconciler(),
        new HooksReconciler(),
        new ServiceReconciler(),
        new MachineReconciler(),
        new CardReconciler(),
    ];

    /// <exception cref="StepFailedException">Nothing after the failed step was tried. Whatever the world refuses is the failure of a step.</exception>
    /// <exception cref="OperationCanceledException">Between two batches.</exception>
    public static async Task ExecuteAsync(Plan plan, ApplyContext context, CancellationToken ct)
    {
        WriteHosts(plan, context);
        InterfaceReconciler.MakeRoom(plan, context);
        context.ForgetHealth();
        int late = plan.Steps.Length - plan.Steps.Reverse().TakeWhile(step => step.Action == PlanAction.Delete).Count();
        PlanStep[] first = [.. plan.Steps.Take(late).Where(step => step.Action != PlanAction.Keep)];
        await ApplyAsync(first.Where(step => !Starts(step, context)), context, ct);
        await new Starter([.. first.Where(step => Starts(step, context))], context, ApplyAsync).RunAsync(ct);
        PlanStep[] last = [.. plan.Steps.Skip(late)];
        await Task.WhenAll(last.SelectMany(step => step.DependsOn).Distinct().Select(id => context.Keeper.Services.GetValueOrDefault(id.Name)).OfType<ServiceKeeper>().Select(keeper => keeper.HasLetGoAsync(ct)));
        await ApplyAsync(last, context, ct);
    }

    // Of these some may have to wait for others; they come last in any plan.
    static bool Starts(PlanStep step, ApplyContext context) => step.Action != PlanAction.Delete && (step.Id.Kind is Kinds.Hooks or Kinds.Machine or Kinds.Card || context.Find<ServiceSpec>(step.Id) is not null);

    static async Task ApplyAsync(IEnumerable<PlanStep> steps, ApplyContext context, CancellationToken ct)
    {
        foreach (ImmutableArray<PlanStep> batch in Batches(steps))
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

            await ApplyAsync(batch, context, ct);
        }
    }

    static async Task ApplyAsync(ImmutableArray<PlanStep> batch, ApplyContext context, CancellationToken ct)
    {
        try
        {
            await s_reconcilers.Single(reconciler => reconciler.Kind == batch[0].Id.Kind).ApplyAsync(batch, context, ct);
        }
        catch (Exception refused) when (refused.IsRefusal())
        {
            // What is not about one of them is about them together.
            throw new StepFailedException(batch[0], refused.Message, refused);
        }
    }

    // No step of its own: it is the first one's that could need it.
    static void WriteHosts(Plan plan, ApplyContext context)
    {
        try
        {
            HostsWriter.Write(context);
        }
        catch (Exception refused) when (refused.IsRefusal() && plan.Changes.Any())
        {
            throw new StepFailedException(plan.Changes.First(), refused.Message, refused);
        }
    }

    internal static IEnumerable<ImmutableArray<PlanStep>> Batches(IEnumerable<PlanStep> steps)
    {
        ImmutableArray<PlanStep>.Builder batch = ImmutableArray.CreateBuilder<PlanStep>();
        HashSet<ResourceId> inside = [];
        foreach (PlanStep step in steps)
        {
            if (batch.Count > 0 && ((batch[0].Id.Kind, batch[0].Action, batch[0].IsOnlyNoted) != (step.Id.Kind, step.Action, step.IsOnlyNoted) || step.DependsOn.Any(inside.Contains)))
            {
                yield return batch.DrainToImmutable();
                inside.Clear();
            }

            inside.Add(step.Id);
            batch.Add(step);
        }

        if (batch.Count > 0)
        {
            yield return batch.DrainToImmutable();
        }
    }
}
