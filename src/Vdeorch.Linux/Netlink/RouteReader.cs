using System.Collections.Immutable;

namespace Vdeorch.Linux.Netlink;

/// <summary>Reads links, addresses and routes of the network namespace of the thread that opened it. Can change nothing.</summary>
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

    public void Dispose() => _socket.Dispose();
}
