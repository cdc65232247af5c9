using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Scriban.Runtime;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>One session of BGP: a neighbour in one address family, from an address of ours to one of its.</summary>
/// <param name="Neighbor">As the file calls it.</param>
/// <param name="IsDirect">The two are in a subnet of both; else other routers lie between them.</param>
internal sealed record BgpSession(string Neighbor, IPAddress Local, IPAddress Remote, uint As, NeighborRole? Role, bool IsDirect)
{
    // What a way is preferred by, RFC 4271 5.1.5: our own, a customer's, a peer's, a provider's.
    const int OwnPreference = 300;
    const int CustomerPreference = 200;
    const int PeerPreference = 100;
    const int ProviderPreference = 50;

    bool IsV6 => Remote.AddressFamily == AddressFamily.InterNetworkV6;

    /// <returns>Null when something in them is wrong, which is then reported.</returns>
    public static ImmutableArray<BgpSession>? Of(BgpDraft bgp, VnfScope scope)
    {
        ImmutableArray<BgpSession>.Builder sessions = ImmutableArray.CreateBuilder<BgpSession>();
        bool isGood = true;
        foreach (MapItem<NeighborDraft> neighbor in bgp.Neighbors.OrderBy(neighbor => neighbor.Key.Value, StringComparer.Ordinal))
        {
            ImmutableArray<BgpSession> found = With(neighbor, bgp, scope);
            isGood &= !found.IsEmpty;
            sessions.AddRange(found);
        }

        return isGood ? sessions.ToImmutable() : null;
    }

    public ScriptObject Values(BgpDraft bgp, bool bfd) => new()
    {
        ["name"] = $"{Neighbor}{(IsV6 ? ".6" : ".4")}",
        ["family"] = IsV6 ? "ipv6" : "ipv4",
        ["number"] = IsV6 ? 6 : 4,
        ["local"] = Local.ToString(),
        ["own_as"] = bgp.As.ToString(CultureInfo.InvariantCulture),
        ["remote"] = Remote.ToString(),
        ["as"] = As.ToString(CultureInfo.InvariantCulture),
        ["inside"] = As == bgp.As,
        ["direct"] = IsDirect,
        ["bfd"] = bfd,
        ["hold"] = ((int)bgp.Hold.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        ["keepalive"] = Math.Max(1, (int)bgp.Hold.TotalSeconds / 3).ToString(CultureInfo.InvariantCulture),
        ["preference"] = Role switch { NeighborRole.Customer => CustomerPreference, NeighborRole.Peer => PeerPreference, NeighborRole.Provider => ProviderPreference, _ => 0 },
        ["own_preference"] = OwnPreference,
        ["least"] = Role is NeighborRole.Peer or NeighborRole.Provider ? CustomerPreference : 0,
    };

    /// <summary>As a file has them: every neighbour with its addresses.</summary>
    public static string Print(ImmutableArray<BgpSession> sessions) => VnfText.Map(sessions.GroupBy(session => session.Neighbor, StringComparer.Ordinal).Select(group => (group.Key, (string?)VnfText.Map(
        ("address", YamlWriter.List(group.Select(session => YamlWriter.Scalar(session.Remote.ToString())))),
        ("as", group.First().As.ToString(CultureInfo.InvariantCulture)),
        ("role", group.First().Role?.ToString().ToLowerInvariant())))));

    static ImmutableArray<BgpSession> With(MapItem<NeighborDraft> neighbor, BgpDraft bgp, VnfScope scope)
    {
        NeighborDraft draft = neighbor.Value;
        if (draft.Namespace is { } both && !draft.Addresses.IsEmpty)
        {
            scope.Context.Report(DiagnosticCatalog.Conflict, both.At, "'namespace' and 'address' exclude each other", "the address alone is enough");
            return [];
        }

        Located<string> name = draft.Namespace ?? neighbor.Key;
        NamespaceDraft? other = draft.Addresses.IsEmpty ? scope.Find(name) : null;
        if (draft.Addresses.IsEmpty && other is null)
        {
            return [];
        }

        if ((draft.As?.Value ?? (other?.Vnfs.OfType<RoutingDraft>().FirstOrDefault()?.Bgp?.As)) is not { } number)
        {
            if (scope.IsFileGood)
            {
                scope.Context.Report(DiagnosticCatalog.MissingKey, neighbor.Key.At, $"{neighbor.Key.Value} is in no autonomous system that the file knows of", "say which: as: 65002");
            }

            return [];
        }

        InterfaceAddress[] own = [.. scope.Namespace.Interfaces.SelectMany(one => one.Addresses).Select(address => address.Value)];
        IPAddress[] theirs = [.. other is null ? draft.Addresses.Select(address => address.Value) : other.Interfaces.SelectMany(one => one.Addresses).Select(address => address.Value.Address)];
        bool isInside = number == bgp.As;
        ImmutableArray<BgpSession> found =
        [
            .. new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.Select(family => Between(neighbor.Key.Value, number, draft.Role, isInside,
                [.. own.Where(address => address.Address.AddressFamily == family)], [.. theirs.Where(address => address.AddressFamily == family)])).OfType<BgpSession>(),
        ];
        if (found.IsEmpty)
        {
            scope.Context.Report(DiagnosticCatalog.UnreachableGateway, draft.Addresses.IsEmpty ? name.At : draft.Addresses[0].At, $"{scope.Namespace.Id} and {neighbor.Key.Value} share no subnet",
                isInside ? "give both an address of one family" : "neighbours of different autonomous systems are on one segment: give both an address there");
        }

        return found;
    }

    // Within an autonomous system OSPF, say, leads from one to the other.
    static BgpSession? Between(string name, uint number, NeighborRole? role, bool isInside, InterfaceAddress[] own, IPAddress[] theirs)
    {
        foreach (InterfaceAddress local in own)
        {
            if (theirs.FirstOrDefault(remote => local.Contains(remote) && !local.Address.Equals(remote)) is { } near)
            {
                return new BgpSession(name, local.Address, near, number, role, IsDirect: true);
            }
        }

        return isInside && own.Length > 0 && theirs.Length > 0 ? new BgpSession(name, own[0].Address, theirs[0], number, role, IsDirect: false) : null;
    }
}
