using System.Collections.Immutable;
using System.IO.Enumeration;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>How a topology is kept, beside what it is.</summary>
public sealed record Policy
{
    public static Policy Default { get; } = new();

    /// <summary>Of fields that others may change: a field that one matches is set when its object is made, and is no difference afterwards.</summary>
    public ImmutableArray<IgnoredField> Ignore { get; init; } = [];

    /// <summary>Whether an apply that fails stops where it failed; else it puts back what was.</summary>
    public bool StopsOnFailure { get; init; }

    /// <summary>Whether what left the file is taken away; else it stays, owned, until an apply whose policy prunes, or a destroy.</summary>
    public bool Prunes { get; init; } = true;

    /// <summary>What the engine does by itself about what others changed.</summary>
    public DriftPolicy Drift { get; init; } = DriftPolicy.Heal;

    /// <summary>Whether names of files may climb out of the directory of the file they stand in.</summary>
    public bool MayClimb { get; init; }

    /// <summary>Schemes that no locator of the file may have.</summary>
    public ImmutableArray<string> DeniedSchemes { get; init; } = [];

    public bool IsIgnored(ResourceId id, string path) => Ignore.Any(one => one.Matches(id, path));
}

public enum DriftPolicy
{
    /// <summary>Puts back what was asked for.</summary>
    Heal,

    /// <summary>Says it, and leaves it to an apply.</summary>
    Report,
}

/// <param name="Object">As <c>--only</c> takes it.</param>
/// <param name="Path">A field's path, with <c>*</c> for any run of characters; <c>*</c> alone is every field.</param>
public sealed record IgnoredField(string Object, string Path)
{
    /// <param name="text"><c>OBJECT</c> or <c>OBJECT FIELD</c>.</param>
    /// <returns>Null when it is neither.</returns>
    public static IgnoredField? TryParse(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) switch
    {
        [var one] => new IgnoredField(one, "*"),
        [var one, var path] => new IgnoredField(one, path),
        _ => null,
    };

    public bool Matches(ResourceId id, string path) => FileSystemName.MatchesSimpleExpression(Path, path, ignoreCase: false) && Planning.Selection.Matches(Object, id);

    public override string ToString() => Path == "*" ? Object : $"{Object} {Path}";
}
