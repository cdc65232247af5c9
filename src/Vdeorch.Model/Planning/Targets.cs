using System.Collections.Immutable;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Planning;

/// <summary>What is to be true when a part of a topology is applied, or all of it.</summary>
/// <param name="Wished">The parts taken as the file has them, the others as they were applied before.</param>
/// <param name="Taken">The parts; null: everything.</param>
/// <param name="Plan">To make them so; what is not taken is in it as kept, whatever it is like.</param>
/// <param name="Complaint">Of patterns that name nothing, for people; null when all name something.</param>
public sealed record Targets(Topology Wished, ImmutableHashSet<ResourceId>? Taken, Plan Plan, string? Complaint)
{
    /// <summary>Objects that the file does not have and that stay, since its policy does not prune. <see cref="Wished"/> has those of which it is known what they are to be like.</summary>
    public ImmutableHashSet<ResourceId> Left { get; private init; } = [];

    /// <summary>What was taken from the file itself; null: all of it, and nothing else.</summary>
    public ImmutableHashSet<ResourceId>? FromFile => Taken is null && Left.IsEmpty ? null
        : [.. (Taken ?? Wished.Resources.Select(spec => spec.Id)).Where(id => !Left.Contains(id))];

    /// <param name="observed">As for <see cref="Planner"/>.</param>
    /// <param name="applied">What was asked for last time; null when unknown, or nothing.</param>
    /// <param name="alikes">As for <see cref="Planner"/>.</param>
    public static Targets Of(Topology topology, Selection selection, IReadOnlyCollection<Observed> observed, Topology? applied, Alikes? alikes = null)
    {
        (Topology wanted, ImmutableHashSet<ResourceId> left, ImmutableHashSet<ResourceId>? touched) = Keep(topology, observed, applied);
        Plan whole = Planner.Diff(wanted, observed, applied, touched, alikes);
        if (selection.IsEverything)
        {
            return new Targets(wanted, touched, Mark(whole, left), null) { Left = left };
        }

        LabelLookup labels = Labels.Lookup(topology.Resources, applied?.Resources ?? []);
        ImmutableHashSet<ResourceId> taken = selection.Of(whole, labels);
        Topology wished = wanted.Where(taken.Contains).Over((applied ?? new Topology { Name = topology.Name }).Where(id => !taken.Contains(id)));
        taken = touched is null ? taken : taken.Intersect(touched);
        Plan plan = Planner.Diff(wished, observed, applied, taken, alikes);
        return new Targets(wished, taken, Mark(plan, left), Complain(whole, selection.Unmatched(whole, labels))) { Left = left };
    }

    /// <returns>The file's topology with what stays, as it was asked for; the ids of what stays; and, where of some of that nothing is known, the ids of everything else.</returns>
    static (Topology Wanted, ImmutableHashSet<ResourceId> Left, ImmutableHashSet<ResourceId>? Touched) Keep(Topology topology, IReadOnlyCollection<Observed> observed, Topology? applied)
    {
        if (topology.Policy.Prunes)
        {
            return (topology, [], null);
        }

        HashSet<ResourceId> own = [.. topology.Resources.Select(spec => spec.Id)];
        ImmutableHashSet<ResourceId> left = [.. observed.Select(thing => thing.Id).Where(id => !own.Contains(id))];
        if (left.IsEmpty)
        {
            return (topology, left, null);
        }

        Topology wanted = applied is null ? topology : topology.Over(applied.Where(left.Contains));
        HashSet<ResourceId> known = [.. wanted.Resources.Select(spec => spec.Id)];
        return (wanted, left, left.All(known.Contains) ? null : [.. known.Concat(observed.Select(thing => thing.Id)).Where(id => known.Contains(id) || !left.Contains(id))]);
    }

    static Plan Mark(Plan plan, ImmutableHashSet<ResourceId> left) => left.IsEmpty ? plan : plan with
    {
        Steps = [.. plan.Steps.Select(step => left.Contains(step.Id) ? step with { IsLeft = true, Reason = step.Reason.Length > 0 ? step.Reason : "no longer in the file, left since policy.prune is false" } : step)],
    };

    static string? Complain(Plan whole, ImmutableArray<string> unmatched) => unmatched.IsEmpty ? null
        : $"--only: nothing of '{whole.Topology}' is called {string.Join(", ", unmatched.Select(pattern => $"'{pattern}'{Hint(whole, pattern)}"))}";

    static string Hint(Plan whole, string pattern) =>
        pattern.StartsWith(Selection.LabelMark) ? " (nothing has such labels)" : EditDistance.Nearest(pattern, whole.Steps.SelectMany(step => new[] { step.Id.ToString(), step.Id.Name })) is { } near ? $" (did you mean '{near}'?)" : "";
}
