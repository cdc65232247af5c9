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
    /// <param name="observed">As for <see cref="Planner.Diff"/>.</param>
    /// <param name="applied">What was asked for last time; null when unknown, or nothing.</param>
    public static Targets Of(Topology topology, Selection selection, IReadOnlyCollection<Observed> observed, Topology? applied)
    {
        Plan whole = Planner.Diff(topology.Name, topology.Resources, observed, applied?.Resources, policy: topology.Policy);
        if (selection.IsEverything)
        {
            return new Targets(topology, null, whole, null);
        }

        ImmutableHashSet<ResourceId> taken = selection.Of(whole);
        Topology wished = topology.Where(taken.Contains).Over((applied ?? new Topology { Name = topology.Name }).Where(id => !taken.Contains(id)));
        return new Targets(wished, taken, Planner.Diff(topology.Name, wished.Resources, observed, applied?.Resources, taken, topology.Policy), Complain(whole, selection.Unmatched(whole)));
    }

    static string? Complain(Plan whole, ImmutableArray<string> unmatched) => unmatched.IsEmpty ? null
        : $"--only: nothing of '{whole.Topology}' is called {string.Join(", ", unmatched.Select(pattern => $"'{pattern}'{Hint(whole, pattern)}"))}";

    static string Hint(Plan whole, string pattern) =>
        EditDistance.Nearest(pattern, whole.Steps.SelectMany(step => new[] { step.Id.ToString(), step.Id.Name })) is { } near ? $" (did you mean '{near}'?)" : "";
}
