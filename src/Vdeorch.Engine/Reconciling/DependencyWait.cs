using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Vdeorch.Engine.Checking;
using Vdeorch.Engine.Notes;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Waits until what something depends on is so far.</summary>
/// <param name="starting">Steps by namespace that start something.</param>
/// <param name="ids">Of those steps.</param>
/// <param name="interrupted">Cancelled when the time is up, or somebody interrupts.</param>
/// <param name="failed">Cancelled then, and when another step has failed.</param>
internal sealed class DependencyWait(ApplyContext context, ILookup<string, PlanStep> starting, FrozenSet<ResourceId> ids, CancellationToken interrupted, CancellationToken failed)
{
    static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(50);

    readonly Lazy<Readiness> _readiness = new(() => new Readiness(context.Keeper, context.Keeper.Health.Prober));
    readonly ILookup<string, ServiceSpec> _services = context.Specs<ServiceSpec>().ToLookup(spec => spec.Namespace);

    // How often each had been asked when somebody first waited for it.
    readonly ConcurrentDictionary<ResourceId, int> _tries = new();

    /// <param name="step">What waits.</param>
    /// <param name="spec">Its namespace.</param>
    /// <exception cref="StepFailedException">It cannot become so, or did not in the time there was.</exception>
    public Task ForNamespacesAsync(PlanStep step, NamespaceSpec? spec) => ForAllAsync(step, spec?.Dependencies ?? []);

    async Task ForAllAsync(PlanStep step, ImmutableArray<Dependency> all)
    {
        foreach (Dependency on in all)
        {
            await StartedAsync(on.Name);
            await BecomeAsync(step, on, new ResourceId(Kinds.Namespace, on.Name), () => OfNamespaceAsync(on));
        }
    }

    /// <param name="step">What waits.</param>
    /// <param name="spec">The same.</param>
    /// <exception cref="StepFailedException">As above.</exception>
    public Task ForMachineAsync(PlanStep step, MachineSpec? spec) => ForAllAsync(step, spec?.Dependencies ?? []);

    /// <param name="step">What waits.</param>
    /// <param name="spec">The same; null: it is no service.</param>
    /// <exception cref="StepFailedException">As above.</exception>
    public async Task ForServicesAsync(PlanStep step, ServiceSpec? spec)
    {
        foreach (Dependency on in spec?.Dependencies ?? [])
        {
            ServiceSpec? beside = Services(spec!.Namespace).FirstOrDefault(service => service.Name == on.Name);
            ResourceId other = beside?.Id ?? ServiceSpec.IdOf($"{spec.Namespace}/{on.Name}", isDaemon: false);
            if (ids.Contains(other))
            {
                await context.DoneAsync(other).WaitAsync(failed);
            }

            await BecomeAsync(step, on, other, () => OfServiceAsync(beside, on.Until));
        }
    }

    /// <summary>Until all that starts in a namespace is started; where nothing is to run, what it would wait for counts in its place.</summary>
    public async Task StartedAsync(string ns)
    {
        foreach (PlanStep step in starting[ns])
        {
            await context.DoneAsync(step.Id).WaitAsync(failed);
        }

        if (context.Find<NamespaceSpec>(new ResourceId(Kinds.Namespace, ns)) is { Dependencies.IsEmpty: false } spec
            && context.Find<HooksSpec>(new ResourceId(Kinds.Hooks, ns)) is null && Services(ns).IsEmpty)
        {
            await ForNamespacesAsync(new PlanStep(spec.Id, PlanAction.Keep, null, "", [], []), spec);
        }
    }

    async Task BecomeAsync(PlanStep step, Dependency on, ResourceId other, Func<Task<Progress>> ask)
    {
        if (!context.Waits || on.Until == DependencyState.Started)
        {
            return;
        }

        string wanted = $"{other} {(on.Until == DependencyState.Healthy ? "is healthy" : "has completed")}";
        Progress last = Progress.Unasked;
        try
        {
            for (bool isFirst = true; (last = await ask()) is { IsReached: false }; isFirst = false)
            {
                if (last.IsHopeless)
                {
                    throw new StepFailedException(step, $"it starts when {wanted}, and {last.Why}");
                }

                if (isFirst)
                {
                    context.Waiting(step, $"until {wanted}");
                }

                await Task.Delay(s_between, context.Keeper.Clock, failed);
            }
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            throw new StepFailedException(step, $"it starts when {wanted}, which did not come to be in the time there was: {last.Why}");
        }
    }

    async Task<Progress> OfNamespaceAsync(Dependency on)
    {
        ResourceId id = new(Kinds.Namespace, on.Name);
        if (context.Find<NamespaceSpec>(id) is not { } spec)
        {
            return Progress.Hopeless($"there is no {id}");
        }

        if (on.Until == DependencyState.Healthy && spec.Health is not null)
        {
            return OfHealth(id);
        }

        // Without health of its own it is as its services are, those that nobody asks included.
        Progress[] all = await Task.WhenAll(Services(on.Name).Select(service => OfServiceAsync(service, on.Until)));
        return all.FirstOrDefault(one => one.IsHopeless) ?? all.FirstOrDefault(one => !one.IsReached) ?? Progress.Reached;
    }

    async Task<Progress> OfServiceAsync(ServiceSpec? spec, DependencyState until)
    {
        if (spec is null)
        {
            return Progress.Hopeless("there is no such service");
        }

        if (until == DependencyState.Completed)
        {
            return OfEnd(spec);
        }

        if (spec.Health is not null)
        {
            return OfHealth(spec.Id);
        }

        return await _readiness.Value.TryAsync(spec, context.Addresses[spec.Namespace], failed) is { } why ? Progress.Not($"{spec.Id} is not ready: {why}") : Progress.Reached;
    }

    Progress OfHealth(ResourceId id) => context.Keeper.Health.Find(id) is not { } watch ? Progress.Not($"{id} is not asked yet")
        : watch.Complaint is not { } complaint ? Progress.Reached
        : watch.IsHopelessSince(_tries.GetOrAdd(id, watch.Tries)) ? Progress.Hopeless($"{id} {complaint}")
        : Progress.Not($"{id} {complaint}");

    // One that failed and is not started again will never have completed.
    Progress OfEnd(ServiceSpec spec) => ServiceExit.Find(context.Run, context.Topology, spec.Id.Name) switch
    {
        { Code: 0 } => Progress.Reached,
        { } exit => Progress.Hopeless($"{spec.Id} {exit.How}"),
        _ => Progress.Not($"{spec.Id} {(context.Keeper.Kept(spec.Id)?.Waiting is { } waiting ? $"failed: {waiting}" : "still runs")}"),
    };

    ImmutableArray<ServiceSpec> Services(string ns) => [.. _services[ns]];

    /// <param name="IsHopeless">It will not become so by waiting.</param>
    sealed record Progress(bool IsReached, bool IsHopeless, string Why)
    {
        public static Progress Unasked { get; } = new(false, false, "nobody has asked yet");

        public static Progress Reached { get; } = new(true, false, "");

        public static Progress Not(string why) => new(false, false, why);

        public static Progress Hopeless(string why) => new(false, true, why);
    }
}
