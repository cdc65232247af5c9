using System.Collections.Immutable;
using System.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Planning;

/// <summary>Compares what is wished with what was found. Pure: the same lists give the same plan.</summary>
public static class Planner
{
    /// <param name="topology">Printed on the plan.</param>
    /// <param name="desired">Every object of the file; their dependencies form no cycle (the reader refuses one).</param>
    /// <param name="observed">Every object that vdeorch made and that is there; an object not in it does not exist.</param>
    /// <param name="applied">What was asked for last time, to tell drift from a changed file in <see cref="PlanStep.Cause"/>; null when unknown.</param>
    /// <param name="taken">The objects that may change; the others are kept, whatever they are like. Null: all.</param>
    /// <param name="policy">What is no difference; null: everything that differs is one.</param>
    public static Plan Diff(string topology, IEnumerable<IResourceSpec> desired, IEnumerable<Observed> observed, IEnumerable<IResourceSpec>? applied = null, IReadOnlySet<ResourceId>? taken = null, Policy? policy = null) =>
        Diff(topology, desired.ToDictionary(spec => spec.Id), observed, applied?.ToDictionary(spec => spec.Id), taken, policy ?? Policy.Default, alikes: null);

    /// <param name="wished">With its policy.</param>
    /// <param name="alikes">Of the last plan, for the next one; null: everything is compared.</param>
    /// <inheritdoc cref="Diff(string, IEnumerable{IResourceSpec}, IEnumerable{Observed}, IEnumerable{IResourceSpec}?, IReadOnlySet{ResourceId}?, Policy?)"/>
    public static Plan Diff(Topology wished, IEnumerable<Observed> observed, Topology? applied = null, IReadOnlySet<ResourceId>? taken = null, Alikes? alikes = null) =>
        Diff(wished.Name, wished.ById, observed, applied?.ById, taken, wished.Policy, alikes);

    static Plan Diff(string topology, IReadOnlyDictionary<ResourceId, IResourceSpec> wished, IEnumerable<Observed> observed, IReadOnlyDictionary<ResourceId, IResourceSpec>? before, IReadOnlySet<ResourceId>? taken, Policy policy, Alikes? alikes)
    {
        Dictionary<ResourceId, Observed> found = observed.ToDictionary(thing => thing.Id);
        List<Draft> deletes = [.. found.Values.Where(thing => !wished.ContainsKey(thing.Id)).Select(thing => Delete(thing, before))];
        List<Draft> rest = [.. wished.Select(pair => Compare(pair.Key, pair.Value, found, before, policy, alikes))];
        alikes?.Turn();

        if (taken is not null)
        {
            deletes = [.. deletes.Select(draft => Narrow(draft, taken))];
            rest = [.. rest.Select(draft => Narrow(draft, taken))];
        }

        Partings partings = Partings.Of(deletes.Select(draft => draft.Step), rest.Select(draft => draft.Step), wished, before, found);
        List<Draft> going = Reversed(deletes);
        ImmutableArray<PlanStep> steps =
        [
            .. Order([.. going.Where(draft => !partings.IsLate(draft.Step.Id))], s_topDown),
            .. Order(rest, Comparer<ResourceId>.Default),
            .. Order([.. going.Where(draft => partings.IsLate(draft.Step.Id))], s_topDown).Select(step => step with { DependsOn = [.. step.DependsOn, .. partings.LetGoBy(step.Id)] }),
        ];
        return new Plan(topology, steps) { Impacts = ImpactFinder.Of(steps, wished, before) };
    }

    // Kinds in reverse, so that neighbours in a plan are of one kind where dependencies leave a choice.
    static readonly Comparer<ResourceId> s_topDown = Comparer<ResourceId>.Create((left, right) =>
        left.Kind == right.Kind ? left.CompareTo(right) : right.CompareTo(left));

    static Draft Delete(Observed thing, IReadOnlyDictionary<ResourceId, IResourceSpec>? before)
    {
        Cause cause = before is null ? Cause.None : before.ContainsKey(thing.Id) ? Cause.File : Cause.Drift;
        string reason = cause switch
        {
            Cause.File => "no longer in the file",
            Cause.Drift => "drift: nobody asked for it",
            _ => "not in the file",
        };
        return new Draft(
            new PlanStep(thing.Id, PlanAction.Delete, null, reason,
                [.. thing.Fields.Where(field => field.Value.Length > 0).Select(field => new FieldChange(field.Key, field.Value, null, OnChange.Replace, cause))], [])
            {
                Cause = cause,
            },
            thing.DependsOn);
    }

    static Draft Compare(ResourceId id, IResourceSpec spec, Dictionary<ResourceId, Observed> found, IReadOnlyDictionary<ResourceId, IResourceSpec>? before, Policy policy, Alikes? alikes)
    {
        IResourceSpec? last = before?.GetValueOrDefault(id);
        if (!found.TryGetValue(id, out Observed? thing))
        {
            return Create(spec, last, before, found);
        }

        if (alikes?.Find(spec, thing) is { } known)
        {
            return known;
        }

        List<FieldChange> differ = Changes(spec, thing);
        bool isAlike = differ.Count == 0;
        differ.RemoveAll(change => policy.IsIgnored(id, change.Path));
        if (differ.Count == 0)
        {
            Draft kept = new(new PlanStep(id, PlanAction.Keep, null, "", [], []), Needs(spec));
            if (isAlike)
            {
                alikes?.Add(spec, thing, kept);
            }

            return kept;
        }

        ImmutableArray<FieldChange> changes = [.. Causes.Of(differ, spec, last, found).OrderBy(change => change.Path, StringComparer.Ordinal)];
        OnChange cost = changes.Max(change => change.Cost);
        PlanAction action = cost == OnChange.Replace ? PlanAction.Replace : PlanAction.Update;
        Cause cause = changes.All(change => change.Cause == changes[0].Cause) ? changes[0].Cause : Cause.Mixed;
        ImmutableArray<ResourceId> because = [.. changes.Where(change => change.Cause == Cause.Dependency).Select(change => spec.Behind(change.Path)!.Value)];
        return new Draft(new PlanStep(id, action, cost, Causes.Why(cause, changes, because), changes, []) { Cause = cause, Because = because }, Needs(spec));
    }

    static Draft Create(IResourceSpec spec, IResourceSpec? last, IReadOnlyDictionary<ResourceId, IResourceSpec>? before, Dictionary<ResourceId, Observed> found)
    {
        ImmutableArray<ResourceId> because = last is null ? [] : [.. spec.DependsOn.Where(below => before!.ContainsKey(below) && !found.ContainsKey(below))];
        Cause cause = before is null ? Cause.None : last is null ? Cause.File : because.IsEmpty ? Cause.Drift : Cause.Dependency;
        string reason = cause switch
        {
            Cause.Drift => "drift: it has gone",
            Cause.Dependency => $"drift: it has gone with {string.Join(", ", because)}",
            _ => "in the file, not there yet",
        };
        ImmutableArray<FieldChange> changes =
        [
            .. spec.Fields.Where(field => field.Value.Length > 0)
                .Select(field => new FieldChange(field.Path, null, field.Value, field.OnChange, cause))
                .OrderBy(change => change.Path, StringComparer.Ordinal),
        ];
        return new Draft(new PlanStep(spec.Id, PlanAction.Create, null, reason, changes, []) { Cause = cause, Because = because }, Needs(spec));
    }

    static ImmutableArray<ResourceId> Needs(IResourceSpec spec) => spec.StartsAfter.IsEmpty ? spec.DependsOn : [.. spec.DependsOn, .. spec.StartsAfter];

    static List<FieldChange> Changes(IResourceSpec spec, Observed thing)
    {
        List<FieldChange> changes = [];
        ImmutableArray<Field> fields = spec.Fields;
        int seen = 0;
        foreach (Field field in fields)
        {
            if (thing.Fields.TryGetValue(field.Path, out string? live))
            {
                seen++;
                if (live != field.Value)
                {
                    changes.Add(new FieldChange(field.Path, live, field.Value, field.OnChange));
                }
            }
            else if (thing.IsComplete(field.Path))
            {
                changes.Add(new FieldChange(field.Path, null, field.Value, field.OnChange));
            }
        }

        if (seen < thing.Fields.Count)
        {
            HashSet<string> wished = [.. fields.Select(field => field.Path)];
            changes.AddRange(thing.Fields.Where(pair => !wished.Contains(pair.Key) && thing.IsComplete(pair.Key)).Select(pair => new FieldChange(pair.Key, pair.Value, null, spec.CostOf(pair.Key))));
        }

        return changes;
    }

    static Draft Narrow(Draft draft, IReadOnlySet<ResourceId> taken) =>
        taken.Contains(draft.Step.Id) ? draft : draft with { Step = new PlanStep(draft.Step.Id, PlanAction.Keep, null, "", [], []) };

    // What stood on a deleted object must go before it.
    static List<Draft> Reversed(List<Draft> deletes)
    {
        HashSet<ResourceId> going = [.. deletes.Select(draft => draft.Step.Id)];
        ILookup<ResourceId, ResourceId> dependents = deletes
            .SelectMany(draft => draft.Needs.Where(going.Contains), (draft, below) => (Below: below, draft.Step.Id))
            .ToLookup(pair => pair.Below, pair => pair.Id);
        return [.. deletes.Select(draft => draft with { Needs = [.. dependents[draft.Step.Id]] })];
    }

    // Kahn's algorithm with a heap, so that ties come out by id whatever order the input had. By ranks, for a plan is made of every object there is.
    static PlanStep[] Order(List<Draft> drafts, Comparer<ResourceId> ties)
    {
        Draft[] ranked = Ranked(drafts, ties);
        if (Array.TrueForAll(ranked, draft => draft.Needs.All(need => ties.Compare(need, draft.Step.Id) < 0)))
        {
            return Stepped(ranked);
        }

        Dictionary<ResourceId, int> ranks = new(ranked.Length);
        for (int rank = 0; rank < ranked.Length; rank++)
        {
            ranks.Add(ranked[rank].Step.Id, rank);
        }

        int[] waiting = new int[ranked.Length];
        List<int>?[] unblocks = new List<int>?[ranked.Length];
        PriorityQueue<int, int> ready = new(ranked.Length);
        for (int rank = 0; rank < ranked.Length; rank++)
        {
            foreach (ResourceId need in ranked[rank].Needs)
            {
                // One that is needed twice is waited for twice, and comes twice.
                if (ranks.TryGetValue(need, out int below))
                {
                    waiting[rank]++;
                    (unblocks[below] ??= []).Add(rank);
                }
            }

            if (waiting[rank] == 0)
            {
                ready.Enqueue(rank, rank);
            }
        }

        PlanStep[] ordered = new PlanStep[ranked.Length];
        int done = 0;
        while (ready.TryDequeue(out int next, out _))
        {
            ordered[done++] = After(ranked[next], ranks, ranked);
            foreach (int above in unblocks[next] ?? [])
            {
                if (--waiting[above] == 0)
                {
                    ready.Enqueue(above, above);
                }
            }
        }

        return done == ranked.Length ? ordered : throw new UnreachableException("The reader lets no dependency cycle through.");
    }

    // Where everybody needs only who comes before him anyway, that is the order: what is ready first is always the next.
    static PlanStep[] Stepped(Draft[] ranked)
    {
        HashSet<ResourceId> awaited = [.. ranked.Select(draft => draft.Step).Where(step => step.Action != PlanAction.Keep).Select(step => step.Id)];
        return Array.ConvertAll(ranked, draft => awaited.Count > 0 && draft.Needs.Any(awaited.Contains) ? draft.Step with { DependsOn = [.. draft.Needs.Where(awaited.Contains).Distinct().Order()] } : draft.Step);
    }

    // A file's objects mostly come in that order already.
    static Draft[] Ranked(List<Draft> drafts, Comparer<ResourceId> ties)
    {
        Draft[] ranked = [.. drafts];
        for (int at = 1; at < ranked.Length; at++)
        {
            if (ties.Compare(ranked[at - 1].Step.Id, ranked[at].Step.Id) > 0)
            {
                Array.Sort(ranked, (left, right) => ties.Compare(left.Step.Id, right.Step.Id));
                break;
            }
        }

        return ranked;
    }

    // What is kept as it is need not be waited for.
    static PlanStep After(Draft draft, Dictionary<ResourceId, int> ranks, Draft[] ranked)
    {
        List<ResourceId>? below = null;
        foreach (ResourceId need in draft.Needs)
        {
            if (ranks.TryGetValue(need, out int rank) && ranked[rank].Step.Action != PlanAction.Keep)
            {
                (below ??= []).Add(need);
            }
        }

        return below is null ? draft.Step : draft.Step with { DependsOn = [.. below.Distinct().Order()] };
    }

    // Needs: for a wished object what it stands on, for a deleted one what stands on it.
    internal sealed record Draft(PlanStep Step, ImmutableArray<ResourceId> Needs);
}
