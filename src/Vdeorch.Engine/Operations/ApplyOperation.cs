using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Checking;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Reconciling;
using Vdeorch.Engine.Supervising;
using Vdeorch.Engine.Watching;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Taps;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Operations;

/// <summary>
/// One apply: 1 observe and plan, 2 execute, 3 observe again and plan again, which must give nothing, 4 wait for the
/// plugs, the services and what is asked for its health, 5 run the checks. A failure in 2 or 3 puts back what was applied before, or nothing at all;
/// an interrupt does the same, and after 3 leaves what is applied and says so.
/// </summary>
internal sealed class ApplyOperation(ApplyRequest request, Topology topology, TopologyKeeper keeper, Confirmations confirmations, Action<ProgressEvent> emit)
{
    readonly long _began = keeper.Clock.GetTimestamp();

    /// <summary>Of what is executed; null before.</summary>
    ApplyContext? _context;

    public async Task<OperationEnd> RunAsync(CancellationToken ct)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(TimeSpan.FromMilliseconds(Math.Max(1, request.TimeoutMs)));
        WorldSnapshot world;
        try
        {
            world = WorldObserver.Observe(keeper, topology);
            Adoption.Complete(keeper, topology, world);
        }
        catch (Exception refused) when (refused.IsRefusal())
        {
            return new OperationEnd(ExitCodes.Failed, $"{refused.Message}; nothing was changed");
        }

        Topology? before = world.Applied?.Topology;
        Targets targets = Targets.Of(topology, request.Selection, world.Objects, before, keeper.Memory.Alikes);
        Plan plan = targets.Plan;
        if (Refusal(targets) is { } refusal)
        {
            return refusal;
        }

        emit(new ProgressEvent { Plan = plan.WithoutKept() });
        Applied applied = targets.FromFile is { } taken
            ? Applied.Part(request.Input, keeper.Clock.GetUtcNow(), targets.Wished, taken, world.Applied)
            : Applied.Of(request.Input, keeper.Clock.GetUtcNow(), topology);
        if (plan.IsEmpty)
        {
            await keeper.EndServicesAsync(plan.Steps.Select(step => step.Id));
            try
            {
                NoteIfNew(applied, world.Applied);
                keeper.NoteHalfway(false);
            }
            catch (Exception refused) when (refused.IsRefusal())
            {
                return new OperationEnd(ExitCodes.Failed, $"{DiskWords.Of(refused, keeper.Run)}; nothing was changed");
            }

            if (request.ConfirmMs is null)
            {
                confirmations.Forget(keeper.Name);
            }

            // It starts nothing, and has everything asked for its health.
            await ExecuteAsync(plan, targets.Wished, world, ct, deadline.Token);
            return request.Wait && await ProveUnchangedAsync(targets, deadline.Token) is { } wrong
                ? Unproved($"nothing to do, but {wrong}", ct)
                : new OperationEnd(ExitCodes.Ok, null);
        }

        try
        {
            await keeper.EndServicesAsync(plan.Steps.Select(step => step.Id));
            Directory.CreateDirectory(keeper.Run.TopologyDirectory(keeper.Name));
            await ExecuteAsync(plan, targets.Wished, world, ct, deadline.Token);
            Plan rest = Planner.Diff(targets.Wished, WorldObserver.Observe(keeper, targets.Wished).Objects, taken: targets.Taken, alikes: keeper.Memory.Alikes);
            if (rest.Changes.FirstOrDefault(step => !keeper.Keeps(step)) is { } left)
            {
                throw new StepFailedException(left, $"did not take: {Describe(left)}");
            }

            // What is not noted is not applied: the next engine would not know of it, and the next plan compare with another file.
            keeper.NoteHalfway(false);
            applied.Write(keeper.Run, keeper.Name);
        }
        catch (Exception failed) when (failed is StepFailedException or OperationCanceledException || failed.IsRefusal())
        {
            OperationEnd end = await FailAsync(failed, before, before is not null || world.Objects.IsEmpty, targets.Taken, ct.IsCancellationRequested);
            NoteHalfway(end.ExitCode == ExitCodes.NotRolledBack);
            return end;
        }

        string[] said = [.. new[] { Settle(world.Applied) }.OfType<string>(), .. LimitObserver.Complain(keeper.Run, targets.Wished)];
        string? condition = said.Length > 0 ? string.Join("; ", said) : null;
        return !request.Wait || await ProveAsync(targets, deadline.Token) is not { } why ? new OperationEnd(ExitCodes.Ok, condition) : Unproved($"applied, but {why}{(condition is null ? "" : $"; {condition}")}", ct);
    }

    // Before anything is waited for: who has cut himself off sees no end of that. An apply without a condition confirms one with.
    string? Settle(Applied? before)
    {
        if (request.ConfirmMs is not { } ms)
        {
            confirmations.Forget(keeper.Name);
            return null;
        }

        TimeSpan patience = TimeSpan.FromMilliseconds(ms);
        confirmations.Ask(keeper.Name, patience, before);
        return $"it is taken back in {Durations.Print(patience)} unless somebody says: vdeorch confirm {keeper.Name}";
    }

    // Nothing was changed yet.
    OperationEnd? Refusal(Targets targets)
    {
        if (targets.Complaint is { } complaint)
        {
            return new OperationEnd(ExitCodes.Failed, $"{complaint}; nothing was changed");
        }

        if ((IdsFit.Complaint(keeper.Run, Taken(targets)) ?? Programs.Complaint(Taken(targets))) is { } lacking)
        {
            return new OperationEnd(ExitCodes.HostCannot, $"{lacking}; nothing was changed");
        }

        if (Machines.Complaint(Taken(targets)) is { } absent)
        {
            return new OperationEnd(ExitCodes.Failed, $"{absent}; nothing was changed");
        }

        // Every interface is a tap's: one that cannot be had would be found out half way.
        if (targets.Plan.Changes.FirstOrDefault(step => step.Id.Kind == Kinds.Interface && step.Action is PlanAction.Create or PlanAction.Replace) is { } tap && TunDevice.Complaint(tap.Id.Name) is { } unusable)
        {
            return new OperationEnd(ExitCodes.HostCannot, $"{unusable}\nnothing was changed");
        }

        return request.Expected is { } expected && PlanDifference.Between(expected, targets.Plan) is { IsEmpty: false } stale
            ? new OperationEnd(ExitCodes.Failed, $"the plan is stale, and nothing was changed: since it was made\n{string.Join('\n', stale.Select(line => $"  {line}"))}\nmake a new plan")
            : null;
    }

    // One who interrupts the waiting gets no proof, and keeps what is there.
    OperationEnd Unproved(string why, CancellationToken ct) => ct.IsCancellationRequested
        ? new OperationEnd(ExitCodes.Interrupted, $"interrupted after everything was applied, which stays; whether it works was not waited for: `vdeorch {(topology.Checks.IsEmpty ? "status" : "check")} {keeper.Name}` tells")
        : new OperationEnd(ExitCodes.Unhealthy, why);

    /// <param name="ct">Also cancelled when the time is up.</param>
    Task ExecuteAsync(Plan plan, Topology wished, WorldSnapshot world, CancellationToken interrupted, CancellationToken ct)
    {
        _context = new ApplyContext(keeper, plan, wished, world, step => emit(new ProgressEvent { Step = step })) { Waits = true, Interrupted = interrupted };
        return Executor.ExecuteAsync(plan, _context, ct);
    }

    // With a full disk that cannot be noted either, and what failed is said as it is.
    void NoteHalfway(bool isSo)
    {
        try
        {
            keeper.NoteHalfway(isSo);
        }
        catch (IOException)
        {
            // The drift watch takes what is left for drift, then, which is less bad than no answer.
        }
    }

    // A comment or a check changed: nothing to do in the world, but the next plan compares with this text.
    void NoteIfNew(Applied applied, Applied? last)
    {
        if (last is null || !last.Input.IsSameAs(applied.Input) || last.Taken is not null || applied.Taken is not null)
        {
            Directory.CreateDirectory(keeper.Run.TopologyDirectory(keeper.Name));
            applied.Write(keeper.Run, keeper.Name);
        }
    }

    /// <param name="isKnown">Whether <paramref name="before"/> is what was there: notes that were lost say nothing, and nothing is to be taken down for that.</param>
    async Task<OperationEnd> FailAsync(Exception failed, Topology? before, bool isKnown, ImmutableHashSet<ResourceId>? taken, bool isInterrupted)
    {
        string why = failed is OperationCanceledException
            ? isInterrupted ? "interrupted" : string.Create(CultureInfo.InvariantCulture, $"not done within {request.TimeoutMs / 1000.0:0.###} s")
            : DiskWords.Of(failed, keeper.Run);
        if (failed is StepFailedException step)
        {
            emit(new ProgressEvent { Step = _context!.Failure(step) });
        }

        if (request.Rollback is { } asked ? !asked : topology.Policy.StopsOnFailure)
        {
            return new OperationEnd(ExitCodes.NotRolledBack, $"{why}; stopped there, as asked: `vdeorch plan` shows what is left to do");
        }

        if (!isKnown)
        {
            return new OperationEnd(ExitCodes.NotRolledBack, $"{why}; what was applied before is not known any more, so nothing is put back: `vdeorch plan` shows what is left to do");
        }

        if (await Rollback.RunAsync(keeper, before, taken, RolledBack) is { } wrong)
        {
            return new OperationEnd(ExitCodes.NotRolledBack, $"{why}; rolling back failed too: {wrong}; the same command again goes on from what is there");
        }

        // What the host lacks no second try gives.
        int code = isInterrupted ? ExitCodes.Interrupted : failed.InnerException is TunUnusableException ? ExitCodes.HostCannot : ExitCodes.RolledBack;
        return new OperationEnd(code, $"{why}; rolled back to {(before is null ? "nothing, as it was" : "what was applied before")}");
    }

    void RolledBack(StepProgress step)
    {
        if (step.Phase == "done")
        {
            emit(new ProgressEvent { Step = step with { Phase = "rolled-back" } });
        }
    }

    async Task<string?> ProveUnchangedAsync(Targets targets, CancellationToken ct) =>
        await WorksUnchangedAsync(targets, ct) is { } wrong ? Unchecked(wrong, targets)
        : Taken(targets).Checks.IsEmpty ? null
        : await ChecksAsync(targets, keeper.Health.Prober, ct);

    async Task<string?> WorksUnchangedAsync(Targets targets, CancellationToken ct) =>
        targets.Wished.HasLocators && await new PlugWait(keeper).RunAsync(ct) is { } down ? down
        : await ReadyAsync(targets, Taken(targets).Services.Where(spec => keeper.Health.FindReady(spec.Id)?.Complaint is not null), keeper.Health.Prober, ct) is { } late ? late
        : await HealthProof.RunAsync(keeper, Taken(targets), (_, _) => { }, _ => { }, ct);

    // A file has checks to be told how they came out: that they were not run is to be said.
    string Unchecked(string why, Targets targets) => Taken(targets).Checks.IsEmpty ? why : $"{why}; checks were not run: vdeorch check {keeper.Name}";

    static Topology Taken(Targets targets) => targets.Taken is { } taken ? targets.Wished.Where(taken.Contains) : targets.Wished;

    /// <returns>Null when everything works; else what does not.</returns>
    async Task<string?> ProveAsync(Targets targets, CancellationToken ct)
    {
        using NamespaceThread thread = new("vdeorch-check");
        Prober prober = new(keeper.Run, keeper.Name, thread);
        return await WorksAsync(targets, prober, ct) is { } wrong ? Unchecked(wrong, targets) : await ChecksAsync(targets, prober, ct);
    }

    async Task<string?> WorksAsync(Targets targets, Prober prober, CancellationToken ct)
    {
        Topology wished = Taken(targets);
        if (targets.Wished.HasLocators && await new PlugWait(keeper).RunAsync(ct) is { } down)
        {
            return down;
        }

        if (await ReadyAsync(targets, wished.Services, prober, ct) is { } late)
        {
            return late;
        }

        return await HealthProof.RunAsync(keeper, wished, (id, spec) => Report(targets, id, "waiting", $"healthy: {spec.What}"), id => Report(targets, id, "done", "healthy"), ct);
    }

    async Task<string?> ChecksAsync(Targets targets, Prober prober, CancellationToken ct)
    {
        try
        {
            bool passed = await new CheckRunner(prober, new WayReport(keeper, targets.Wished).Explain, keeper.Clock).RunAsync(Taken(targets).Checks, result => emit(new ProgressEvent { Check = result }), ct);
            return passed ? null : OrDown("a check failed", targets.Wished);
        }
        catch (OperationCanceledException)
        {
            return OrDown("the time was up before every check had come out", targets.Wished);
        }
    }

    // A plug that has gone down meanwhile is why, more likely than not.
    string OrDown(string why, Topology wished) => wished.HasLocators && new PlugWait(keeper).Down() is { } down ? $"{why}; {down}" : why;

    void Report(Targets targets, ResourceId id, string phase, string detail)
    {
        if (targets.Plan.Steps.Single(step => step.Id == id) is { Action: not PlanAction.Keep } step)
        {
            emit(new ProgressEvent { Step = new StepProgress(id, step.Action, phase, keeper.Clock.GetElapsedTime(_began).TotalMilliseconds, detail) });
        }
    }

    /// <returns>Null when all are ready; else which are not, and why.</returns>
    async Task<string?> ReadyAsync(Targets targets, IEnumerable<ServiceSpec> services, Prober prober, CancellationToken ct)
    {
        string[] late = [.. (await Task.WhenAll(services.Select(spec => WaitAsync(targets, spec, prober, ct)))).OfType<string>()];
        return late.Length == 0 ? null : string.Join("; ", late);
    }

    async Task<string?> WaitAsync(Targets targets, ServiceSpec spec, Prober prober, CancellationToken ct)
    {
        PlanStep step = targets.Plan.Steps.Single(step => step.Id == spec.Id);
        if (spec.Ready is not null && step.Action != PlanAction.Keep)
        {
            emit(new ProgressEvent { Step = new StepProgress(spec.Id, step.Action, "waiting", 0, spec.Ready.ToString()) });
        }

        long began = keeper.Clock.GetTimestamp();
        string? why = await new Readiness(keeper, prober).WaitAsync(spec, Addresses(targets.Wished, spec.Namespace), ct);
        if (spec.Ready is not null && step.Action != PlanAction.Keep && why is null)
        {
            emit(new ProgressEvent { Step = new StepProgress(spec.Id, step.Action, "done", keeper.Clock.GetElapsedTime(began).TotalMilliseconds, "ready") });
        }

        if (why is null)
        {
            keeper.Health.FindReady(spec.Id)?.Succeed();
        }

        return why is null ? null : $"{spec.Id} is not ready: {why}";
    }

    static IEnumerable<IPAddress> Addresses(Topology topology, string ns) =>
        topology.Addressed.Where(link => link.Namespace == ns).SelectMany(link => link.Addresses).Select(address => address.Address);

    static string Describe(PlanStep step) => step.Changes.IsEmpty ? step.Reason
        : string.Join(", ", step.Changes.Select(change => $"{change.Path} is '{change.Before}', should be '{change.After}'"));
}
