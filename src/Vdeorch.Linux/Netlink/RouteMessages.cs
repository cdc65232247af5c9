using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Vdeorch.Linux.Netlink;

/// <summary>The requests that change something. Pure.</summary>
internal static class RouteMessages
{
    const ushort Plain = RouteAbi.Request | RouteAbi.Acknowledge;
    const int SmallestNetworkWithBroadcast = 30;

    public static MessageWriter SetMac(int index, ReadOnlySpan<byte> mac) => Change(index).Attribute(RouteAbi.LinkAddress, mac);

    public static MessageWriter SetMtu(int index, int mtu) => Change(index).Attribute(RouteAbi.LinkMtu, mtu);

    public static MessageWriter SetAlias(int index, string alias) => Change(index).Attribute(RouteAbi.LinkAlias, Encoding.UTF8.GetBytes(alias));

    public static MessageWriter SetUp(int index, bool up) => new MessageWriter(RouteAbi.SetLink, Plain)
        .Append(new LinkHeader { Index = index, Flags = up ? RouteAbi.InterfaceUp : 0, Change = RouteAbi.InterfaceUp });

    /// <param name="kind">As ip-link(8) has it behind <c>type</c>.</param>
    public static MessageWriter MakeLink(string name, string kind) => new MessageWriter(RouteAbi.NewLink, Plain | RouteAbi.Create | RouteAbi.Exclusive)
        .Append(default(LinkHeader)).Attribute(RouteAbi.LinkName, Encoding.UTF8.GetBytes($"{name}\0")).Attribute(RouteAbi.LinkInfoNest, Attribute(RouteAbi.LinkInfoKind, Encoding.UTF8.GetBytes(kind)));

    public static MessageWriter DeleteLink(int index) => new MessageWriter(RouteAbi.DelLink, Plain).Append(new LinkHeader { Index = index });

    public static MessageWriter GetLink(int index) => new MessageWriter(RouteAbi.GetLink, Plain).Append(new LinkHeader { Index = index });

    /// <summary>IPv4 with the broadcast address `ip addr add … brd +` computes; IPv6 without duplicate address detection, so it is usable at once.</summary>
    public static MessageWriter AddAddress(int index, IPAddress address, int prefixLength) => Complete(Address(RouteAbi.NewAddr, Plain | RouteAbi.Create | RouteAbi.Exclusive, index, address, prefixLength), address, prefixLength);

    /// <summary>The same, for a time; one that is there already has it for that time from now on.</summary>
    /// <param name="seconds">Less than <see cref="uint.MaxValue"/>, which means for ever.</param>
    public static MessageWriter LeaseAddress(int index, IPAddress address, int prefixLength, uint seconds) =>
        Complete(Address(RouteAbi.NewAddr, Plain | RouteAbi.Create | RouteAbi.Replace, index, address, prefixLength), address, prefixLength).Attribute(RouteAbi.AddrCacheInfo, new AddressLifetime { Preferred = seconds, Valid = seconds });

    static MessageWriter Complete(MessageWriter message, IPAddress address, int prefixLength)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return message.Attribute(RouteAbi.AddrFlags, RouteAbi.NoDuplicateDetection);
        }

        if (prefixLength <= SmallestNetworkWithBroadcast)
        {
            byte[] broadcast = address.GetAddressBytes();
            uint hosts = (uint)((1L << (32 - prefixLength)) - 1);
            BinaryPrimitives.WriteUInt32BigEndian(broadcast, BinaryPrimitives.ReadUInt32BigEndian(broadcast) | hosts);
            message.Attribute(RouteAbi.AddrBroadcast, broadcast);
        }

        return message;
    }

    public static MessageWriter RemoveAddress(int index, IPAddress address, int prefixLength) =>
        Address(RouteAbi.DelAddr, Plain, index, address, prefixLength);

    /// <summary>Takes the place of a route to the same destination with the same metric.</summary>
    public static MessageWriter AddRoute(RouteChange route) => Route(
        RouteAbi.NewRoute,
        Plain | RouteAbi.Create | RouteAbi.Replace,
        route,
        // What has no gateway lies on the link itself; IPv6 knows no scopes here.
        route.Gateway is null && route.Destination.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? RouteAbi.ScopeLink : RouteAbi.ScopeUniverse);

    public static MessageWriter RemoveRoute(RouteChange route) => Route(RouteAbi.DelRoute, Plain, route, RouteAbi.ScopeNowhere);

    // One attribute, as the whole of what another one holds, with what it is filled up with.
    static byte[] Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        int length = (sizeof(ushort) * 2) + value.Length;
        byte[] bytes = new byte[(length + 3) & ~3];
        MemoryMarshal.Write(bytes, (ushort)length);
        MemoryMarshal.Write(bytes.AsSpan(sizeof(ushort)), in type);
        value.CopyTo(bytes.AsSpan(sizeof(ushort) * 2));
        return bytes;
    }

    static MessageWriter Change(int index) => new MessageWriter(RouteAbi.SetLink, Plain).Append(new LinkHeader { Index = index });

    static MessageWriter Address(ushort type, ushort flags, int index, IPAddress address, int prefixLength)
    {
        byte[] bytes = address.GetAddressBytes();
        AddressHeader head = new()
        {
            Family = FamilyOf(address),
            PrefixLength = (byte)prefixLength,
            Scope = address.AddressFamily == AddressFamily.InterNetwork && IPAddress.IsLoopback(address) ? RouteAbi.ScopeHost : RouteAbi.ScopeUniverse,
            Index = index,
        };
        return new MessageWriter(type, flags).Append(head).Attribute(RouteAbi.AddrLocal, bytes).Attribute(RouteAbi.AddrAddress, bytes);
    }

    static MessageWriter Route(ushort type, ushort flags, RouteChange route, byte scope)
    {
        IPAddress destination = route.Destination.BaseAddress;
        RouteHeader head = new()
        {
            Family = FamilyOf(destination),
            DestinationLength = (byte)route.Destination.PrefixLength,
            Table = route.Table <= byte.MaxValue ? (byte)route.Table : (byte)0,
            Protocol = route.Protocol,
            Scope = scope,
            Type = RouteAbi.TypeUnicast,
        };
        MessageWriter message = new MessageWriter(type, flags).Append(head);
        if (route.Destination.PrefixLength > 0)
        {
            message.Attribute(RouteAbi.RouteDestination, destination.GetAddressBytes());
        }

        if (route.Gateway is { } gateway)
        {
            byte[] bytes = gateway.GetAddressBytes();
            bool sameFamily = gateway.AddressFamily == destination.AddressFamily;
            message.Attribute(sameFamily ? RouteAbi.RouteGateway : RouteAbi.RouteVia, sameFamily ? bytes : [FamilyOf(gateway), 0, .. bytes]);
        }

        if (route.Metric != 0)
        {
            message.Attribute(RouteAbi.RoutePriority, route.Metric);
        }

        if (route.Table > byte.MaxValue)
        {
            message.Attribute(RouteAbi.RouteTable, route.Table);
        }

        return route.OutputIndex == 0 ? message : message.Attribute(RouteAbi.RouteOutputInterface, route.OutputIndex);
    }

    static byte FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? RouteAbi.Inet6 : RouteAbi.Inet;
}
