using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Rendering;

/// <summary>What is asked of a port, in the input language.</summary>
internal static class PortText
{
    public static string Stp(PortSpanning spanning)
    {
        string[] keys =
        [
            .. spanning.Edge.IsEmpty ? [] : new[] { "edge: true" },
            .. spanning.Bonuses.IsEmpty ? [] : new[] { $"bonus: {{ {string.Join(", ", spanning.Bonuses.Select(bonus => string.Create(CultureInfo.InvariantCulture, $"{bonus.Vlan}: {bonus.Cost}")))} }}" },
        ];
        return keys.Length == 0 ? "{}" : $"{{ {string.Join(", ", keys)} }}";
    }

    // By number: a name is the switch's. That frames without a tag are in VLAN 0 goes without saying, as long as anything is said.
    public static ImmutableArray<(string Key, string Value)> Vlans(VlanMembership vlans) =>
    [
        .. vlans.Untagged == 0 ? [] : new[] { ("vlan", VlanMembership.PrintUntagged(vlans.Untagged)) },
        .. vlans.Untagged != 0 && vlans.Tagged.IsEmpty ? [] : new[] { ("trunk", YamlWriter.List(vlans.Tagged.Ranges())) },
    ];
}
