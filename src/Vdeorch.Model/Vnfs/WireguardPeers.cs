using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>Finds out who the peers of a tunnel are, where, and what is behind them.</summary>
internal sealed class WireguardPeers(WireguardDraft own, VnfScope scope)
{
    // wg(8): a prefix belongs to one peer, and the last that asks for it gets it.
    readonly Dictionary<IPNetwork, string> _taken = [];
    readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>False when something was reported.</summary>
    public bool AreGood { get; private set; } = true;

    /// <summary>Tunnels that are made before this one: whoever calls somebody that is not there yet tries again only after 5 s. Of two that could both call the first by name waits for nobody.</summary>
    public List<ResourceId> Before { get; } = [];

    public ImmutableArray<WireguardPeer> Resolve() =>
        [.. own.Peers.OrderBy(peer => peer.Key.Value, StringComparer.Ordinal).Select(peer => Resolve(peer.Key, peer.Value)).OfType<WireguardPeer>()];

    WireguardPeer? Resolve(Located<string> name, WireguardPeerDraft peer)
    {
        if (!peer.IsWhole)
        {
            return null;
        }

        if (peer is { PublicKey: not null, Namespace: { } both })
        {
            return Wrong(DiagnosticCatalog.Conflict, both.At, "'public-key' and 'namespace' exclude each other", "the namespace alone is enough");
        }

        WireguardDraft? other = null;
        NamespaceDraft? there = null;
        if (peer.PublicKey is null && Find(peer.Namespace ?? name, peer.Namespace is null, out there, out other) is false)
        {
            return null;
        }

        ImmutableArray<IPNetwork> allowed = Allowed(name, peer, other);
        IPEndPoint? endpoint = Endpoint(peer, there, other);
        WireguardIdentity key = new(peer.PublicKey?.Value, other?.PrivateKey?.Value, there?.Name);
        if (!_known.TryAdd(key.ToString(), name.Value))
        {
            return Wrong(DiagnosticCatalog.VnfConflict, peer.PublicKey?.At ?? name.At, $"{name.Value} has the key of {_known[key.ToString()]}: to WireGuard the two are one", "give it a key of its own");
        }

        if (key.PrivateKeyFile is not null && key.PrivateKeyFile == own.PrivateKey?.Value)
        {
            return Wrong(DiagnosticCatalog.VnfConflict, name.At, $"{name.Value} has the key of {scope.Namespace.Id} itself", "give it a key of its own");
        }

        if (peer.Keepalive is { } every && every.Value.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            return Wrong(DiagnosticCatalog.OutOfRange, every.At, "keepalive is in whole seconds", "for example 25s");
        }

        if (there is not null && other?.Listen is not null && (own.Listen is null || string.CompareOrdinal(there.Name, scope.Namespace.Name) < 0))
        {
            Before.Add(new ResourceId(Kinds.Vnf, $"{there.Name}/{own.Kind}"));
        }

        RefuseItself(name, allowed, endpoint);
        return new WireguardPeer(name.Value, key) { Allowed = allowed, Endpoint = endpoint, Keepalive = peer.Keepalive?.Value, PresharedKey = peer.PresharedKey?.Value };
    }

    bool Find(Located<string> name, bool isImplied, out NamespaceDraft? there, out WireguardDraft? other)
    {
        other = null;
        there = isImplied && !scope.IsNamespace(name.Value) ? null : scope.Find(name);
        if (there is null)
        {
            _ = isImplied && !scope.IsNamespace(name.Value)
                ? Wrong(DiagnosticCatalog.MissingKey, name.At, $"{name.Value} has no public-key, and is no namespace of the file that has one", "add its public-key, or the namespace it is")
                : Bad();
            return false;
        }

        other = there.Vnfs.OfType<WireguardDraft>().FirstOrDefault();
        if (other?.PrivateKey is not null)
        {
            return true;
        }

        // One that could not be read has been said.
        _ = scope.IsFileGood ? Wrong(DiagnosticCatalog.VnfConflict, name.At, $"{there.Id} has no wireguard of its own, so it has no key", "give it one, or name the public-key of this peer") : Bad();
        return false;
    }

    ImmutableArray<IPNetwork> Allowed(Located<string> name, WireguardPeerDraft peer, WireguardDraft? other)
    {
        IEnumerable<Located<IPNetwork>> wished = peer.Allowed ?? (other is null ? [] : other.Own.Select(address => new Located<IPNetwork>(Host(address.Value.Address), name.At)).ToImmutableArray());
        ImmutableArray<IPNetwork>.Builder allowed = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (Located<IPNetwork> prefix in wished)
        {
            if (_taken.TryAdd(prefix.Value, name.Value))
            {
                allowed.Add(prefix.Value);
            }
            else if (_taken[prefix.Value] != name.Value)
            {
                Wrong(DiagnosticCatalog.VnfConflict, prefix.At, $"{prefix.Value} is behind {_taken[prefix.Value]} already: a prefix belongs to one peer, and the other would lose it", "give each its own; a longer prefix goes before a shorter one");
            }
        }

        return [.. allowed.OrderBy(one => one.ToString(), StringComparer.Ordinal)];
    }

    IPEndPoint? Endpoint(WireguardPeerDraft peer, NamespaceDraft? there, WireguardDraft? other)
    {
        if (peer.Endpoint is not { } given)
        {
            return there is not null && other?.Listen is { } listens && BackEnds.Reach(there, scope) is { } at ? new IPEndPoint(at, listens) : null;
        }

        if (given.Value.Address is { } address)
        {
            return given.Value.Port != 0 ? new IPEndPoint(address, given.Value.Port) : NoEndpoint(given, $"{address} has no port", $"for example \"{new IPEndPoint(address, 51820)}\"");
        }

        Located<string> name = new(given.Value.Namespace!, given.At);
        if (scope.Find(name) is not { } host)
        {
            Bad();
            return null;
        }

        int port = given.Value.Port != 0 ? given.Value.Port : host.Vnfs.OfType<WireguardDraft>().FirstOrDefault()?.Listen ?? 0;
        if (port == 0)
        {
            return NoEndpoint(given, $"{name.Value} listens at no port that the file says", $"give its wireguard one: listen: 51820; or name it here: \"{name.Value}:51820\"");
        }

        if (BackEnds.Reach(host, scope) is { } reached)
        {
            return new IPEndPoint(reached, port);
        }

        scope.ReportNoAddress(host, given.At);
        Bad();
        return null;
    }

    // What leads to a peer itself must not be sent into the tunnel. A subnet that both are in, or a longer route, goes before it.
    void RefuseItself(Located<string> name, ImmutableArray<IPNetwork> allowed, IPEndPoint? endpoint)
    {
        if (endpoint is null || allowed.Where(prefix => prefix.BaseAddress.AddressFamily == endpoint.AddressFamily && prefix.Contains(endpoint.Address)).Select(prefix => (int?)prefix.PrefixLength).Max() is not { } length)
        {
            return;
        }

        IEnumerable<IPNetwork> ways = scope.Namespace.Interfaces.SelectMany(one => one.Addresses.Select(address => address.Value.Subnet).Concat(one.Routes.Where(route => route.Table == 0).Select(route => route.Destination)));
        if (!ways.Any(way => way.PrefixLength > length && way.BaseAddress.AddressFamily == endpoint.AddressFamily && way.Contains(endpoint.Address)))
        {
            Wrong(DiagnosticCatalog.VnfConflict, name.At, string.Create(CultureInfo.InvariantCulture, $"what is for {endpoint.Address}, where {name.Value} is, would itself be sent into the tunnel"),
                $"give it a route of its own that is longer: routes: {{ {Host(endpoint.Address)}: GATEWAY }}");
        }
    }

    IPEndPoint? NoEndpoint(Located<Target> at, string message, string help)
    {
        Wrong(DiagnosticCatalog.BadEndpoint, at.At, message, help);
        return null;
    }

    static IPNetwork Host(IPAddress address) => new(address, address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);

    WireguardPeer? Bad()
    {
        AreGood = false;
        return null;
    }

    WireguardPeer? Wrong(DiagnosticCode code, TextRange at, string message, string help)
    {
        scope.Context.Report(code, at, message, help);
        return Bad();
    }
}
