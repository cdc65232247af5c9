using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A membership in VLANs as fields of whatever has it; what has none has no such fields.</summary>
public static class VlanFields
{
    /// <summary>Of <see cref="Observed.Enumerated"/>, for whoever sees the membership.</summary>
    public static readonly ImmutableArray<string> Paths = ["trunk", "vlan"];

    public static IEnumerable<Field> Of(VlanMembership? membership)
    {
        if (membership is { Tagged.IsEmpty: false })
        {
            yield return new Field("trunk", membership.Tagged.ToString(), OnChange.Hot);
        }

        if (membership is { Untagged: not 0 })
        {
            yield return new Field("vlan", VlanMembership.PrintUntagged(membership.Untagged), OnChange.Hot);
        }
    }
}
