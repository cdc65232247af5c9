using System.Collections.Immutable;
using System.Net;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Enforcing;

/// <summary>An interface of WireGuard's in a namespace, whoever made it: 1 its key, its port and its peers, 2 its link, 3 its addresses, 4 its routes. What is as it should be is not touched, so that sessions go on.</summary>
/// <param name="kernel">The thread that enters namespaces.</param>
sealed class Tunnel(RunDirectory run, string topology, VnfSpec vnf, NamespaceThread kernel)
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    readonly WireguardSpec _wished = vnf.Wireguard!;

    public VnfSpec Vnf => vnf;

    string Mark => Marks.Link(run, topology, vnf.Id.Name, _wished.Interface);

    string Sockets => $"{run.Daemon(topology, vnf.Namespace, vnf.Kind)}/run";

    /// <returns>Who has made it; none when it is not there.</returns>
    /// <exception cref="LinuxException">There is one of its name that is not ours.</exception>
    public async Task<WireguardMaker> FindAsync(NetNamespace ns)
    {
        LinkInfo? link = await kernel.RunAsync(ns, () => Find(_wished.Interface));
        return link is null ? WireguardMaker.None
            : link.Alias != Mark ? throw new LinuxException(Errnos.Invalid, "make", _wished.Interface, "there is an interface of that name that vdeorch did not make; give the tunnel another: interface")
            : link.Kind == WireguardHost.Kind ? WireguardMaker.Kernel : WireguardMaker.Program;
    }

    /// <summary>What the kernel's way has for itself: the interface comes of nothing.</summary>
    public Task MakeByKernelAsync(NetNamespace ns) => kernel.RunAsync(ns, () =>
    {
        using RouteWriter writer = RouteWriter.Open();
        writer.MakeLink(_wished.Interface, WireguardHost.Kind);
        writer.SetLink(Find(_wished.Interface)!.Index, new LinkChange { Alias = Mark });
        return true;
    });

    /// <summary>Takes away every interface that is marked as one of the function's.</summary>
    /// <param name="id">The function's.</param>
    public static Task RemoveAsync(NetNamespace ns, ResourceId id, RunDirectory run, string topology, NamespaceThread kernel) => kernel.RunAsync(ns, () =>
    {
        using RouteReader reader = RouteReader.Open();
        using RouteWriter writer = RouteWriter.Open();
        foreach (LinkInfo link in reader.Links().Where(link => link.Alias == Marks.Link(run, topology, id.Name, link.Name)))
        {
            writer.DeleteLink(link.Index);
        }

        return true;
    });

    /// <summary>Until the program behind it can be spoken to.</summary>
    /// <exception cref="LinuxException">It does not come.</exception>
    public async Task AnswersAsync(CancellationToken ct)
    {
        using NetNamespace ns = NetNamespace.Open(run.Pin(topology, vnf.Namespace));
        Wg wg = new(ns, _wished.Interface, Sockets);
        long until = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        // One that was killed has left its socket behind.
        while (!File.Exists($"{Sockets}/wireguard/{_wished.Interface}.sock") || await wg.ShowAsync(ct) is null)
        {
            if (Environment.TickCount64 > until)
            {
                throw new LinuxException(Errnos.TimedOut, WireguardHost.Go.Name, vnf.Id.ToString(), "it does not listen for what it is to be told; its log says more");
            }

            await Task.Delay(s_pause, ct);
        }
    }

    /// <param name="before">What is known of the peers that are there.</param>
    /// <param name="maySet">Which fields are ours.</param>
    public async Task<TunnelNote> ShapeAsync(bool isProgram, TunnelNote? before, Func<string, bool> maySet, CancellationToken ct)
    {
        using NetNamespace ns = NetNamespace.Open(run.Pin(topology, vnf.Namespace));
        ImmutableArray<(WireguardPeer Peer, string PublicKey, string? PresharedKey)> peers = await PeersAsync(ct);
        Wg wg = new(ns, _wished.Interface, isProgram ? Sockets : null);
        WireguardState state = await wg.ShowAsync(ct) ?? throw new LinuxException(Errnos.NoEntry, "wg show", _wished.Interface, "nobody is behind it");
        await TellAsync(wg, state, peers, before, maySet, ct);
        await kernel.RunAsync(ns, () => SetLink(maySet));
        return new TunnelNote(_wished.Interface, isProgram, _wished.PrivateKey, _wished.Listen is not null, [.. peers.Select(peer => TunnelPeerNote.Of(peer.Peer, peer.PublicKey))]);
    }

    async Task<ImmutableArray<(WireguardPeer Peer, string PublicKey, string? PresharedKey)>> PeersAsync(CancellationToken ct)
    {
        ImmutableArray<(WireguardPeer, string, string?)>.Builder peers = ImmutableArray.CreateBuilder<(WireguardPeer, string, string?)>();
        foreach (WireguardPeer peer in _wished.Peers)
        {
            peers.Add((peer, peer.Key.PublicKey ?? await Wg.PublicKeyAsync(WireguardKeys.Read(peer.Key.PrivateKeyFile!), ct), peer.PresharedKey is { } file ? WireguardKeys.Read(file) : null));
        }

        return peers.DrainToImmutable();
    }

    async Task TellAsync(Wg wg, WireguardState state, ImmutableArray<(WireguardPeer Peer, string PublicKey, string? PresharedKey)> peers, TunnelNote? before, Func<string, bool> maySet, CancellationToken ct)
    {
        string key = WireguardKeys.Read(_wished.PrivateKey);
        bool isOther = state.PublicKey != await Wg.PublicKeyAsync(key, ct) && maySet(WireguardSpec.PrivateKeyPath);
        int? listen = _wished.Listen != state.Listen && maySet(WireguardSpec.ListenPath) ? _wished.Listen : null;
        (WireguardPeer Peer, string PublicKey, string? PresharedKey)[] changed = [.. peers.Where(peer => maySet($"{WireguardSpec.PeerPaths}{peer.Peer.Name}") && !IsAs(peer, state, before))];
        if (isOther || listen is not null || changed.Length > 0)
        {
            await wg.AddAsync(isOther ? key : null, listen, changed, ct);
        }

        HashSet<string> known = [.. peers.Select(peer => peer.PublicKey)];
        string[] strangers = [.. state.Peers.Select(peer => peer.PublicKey).Where(peer => !known.Contains(peer) && maySet($"{WireguardSpec.PeerPaths}{peer}"))];
        if (strangers.Length > 0)
        {
            await wg.RemoveAsync(strangers, ct);
        }
    }

    // Where it is at the moment is for the two ends to know, unless the file says something new.
    static bool IsAs((WireguardPeer Peer, string PublicKey, string? PresharedKey) wished, WireguardState state, TunnelNote? before) =>
        state.Peers.FirstOrDefault(peer => peer.PublicKey == wished.PublicKey) is { } there
        && there.IsPresharedKey(wished.PresharedKey) && there.Keepalive == wished.Peer.Keepalive && there.Allowed.ToHashSet().SetEquals(wished.Peer.Allowed)
        && (wished.Peer.Endpoint is null || (there.HasEndpoint && before?.Peers.FirstOrDefault(peer => peer.PublicKey == wished.PublicKey)?.Endpoint == wished.Peer.Endpoint.ToString()));

    // What is too much goes first: with the first address of a subnet the kernel takes away the others of it.
    bool SetLink(Func<string, bool> maySet)
    {
        using RouteReader reader = RouteReader.Open();
        using RouteWriter writer = RouteWriter.Open();
        LinkInfo link = Find(_wished.Interface) ?? throw new LinuxException(Errnos.NoEntry, "find", _wished.Interface, "it has gone");
        bool setsAddresses = maySet(WireguardSpec.AddressPath);
        foreach (AddressInfo address in Addresses(reader, link).Where(address => setsAddresses && !_wished.Addresses.Contains(Address(address))))
        {
            writer.RemoveAddress(link.Index, address.Address, address.PrefixLength);
        }

        writer.SetLink(link.Index, new LinkChange
        {
            Mtu = link.Mtu != _wished.Mtu && maySet(WireguardSpec.MtuPath) ? _wished.Mtu : null,
            Alias = link.Alias == Mark ? null : Mark,
            Up = !link.IsUp && maySet(WireguardSpec.LinkPath) ? true : null,
        });
        HashSet<InterfaceAddress> there = [.. Addresses(reader, link).Select(Address)];
        foreach (InterfaceAddress address in _wished.Addresses.Where(address => setsAddresses && !there.Contains(address)))
        {
            writer.AddAddress(link.Index, address.Address, address.PrefixLength);
        }

        if (maySet(WireguardSpec.RoutesPath))
        {
            SetRoutes(link, reader, writer);
        }

        return true;
    }

    void SetRoutes(LinkInfo link, RouteReader reader, RouteWriter writer)
    {
        ImmutableArray<IPNetwork> wished = _wished.Routes;
        RouteInfo[] there = [.. reader.Routes().Where(route => route.OutputIndex == link.Index && IsOurs(route))];
        foreach (RouteInfo route in there.Where(route => !wished.Contains(route.Destination)))
        {
            writer.RemoveRoute(new RouteChange(route.Destination, route.Gateway, link.Index, route.Metric, route.Protocol));
        }

        foreach (IPNetwork route in wished.Where(route => there.All(other => other.Destination != route)))
        {
            writer.AddRoute(new RouteChange(route, null, link.Index, 0, Marks.RouteProtocol));
        }
    }

    /// <summary>Whether it is a route that brings packets into a tunnel because the file says so.</summary>
    public static bool IsOurs(RouteInfo route) => route.Protocol == Marks.RouteProtocol && route.Table == NamespaceObserver.MainTable;

    // On the thread that is inside.
    static LinkInfo? Find(string name)
    {
        using RouteReader reader = RouteReader.Open();
        return reader.Links().FirstOrDefault(link => link.Name == name);
    }

    static IEnumerable<AddressInfo> Addresses(RouteReader reader, LinkInfo link) => reader.Addresses().Where(address => address.Index == link.Index && NamespaceObserver.IsAsked(address));

    static InterfaceAddress Address(AddressInfo address) => new(address.Address, address.PrefixLength);
}
