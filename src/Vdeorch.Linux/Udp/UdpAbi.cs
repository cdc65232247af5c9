namespace Vdeorch.Linux.Udp;

/// <summary>netinet/in.h, netinet/udp.h and sys/socket.h, where Tmds.LibC has nothing. Held to the system's headers by <c>AbiTests</c>.</summary>
static class UdpAbi
{
    public const ushort AF_INET = 2;
    public const ushort AF_INET6 = 10;
    public const int SOCK_DGRAM = 2;

    public const int SOL_SOCKET = 1;
    public const int SO_REUSEADDR = 2;
    public const int SO_SNDBUF = 7;
    public const int SO_RCVBUF = 8;
    public const int SO_SNDBUFFORCE = 32;
    public const int SO_RCVBUFFORCE = 33;

    public const int IPPROTO_IP = 0;
    public const int IP_TTL = 2;
    public const int IP_PKTINFO = 8;
    public const int IP_MULTICAST_IF = 32;
    public const int IP_MULTICAST_TTL = 33;
    public const int IP_MULTICAST_LOOP = 34;
    public const int IP_ADD_MEMBERSHIP = 35;
    public const int IP_MULTICAST_ALL = 49;

    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_UNICAST_HOPS = 16;
    public const int IPV6_MULTICAST_IF = 17;
    public const int IPV6_MULTICAST_HOPS = 18;
    public const int IPV6_MULTICAST_LOOP = 19;
    public const int IPV6_ADD_MEMBERSHIP = 20;
    public const int IPV6_V6ONLY = 26;
    public const int IPV6_MULTICAST_ALL = 29;
    public const int IPV6_RECVPKTINFO = 49;
    public const int IPV6_PKTINFO = 50;

    public const int SOL_UDP = 17;

    /// <summary>Linux 4.18.</summary>
    public const int UDP_SEGMENT = 103;

    /// <summary>Linux 5.0.</summary>
    public const int UDP_GRO = 104;

    /// <summary>struct sockaddr_in: family, port, address, eight bytes of nothing.</summary>
    public const int InetAddressBytes = 16;

    /// <summary>struct sockaddr_in6: family, port, flow, address, scope.</summary>
    public const int Inet6AddressBytes = 28;

    /// <summary>struct ip_mreqn: group, local address, interface.</summary>
    public const int MembershipBytes = 12;

    /// <summary>struct ipv6_mreq: group, interface.</summary>
    public const int Membership6Bytes = 20;

    /// <summary>struct in_pktinfo: interface, <c>ipi_spec_dst</c> (the local address), <c>ipi_addr</c> (the destination of the header).</summary>
    public const int PacketInfoBytes = 12;
    public const int SpecDestinationOffset = 4;
}
