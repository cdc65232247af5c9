using System.Collections.Immutable;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>The plug runtime of a topology.</summary>
internal sealed class RuntimeReconciler : IReconciler
{
    public string Kind => Kinds.Runtime;

    public async Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct)
    {
        foreach (PlanStep step in steps)
        {
            await context.StepAsync(step, async () =>
            {
                if (step.Action == PlanAction.Delete)
                {
                    context.Keeper.Runtime.Stop();
                }

                await EndUnreachableAsync(step.Id, context);
                if (step.Action != PlanAction.Delete)
                {
                    context.Keeper.Runtime.Ensure(context.Spec<RuntimeSpec>(step.Id).OpensLocators);
                }
            });
        }
    }

    // One that runs and that nobody can talk to any more, because its sockets were deleted, holds the taps.
    static async Task EndUnreachableAsync(ResourceId id, ApplyContext context)
    {
        if (context.World.Runtime is null && context.World.Pids.TryGetValue(id, out int pid) && ProcessHandle.TryOpen(pid) is { } stray)
        {
            using (stray)
            {
                stray.Signal(Signals.Kill);
                await stray.WaitForExitAsync(CancellationToken.None);
            }
        }
    }
}
