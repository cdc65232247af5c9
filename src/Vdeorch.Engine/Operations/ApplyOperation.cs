using System.Globalization;
using System.Net;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Checking;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Reconciling;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Taps;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Operations;

/// <summary>
/// One apply: 1 observe and plan, 2 execute, 3 observe again and plan again, which must give nothing, 4 wait for the
/// plugs and the services, 5 run the checks. A failure in 2 or 3 puts back what was applied before, or nothing at all.
/// </summary>
internal sealed class ApplyOperation(ApplyRequest request, Topology topology, TopologyKeeper keeper, Action<ProgressEvent> emit)
{
    public async Task<OperationEnd> RunAsync(CancellationToken ct)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(TimeSpan.FromMilliseconds(Math.Max(1, request.TimeoutMs)));
        WorldSnapshot world;
        try
        {
            world = WorldObserver.Observe(keeper.Run, keeper.Name, topology);
            Adoption.Complete(keeper, topology.Services, world);
        }
        catch (Exception refused) when (refused is ObservationException or LinuxException)
        {
            return new OperationEnd(ExitCodes.Failed, $"{refused.Message}; nothing was changed");
        }

        Topology? before = world.Applied?.Topology;
        Plan plan = Planner.Diff(topology.Name, topology.Resources, world.Objects, before?.Resources);
        emit(new ProgressEvent { Plan = plan });
        await keeper.EndServicesAsync(plan.Steps.Select(step => step.Id));
        Applied applied = new(request.Input, keeper.Clock.GetUtcNow());
        if (plan.IsEmpty)
        {
            NoteIfNew(applied, world.Applied);
            return request.Wait && topology.HasLocators && await new PlugWait(keeper).RunAsync(deadline.Token) is { } down
                ? new OperationEnd(ExitCodes.Unhealthy, $"nothing to do, but {down}")
                : new OperationEnd(ExitCodes.Ok, "nothing to do: the world matches");
        }

        try
        {
            Directory.CreateDirectory(keeper.Run.TopologyDirectory(keeper.Name));
            await ExecuteAsync(plan, topology, world, deadline.Token);
            Plan rest = Planner.Diff(topology.Name, topology.Resources, WorldObserver.Observe(keeper.Run, keeper.Name, topology).Objects);
            if (rest.Changes.FirstOrDefault(step => !IsKept(step)) is { } left)
            {
                throw new StepFailedException(left, $"did not take: {Describe(left)}");
            }
        }
        catch (Exception failed) when (failed is StepFailedException or OperationCanceledException or ObservationException)
        {
            return await FailAsync(failed, before, ct.IsCancellationRequested);
        }

        applied.Write(keeper.Run, keeper.Name);
        return request.Wait ? await ProveAsync(plan, deadline.Token) : new OperationEnd(ExitCodes.Ok, null);
    }

    Task ExecuteAsync(Plan plan, Topology wished, WorldSnapshot world, CancellationToken ct) =>
        Executor.ExecuteAsync(plan, new ApplyContext(keeper, plan, wished.Resources, world, step => emit(new ProgressEvent { Step = step })), ct);

    // A service that was started has a keeper: it may have finished already, or wait to be started again. Whether it is
    // ready is asked later.
    bool IsKept(PlanStep step) => step.Id.Kind == Kinds.Service && step.Action != PlanAction.Delete && keeper.Services.ContainsKey(step.Id.Name);

    // A comment or a check changed: nothing to do in the world, but the next plan compares with this text.
    void NoteIfNew(Applied applied, Applied? last)
    {
        if (last is null || !last.Input.IsSameAs(applied.Input))
        {
            Directory.CreateDirectory(keeper.Run.TopologyDirectory(keeper.Name));
            applied.Write(keeper.Run, keeper.Name);
        }
    }

    async Task<OperationEnd> FailAsync(Exception failed, Topology? before, bool isInterrupted)
    {
        string why = failed is OperationCanceledException
            ? isInterrupted ? "interrupted" : string.Create(CultureInfo.InvariantCulture, $"not done within {request.TimeoutMs / 1000.0:0.###} s")
            : failed.Message;
        if (failed is StepFailedException step)
        {
            emit(new ProgressEvent { Step = new StepProgress(step.Step.Id, step.Step.Action, "failed", 0, step.Why) });
        }

        if (!request.Rollback)
        {
            return new OperationEnd(ExitCodes.NotRolledBack, $"{why}; stopped there, as asked: `vdeorch plan` shows what is left to do");
        }

        try
        {
            Topology target = before ?? new Topology { Name = topology.Name };
            WorldSnapshot world = WorldObserver.Observe(keeper.Run, keeper.Name, target);
            Plan back = Planner.Diff(topology.Name, target.Resources, world.Objects);
            await keeper.EndServicesAsync(back.Steps.Select(step => step.Id));
            await Executor.ExecuteAsync(back, new ApplyContext(keeper, back, target.Resources, world, RolledBack), CancellationToken.None);
            if (before is null)
            {
                DestroyOperation.RemoveFiles(keeper);
            }

            // What the host lacks no second try gives.
            return new OperationEnd(failed.InnerException is TunUnusableException ? ExitCodes.HostCannot : ExitCodes.RolledBack, $"{why}; rolled back to {(before is null ? "nothing, as it was" : "what was applied before")}");
        }
        catch (Exception again) when (again is StepFailedException or ObservationException)
        {
            return new OperationEnd(ExitCodes.NotRolledBack, $"{why}; rolling back failed too: {again.Message}");
        }
    }

    void RolledBack(StepProgress step)
    {
        if (step.Phase == "done")
        {
            emit(new ProgressEvent { Step = step with { Phase = "rolled-back" } });
        }
    }

    async Task<OperationEnd> ProveAsync(Plan plan, CancellationToken ct)
    {
        using NamespaceThread thread = new("vdeorch-check");
        Prober prober = new(keeper.Run, keeper.Name, thread);
        if (topology.HasLocators && await new PlugWait(keeper).RunAsync(ct) is { } down)
        {
            return new OperationEnd(ExitCodes.Unhealthy, $"applied, but {down}");
        }

        string[] late = [.. (await Task.WhenAll(topology.Services.Select(spec => WaitAsync(plan, spec, prober, ct)))).OfType<string>()];
        if (late.Length > 0)
        {
            return new OperationEnd(ExitCodes.Unhealthy, $"applied, but {string.Join("; ", late)}");
        }

        try
        {
            bool passed = await new CheckRunner(prober, keeper.Clock).RunAsync(topology.Checks, result => emit(new ProgressEvent { Check = result }), ct);
            return passed ? new OperationEnd(ExitCodes.Ok, null) : new OperationEnd(ExitCodes.Unhealthy, "applied, but a check failed");
        }
        catch (OperationCanceledException)
        {
            return new OperationEnd(ExitCodes.Unhealthy, "applied, but the time was up before every check had come out");
        }
    }

    async Task<string?> WaitAsync(Plan plan, ServiceSpec spec, Prober prober, CancellationToken ct)
    {
        PlanStep step = plan.Steps.Single(step => step.Id == spec.Id);
        if (spec.Ready is not null && step.Action != PlanAction.Keep)
        {
            emit(new ProgressEvent { Step = new StepProgress(spec.Id, step.Action, "waiting", 0, spec.Ready.ToString()) });
        }

        long began = keeper.Clock.GetTimestamp();
        string? why = await new Readiness(keeper, prober).WaitAsync(spec, Addresses(topology, spec.Namespace), ct);
        if (spec.Ready is not null && step.Action != PlanAction.Keep && why is null)
        {
            emit(new ProgressEvent { Step = new StepProgress(spec.Id, step.Action, "done", keeper.Clock.GetElapsedTime(began).TotalMilliseconds, "ready") });
        }

        return why is null ? null : $"{spec.Id} is not ready: {why}";
    }

    static IEnumerable<IPAddress> Addresses(Topology topology, string ns) =>
        topology.Interfaces.Where(link => link.Namespace == ns).SelectMany(link => link.Addresses).Select(address => address.Address);

    static string Describe(PlanStep step) => step.Changes.IsEmpty ? step.Reason
        : string.Join(", ", step.Changes.Select(change => $"{change.Path} is '{change.Before}', should be '{change.After}'"));
}
