using System.Collections.Immutable;

namespace Vdeorch.Model.Resources;

/// <summary>What the user asked one object to be. Its field list serves the diff, the plan and the fingerprint.</summary>
public interface IResourceSpec
{
    ResourceId Id { get; }

    /// <summary>Objects that must exist before this one is made, and outlive it.</summary>
    ImmutableArray<ResourceId> DependsOn { get; }

    /// <summary>Objects that it can do without, and yet starts after, and ends before.</summary>
    ImmutableArray<ResourceId> StartsAfter => [];

    /// <summary>Namespaces that get traffic from it: what goes of them goes when it has let go of them.</summary>
    ImmutableArray<ResourceId> PassesTo => [];

    ImmutableArray<Field> Fields { get; }

    /// <summary>What the user calls it by; see <see cref="Topologies.Labels"/>.</summary>
    ImmutableSortedDictionary<string, string> Labels => Topologies.Labels.None;

    /// <summary>What changing a field that only the world has (a route added by hand, say) costs.</summary>
    OnChange CostOf(string path);

    /// <returns>The object that a field says this one is at, one of <see cref="DependsOn"/>: when that has gone, so has the field. Null for a field that stands alone.</returns>
    ResourceId? Behind(string path) => null;
}
