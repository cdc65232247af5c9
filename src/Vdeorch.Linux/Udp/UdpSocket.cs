using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using Vdeorch.Linux.Io;
using static Vdeorch.Linux.Udp.UdpAbi;

namespace Vdeorch.Linux.Udp;

/// <summary>A UDP socket of one family, in the network namespace of the thread that opened it. Never blocks. Owns its descriptor.</summary>
/// <remarks>udp(7), ip(7), ipv6(7). Of the options, none may be set once it is in use.</remarks>
public sealed unsafe partial class UdpSocket : IDisposable
{
    /// <summary>A refusal to segment is believed for so long: routes and devices change.</summary>
    const long RefusalMs = 10_000;

    const int Closed = 9;
    const int NoSocket = 88;

    readonly bool isInet;
    readonly string subject;
    int segmentLimit = int.MaxValue;
    long refusedAt;

    UdpSocket(Fd fd, bool isInet, string subject)
    {
        Fd = fd;
        this.isInet = isInet;
        this.subject = subject;
    }

    public Fd Fd { get; }

    /// <param name="subject">What it is for, in error messages.</param>
    public static UdpSocket Open(AddressFamily family, string subject)
    {
        bool isInet = family == AddressFamily.InterNetwork;
        UdpSocket socket = new(Create(isInet ? AF_INET : AF_INET6, 0, subject), isInet, subject);
        try
        {
            if (!isInet)
            {
                socket.Set(IPPROTO_IPV6, IPV6_V6ONLY, 1, nameof(IPV6_V6ONLY));
            }
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket of a family whose kernel module hands out UDP sockets that it watches over; the protocol says which IP it speaks.</summary>
    /// <exception cref="LinuxException">EAFNOSUPPORT without the module.</exception>
    public static UdpSocket OpenGuarded(int family, AddressFamily speaks, string subject)
    {
        bool isInet = speaks == AddressFamily.InterNetwork;
        return new UdpSocket(Create(family, isInet ? AF_INET : AF_INET6, subject), isInet, subject);
    }

    /// <summary>Once bound.</summary>
    public int LocalPort
    {
        get
        {
            byte* address = stackalloc byte[Inet6AddressBytes];
            socklen_t length = Inet6AddressBytes;
            Check(LibC.getsockname(Fd.Number, (sockaddr*)address, &length), "getsockname");
            return BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(address + 2, 2));
        }
    }

    public void ReuseAddress() => Set(SOL_SOCKET, SO_REUSEADDR, 1, nameof(SO_REUSEADDR));

    public void Bind(IPAddress address, int port)
    {
        byte* name = stackalloc byte[Inet6AddressBytes];
        int length = UdpEndpoint.From(address, port).Write(new Span<byte>(name, Inet6AddressBytes));
        if (LibC.bind(Fd.Number, (sockaddr*)name, length) < 0)
        {
            throw new LinuxException(LibC.errno, "bind", new IPEndPoint(address, port).ToString());
        }
    }

    /// <param name="interfaceIndex">0: where the route to the group leads.</param>
    public void Join(IPAddress group, int interfaceIndex)
    {
        Span<byte> request = stackalloc byte[Membership6Bytes];
        request.Clear();
        group.TryWriteBytes(request, out int written);
        // struct ip_mreqn has a local address between the two.
        BitConverter.TryWriteBytes(request[(isInet ? MembershipBytes - 4 : written)..], interfaceIndex);
        int result;
        fixed (byte* bytes = request)
        {
            result = isInet
                ? LibC.setsockopt(Fd.Number, IPPROTO_IP, IP_ADD_MEMBERSHIP, bytes, MembershipBytes)
                : LibC.setsockopt(Fd.Number, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, bytes, Membership6Bytes);
        }
        if (result < 0)
        {
            throw new LinuxException(LibC.errno, isInet ? nameof(IP_ADD_MEMBERSHIP) : nameof(IPV6_ADD_MEMBERSHIP), group.ToString());
        }
    }

    /// <summary>Takes only what comes for groups that it has joined itself; by itself Linux gives it what any socket of the namespace has joined.</summary>
    public void KeepToOwnGroups()
    {
        // IPv6 since Linux 4.20; without it, what is received is still bound to the group's address.
        _ = isInet ? TrySet(IPPROTO_IP, IP_MULTICAST_ALL, 0) : TrySet(IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
    }

    /// <param name="hops">1 to 255; 1 stays on the link.</param>
    public void SetMulticastHops(int hops) =>
        Set(isInet ? IPPROTO_IP : IPPROTO_IPV6, isInet ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, hops, isInet ? nameof(IP_MULTICAST_TTL) : nameof(IPV6_MULTICAST_HOPS));

    public void SetUnicastHops(int hops) =>
        Set(isInet ? IPPROTO_IP : IPPROTO_IPV6, isInet ? IP_TTL : IPV6_UNICAST_HOPS, hops, isInet ? nameof(IP_TTL) : nameof(IPV6_UNICAST_HOPS));

    /// <summary>Whether what is sent to a group comes to members on this host as well.</summary>
    public void SetMulticastLoop(bool loop) =>
        Set(isInet ? IPPROTO_IP : IPPROTO_IPV6, isInet ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP, loop ? 1 : 0, isInet ? nameof(IP_MULTICAST_LOOP) : nameof(IPV6_MULTICAST_LOOP));

    public void SetMulticastInterface(int interfaceIndex)
    {
        if (!isInet)
        {
            Set(IPPROTO_IPV6, IPV6_MULTICAST_IF, interfaceIndex, nameof(IPV6_MULTICAST_IF));
            return;
        }
        int* request = stackalloc int[MembershipBytes / sizeof(int)];
        request[0] = request[1] = 0;
        request[2] = interfaceIndex;
        Check(LibC.setsockopt(Fd.Number, IPPROTO_IP, IP_MULTICAST_IF, request, MembershipBytes), nameof(IP_MULTICAST_IF));
    }

    /// <summary>Tells with each datagram the local address it came to: <see cref="Datagram.Local"/>.</summary>
    public void ReportPacketInfo() =>
        Set(isInet ? IPPROTO_IP : IPPROTO_IPV6, isInet ? IP_PKTINFO : IPV6_RECVPKTINFO, 1, isInet ? nameof(IP_PKTINFO) : nameof(IPV6_RECVPKTINFO));

    /// <summary>Beyond the system's limit where we may, up to it else.</summary>
    public void AskForBuffers(int receiveBytes, int sendBytes)
    {
        if (!TrySet(SOL_SOCKET, SO_RCVBUFFORCE, receiveBytes))
        {
            _ = TrySet(SOL_SOCKET, SO_RCVBUF, receiveBytes);
        }
        if (!TrySet(SOL_SOCKET, SO_SNDBUFFORCE, sendBytes))
        {
            _ = TrySet(SOL_SOCKET, SO_SNDBUF, sendBytes);
        }
    }

    /// <summary>Lets the kernel hand over datagrams of one flow together (UDP_GRO); <see cref="DatagramReader"/> takes them apart. Without it, before Linux 5.0, they come singly.</summary>
    public void Coalesce() => _ = TrySet(SOL_UDP, UDP_GRO, 1);

    /// <summary>From now on only what comes from there is received. No packet is sent.</summary>
    public IoResult Connect(in UdpEndpoint to)
    {
        byte* name = stackalloc byte[Inet6AddressBytes];
        int length = to.Write(new Span<byte>(name, Inet6AddressBytes));
        return LibC.connect(Fd.Number, (sockaddr*)name, length) == 0 ? default : new IoResult(0, LibC.errno);
    }

    /// <summary>The reverse; it stays bound.</summary>
    public void Disconnect()
    {
        // AF_UNSPEC, connect(2).
        byte* name = stackalloc byte[InetAddressBytes];
        new Span<byte>(name, InetAddressBytes).Clear();
        _ = LibC.connect(Fd.Number, (sockaddr*)name, InetAddressBytes);
    }

    /// <summary>The longest datagram that may leave as a segment of a larger message; 0 where the kernel refuses all.</summary>
    public int SegmentLimit
    {
        get
        {
            int limit = Volatile.Read(ref segmentLimit);
            if (limit != int.MaxValue && Environment.TickCount64 - Volatile.Read(ref refusedAt) > RefusalMs)
            {
                Volatile.Write(ref segmentLimit, limit = int.MaxValue);
            }
            return limit;
        }
    }

    /// <summary>Sends all of it, in order, from any thread; what cannot go is passed over, and when the socket's buffer is full, so is the rest.</summary>
    /// <remarks>
    /// What the kernel does not segment (a datagram longer than the path's MTU, a device that cannot do checksums, a transform) goes singly, now and for a
    /// while. An ICMP error of an earlier datagram is not an error of this one.
    /// </remarks>
    public Sent Send(DatagramVector datagrams)
    {
        Sent total = default;
        int retried = -1;
        for (int next = 0; next < datagrams.Count;)
        {
            IoResult sent = datagrams.Send(Fd.Number, next);
            if (sent.IsOk)
            {
                for (int end = next + sent.Count; next < end; next++)
                {
                    total = new Sent(total.Datagrams + datagrams.DatagramsOf(next), total.Bytes + datagrams.BytesOf(next), total.Errno);
                }
                continue;
            }
            total = total with { Errno = sent.Errno };
            if (sent.Errno == Errnos.Again)
            {
                break;
            }
            if (datagrams.DatagramsOf(next) > 1 && IsRefusalToSegment(sent.Errno))
            {
                Believe(sent.Errno, datagrams.SegmentOf(next));
                total = SendSingly(datagrams, next++, total);
            }
            else if (retried != next && IsOfTheNetwork(sent.Errno))
            {
                retried = next;
            }
            else
            {
                next++;
            }
        }
        return total;
    }

    /// <summary>Whether an error of receiving says something about the network or the other side, and nothing about this socket.</summary>
    public static bool IsOfTheNetwork(int errno) => errno is not (0 or Errnos.Again or Closed or NoSocket);

    /// <summary>The number of an interface in the calling thread's namespace.</summary>
    /// <exception cref="LinuxException">ENODEV.</exception>
    public static int InterfaceIndex(string name)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes($"{name}\0"))
        {
            uint index = NameToIndex(bytes);
            return index > 0 ? (int)index : throw new LinuxException(Marshal.GetLastPInvokeError(), "if_nametoindex", name);
        }
    }

    public void Dispose() => Fd.Dispose();

    Sent SendSingly(DatagramVector datagrams, int message, Sent total)
    {
        for (int i = 0; i < datagrams.DatagramsOf(message); i++)
        {
            IoResult sent = datagrams.SendOne(Fd.Number, message, i);
            total = sent.IsOk
                ? total with { Datagrams = total.Datagrams + 1, Bytes = total.Bytes + datagrams.BytesOf(message, i) }
                : total with { Errno = sent.Errno };
        }
        return total;
    }

    // EMSGSIZE, EINVAL in older kernels: this long a segment does not fit the path. EIO: no segment does.
    static bool IsRefusalToSegment(int errno) => errno is Errnos.Io or Errnos.Invalid or Errnos.MessageTooLong;

    void Believe(int errno, int segment)
    {
        Volatile.Write(ref refusedAt, Environment.TickCount64);
        Volatile.Write(ref segmentLimit, errno == Errnos.Io ? 0 : Math.Min(Volatile.Read(ref segmentLimit), segment - 1));
    }

    void Set(int level, int option, int value, string name) => Check(LibC.setsockopt(Fd.Number, level, option, &value, sizeof(int)), name);

    bool TrySet(int level, int option, int value) => LibC.setsockopt(Fd.Number, level, option, &value, sizeof(int)) == 0;

    void Check(int result, string operation)
    {
        if (result < 0)
        {
            throw new LinuxException(LibC.errno, operation, subject);
        }
    }

    static Fd Create(int family, int protocol, string subject)
    {
        int number = LibC.socket(family, SOCK_DGRAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, protocol);
        return number >= 0 ? new Fd(number) : throw new LinuxException(LibC.errno, "socket", subject);
    }

    [LibraryImport("libc.so.6", EntryPoint = "if_nametoindex", SetLastError = true)]
    private static partial uint NameToIndex(byte* name);
}

/// <summary>What left, and the last error met.</summary>
public readonly record struct Sent(int Datagrams, long Bytes, int Errno);
