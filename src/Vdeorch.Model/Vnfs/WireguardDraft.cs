using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>What a file says of a tunnel, and the interface that it comes to.</summary>
internal sealed record WireguardDraft() : VnfDraft("wireguard")
{
    /// <summary>IPv6 needs it (RFC 8200, 5); less would be of little use to IPv4.</summary>
    public const int LeastMtu = 1280;

    /// <summary>What the interface is called where the file does not say.</summary>
    public const string Usual = "wg0";

    // An IPv6 header, one of UDP, and 32 bytes of WireGuard's own: what a packet grows by at most.
    const int Overhead = 80;

    /// <summary>A path from / or ~; null: it could not be read, which is reported.</summary>
    public required Located<string>? PrivateKey { get; init; }

    public required int? Listen { get; init; }
    public required ImmutableArray<Located<InterfaceAddress>> Own { get; init; }
    public required Located<string>? Interface { get; init; }
    public required int? Mtu { get; init; }
    public required ImmutableArray<MapItem<WireguardPeerDraft>> Peers { get; init; }

    public override string Link => Interface?.Value ?? Usual;

    public override IEnumerable<InterfaceAddress> Addresses => Own.Select(address => address.Value);

    public override IEnumerable<Located<string>> KeyFiles => [.. PrivateKey is { } own ? new[] { own } : [], .. Peers.Select(peer => peer.Value.PresharedKey).OfType<Located<string>>()];

    public override IResourceSpec? Resolve(VnfScope scope)
    {
        bool isGood = IsFree(scope) & AreAddressesFree(scope);
        WireguardPeers peers = new(this, scope);
        ImmutableArray<WireguardPeer> resolved = peers.Resolve();
        if (!isGood || !peers.AreGood || PrivateKey is not { } key)
        {
            return null;
        }

        WireguardSpec tunnel = new(Link, key.Value)
        {
            Addresses = [.. Addresses],
            Listen = Listen,
            Mtu = Mtu ?? Room(scope.Namespace),
            Peers = resolved,
        };
        return new VnfSpec(scope.Namespace.Name, Kind)
        {
            Parameters = WireguardText.Parameters(tunnel),
            Wireguard = tunnel,
            Ports = Listen is { } port ? [new DaemonPort(IsTcp: false, port)] : [],
            DependsOn = [.. scope.Finished, .. peers.Before],
        };
    }

    // As wg-quick(8) chooses, who looks where the packets will go; here that may be any of them.
    static int Room(NamespaceDraft ns) => Math.Max(LeastMtu, ns.Interfaces.Select(one => one.Mtu).Append(InterfaceSpec.DefaultMtu).Min() - Overhead);

    bool IsFree(VnfScope scope)
    {
        if (scope.WhoMakes(Link, except: this) is not { } other)
        {
            return true;
        }

        scope.Context.Report(DiagnosticCatalog.VnfConflict, Interface?.At ?? At, $"{scope.Namespace.Id} has an interface {Quoted.Text(Link)} already{other}, which the tunnel is to be called", "give the tunnel another name: interface");
        return false;
    }

    bool AreAddressesFree(VnfScope scope)
    {
        bool isGood = true;
        HashSet<IPAddress> seen = [];
        foreach (Located<InterfaceAddress> address in Own)
        {
            string? where = !seen.Add(address.Value.Address) ? "twice" : scope.Namespace.Interfaces.FirstOrDefault(one => one.Addresses.Any(own => own.Value.Address.Equals(address.Value.Address))) is { } link ? $"at {link.Name} too" : null;
            if (where is not null)
            {
                scope.Context.Report(DiagnosticCatalog.DuplicateAddress, address.At, $"{address.Value.Address} is here {where}", "inside the tunnel addresses are others than outside");
                isGood = false;
            }
        }

        return isGood;
    }
}
