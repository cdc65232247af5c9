using System.Collections.Immutable;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Netlink;

/// <summary>Reads links, addresses, routes, rules and queueing disciplines of the network namespace of the thread that opened it. Can change nothing.</summary>
public sealed class RouteReader : IDisposable
{
    const ushort Flags = RouteAbi.Request | RouteAbi.Dump;

    readonly NetlinkSocket _socket;

    RouteReader(NetlinkSocket socket) => _socket = socket;

    public static RouteReader Open() => new(NetlinkSocket.Open());

    /// <summary>All of them, <c>lo</c> too.</summary>
    public ImmutableArray<LinkInfo> Links() =>
        [.. _socket.Dump<LinkInfo>(new MessageWriter(RouteAbi.GetLink, Flags).Append(new LinkHeader()), RouteAbi.NewLink, RouteParser.Link, "links")];

    public ImmutableArray<AddressInfo> Addresses() =>
        [.. _socket.Dump<AddressInfo>(new MessageWriter(RouteAbi.GetAddr, Flags).Append(new AddressHeader()), RouteAbi.NewAddr, RouteParser.Address, "addresses")];

    /// <summary>IPv4 and IPv6, of every table, the kernel's own local and broadcast routes included.</summary>
    public ImmutableArray<RouteInfo> Routes() =>
        [.. _socket.Dump<RouteInfo>(new MessageWriter(RouteAbi.GetRoute, Flags).Append(new RouteHeader()), RouteAbi.NewRoute, RouteParser.Route, "routes")];

    /// <summary>IPv4 and IPv6, the kernel's own too. None where the kernel is built without them.</summary>
    public ImmutableArray<RuleInfo> Rules()
    {
        try
        {
            return [.. _socket.Dump<RuleInfo>(new MessageWriter(PolicyAbi.GetRule, Flags).Append(new RuleHeader()), PolicyAbi.NewRule, PolicyParser.Rule, "rules")];
        }
        catch (LinuxException without) when (without.Errno == EOPNOTSUPP)
        {
            return [];
        }
    }

    /// <summary>Queueing disciplines that somebody has put there.</summary>
    public ImmutableArray<QdiscInfo> Qdiscs()
    {
        try
        {
            return [.. _socket.Dump<QdiscInfo>(new MessageWriter(PolicyAbi.GetQdisc, Flags).Append(new QdiscHeader()), PolicyAbi.NewQdisc, PolicyParser.Qdisc, "queueing disciplines")];
        }
        catch (LinuxException without) when (without.Errno == EOPNOTSUPP)
        {
            return [];
        }
    }

    /// <summary>All that is here.</summary>
    public NetworkState All() => new(Links(), Addresses(), Routes(), Rules(), Qdiscs());

    public void Dispose() => _socket.Dispose();
}
