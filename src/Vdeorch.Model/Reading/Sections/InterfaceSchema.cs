using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Interfaces in their long form.</summary>
/// <example><code>
/// interfaces:
///   vde0: { to: lan, address: [10.20.0.1/24, "fd00::1/64"], mtu: 1450, mac: 52:54:00:00:00:01 }
/// </code></example>
internal static class InterfaceSchema
{
    public static readonly FieldSchema<Located<SegmentText>> To = new("to", LocatorScalars.Segment)
    {
        Description = "What it is plugged into: a switch, cloud or plug by name, or a locator.",
        Otherwise = "not plugged in",
        Example = "lan",
        Cost = OnChange.Replug,
    };

    public static readonly FieldSchema<ImmutableArray<Located<InterfaceAddress>>> Address = new("address", AddressScalars.Address.OneOrMany())
    {
        Description = "Its addresses.",
        Otherwise = "none",
        Example = "10.0.0.1/24",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<Located<bool>> Dhcp = new("dhcp", Scalars.Boolean)
    {
        Description = "Whether it asks a DHCP server for an IPv4 address, a default route and name servers (udhcpc).",
        Default = false,
        Example = "true",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<Located<MacAddress>> Mac = new("mac", AddressScalars.Mac)
    {
        Description = "Its Ethernet address.",
        Otherwise = "derived from topology, namespace and interface, the same on every run",
        Example = "52:54:00:00:00:01",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<Located<int>> Mtu = new("mtu", Scalars.Integer(InterfaceSpec.MinMtu, InterfaceSpec.MaxMtu))
    {
        Description = "The largest packet, in bytes; 1280 at least with IPv6.",
        Otherwise = "1500, or what is left where `to` leads through something that carries less",
        Example = "1450",
        Cost = OnChange.Hot,
    };

    /// <summary>Namespace and name are set where they are known.</summary>
    public static readonly ObjectSchema<InterfaceValues> Interface = new("namespaces.NAME.interfaces.NAME", "an interface", [To, VlanSchema.Vlan, VlanSchema.Trunk, Address, Dhcp, Mtu, Mac, StpSchema.Port, ShapeSchema.Field, ImpairSchema.Field],
        reader => new InterfaceValues(
            reader.TryGet(To, out Located<SegmentText> to) ? to : default(Located<SegmentText>?),
            reader.List(Address),
            reader.TryGet(Mac, out Located<MacAddress> mac) ? mac : default(Located<MacAddress>?),
            reader.TryGet(Mtu, out Located<int> mtu) ? mtu : default(Located<int>?))
        {
            Dhcp = reader.Get(Dhcp),
            Vlans = VlanSchema.Read(reader),
            Spanning = reader.TryGet(StpSchema.Port, out PortSpanning? spanning) ? spanning : null,
            Impair = ShapeSchema.Over(reader.TryGet(ImpairSchema.Field, out LinkImpairment? impair) ? impair : null, reader),
        });
}

internal sealed record InterfaceValues(Located<SegmentText>? To, ImmutableArray<Located<InterfaceAddress>> Addresses, Located<MacAddress>? Mac, Located<int>? Mtu)
{
    public Located<bool> Dhcp { get; init; }

    public VlanValues? Vlans { get; init; }

    public PortSpanning? Spanning { get; init; }

    public LinkImpairment? Impair { get; init; }

    /// <summary>Of a card; null: as most are.</summary>
    public string? Model { get; init; }
}
