using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Streams;
using Vdeorch.Linux.Taps;
using Vdeorch.Linux.Udp;
using Vdeorch.Plugs.Frames;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class AbiTests
{
    /// <summary>C expression to our value. Names that this system's headers may lack are guarded by themselves.</summary>
    static readonly (string Expression, long Ours)[] Claims =
    [
        ("TUNSETIFF", TunAbi.TUNSETIFF), ("TUNSETPERSIST", TunAbi.TUNSETPERSIST), ("TUNSETOFFLOAD", TunAbi.TUNSETOFFLOAD),
        ("TUNGETIFF", TunAbi.TUNGETIFF), ("TUNGETVNETHDRSZ", TunAbi.TUNGETVNETHDRSZ), ("TUNSETVNETHDRSZ", TunAbi.TUNSETVNETHDRSZ),
        ("IFF_TAP", TunAbi.IFF_TAP), ("IFF_NO_PI", TunAbi.IFF_NO_PI), ("IFF_VNET_HDR", TunAbi.IFF_VNET_HDR),
        ("TUN_F_CSUM", TunAbi.TUN_F_CSUM), ("TUN_F_TSO4", TunAbi.TUN_F_TSO4), ("TUN_F_TSO6", TunAbi.TUN_F_TSO6), ("TUN_F_TSO_ECN", TunAbi.TUN_F_TSO_ECN),
        ("TUN_F_USO4", TunAbi.TUN_F_USO4), ("TUN_F_USO6", TunAbi.TUN_F_USO6),
        ("IFNAMSIZ", TunAbi.IFNAMSIZ), ("sizeof(struct ifreq)", Unsafe.SizeOf<TunAbi.InterfaceRequest>()), ("offsetof(struct ifreq, ifr_flags)", 16),
        ("sizeof(struct virtio_net_hdr_v1)", VirtioNetHeader.Bytes), ("sizeof(struct virtio_net_hdr_v1)", Tap.HeaderBytes),
        ("sizeof(struct virtio_net_hdr_v1)", Unsafe.SizeOf<VirtioNetHeader>()),
        ("offsetof(struct virtio_net_hdr_v1, hdr_len)", 2), ("offsetof(struct virtio_net_hdr_v1, gso_size)", 4),
        ("offsetof(struct virtio_net_hdr_v1, csum_start)", 6), ("offsetof(struct virtio_net_hdr_v1, csum_offset)", 8),
        ("VIRTIO_NET_HDR_F_NEEDS_CSUM", VirtioNetHeader.NeedsChecksum), ("VIRTIO_NET_HDR_GSO_NONE", VirtioNetHeader.NoSegmentation),
        ("RLIMIT_NOFILE", DescriptorLimit.RLIMIT_NOFILE), ("sizeof(struct rlimit)", Unsafe.SizeOf<DescriptorLimit.Limit>()), ("sizeof(struct timeval)", 16),
        ("EPOLLIN", (long)Interest.Readable), ("EPOLLOUT", (long)Interest.Writable), ("EPOLLERR | EPOLLHUP", (long)Interest.Failed),
        ("sizeof(struct cmsghdr)", SeqPacketSocket.ControlHeaderBytes), ("CMSG_LEN(4)", 20),
        ("EAGAIN", Errnos.Again), ("EIO", Errnos.Io), ("EINVAL", Errnos.Invalid), ("EMSGSIZE", Errnos.MessageTooLong),
        ("EAFNOSUPPORT", Errnos.NoSuchFamily), ("EADDRINUSE", Errnos.AddressInUse),
        ("EPERM", Errnos.NotPermitted), ("ENOENT", Errnos.NoEntry), ("EEXIST", Errnos.Exists), ("ENFILE", Errnos.TooManyInSystem), ("EMFILE", Errnos.TooManyInProcess),
        ("EPROTOTYPE", Errnos.WrongKind), ("ECONNRESET", Errnos.ConnectionReset), ("EISCONN", Errnos.IsConnected), ("ENOTCONN", Errnos.NotConnected),
        ("ETIMEDOUT", Errnos.TimedOut), ("ECONNREFUSED", Errnos.ConnectionRefused),
        ("CLOCK_MONOTONIC", TimerFd.ClockMonotonic), ("TFD_NONBLOCK", TimerFd.NonBlocking), ("TFD_CLOEXEC", TimerFd.CloseOnExec), ("sizeof(struct itimerspec)", 32),
        ("AF_INET", UdpAbi.AF_INET), ("AF_INET6", UdpAbi.AF_INET6), ("SOCK_DGRAM", UdpAbi.SOCK_DGRAM),
        ("SOL_SOCKET", UdpAbi.SOL_SOCKET), ("SO_REUSEADDR", UdpAbi.SO_REUSEADDR), ("SO_SNDBUF", UdpAbi.SO_SNDBUF), ("SO_SNDBUFFORCE", UdpAbi.SO_SNDBUFFORCE), ("SO_RCVBUF", UdpAbi.SO_RCVBUF), ("SO_RCVBUFFORCE", UdpAbi.SO_RCVBUFFORCE),
        ("IPPROTO_IP", UdpAbi.IPPROTO_IP), ("IP_TTL", UdpAbi.IP_TTL), ("IP_PKTINFO", UdpAbi.IP_PKTINFO), ("IP_MULTICAST_IF", UdpAbi.IP_MULTICAST_IF),
        ("IP_MULTICAST_TTL", UdpAbi.IP_MULTICAST_TTL), ("IP_MULTICAST_LOOP", UdpAbi.IP_MULTICAST_LOOP), ("IP_ADD_MEMBERSHIP", UdpAbi.IP_ADD_MEMBERSHIP),
        ("IP_MULTICAST_ALL", UdpAbi.IP_MULTICAST_ALL), ("IPPROTO_IPV6", UdpAbi.IPPROTO_IPV6), ("IPV6_UNICAST_HOPS", UdpAbi.IPV6_UNICAST_HOPS),
        ("IPV6_MULTICAST_IF", UdpAbi.IPV6_MULTICAST_IF), ("IPV6_MULTICAST_HOPS", UdpAbi.IPV6_MULTICAST_HOPS), ("IPV6_MULTICAST_LOOP", UdpAbi.IPV6_MULTICAST_LOOP),
        ("IPV6_ADD_MEMBERSHIP", UdpAbi.IPV6_ADD_MEMBERSHIP), ("IPV6_V6ONLY", UdpAbi.IPV6_V6ONLY), ("IPV6_MULTICAST_ALL", UdpAbi.IPV6_MULTICAST_ALL),
        ("IPV6_RECVPKTINFO", UdpAbi.IPV6_RECVPKTINFO), ("IPV6_PKTINFO", UdpAbi.IPV6_PKTINFO),
        ("SOL_UDP", UdpAbi.SOL_UDP), ("UDP_SEGMENT", UdpAbi.UDP_SEGMENT), ("UDP_GRO", UdpAbi.UDP_GRO),
        ("sizeof(struct sockaddr_in)", UdpAbi.InetAddressBytes), ("offsetof(struct sockaddr_in, sin_port)", 2), ("offsetof(struct sockaddr_in, sin_addr)", 4),
        ("sizeof(struct sockaddr_in6)", UdpAbi.Inet6AddressBytes), ("offsetof(struct sockaddr_in6, sin6_addr)", 8), ("offsetof(struct sockaddr_in6, sin6_scope_id)", 24),
        ("sizeof(struct ip_mreqn)", UdpAbi.MembershipBytes), ("offsetof(struct ip_mreqn, imr_ifindex)", UdpAbi.MembershipBytes - 4),
        ("sizeof(struct ipv6_mreq)", UdpAbi.Membership6Bytes), ("offsetof(struct ipv6_mreq, ipv6mr_interface)", 16),
        ("sizeof(struct in_pktinfo)", UdpAbi.PacketInfoBytes), ("offsetof(struct in_pktinfo, ipi_spec_dst)", UdpAbi.SpecDestinationOffset),
        ("EAGAIN", Errnos.Again), ("EIO", Errnos.Io), ("EINVAL", Errnos.Invalid), ("EPROTONOSUPPORT", Errnos.ProtocolNotSupported),
        ("PIPE_BUF", StreamEnd.AtomicBytes), ("sizeof(struct iovec)", Unsafe.SizeOf<StreamPart>()), ("sizeof(struct msghdr)", Unsafe.SizeOf<StreamEnd.Message>()), ("offsetof(struct msghdr, msg_iovlen)", 24),
    ];

    [Fact]
    public async Task OurConstantsAndStructsAreThoseOfTheSystemsHeaders()
    {
        string? compiler = Compiler();
        Assert.SkipWhen(compiler is null, "no C compiler");
        string assertions = string.Join('\n', Claims.Select(claim => claim.Expression.StartsWith("TUN_F_USO", StringComparison.Ordinal)
            ? $"#ifdef {claim.Expression}\n_Static_assert(({claim.Expression}) == {claim.Ours}, \"{claim.Expression}\");\n#endif"
            : $"_Static_assert(({claim.Expression}) == {claim.Ours}, \"{claim.Expression}\");"));
        using Process process = Process.Start(new ProcessStartInfo(compiler!, ["-x", "c", "-fsyntax-only", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync($"""
            #define _GNU_SOURCE
            #include <errno.h>
            #include <stddef.h>
            #include <netinet/in.h>
            #include <netinet/udp.h>
            #include <sys/epoll.h>
            #include <sys/ioctl.h>
            #include <sys/resource.h>
            #include <sys/socket.h>
            #include <sys/time.h>
            #include <sys/timerfd.h>
            #include <time.h>
            #include <linux/limits.h>
            #include <linux/if.h>
            #include <linux/if_tun.h>
            #include <linux/virtio_net.h>
            {assertions}

            """);
        process.StandardInput.Close();
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("", errors);
        Assert.Equal(0, process.ExitCode);
    }

    static string? Compiler() =>
        new[] { "cc", "gcc", "clang" }
            .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
