using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Planning;

/// <summary>What must be done, in order, to make the observed world the desired one. A value: it can be printed, saved and refused.</summary>
/// <param name="Topology">The topology's name.</param>
/// <param name="Steps">Deletes first, in reverse dependency order, then the rest in dependency order; ties broken by id. Unchanged objects are here too, as <see cref="PlanAction.Keep"/>.</param>
public sealed record Plan(string Topology, ImmutableArray<PlanStep> Steps)
{
    [JsonIgnore]
    public IEnumerable<PlanStep> Changes => Steps.Where(step => step.Action != PlanAction.Keep);

    [JsonIgnore]
    public bool IsEmpty => !Changes.Any();
}

/// <param name="Id">The object.</param>
/// <param name="Action">What happens to it.</param>
/// <param name="Cost">The dearest of <paramref name="Changes"/>; null for create, delete and keep.</param>
/// <param name="Reason">Why, for people. Not used for decisions; apply reads Action and Changes only.</param>
/// <param name="Changes">Field by field, sorted by path.</param>
/// <param name="DependsOn">Steps that must have succeeded before this one begins.</param>
public sealed record PlanStep(
    ResourceId Id,
    PlanAction Action,
    OnChange? Cost,
    string Reason,
    ImmutableArray<FieldChange> Changes,
    ImmutableArray<ResourceId> DependsOn);

/// <param name="Path">The field.</param>
/// <param name="Before">The live value; null when there is none.</param>
/// <param name="After">The wished value; null when there is to be none.</param>
/// <param name="Cost">What this change alone costs.</param>
public sealed record FieldChange(string Path, string? Before, string? After, OnChange Cost);

public enum PlanAction
{
    Keep,
    Create,
    Update,
    Replace,
    Delete,
}
