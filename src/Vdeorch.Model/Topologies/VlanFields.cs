using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A membership in VLANs as fields of whatever has it; what has none has no such fields.</summary>
public static class VlanFields
{
    /// <summary>Of <see cref="Observed.Enumerated"/>, for whoever sees the membership.</summary>
    public static readonly ImmutableArray<string> Paths = ["trunk", "vlan"];

    public static ImmutableArray<Field> Of(VlanMembership? membership) =>
    [
        .. membership is { Tagged.IsEmpty: false } ? new[] { new Field("trunk", membership.Tagged.ToString(), OnChange.Hot) } : [],
        .. membership is { Untagged: not 0 } ? new[] { new Field("vlan", VlanMembership.PrintUntagged(membership.Untagged), OnChange.Hot) } : [],
    ];
}
