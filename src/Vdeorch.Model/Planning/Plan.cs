using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Planning;

/// <summary>What must be done, in order, to make the observed world the desired one. A value: it can be printed, saved and refused.</summary>
/// <param name="Topology">The topology's name.</param>
/// <param name="Steps">Deletes first, in reverse dependency order, then the rest in dependency order, then what others have to let go of before it is deleted; ties broken by id. Unchanged objects are here too, as <see cref="PlanAction.Keep"/>, but for those omitted.</param>
public sealed record Plan(string Topology, ImmutableArray<PlanStep> Steps)
{
    /// <summary>What is kept as it is and yet loses traffic; see <see cref="ImpactFinder"/>.</summary>
    public ImmutableArray<Impact> Impacts { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What the file does not have any more and the policy does not prune, as <see cref="PlanAction.Keep"/>, or as whatever puts it back.</summary>
    [JsonIgnore]
    public IEnumerable<PlanStep> Left => Steps.Where(step => step.IsLeft);

    /// <summary>How many more are unchanged than <see cref="Steps"/> has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Omitted { get; init; }

    /// <summary>The same for one who wants to know what is done: what is kept, and is not kept against the file, is counted only.</summary>
    public Plan WithoutKept()
    {
        ImmutableArray<PlanStep> told = [.. Steps.Where(step => step.Action != PlanAction.Keep || step.IsLeft)];
        return this with { Steps = told, Omitted = Omitted + Steps.Length - told.Length };
    }

    /// <returns>How many steps do that.</returns>
    public int Count(PlanAction action) => Steps.Count(step => step.Action == action) + (action == PlanAction.Keep ? Omitted : 0);

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
    ImmutableArray<ResourceId> DependsOn)
{
    /// <summary>The same of all its changes; <see cref="Cause.Mixed"/> when they differ, <see cref="Cause.None"/> when it is kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Cause Cause { get; init; }

    /// <summary>Whether it is kept although the file does not have it, since the policy does not prune.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLeft { get; init; }

    /// <summary>Whether it changes only what is noted of the object, so that nothing is to be done to it.</summary>
    [JsonIgnore]
    public bool IsOnlyNoted => Action == PlanAction.Update && Changes.All(change => Topologies.Labels.IsPath(change.Path));

    /// <summary>Of <see cref="Cause.Dependency"/>: the objects that this one went with.</summary>
    public ImmutableArray<ResourceId> Because { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <param name="Path">The field.</param>
/// <param name="Before">The live value; null when there is none.</param>
/// <param name="After">The wished value; null when there is to be none.</param>
/// <param name="Cost">What this change alone costs.</param>
/// <param name="Cause">Never <see cref="Cause.Mixed"/>.</param>
public sealed record FieldChange(string Path, string? Before, string? After, OnChange Cost, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] Cause Cause = Cause.None);

public enum PlanAction
{
    Keep,
    Create,
    Update,
    Replace,
    Delete,
}

/// <summary>Why live and wished differ.</summary>
public enum Cause
{
    /// <summary>What was asked for last time is not known, or nothing differs. Left out of JSON.</summary>
    None,

    /// <summary>The file asks for something else than last time.</summary>
    File,

    /// <summary>The file asks for what it did; the world changed.</summary>
    Drift,

    /// <summary>As drift, and it went with something that it stands on.</summary>
    Dependency,

    /// <summary>Some fields for one cause, others for another.</summary>
    Mixed,
}
