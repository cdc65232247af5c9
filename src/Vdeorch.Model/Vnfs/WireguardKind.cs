using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>An encrypted tunnel to others (WireGuard): an interface whose packets go to peers, which are known by their keys.</summary>
/// <example><code>
/// vnfs: { wireguard: { private-key: secrets/gw.key, listen: 51820, address: 10.99.0.1/24, peers: { laptop: { public-key: …, allowed: 10.99.0.2 } } } }
/// </code></example>
internal sealed class WireguardKind : VnfKind
{
    static readonly FieldSchema<Located<string>> s_privateKey = new("private-key", WireguardScalars.KeyFile)
    {
        Description = "The file with its private key, as `wg genkey` makes one; relative to the topology's file.",
        Example = "secrets/gw.key",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_listen = new("listen", PortScalars.Port)
    {
        Description = "The port of UDP that it hears at. Whoever only calls others needs none.",
        Otherwise = "any that is free",
        Example = "51820",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<Located<InterfaceAddress>>> s_address = new("address", AddressScalars.Address.OneOrMany())
    {
        Description = "Its own addresses, inside the tunnel.",
        Otherwise = "none",
        Example = "[10.99.0.1/24, \"fd99::1/64\"]",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_interface = new("interface", Scalars.InterfaceText)
    {
        Description = "What the interface is called in the namespace. Rules of `firewall` and `nat` may name it.",
        Otherwise = "`wg0`",
        Example = "office",
        Cost = OnChange.Replace,
    };

    static readonly FieldSchema<Located<int>> s_mtu = new("mtu", Scalars.Integer(WireguardDraft.LeastMtu, InterfaceSpec.MaxMtu))
    {
        Description = "The largest packet that it takes, in bytes.",
        Otherwise = "80 less than the least of the namespace's interfaces, for what a packet grows by: 1420 mostly",
        Example = "1380",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_publicKey = new("public-key", WireguardScalars.PublicKey)
    {
        Description = "Its public key.",
        Otherwise = "that of its namespace",
        Example = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_namespace = new("namespace", Scalars.NamespaceName)
    {
        Description = "The namespace it is, which has a `wireguard` of its own: its key, where it is and its addresses are known from there.",
        Otherwise = "without `public-key`, the peer's own name",
        Example = "gw2",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<Located<IPNetwork>>> s_allowed = new("allowed", RuleScalars.Network.OneOrMany())
    {
        Description = "What is behind it: packets to there are sent to it, and it may send from there.",
        Otherwise = "of a namespace, the addresses of its tunnel; else nothing",
        Example = "[10.99.0.2, 10.2.0.0/16]",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<Target>> s_endpoint = new("endpoint", TargetScalars.HostOrTcp)
    {
        Description = "Where it is at first: an address with its port, or a namespace. It is followed when it moves.",
        Otherwise = "of a namespace that listens, where that is; else it is waited for",
        Example = "\"198.51.100.2:51820\"",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<TimeSpan>> s_keepalive = new("keepalive", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(65535)))
    {
        Description = "How often something is sent to it for its own sake, in whole seconds: what lies behind address translation stays reachable by that.",
        Otherwise = "never",
        Example = "25s",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_presharedKey = new("preshared-key", WireguardScalars.KeyFile)
    {
        Description = "The file of a key that both ends have beside their own, as `wg genpsk` makes one.",
        Otherwise = "none",
        Example = "secrets/laptop.psk",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<WireguardPeerDraft> s_peer = new("namespaces.NAME.vnfs.wireguard.peers.NAME", "a peer", [s_publicKey, s_namespace, s_allowed, s_endpoint, s_keepalive, s_presharedKey], reader => ReadPeer(reader, Optional(reader, s_publicKey)))
    {
        Shape = new KeyShape { Excludes = [("public-key", "namespace")] },
    };

    static readonly FieldSchema<ImmutableArray<MapItem<WireguardPeerDraft>>> s_peers = new("peers", new MapSchema<WireguardPeerDraft>(Scalars.NameKey, s_peer))
    {
        Description = "Who is at the other ends, by name: a namespace's, or any with a `public-key`.",
        Otherwise = "nobody",
        Example = "{ gw2: {}, laptop: { public-key: xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=, allowed: 10.99.0.2 } }",
        Cost = OnChange.Hot,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public WireguardKind()
        : base("wireguard")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a tunnel", [s_privateKey, s_listen, s_address, s_interface, s_mtu, s_peers], reader => new WireguardDraft
        {
            PrivateKey = File(reader, s_privateKey),
            Listen = Optional(reader, s_listen)?.Value,
            Own = reader.List(s_address),
            Interface = Optional(reader, s_interface),
            Mtu = Optional(reader, s_mtu)?.Value,
            Peers = reader.List(s_peers),
        });
        Field = Key(_schema, "An encrypted tunnel to others (WireGuard).", "{ private-key: secrets/gw.key, address: 10.99.0.1/24, peers: { gw2: {} } }");
    }

    public override VnfProgram? Program => VnfProgram.Wg;

    public override FieldSchema<VnfDraft?> Field { get; }

    public override ImmutableArray<IObjectSchema> Objects => [_schema, s_peer];

    // A key that could not be read has been reported.
    static WireguardPeerDraft ReadPeer(ObjectReader reader, Located<string>? publicKey) => new()
    {
        PublicKey = publicKey,
        Namespace = Optional(reader, s_namespace),
        Allowed = reader.Has(s_allowed) ? reader.List(s_allowed) : null,
        Endpoint = Optional(reader, s_endpoint),
        Keepalive = Optional(reader, s_keepalive),
        PresharedKey = File(reader, s_presharedKey),
        IsWhole = reader.Has(s_publicKey) == publicKey.HasValue,
    };

    static Located<T>? Optional<T>(ObjectReader reader, FieldSchema<Located<T>> field) => reader.TryGet(field, out Located<T> value) ? (Located<T>?)value : null;

    // Its whole path, at the place where the file names it.
    static Located<string>? File(ObjectReader reader, FieldSchema<Located<string>> field) =>
        Optional(reader, field) is { } name && reader.Context.FileInside(name) is { } path ? (Located<string>?)new Located<string>(path, name.At) : null;
}

internal sealed record WireguardPeerDraft
{
    public required Located<string>? PublicKey { get; init; }
    public required Located<string>? Namespace { get; init; }

    /// <summary>Null: as its namespace has it.</summary>
    public required ImmutableArray<Located<IPNetwork>>? Allowed { get; init; }

    public required Located<Target>? Endpoint { get; init; }
    public required Located<TimeSpan>? Keepalive { get; init; }

    /// <summary>A path from / or ~.</summary>
    public required Located<string>? PresharedKey { get; init; }

    /// <summary>False: its key could not be read, which is reported.</summary>
    public required bool IsWhole { get; init; }
}
