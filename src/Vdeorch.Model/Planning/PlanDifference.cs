using System.Collections.Immutable;

namespace Vdeorch.Model.Planning;

/// <summary>Whether a plan is still the plan.</summary>
public static class PlanDifference
{
    /// <summary>Compares what would be done; not why.</summary>
    /// <returns>A line for each object of which something else would be done now; none when they are the same.</returns>
    public static ImmutableArray<string> Between(Plan then, Plan now)
    {
        Dictionary<Resources.ResourceId, PlanStep> before = then.Changes.ToDictionary(step => step.Id);
        Dictionary<Resources.ResourceId, PlanStep> after = now.Changes.ToDictionary(step => step.Id);
        return
        [
            .. before.Keys.Union(after.Keys).Order()
                .Where(id => !IsSame(before.GetValueOrDefault(id), after.GetValueOrDefault(id)))
                .Select(id => $"{id}: was to {Word(before.GetValueOrDefault(id))}, now to {Word(after.GetValueOrDefault(id))}"),
        ];
    }

    static bool IsSame(PlanStep? one, PlanStep? other) =>
        one is not null && other is not null && one.Action == other.Action && one.Changes.Select(Essence).SequenceEqual(other.Changes.Select(Essence));

    static (string Path, string? Before, string? After) Essence(FieldChange change) => (change.Path, change.Before, change.After);

    static string Word(PlanStep? step) => step switch
    {
        null => "be kept",
        { Action: PlanAction.Create } => "be created",
        { Action: PlanAction.Delete } => "be deleted",
        _ => $"change {string.Join(", ", step.Changes.Select(change => $"{change.Path} from '{change.Before}' to '{change.After}'"))}",
    };
}
