using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A persistent tap in a namespace, plugged into a segment.</summary>
/// <param name="To">The segment: a switch, cloud, plug or cable; null leaves the interface unplugged.</param>
/// <param name="Mtu">68..65521 (1280 at least when it has an IPv6 address).</param>
public sealed record InterfaceSpec(string Namespace, string Name, ResourceId? To, MacAddress Mac, int Mtu) : IResourceSpec
{
    public const int DefaultMtu = 1500;
    public const int MinMtu = 68;
    public const int MaxMtu = 65521;

    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Whether a client of DHCP (<see cref="LeaseClient"/>) gives it an address of its own beside them.</summary>
    public bool Dhcp { get; init; }

    /// <summary>At its switch; null when the file says nothing of VLANs.</summary>
    public VlanMembership? Vlans { get; init; }

    /// <summary>In the spanning trees of its switch; null when the file says nothing of them.</summary>
    public PortSpanning? Spanning { get; init; }

    /// <summary>Of its link, whose first end it is; null: frames are left alone.</summary>
    public LinkImpairment? Impair { get; init; }

    /// <summary>The routes whose gateway lies in one of this interface's subnets.</summary>
    public ImmutableArray<RouteSpec> Routes { get; init; } = [];

    public ResourceId Id => new(Kinds.Interface, $"{Namespace}/{Name}");

    public ImmutableArray<ResourceId> DependsOn =>
        To is { } to ? [new(Kinds.Namespace, Namespace), to] : [new(Kinds.Namespace, Namespace)];

    public ImmutableArray<Field> Fields =>
    [
        new("address", PrintAddresses(Addresses), OnChange.Hot),
        new("mac", Mac.ToString(), OnChange.Hot),
        new("mtu", Mtu.ToString(CultureInfo.InvariantCulture), OnChange.Hot),
        .. Routes.Select(route => new Field(route.Path, route.Value, OnChange.Hot)),
        new("state", "up", OnChange.Hot),
        new("to", PrintTo(To), OnChange.Replug),
        .. LinkImpairment.Fields(Impair),
        .. VlanFields.Of(Vlans, Spanning),
    ];

    public OnChange CostOf(string path) => path == "to" ? OnChange.Replug : OnChange.Hot;

    public ResourceId? Behind(string path) => path == "to" ? To : null;

    /// <summary>A switch by its name, as files have it; anything else with its kind.</summary>
    public static string PrintTo(ResourceId? to) => to switch
    {
        null => "",
        { Kind: Kinds.Switch } => to.Value.Name,
        _ => to.Value.ToString(),
    };

    /// <summary>The one order and spelling that makes equal sets equal texts.</summary>
    public static string PrintAddresses(IEnumerable<InterfaceAddress> addresses) =>
        string.Join(", ", addresses.Select(address => address.ToString()).Order(StringComparer.Ordinal));
}
