using System.Collections.Immutable;
using System.Diagnostics;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Planning;

/// <summary>Compares what is wished with what was found. Pure: the same lists give the same plan.</summary>
public static class Planner
{
    /// <param name="topology">Printed on the plan.</param>
    /// <param name="desired">Every object of the file; their dependencies form no cycle (the reader refuses one).</param>
    /// <param name="observed">Every object that vdeorch made and that is there; an object not in it does not exist.</param>
    /// <param name="applied">What was asked for last time, to tell drift from a changed file in <see cref="PlanStep.Reason"/>; null when unknown.</param>
    public static Plan Diff(string topology, IEnumerable<IResourceSpec> desired, IEnumerable<Observed> observed, IEnumerable<IResourceSpec>? applied = null)
    {
        Dictionary<ResourceId, IResourceSpec> wished = desired.ToDictionary(spec => spec.Id);
        Dictionary<ResourceId, Observed> found = observed.ToDictionary(thing => thing.Id);
        Dictionary<ResourceId, IResourceSpec>? before = applied?.ToDictionary(spec => spec.Id);

        List<Draft> deletes = [.. found.Values.Where(thing => !wished.ContainsKey(thing.Id)).Select(Delete)];
        List<Draft> rest = [.. wished.Values.Select(spec => Compare(spec, found.GetValueOrDefault(spec.Id), before))];

        return new Plan(topology, [.. Order(Reversed(deletes), s_topDown), .. Order(rest, Comparer<ResourceId>.Default)]);
    }

    // Kinds in reverse, so that neighbours in a plan are of one kind where dependencies leave a choice.
    static readonly Comparer<ResourceId> s_topDown = Comparer<ResourceId>.Create((left, right) =>
        left.Kind == right.Kind ? left.CompareTo(right) : right.CompareTo(left));

    static Draft Delete(Observed thing) => new(
        new PlanStep(thing.Id, PlanAction.Delete, null, "not in the file",
            [.. thing.Fields.Where(field => field.Value.Length > 0).Select(field => new FieldChange(field.Key, field.Value, null, OnChange.Replace))], []),
        thing.DependsOn);

    static Draft Compare(IResourceSpec spec, Observed? thing, Dictionary<ResourceId, IResourceSpec>? before)
    {
        IResourceSpec? last = before?.GetValueOrDefault(spec.Id);
        if (thing is null)
        {
            string reason = last is null ? "in the file, not there yet" : "drift: it has gone";
            return new Draft(new PlanStep(spec.Id, PlanAction.Create, null, reason, Created(spec), []), spec.DependsOn);
        }

        ImmutableArray<FieldChange> changes = [.. Changes(spec, thing).OrderBy(change => change.Path, StringComparer.Ordinal)];
        if (changes.IsEmpty)
        {
            return new Draft(new PlanStep(spec.Id, PlanAction.Keep, null, "", [], []), spec.DependsOn);
        }

        OnChange cost = changes.Max(change => change.Cost);
        PlanAction action = cost == OnChange.Replace ? PlanAction.Replace : PlanAction.Update;
        return new Draft(new PlanStep(spec.Id, action, cost, Why(changes, spec, last), changes, []), spec.DependsOn);
    }

    static ImmutableArray<FieldChange> Created(IResourceSpec spec) =>
    [
        .. spec.Fields.Where(field => field.Value.Length > 0)
            .Select(field => new FieldChange(field.Path, null, field.Value, field.OnChange))
            .OrderBy(change => change.Path, StringComparer.Ordinal),
    ];

    static List<FieldChange> Changes(IResourceSpec spec, Observed thing)
    {
        List<FieldChange> changes = [];
        HashSet<string> paths = [];
        foreach (Field field in spec.Fields)
        {
            paths.Add(field.Path);
            if (thing.Fields.TryGetValue(field.Path, out string? live))
            {
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

        foreach ((string path, string live) in thing.Fields)
        {
            if (!paths.Contains(path) && thing.IsComplete(path))
            {
                changes.Add(new FieldChange(path, live, null, spec.CostOf(path)));
            }
        }

        return changes;
    }

    // A field the file asks for as it did last time has drifted; any other was changed in the file.
    static string Why(ImmutableArray<FieldChange> changes, IResourceSpec spec, IResourceSpec? last)
    {
        if (last is null)
        {
            return "differs from the file";
        }

        Dictionary<string, string> then = last.Fields.ToDictionary(field => field.Path, field => field.Value);
        int drifted = changes.Count(change => then.GetValueOrDefault(change.Path) == change.After);
        return drifted == changes.Length ? "drift" : drifted == 0 ? "the file changed" : "the file changed, and drift";
    }

    // What stood on a deleted object must go before it.
    static List<Draft> Reversed(List<Draft> deletes)
    {
        HashSet<ResourceId> going = [.. deletes.Select(draft => draft.Step.Id)];
        ILookup<ResourceId, ResourceId> dependents = deletes
            .SelectMany(draft => draft.Needs.Where(going.Contains), (draft, below) => (Below: below, draft.Step.Id))
            .ToLookup(pair => pair.Below, pair => pair.Id);
        return [.. deletes.Select(draft => draft with { Needs = [.. dependents[draft.Step.Id]] })];
    }

    // Kahn's algorithm with a heap, so that ties come out by id whatever order the input had.
    static List<PlanStep> Order(List<Draft> drafts, IComparer<ResourceId> ties)
    {
        Dictionary<ResourceId, Draft> byId = drafts.ToDictionary(draft => draft.Step.Id);
        Dictionary<ResourceId, int> waiting = [];
        Dictionary<ResourceId, List<ResourceId>> unblocks = [];
        PriorityQueue<Draft, ResourceId> ready = new(drafts.Count, ties);
        foreach (Draft draft in drafts)
        {
            int needs = 0;
            foreach (ResourceId need in draft.Needs.Where(byId.ContainsKey).Distinct())
            {
                needs++;
                (unblocks.TryGetValue(need, out List<ResourceId>? list) ? list : unblocks[need] = []).Add(draft.Step.Id);
            }

            waiting[draft.Step.Id] = needs;
            if (needs == 0)
            {
                ready.Enqueue(draft, draft.Step.Id);
            }
        }

        List<PlanStep> ordered = new(drafts.Count);
        while (ready.TryDequeue(out Draft? next, out _))
        {
            ordered.Add(next.Step with
            {
                DependsOn = [.. next.Needs.Distinct().Where(need => byId.TryGetValue(need, out Draft? other) && other.Step.Action != PlanAction.Keep).Order()],
            });
            foreach (ResourceId id in unblocks.GetValueOrDefault(next.Step.Id) ?? [])
            {
                if (--waiting[id] == 0)
                {
                    ready.Enqueue(byId[id], id);
                }
            }
        }

        return ordered.Count == drafts.Count ? ordered : throw new UnreachableException("The reader lets no dependency cycle through.");
    }

    // Needs: for a wished object what it stands on, for a deleted one what stands on it.
    sealed record Draft(PlanStep Step, ImmutableArray<ResourceId> Needs);
}
