using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Values;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Model.Topologies;

/// <summary>An interface of WireGuard's (wg(8)): its key, its addresses, and who is at the other ends. Private keys are in files, which the engine reads: here are only their names.</summary>
/// <param name="Interface">What the kernel calls it.</param>
/// <param name="PrivateKey">The file: a path from / or ~.</param>
public sealed record WireguardSpec(string Interface, string PrivateKey)
{
    public const string InterfacePath = "interface";
    public const string PrivateKeyPath = "private-key";
    public const string ListenPath = "listen";
    public const string AddressPath = "address";
    public const string MtuPath = "mtu";
    public const string RoutesPath = "routes";

    /// <summary>The field that says whether its link is up, and somebody is behind it.</summary>
    public const string LinkPath = "link";

    /// <summary>What fields of <see cref="Peers"/> begin with.</summary>
    public const string PeerPaths = "peers.";

    public const string Up = "up";

    /// <summary>Its own.</summary>
    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>The UDP port it hears at; null: any.</summary>
    public int? Listen { get; init; }

    public required int Mtu { get; init; }

    /// <summary>In order of their names.</summary>
    public ImmutableArray<WireguardPeer> Peers { get; init; } = [];

    /// <summary>What is sent into it: all that a peer may have, but for what lies in a subnet of its own, which the kernel sees to.</summary>
    public ImmutableArray<IPNetwork> Routes =>
    [
        .. Peers.SelectMany(peer => peer.Allowed).Distinct().Where(allowed => !Addresses.Any(own => own.PrefixLength <= allowed.PrefixLength && own.Contains(allowed.BaseAddress)))
            .OrderBy(allowed => allowed.ToString(), StringComparer.Ordinal),
    ];

    public ImmutableArray<Field> Fields =>
    [
        new(AddressPath, InterfaceSpec.PrintAddresses(Addresses), OnChange.Hot),
        new(InterfacePath, Interface, OnChange.Replace),
        new(LinkPath, Up, OnChange.Hot),
        .. Listen is { } port ? new[] { new Field(ListenPath, port.ToString(CultureInfo.InvariantCulture), OnChange.Hot) } : [],
        new(MtuPath, Mtu.ToString(CultureInfo.InvariantCulture), OnChange.Hot),
        .. Peers.Select(peer => new Field($"{PeerPaths}{peer.Name}", peer.ToString(), OnChange.Hot)),
        new(PrivateKeyPath, PrivateKey, OnChange.Hot),
        new(RoutesPath, PrintRoutes(Routes), OnChange.Hot),
    ];

    public static string PrintRoutes(IEnumerable<IPNetwork> routes) => string.Join(", ", routes.Select(route => route.ToString()).Order(StringComparer.Ordinal));
}

/// <summary>Who is at the other end of a tunnel.</summary>
/// <param name="Name">As the file calls it.</param>
/// <param name="Key">Who it is.</param>
public sealed record WireguardPeer(string Name, WireguardIdentity Key)
{
    /// <summary>The prefixes it may send from, and that are sent to it; no other peer has one of them.</summary>
    public ImmutableArray<IPNetwork> Allowed { get; init; } = [];

    /// <summary>Where it is at first: a peer that moves is followed. Null: it comes by itself.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>Whole seconds, 1 to 65535; null: nothing is sent for its own sake.</summary>
    public TimeSpan? Keepalive { get; init; }

    /// <summary>The file of a key that both ends have beside their own; null: none.</summary>
    public string? PresharedKey { get; init; }

    /// <summary>On one line, as a file has it, but that a key of a namespace is said by its file; two that print alike are alike.</summary>
    public override string ToString() => Print(Key, Allowed, Endpoint?.ToString(), Keepalive, PresharedKey);

    public static string Print(WireguardIdentity key, IEnumerable<IPNetwork> allowed, string? endpoint, TimeSpan? keepalive, string? presharedKey) => VnfText.Map(
        (key.PublicKey is null ? WireguardIdentity.FileKey : "public-key", YamlWriter.Scalar(key.PublicKey ?? key.PrivateKeyFile!)), ("allowed", VnfText.List(allowed.Select(one => one.ToString()).Order(StringComparer.Ordinal)) ?? "[]"),
        ("endpoint", endpoint is null ? null : YamlWriter.Scalar(endpoint)), ("keepalive", keepalive is { } every ? Durations.Print(every) : null), ("preshared-key", presharedKey is null ? null : YamlWriter.Scalar(presharedKey)));
}

/// <summary>A public key: as it is, or that which belongs to the private one in a file.</summary>
/// <param name="PublicKey">32 bytes in base64; null: as <paramref name="PrivateKeyFile"/> has it.</param>
/// <param name="PrivateKeyFile">Of a namespace of the file.</param>
/// <param name="Namespace">Whose that is.</param>
public sealed record WireguardIdentity(string? PublicKey, string? PrivateKeyFile, string? Namespace)
{
    /// <summary>What stands before the file where no public key does.</summary>
    public const string FileKey = "key-of";

    public override string ToString() => PublicKey ?? $"of {PrivateKeyFile}";
}
