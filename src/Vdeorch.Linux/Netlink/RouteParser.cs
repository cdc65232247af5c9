using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Netlink;

/// <summary>From the bodies of rtnetlink messages to records. Pure. A body that makes no sense gives nothing.</summary>
internal static class RouteParser
{
    public static void Link(ReadOnlySpan<byte> body, List<LinkInfo> into)
    {
        if (!MessageReader.TrySplit(body, out LinkHeader head, out AttributeReader attributes))
        {
            return;
        }

        string name = "", kind = "", alias = "";
        PhysicalAddress mac = PhysicalAddress.None;
        int mtu = 0;
        bool hasCarrier = false;
        LinkStatistics statistics = default;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case RouteAbi.LinkName: name = attributes.AsText(); break;
                case RouteAbi.LinkAddress: mac = new PhysicalAddress(attributes.Value.ToArray()); break;
                case RouteAbi.LinkMtu: mtu = attributes.As<int>(); break;
                case RouteAbi.LinkAlias: alias = attributes.AsText(); break;
                case RouteAbi.LinkCarrier: hasCarrier = attributes.As<byte>() != 0; break;
                case RouteAbi.LinkStats64: statistics = attributes.As<LinkStatistics>(); break;
                case RouteAbi.LinkInfoNest: kind = KindOf(attributes.Value); break;
            }
        }

        into.Add(new LinkInfo(
            head.Index,
            name,
            kind,
            mac,
            mtu,
            (head.Flags & RouteAbi.InterfaceUp) != 0,
            hasCarrier,
            alias,
            (long)statistics.RxPackets,
            (long)statistics.TxPackets,
            (long)statistics.RxBytes,
            (long)statistics.TxBytes,
            (long)statistics.RxDropped,
            (long)statistics.TxDropped));
    }

    public static void Address(ReadOnlySpan<byte> body, List<AddressInfo> into)
    {
        if (!MessageReader.TrySplit(body, out AddressHeader head, out AttributeReader attributes))
        {
            return;
        }

        // On a point-to-point link IFA_ADDRESS is the peer's and IFA_LOCAL ours; IPv6 has only the first.
        IPAddress? address = null, local = null;
        uint flags = head.Flags;
        byte protocol = 0;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case RouteAbi.AddrAddress: address = AddressOf(attributes.Value); break;
                case RouteAbi.AddrLocal: local = AddressOf(attributes.Value); break;
                case RouteAbi.AddrFlags: flags = attributes.As<uint>(); break;
                case RouteAbi.AddrProtocol: protocol = attributes.As<byte>(); break;
            }
        }

        if ((local ?? address) is { } found)
        {
            into.Add(new AddressInfo(head.Index, found, head.PrefixLength, head.Scope, protocol, flags));
        }
    }

    public static void Route(ReadOnlySpan<byte> body, List<RouteInfo> into)
    {
        if (!MessageReader.TrySplit(body, out RouteHeader head, out AttributeReader attributes)
            || head.Family is not (RouteAbi.Inet or RouteAbi.Inet6)
            || (head.Flags & RouteAbi.ClonedRoute) != 0)
        {
            return;
        }

        IPAddress destination = head.Family == RouteAbi.Inet ? IPAddress.Any : IPAddress.IPv6Any;
        IPAddress? gateway = null;
        int index = 0;
        uint metric = 0, table = head.Table;
        ReadOnlySpan<byte> hops = default;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case RouteAbi.RouteDestination: destination = AddressOf(attributes.Value) ?? destination; break;
                case RouteAbi.RouteGateway or RouteAbi.RouteVia: gateway = GatewayOf(attributes); break;
                case RouteAbi.RouteOutputInterface: index = attributes.As<int>(); break;
                case RouteAbi.RoutePriority: metric = attributes.As<uint>(); break;
                case RouteAbi.RouteTable: table = attributes.As<uint>(); break;
                case RouteAbi.RouteMultipath: hops = attributes.Value; break;
            }
        }

        if (NetworkOf(destination, head) is not { } network)
        {
            return;
        }

        RouteInfo route = new(network, gateway, index, metric, table, head.Protocol, head.Type, head.Scope);
        if (hops.IsEmpty)
        {
            into.Add(route);
        }

        while (hops.Length >= Unsafe.SizeOf<NextHopHeader>() && MemoryMarshal.Read<NextHopHeader>(hops) is var hop
            && hop.Length >= Unsafe.SizeOf<NextHopHeader>() && hop.Length <= hops.Length)
        {
            into.Add(route with { Gateway = HopGateway(hops[Unsafe.SizeOf<NextHopHeader>()..hop.Length]), OutputIndex = hop.Index });
            hops = hops[Math.Min(hops.Length, MessageReader.Align(hop.Length))..];
        }
    }

    // The kernel keeps no bits behind the prefix; what has some, or a prefix too long, is no route of its making.
    static IPNetwork? NetworkOf(IPAddress destination, in RouteHeader head)
    {
        byte[] bytes = destination.GetAddressBytes();
        int length = head.DestinationLength;
        bool isOfFamily = bytes.Length == (head.Family == RouteAbi.Inet ? 4 : 16);
        bool hasHostBits = false;
        for (int bit = length; bit < bytes.Length * 8; bit++)
        {
            hasHostBits |= (bytes[bit / 8] & (0x80 >> (bit % 8))) != 0;
        }

        return isOfFamily && !hasHostBits && length <= bytes.Length * 8 ? new IPNetwork(destination, length) : null;
    }

    static string KindOf(ReadOnlySpan<byte> nest)
    {
        AttributeReader attributes = new(nest);
        while (attributes.MoveNext())
        {
            if (attributes.Type == RouteAbi.LinkInfoKind)
            {
                return attributes.AsText();
            }
        }

        return "";
    }

    static IPAddress? HopGateway(ReadOnlySpan<byte> nest)
    {
        AttributeReader attributes = new(nest);
        while (attributes.MoveNext())
        {
            if (attributes.Type is RouteAbi.RouteGateway or RouteAbi.RouteVia)
            {
                return GatewayOf(attributes);
            }
        }

        return null;
    }

    // RTA_VIA is a gateway of the other family, which it names in its first two bytes.
    static IPAddress? GatewayOf(AttributeReader attribute) =>
        AddressOf(attribute.Type == RouteAbi.RouteVia && attribute.Value.Length > 2 ? attribute.Value[2..] : attribute.Value);

    static IPAddress? AddressOf(ReadOnlySpan<byte> bytes) => bytes.Length is 4 or 16 ? new IPAddress(bytes) : null;
}
