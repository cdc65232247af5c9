using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Supervising;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>What a reconciler needs to know of the plan its steps are from.</summary>
/// <param name="desired">Null: nothing.</param>
/// <param name="world">What the plan was made against.</param>
/// <param name="report">Called for every change of a step's phase.</param>
internal sealed class ApplyContext(TopologyKeeper keeper, Plan plan, Topology? desired, WorldSnapshot world, Action<StepProgress> report)
{
    readonly IReadOnlyDictionary<ResourceId, IResourceSpec> _desired = desired?.ById ?? ImmutableDictionary<ResourceId, IResourceSpec>.Empty;
    readonly FrozenSet<ResourceId> _going = plan.Steps.Where(step => step.Action == PlanAction.Delete).Select(step => step.Id).ToFrozenSet();
    readonly FrozenSet<string> _hooked = (desired?.Hooks ?? []).Where(hooks => !hooks.Up.IsEmpty).Select(hooks => hooks.Namespace).ToFrozenSet();
    readonly ConcurrentDictionary<ResourceId, long> _started = [];
    readonly ConcurrentDictionary<ResourceId, TaskCompletionSource> _done = [];

    public TopologyKeeper Keeper => keeper;

    public RunDirectory Run => keeper.Run;

    public string Topology => keeper.Name;

    public WorldSnapshot World => world;

    /// <summary>Null: nothing.</summary>
    public Topology? Wished => desired;

    /// <summary>What starts waits until what it depends on is healthy or has completed. Else it goes by their order alone: what is taken back, or comes back by itself, ran before.</summary>
    public bool Waits { get; init; }

    /// <summary>Cancelled by whoever interrupts, not by the end of the time there is.</summary>
    public CancellationToken Interrupted { get; init; }

    public TSpec? Find<TSpec>(ResourceId id)
        where TSpec : class, IResourceSpec => _desired.GetValueOrDefault(id) as TSpec;

    public TSpec Spec<TSpec>(ResourceId id)
        where TSpec : IResourceSpec => (TSpec)_desired[id];

    public IEnumerable<TSpec> Specs<TSpec>() => _desired.Values.OfType<TSpec>();

    /// <summary>Whether hooks run in the namespace: what there is without a mark is theirs then.</summary>
    public bool IsHooked(string ns) => _hooked.Contains(ns);

    /// <returns>True when the plan deletes it, so that what goes with it needs no work of its own.</returns>
    public bool IsGoing(ResourceId id) => _going.Contains(id);

    /// <summary>Ends when a step of the plan is done.</summary>
    public Task DoneAsync(ResourceId id) => _done.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>By namespace.</summary>
    public ILookup<string, IPAddress> Addresses => _addresses.Value;

    readonly Lazy<ILookup<string, IPAddress>> _addresses = new(() =>
        (desired?.Interfaces ?? []).SelectMany(link => link.Addresses, (link, address) => (link.Namespace, address.Address)).ToLookup(pair => pair.Namespace, pair => pair.Address));

    /// <summary>Of what has gone, or is made anew, or was never to have any.</summary>
    public void ForgetHealth()
    {
        HashSet<ResourceId> remade = [.. plan.Changes.Where(step => step.Action is PlanAction.Create or PlanAction.Replace).Select(step => step.Id)];
        keeper.Health.Retain(id => _desired.ContainsKey(id) && !remade.Contains(id));
    }

    /// <returns>False for a field that is left to others: its object is there, and the policy ignores it.</returns>
    public bool MaySet(ResourceId id, string path) => desired is null || !desired.Policy.IsIgnored(id, path) || world.Objects.All(thing => thing.Id != id);

    /// <summary>Reports, does, reports; a refusal of the world names the step.</summary>
    public async Task StepAsync(PlanStep step, Func<Task> work)
    {
        Started(step);
        try
        {
            await work();
        }
        catch (Exception refused) when (refused.IsRefusal())
        {
            throw new StepFailedException(step, refused.Message, refused);
        }

        Done(step);
    }

    /// <summary>One step after the other, of a kind whose objects are made and taken away at once.</summary>
    /// <param name="remove">For those that are deleted.</param>
    /// <param name="make">For all others.</param>
    public async Task EachAsync(IEnumerable<PlanStep> steps, Action<ResourceId> remove, Action<ResourceId> make)
    {
        foreach (PlanStep step in steps)
        {
            await StepAsync(step, () =>
            {
                (step.Action == PlanAction.Delete ? remove : make)(step.Id);
                return Task.CompletedTask;
            });
        }
    }

    /// <summary>A switch in the runtime that is nobody's but this object's; one that is not there is fine.</summary>
    public void RemoveOwnSwitch(ResourceId id)
    {
        string own = RuntimeNames.Switch(id);
        if (world.Runtime?.Switches.Any(known => known.Name == own) == true)
        {
            keeper.Runtime.RemoveSwitch(own);
        }
    }

    public void Started(PlanStep step)
    {
        _started[step.Id] = Stopwatch.GetTimestamp();
        report(new StepProgress(step.Id, step.Action, "started", 0, null));
    }

    public void Done(PlanStep step) => Done(step, detail: null);

    /// <param name="detail">For people; null when there is nothing to add.</param>
    public void Done(PlanStep step, string? detail)
    {
        report(new StepProgress(step.Id, step.Action, "done", Stopwatch.GetElapsedTime(_started[step.Id]).TotalMilliseconds, detail));
        _done.GetOrAdd(step.Id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Reports that a step waits before it begins.</summary>
    public void Waiting(PlanStep step, string detail)
    {
        _started.TryAdd(step.Id, Stopwatch.GetTimestamp());
        report(new StepProgress(step.Id, step.Action, "waiting", 0, detail));
    }

    /// <summary>What became of a step that failed.</summary>
    public StepProgress Failure(StepFailedException failed) => new(failed.Step.Id, failed.Step.Action, "failed", Elapsed(failed.Step.Id), failed.Why);

    // Milliseconds since it began, or since it has waited; 0 for one that had not come that far.
    double Elapsed(ResourceId id) => _started.TryGetValue(id, out long began) ? Stopwatch.GetElapsedTime(began).TotalMilliseconds : 0;
}

/// <summary>The world refused a step.</summary>
internal sealed class StepFailedException(PlanStep step, string message, Exception? cause = null) : Exception($"{step.Id}: {message}", cause)
{
    public PlanStep Step => step;

    public string Why => message;
}
