using System.Collections.Immutable;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Planning;

/// <summary>Tells, field by field, a changed file from a changed world.</summary>
static class Causes
{
    /// <param name="last">What was asked for last time; null when unknown.</param>
    /// <param name="found">What is there.</param>
    public static IEnumerable<FieldChange> Of(IEnumerable<FieldChange> changes, IResourceSpec spec, IResourceSpec? last, Dictionary<ResourceId, Observed> found)
    {
        if (last is null)
        {
            return changes;
        }

        Dictionary<string, string> then = last.Fields.ToDictionary(field => field.Path, field => field.Value);
        return changes.Select(change => change with { Cause = Of(change, spec, then, found) });
    }

    // A field the file asks for as it did last time has drifted; any other was changed in the file.
    static Cause Of(FieldChange change, IResourceSpec spec, Dictionary<string, string> then, Dictionary<ResourceId, Observed> found) =>
        then.GetValueOrDefault(change.Path) != change.After ? Cause.File
        : spec.Behind(change.Path) is { } behind && !found.ContainsKey(behind) ? Cause.Dependency
        : Cause.Drift;

    /// <param name="cause">Of the step that has <paramref name="changes"/>.</param>
    public static string Why(Cause cause, ImmutableArray<FieldChange> changes, ImmutableArray<ResourceId> because) => cause switch
    {
        Cause.File => "the file changed",
        Cause.Drift => "drift",
        Cause.Dependency => $"drift: {string.Join(", ", because)} has gone",
        Cause.Mixed when changes.Any(change => change.Cause == Cause.File) => "the file changed, and drift",
        Cause.Mixed => $"drift, and {string.Join(", ", because)} has gone",
        _ => "differs from the file",
    };
}
