using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Vnfs;

/// <summary>Learns routes from other routers and tells them its own (BIRD): OSPF (RFC 2328, RFC 5340) and BGP (RFC 4271), for IPv4 and IPv6.</summary>
/// <example><code>
/// vnfs: { router: {}, routing: { ospf: { interfaces: [vde0] }, bgp: { as: 65001, neighbors: { isp: { role: provider } }, announce: [10.1.0.0/16] } } }
/// </code></example>
internal sealed class RoutingKind : VnfKind
{
    /// <summary>bird(8).</summary>
    public static readonly VnfProgram Bird = new("bird", "bird2");

    static readonly ScalarSchema<uint> s_number = new("an AS number 1..4294967295", ReadNumber, value => value.ToString(System.Globalization.CultureInfo.InvariantCulture), () => new() { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = uint.MaxValue });

    static readonly ScalarSchema<NeighborRole> s_roles = Scalars.OneOf(("customer", NeighborRole.Customer), ("peer", NeighborRole.Peer), ("provider", NeighborRole.Provider));

    static readonly FieldSchema<Located<IPAddress>> s_routerId = new("router-id", AddressScalars.Ip)
    {
        Description = "What it is called among routers: an IPv4 address.",
        Otherwise = "the first IPv4 address of its namespace",
        Example = "10.0.0.1",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<bool>> s_bfd = new("bfd", Scalars.Boolean)
    {
        Description = "Whether a neighbour that answers no more is noticed within 1.2 s (BFD, RFC 5880); the neighbour has to have it too.",
        Default = false,
        Example = "true",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<int>> s_area = new("area", Scalars.Integer(0, int.MaxValue))
    {
        Description = "The area that its interfaces are in.",
        Default = 0,
        Example = "1",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_interfaces = new("interfaces", Scalars.InterfaceText.OneOrMany())
    {
        Description = "Where it looks for neighbours, and whose subnets it tells them.",
        Otherwise = "all of its namespace",
        Example = "[vde0, vde1]",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_passive = new("passive", Scalars.InterfaceText.OneOrMany())
    {
        Description = "Whose subnets it tells without looking for neighbours there.",
        Otherwise = "none",
        Example = "vde2",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<MapItem<Located<int>>>> s_costs = new("cost", new MapSchema<Located<int>>(Scalars.InterfaceKey, Scalars.Integer(1, 65535)))
    {
        Description = "What it costs to send by an interface: the cheapest way is taken.",
        Otherwise = "10 each",
        Example = "{ vde1: 100 }",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<TimeSpan>> s_hello = new("hello", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)))
    {
        Description = "How often it greets its neighbours, who give it up after four times that. All on a segment have the same; routers of others mostly have 10s.",
        Default = TimeSpan.FromSeconds(2),
        Example = "10s",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<bool>> s_default = new("default", Scalars.Boolean)
    {
        Description = "Whether it tells the others that everything else is reached through it.",
        Default = false,
        Example = "true",
        Cost = OnChange.Reload,
    };

    static readonly ObjectSchema<OspfDraft?> s_ospf = new("namespaces.NAME.vnfs.routing.ospf", "a map of what OSPF does", [s_area, s_interfaces, s_passive, s_costs, s_hello, s_default], reader => new OspfDraft(
        reader.Get(s_area).Value, reader.Has(s_interfaces) ? reader.List(s_interfaces) : null, reader.List(s_passive), reader.List(s_costs), reader.Get(s_hello).Value, reader.Get(s_default).Value));

    static readonly FieldSchema<OspfDraft?> s_ospfField = new("ospf", s_ospf)
    {
        Description = "OSPF with the routers on its segments: version 2 where there is IPv4, version 3 where there is IPv6.",
        Otherwise = "none",
        Example = "{ interfaces: [vde0, vde1] }",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<uint>> s_as = new("as", s_number)
    {
        Description = "The autonomous system it is in.",
        Example = "65001",
        IsRequired = true,
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<uint>> s_neighborAs = new("as", s_number)
    {
        Description = "The neighbour's autonomous system.",
        Otherwise = "what its namespace says in its own `routing`",
        Example = "65002",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<string>> s_namespace = new("namespace", Scalars.NamespaceName)
    {
        Description = "The namespace it is: there is a session to its address in each family that the two share a subnet of.",
        Otherwise = "the neighbour's own name",
        Example = "isp",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<Located<IPAddress>>> s_address = new("address", AddressScalars.Ip.OneOrMany())
    {
        Description = "Its address, in place of a namespace; one for each family.",
        Otherwise = "that of the namespace",
        Example = "198.51.100.1",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<NeighborRole>> s_role = new("role", s_roles)
    {
        Description = "What it is to us. Customers are told everything; peers and providers only what is ours or our customers'. Of several ways the customer's is taken first, the provider's last.",
        Otherwise = "it is told everything, as all are",
        Example = "provider",
        Cost = OnChange.Reload,
    };

    static readonly ObjectSchema<NeighborDraft> s_neighbor = new("namespaces.NAME.vnfs.routing.bgp.neighbors.NAME", "a neighbour", [s_namespace, s_address, s_neighborAs, s_role], reader => new NeighborDraft(
        reader.TryGet(s_namespace, out Located<string> name) ? (Located<string>?)name : null, reader.List(s_address), reader.TryGet(s_neighborAs, out Located<uint> number) ? (Located<uint>?)number : null,
        reader.TryGet(s_role, out Located<NeighborRole> role) ? (NeighborRole?)role.Value : null))
    {
        Shape = new KeyShape { Excludes = [("namespace", "address")] },
    };

    static readonly FieldSchema<ImmutableArray<MapItem<NeighborDraft>>> s_neighbors = new("neighbors", new MapSchema<NeighborDraft>(Scalars.NameKey, s_neighbor))
    {
        Description = "With whom it talks BGP, by name: a namespace's, or any with an `address`.",
        Otherwise = "nobody",
        Example = "{ isp: { role: provider }, far: { address: 198.51.100.1, as: 65009 } }",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_announce = new("announce", AddressScalars.DestinationKey.OneOrMany())
    {
        Description = "The networks that are reached through it; `default` for all.",
        Otherwise = "none",
        Example = "[10.1.0.0/16, \"fd00:1::/48\"]",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<Located<TimeSpan>> s_hold = new("hold", Scalars.Duration(TimeSpan.FromSeconds(3), TimeSpan.FromHours(1)))
    {
        Description = "How long a neighbour may be silent before it is given up.",
        Default = TimeSpan.FromSeconds(12),
        Example = "90s",
        Cost = OnChange.Reload,
    };

    static readonly ObjectSchema<BgpDraft?> s_bgp = new("namespaces.NAME.vnfs.routing.bgp", "a map of what BGP does", [s_as, s_neighbors, s_announce, s_hold], reader => !reader.TryGet(s_as, out Located<uint> number) ? null
        : new BgpDraft(number.Value, reader.List(s_neighbors), reader.List(s_announce), reader.Get(s_hold).Value));

    static readonly FieldSchema<BgpDraft?> s_bgpField = new("bgp", s_bgp)
    {
        Description = "BGP with neighbours that are named.",
        Otherwise = "none",
        Example = "{ as: 65001, neighbors: { isp: {} }, announce: 10.1.0.0/16 }",
        Cost = OnChange.Reload,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public RoutingKind()
        : base("routing")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a router that talks to others", [s_routerId, s_ospfField, s_bgpField, s_bfd], Build);
        Field = Key(_schema, "Learns routes from other routers and tells them its own (BIRD): OSPF, BGP.", "{ ospf: {} }");
    }

    public override VnfProgram? Program => Bird;

    public override FieldSchema<VnfDraft?> Field { get; }

    public override ImmutableArray<IObjectSchema> Objects => [_schema, s_ospf, s_bgp, s_neighbor];

    static RoutingDraft Build(ObjectReader reader)
    {
        if (!reader.Has(s_ospfField) && !reader.Has(s_bgpField))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_ospfField), "routing takes ospf, bgp or both", "for example routing: { ospf: {} }");
        }

        return new RoutingDraft(reader.TryGet(s_routerId, out Located<IPAddress> id) ? (Located<IPAddress>?)id : null, reader.Get(s_ospfField), reader.Get(s_bgpField), reader.Get(s_bfd).Value);
    }

    static Problem? ReadNumber(ScalarText text, out uint value)
    {
        value = 0;
        bool isNumber = CoreTypes.TryInteger(text.Text, out long number) && number is >= 1 and <= uint.MaxValue;
        value = isNumber ? (uint)number : 0;
        return isNumber ? null : new Problem(DiagnosticCatalog.OutOfRange, $"{Quoted.Text(text.Text)} is no number of an autonomous system", "1..4294967295; 64512..65534 are for private use");
    }
}

internal enum NeighborRole
{
    Customer,
    Peer,
    Provider,
}

/// <param name="Interfaces">Null: all.</param>
internal sealed record OspfDraft(int Area, ImmutableArray<Located<string>>? Interfaces, ImmutableArray<Located<string>> Passive, ImmutableArray<MapItem<Located<int>>> Costs, TimeSpan Hello, bool Default);

internal sealed record BgpDraft(uint As, ImmutableArray<MapItem<NeighborDraft>> Neighbors, ImmutableArray<Located<string>> Announce, TimeSpan Hold);

/// <param name="As">Null: as its namespace says.</param>
/// <param name="Role">Null: it has none.</param>
internal sealed record NeighborDraft(Located<string>? Namespace, ImmutableArray<Located<IPAddress>> Addresses, Located<uint>? As, NeighborRole? Role);
