using Vdeorch.Engine.Api;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Reconciling;
using Vdeorch.Engine.Supervising;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Operations;

/// <summary>Puts back what was applied before: by observing and planning like everything else, so it does not matter how far what failed had come.</summary>
internal static class Rollback
{
    /// <param name="before">What was applied; null: nothing was there, and nothing is to be left.</param>
    /// <param name="taken">The objects that may be touched; null: all.</param>
    /// <param name="report">Called for every change of a step's phase.</param>
    /// <returns>Null when everything is as it was; else what is not, and why.</returns>
    public static async Task<string?> RunAsync(TopologyKeeper keeper, Topology? before, IReadOnlySet<ResourceId>? taken, Action<StepProgress> report)
    {
        Topology target = before ?? new Topology { Name = keeper.Name };
        try
        {
            WorldSnapshot world = WorldObserver.Observe(keeper, target);
            Plan back = Planner.Diff(keeper.Name, target.Resources, world.Objects, taken: taken, policy: target.Policy);
            await keeper.EndServicesAsync(back.Steps.Select(step => step.Id));
            await Executor.ExecuteAsync(back, new ApplyContext(keeper, back, target, world, report), CancellationToken.None);
            Plan rest = Planner.Diff(keeper.Name, target.Resources, WorldObserver.Observe(keeper, target).Objects, taken: taken, policy: target.Policy);
            if (rest.Changes.FirstOrDefault(step => !keeper.Keeps(step)) is { } left)
            {
                return $"{left.Id} did not come back as it was";
            }

            if (before is null)
            {
                DestroyOperation.RemoveFiles(keeper);
            }
        }
        catch (Exception failed) when (failed is StepFailedException || failed.IsRefusal())
        {
            return DiskWords.Of(failed, keeper.Run);
        }

        return null;
    }
}
