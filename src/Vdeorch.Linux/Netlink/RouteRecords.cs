using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace Vdeorch.Linux.Netlink;

/// <summary>An interface as the kernel has it.</summary>
/// <param name="Kind">What made it: <c>tun</c> (taps too), <c>veth</c>, …; empty for devices and <c>lo</c>.</param>
/// <param name="IsUp">IFF_UP: the administrator wants it up.</param>
/// <param name="HasCarrier">Something is at the other end: for a tap, a process that holds it.</param>
/// <param name="Alias">Free text of up to 255 bytes; empty when there is none.</param>
public sealed record LinkInfo(
    int Index,
    string Name,
    string Kind,
    PhysicalAddress Mac,
    int Mtu,
    bool IsUp,
    bool HasCarrier,
    string Alias,
    long RxPackets,
    long TxPackets,
    long RxBytes,
    long TxBytes,
    long RxDropped,
    long TxDropped);

/// <summary>An address on an interface.</summary>
/// <param name="Scope">0 global, 253 link, 254 host.</param>
/// <param name="Protocol">IFA_PROTO, who set it; 0 unknown.</param>
/// <param name="Flags">IFA_F_ bits.</param>
public sealed record AddressInfo(int Index, IPAddress Address, int PrefixLength, byte Scope, byte Protocol, uint Flags)
{
    const uint Permanent = 0x80;

    /// <summary>Whether it stays until it is deleted (IFA_F_PERMANENT). One that a router advertised, or a lease gave, has its time.</summary>
    public bool IsPermanent => (Flags & Permanent) != 0;
}

/// <summary>A route; one with several next hops appears once for each.</summary>
/// <param name="OutputIndex">0: none, as of a blackhole.</param>
/// <param name="Metric">The kernel gives IPv6 routes without one 1024.</param>
/// <param name="Table">254 main, 255 local.</param>
/// <param name="Protocol">Who made it: 2 the kernel, 4 an administrator.</param>
/// <param name="Type">1 unicast, 2 local, 3 broadcast, 6 blackhole, …</param>
/// <param name="Scope">0 global, 253 link, 254 host.</param>
public sealed record RouteInfo(IPNetwork Destination, IPAddress? Gateway, int OutputIndex, uint Metric, uint Table, byte Protocol, byte Type, byte Scope);

/// <summary>What to change of an interface; null stays.</summary>
public sealed record LinkChange
{
    public PhysicalAddress? Mac { get; init; }
    public int? Mtu { get; init; }
    public bool? Up { get; init; }

    /// <summary>Empty takes it away.</summary>
    public string? Alias { get; init; }
}

/// <summary>A unicast route.</summary>
/// <param name="Metric">0: the kernel's choice; on removal: any.</param>
/// <param name="Protocol">On removal, 0: any.</param>
public sealed record RouteChange(IPNetwork Destination, IPAddress? Gateway, int OutputIndex, uint Metric, byte Protocol)
{
    /// <summary>254: main.</summary>
    public uint Table { get; init; } = RouteAbi.TableMain;
}

/// <summary>What the kernel has of the network in one namespace.</summary>
/// <param name="Qdiscs">Those that somebody has put there.</param>
public sealed record NetworkState(ImmutableArray<LinkInfo> Links, ImmutableArray<AddressInfo> Addresses, ImmutableArray<RouteInfo> Routes, ImmutableArray<RuleInfo> Rules, ImmutableArray<QdiscInfo> Qdiscs);
