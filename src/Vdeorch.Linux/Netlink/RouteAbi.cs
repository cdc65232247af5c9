using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Netlink;

/// <summary>linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/if.h: what is used here. A test compares it with the machine's own.</summary>
internal static class RouteAbi
{
    public const int NetlinkRoute = 0;
    public const int SolNetlink = 270;
    public const int CapAck = 10;
    public const int ExtAck = 11;
    public const int StrictCheck = 12;

    public const ushort Error = 2;
    public const ushort Done = 3;

    public const ushort Request = 0x001;
    public const ushort Acknowledge = 0x004;
    public const ushort DumpInterrupted = 0x010;
    public const ushort Replace = 0x100;
    public const ushort Exclusive = 0x200;
    public const ushort Dump = 0x300;
    public const ushort Create = 0x400;
    public const ushort Capped = 0x100;
    public const ushort ErrorTlvs = 0x200;
    public const ushort ErrorMessage = 1;

    public const ushort NestedFlag = 0x8000;
    public const ushort TypeMask = 0x3fff;

    public const ushort NewLink = 16;
    public const ushort DelLink = 17;
    public const ushort GetLink = 18;
    public const ushort SetLink = 19;
    public const ushort NewAddr = 20;
    public const ushort DelAddr = 21;
    public const ushort GetAddr = 22;
    public const ushort NewRoute = 24;
    public const ushort DelRoute = 25;
    public const ushort GetRoute = 26;

    public const ushort LinkAddress = 1;
    public const ushort LinkName = 3;
    public const ushort LinkMtu = 4;
    public const ushort LinkInfoNest = 18;
    public const ushort LinkAlias = 20;
    public const ushort LinkStats64 = 23;
    public const ushort LinkCarrier = 33;
    public const ushort LinkInfoKind = 1;
    public const uint InterfaceUp = 1;

    public const ushort AddrAddress = 1;
    public const ushort AddrLocal = 2;
    public const ushort AddrBroadcast = 4;
    public const ushort AddrCacheInfo = 6;
    public const ushort AddrFlags = 8;
    public const ushort AddrProtocol = 11;
    public const uint NoDuplicateDetection = 2;

    public const ushort RouteDestination = 1;
    public const ushort RouteOutputInterface = 4;
    public const ushort RouteGateway = 5;
    public const ushort RoutePriority = 6;
    public const ushort RouteMultipath = 9;
    public const ushort RouteTable = 15;
    public const ushort RouteVia = 18;
    public const uint ClonedRoute = 0x200;
    public const byte TableMain = 254;
    public const byte TypeUnicast = 1;
    public const byte ScopeUniverse = 0;
    public const byte ScopeLink = 253;
    public const byte ScopeHost = 254;
    public const byte ScopeNowhere = 255;

    public const byte Inet = 2;
    public const byte Inet6 = 10;
}

/// <summary><c>struct nlmsghdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessageHeader
{
    public uint Length;
    public ushort Type;
    public ushort Flags;
    public uint Sequence;
    public uint PortId;
}

/// <summary><c>struct rtattr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttributeHeader
{
    public ushort Length;
    public ushort Type;
}

/// <summary><c>struct ifinfomsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkHeader
{
    public byte Family;
    public byte Padding;
    public ushort HardwareType;
    public int Index;
    public uint Flags;
    public uint Change;
}

/// <summary><c>struct ifaddrmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddressHeader
{
    public byte Family;
    public byte PrefixLength;
    public byte Flags;
    public byte Scope;
    public int Index;
}

/// <summary><c>struct ifa_cacheinfo</c>: seconds, and two stamps that only the kernel sets.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddressLifetime
{
    public uint Preferred;
    public uint Valid;
    public uint Created;
    public uint Updated;
}

/// <summary><c>struct rtmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RouteHeader
{
    public byte Family;
    public byte DestinationLength;
    public byte SourceLength;
    public byte Tos;
    public byte Table;
    public byte Protocol;
    public byte Scope;
    public byte Type;
    public uint Flags;
}

/// <summary><c>struct rtnexthop</c>: one way of a multipath route.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NextHopHeader
{
    public ushort Length;
    public byte Flags;
    public byte Hops;
    public int Index;
}

/// <summary>The beginning of <c>struct rtnl_link_stats64</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkStatistics
{
    public ulong RxPackets;
    public ulong TxPackets;
    public ulong RxBytes;
    public ulong TxBytes;
    public ulong RxErrors;
    public ulong TxErrors;
    public ulong RxDropped;
    public ulong TxDropped;
}
