using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A membership in VLANs, and what a port is in their spanning trees, as fields of whatever has it; what has none has no such fields.</summary>
public static class VlanFields
{
    /// <summary>Of <see cref="Observed.Enumerated"/>, for whoever sees the membership.</summary>
    public static readonly ImmutableArray<string> Paths = ["stp", "trunk", "vlan"];

    public static ImmutableArray<Field> Of(VlanMembership? membership, PortSpanning? spanning) =>
    [
        .. spanning is null || Print(spanning) is "" ? [] : new[] { new Field("stp", Print(spanning), OnChange.Hot) },
        .. membership is { Tagged.IsEmpty: false } ? new[] { new Field("trunk", membership.Tagged.ToString(), OnChange.Hot) } : [],
        .. membership is { Untagged: not 0 } ? new[] { new Field("vlan", VlanMembership.PrintUntagged(membership.Untagged), OnChange.Hot) } : [],
    ];

    static string Print(PortSpanning spanning) => string.Join(", ",
    [
        .. spanning.Edge.IsEmpty ? [] : new[] { spanning.Edge.Equals(VlanSet.All) ? "edge" : $"edge in {spanning.Edge}" },
        .. spanning.Bonuses.Select(bonus => string.Create(CultureInfo.InvariantCulture, $"bonus {bonus.Cost} in {bonus.Vlan}")),
    ]);
}
