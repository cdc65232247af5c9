using Vdeorch.Engine.Api;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Reconciling;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Operations;

/// <summary>Everything of a topology goes, found by its marks: no note on disk is needed.</summary>
internal sealed class DestroyOperation(TopologyKeeper keeper, Action<ProgressEvent> emit)
{
    public async Task<OperationEnd> RunAsync(CancellationToken ct)
    {
        ApplyContext? context = null;
        try
        {
            EndHung();
            WorldSnapshot world = WorldObserver.Observe(keeper);
            Adoption.Complete(keeper, null, world);
            Plan plan = Planner.Diff(keeper.Name, [], world.Objects);
            emit(new ProgressEvent { Plan = plan });
            await keeper.EndServicesAsync(plan.Steps.Select(step => step.Id));
            context = new ApplyContext(keeper, plan, null, world, step => emit(new ProgressEvent { Step = step })) { Interrupted = ct };
            await Executor.ExecuteAsync(plan, context, ct);
            await ReleaseCloudsAsync(world, ct);
            Plan rest = Planner.Diff(keeper.Name, [], WorldObserver.Observe(keeper).Objects);
            if (!rest.IsEmpty)
            {
                return new OperationEnd(ExitCodes.Failed, $"still there: {string.Join(", ", rest.Changes.Select(step => step.Id))}");
            }

            RemoveFiles(keeper);
            return new OperationEnd(ExitCodes.Ok, null);
        }
        catch (OperationCanceledException)
        {
            return new OperationEnd(ExitCodes.Interrupted, $"interrupted; `vdeorch destroy {keeper.Name}` goes on where this stopped");
        }
        catch (StepFailedException failed)
        {
            emit(new ProgressEvent { Step = context!.Failure(failed) });
            return new OperationEnd(ExitCodes.Failed, $"{failed.Message}; `vdeorch destroy {keeper.Name}` goes on where this stopped");
        }
        catch (Exception failed) when (failed.IsRefusal())
        {
            return new OperationEnd(ExitCodes.Failed, $"{failed.Message}; `vdeorch destroy {keeper.Name}` goes on where this stopped");
        }
    }

    // It holds nothing that cannot be made again, and all of it is to go.
    void EndHung()
    {
        WorldSnapshot seen = WorldObserver.Look(keeper.Run, keeper.Name);
        if (seen.Hung is not null)
        {
            keeper.Runtime.EndHung(seen.Pids[new ResourceId(Kinds.Runtime, keeper.Name)]);
        }
    }

    // Of a topology whose runtime was gone no cloud was seen, but its rules are still there.
    async Task ReleaseCloudsAsync(WorldSnapshot world, CancellationToken ct)
    {
        CloudGuard guard = new(keeper.Run, keeper.Name);
        foreach (SegmentSpec segment in world.Applied?.Topology?.Segments ?? [])
        {
            await guard.ReleaseAsync(segment.Id, segment.Locator, null, ct);
        }
    }

    /// <summary>Sockets, logs, notes and half-made pins of a topology that has no objects any more.</summary>
    public static void RemoveFiles(TopologyKeeper keeper)
    {
        Pins.RemoveUnfinished(keeper.Run.Pins, $"{keeper.Name}.");
        string directory = keeper.Run.TopologyDirectory(keeper.Name);
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
