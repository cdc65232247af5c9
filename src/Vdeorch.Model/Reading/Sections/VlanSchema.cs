using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>In which VLANs of its switch something is.</summary>
/// <example><code>
/// vde0: { to: campus, vlan: staff }                    # access
/// vde1: { to: campus, trunk: [staff, 20, 30-39] }      # tagged
/// vde2: { to: campus, vlan: 20, trunk: staff }         # native and tagged
/// </code></example>
internal static class VlanSchema
{
    public static readonly FieldSchema<Located<VlanText>> Vlan = new("vlan", VlanScalars.One)
    {
        Description = "The VLAN of frames without a tag, by id or by the name its switch gives it; `none` (or 4095) drops them.",
        Otherwise = "the switch's VLAN 0, that of all who have no `vlan`",
        Example = "staff",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<ImmutableArray<Located<VlanText>>> Trunk = new("trunk", VlanScalars.Some.OneOrMany())
    {
        Description = "VLANs whose frames carry a tag.",
        Otherwise = "none",
        Example = "[staff, 20, 30-39]",
        Cost = OnChange.Hot,
    };

    /// <returns>Null when neither key is there.</returns>
    public static VlanValues? Read(ObjectReader reader) =>
        reader.Has(Vlan) || reader.Has(Trunk)
            ? new VlanValues(reader.TryGet(Vlan, out Located<VlanText> vlan) ? vlan : default(Located<VlanText>?), reader.List(Trunk), reader.At(reader.Has(Vlan) ? Vlan : Trunk))
            : null;
}

/// <summary>What <c>vlan</c> and <c>trunk</c> say.</summary>
/// <param name="At">The first key of the two.</param>
internal sealed record VlanValues(Located<VlanText>? Vlan, ImmutableArray<Located<VlanText>> Trunk, TextRange At);

/// <summary>A VLAN as a file has it: a name, or ids.</summary>
/// <param name="Name">Null: the ids <paramref name="First"/> to <paramref name="Last"/>.</param>
internal readonly record struct VlanText(string? Name, int First, int Last)
{
    public override string ToString() => Name ?? (First == Last ? VlanMembership.PrintUntagged(First) : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}"));
}
