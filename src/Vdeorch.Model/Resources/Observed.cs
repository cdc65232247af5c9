using System.Collections.Immutable;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Resources;

/// <summary>What was found of one object in the live kernel and processes.</summary>
/// <remarks>
/// A field the observer cannot see is absent from <see cref="Fields"/>, and absent is not drift. Where the observer lists
/// a family of fields in full (every route of an interface), <see cref="Enumerated"/> names the family's prefix: then a
/// wished field that is not found is known to be missing, and a found one that nobody wished is known to be too much.
/// An object that does not exist has no <see cref="Observed"/> at all.
/// </remarks>
public sealed record Observed(ResourceId Id, Health Health)
{
    /// <summary>Path to canonical value, the same texts as <see cref="Field.Value"/>.</summary>
    public ImmutableSortedDictionary<string, string> Fields { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it is a program that is supervised. Of network functions some are, others are what the kernel does by itself.</summary>
    public bool IsProgram => Fields.ContainsKey(ServiceSpec.RunPath);

    /// <summary>Prefixes (<c>routes.</c>), and fields that not every such object has (<c>vlan</c>), under which <see cref="Fields"/> is complete.</summary>
    public ImmutableArray<string> Enumerated { get; init; } = [];

    /// <summary>What it was found to stand on; deletes go in the reverse of this.</summary>
    public ImmutableArray<ResourceId> DependsOn { get; init; } = [];

    /// <returns>True when <paramref name="path"/> missing from <see cref="Fields"/> means that the world has no such thing.</returns>
    public bool IsComplete(string path) => Enumerated.Any(prefix => path.StartsWith(prefix, StringComparison.Ordinal));

    /// <returns>True when a plan cannot tell the two apart, and that was found without reading their fields; false says nothing.</returns>
    public bool LooksLike(Observed? other) => other is not null && ReferenceEquals(Fields, other.Fields) && Enumerated.AsSpan().SequenceEqual(other.Enumerated.AsSpan());

    /// <summary>Why <see cref="Health"/> is not <see cref="Health.Healthy"/>, for people; null when it is.</summary>
    public string? Reason { get; init; }
}

/// <summary>Unknown never means missing: a step is planned from fields, not from health.</summary>
public enum Health
{
    Unknown,
    Healthy,
    Starting,
    Degraded,

    /// <summary>Its own <c>health</c> says so.</summary>
    Unhealthy,
    Failed,
}
