using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tmds.Linux;
using static Vdeorch.Linux.Udp.UdpAbi;

namespace Vdeorch.Linux.Udp;

/// <summary>
/// Datagrams for one or more sendmmsg(2) on a socket that need not be connected. Neighbours that go to the same place and are equally long, the last one
/// perhaps shorter, become one message that the kernel cuts up late (UDP_SEGMENT). For one thread; owns its native memory, not the buffers.
/// </summary>
public sealed unsafe partial class DatagramVector : IDisposable
{
    public const int Capacity = 64;

    /// <summary>Of a UDP datagram over IPv4.</summary>
    public const int MaxDatagramBytes = 65_507;

    // UDP_MAX_SEGMENTS of Linux before 6.9; since then it is 128.
    const int MaxSegments = 64;

    const int NameBytes = 32;

    /// <summary>CMSG_SPACE of the segment's 16-bit length.</summary>
    const int ControlBytes = 24;

    readonly Message* messages;
    readonly iovec* buffers;
    readonly byte* names;
    readonly byte* controls;
    readonly int[] bytes = new int[Capacity];
    int datagrams;
    UdpEndpoint lastTo;
    bool lastIsOpen;

    public DatagramVector()
    {
        // The last message is for the datagrams of another one, singly.
        messages = (Message*)NativeMemory.AllocZeroed(Capacity + 1, (nuint)sizeof(Message));
        buffers = (iovec*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(iovec));
        names = (byte*)NativeMemory.AllocZeroed(Capacity, NameBytes);
        controls = (byte*)NativeMemory.AllocZeroed(Capacity, ControlBytes);
    }

    ~DatagramVector() => Free();

    /// <summary>Messages: of one datagram, or of several to be cut up.</summary>
    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        datagrams = 0;
        lastIsOpen = false;
    }

    /// <summary>At most <see cref="Capacity"/> of them.</summary>
    /// <param name="pinned">Memory that does not move until the call is made.</param>
    /// <param name="to">The default: the peer that the socket is connected to, whose route the kernel need not look up each time.</param>
    /// <param name="segmentLimit">The longest datagram that may go as a segment, from <see cref="UdpSocket.SegmentLimit"/>.</param>
    public void Add(ReadOnlySpan<byte> pinned, in UdpEndpoint to, int segmentLimit)
    {
        Debug.Assert(datagrams < Capacity && pinned.Length <= MaxDatagramBytes);
        // The caller vouches that it is pinned; the kernel is done with it when the call returns.
        buffers[datagrams].iov_base = Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));
        buffers[datagrams].iov_len = (size_t)pinned.Length;
        if (lastIsOpen && Joins(pinned.Length, to))
        {
            ref Message last = ref messages[Count - 1];
            last.Header.msg_iovlen = last.Header.msg_iovlen + 1;
            bytes[Count - 1] += pinned.Length;
            lastIsOpen = pinned.Length == (int)last.Header.msg_iov->iov_len;
        }
        else
        {
            Begin(to, pinned.Length);
            lastIsOpen = pinned.Length > 0 && pinned.Length <= segmentLimit;
        }
        datagrams++;
    }

    public int DatagramsOf(int message) => (int)messages[message].Header.msg_iovlen;

    public int BytesOf(int message) => bytes[message];

    /// <summary>Bytes of the first datagram of a message, which all but the last have.</summary>
    public int SegmentOf(int message) => (int)messages[message].Header.msg_iov->iov_len;

    /// <summary>Never waits.</summary>
    /// <returns>Messages taken, from the <paramref name="first"/> on; the error of the first when none was.</returns>
    internal Io.IoResult Send(int socket, int first)
    {
        for (int i = first; i < Count; i++)
        {
            Seal(i);
        }
        return Send(socket, messages + first, Count - first);
    }

    /// <summary>One datagram of a message, as one that is not cut up.</summary>
    internal Io.IoResult SendOne(int socket, int message, int datagram)
    {
        Message* single = messages + Capacity;
        single->Header = messages[message].Header;
        single->Header.msg_iov += datagram;
        single->Header.msg_iovlen = 1;
        single->Header.msg_control = null;
        single->Header.msg_controllen = 0;
        return Send(socket, single, 1);
    }

    internal int BytesOf(int message, int datagram) => (int)messages[message].Header.msg_iov[datagram].iov_len;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    bool Joins(int length, in UdpEndpoint to)
    {
        ref msghdr last = ref messages[Count - 1].Header;
        return length > 0 && length <= (int)last.msg_iov->iov_len
            && (int)last.msg_iovlen < MaxSegments
            && bytes[Count - 1] + length <= MaxDatagramBytes
            && to == lastTo;
    }

    void Begin(in UdpEndpoint to, int length)
    {
        byte* name = names + Count * NameBytes;
        ref msghdr header = ref messages[Count].Header;
        bool isNamed = to != default;
        header.msg_name = isNamed ? name : null;
        header.msg_namelen = isNamed ? (uint)to.Write(new Span<byte>(name, NameBytes)) : 0;
        header.msg_iov = &buffers[datagrams];
        header.msg_iovlen = 1;
        bytes[Count] = length;
        lastTo = to;
        Count++;
    }

    // struct cmsghdr and a __u16, udp(7).
    void Seal(int message)
    {
        ref msghdr header = ref messages[message].Header;
        if ((int)header.msg_iovlen == 1)
        {
            header.msg_control = null;
            header.msg_controllen = 0;
            return;
        }
        byte* control = controls + message * ControlBytes;
        cmsghdr* part = (cmsghdr*)control;
        part->cmsg_len = (uint)(Io.SeqPacketSocket.ControlHeaderBytes + sizeof(ushort));
        part->cmsg_level = SOL_UDP;
        part->cmsg_type = UDP_SEGMENT;
        *(ushort*)(control + Io.SeqPacketSocket.ControlHeaderBytes) = (ushort)SegmentOf(message);
        header.msg_control = control;
        header.msg_controllen = ControlBytes;
    }

    static Io.IoResult Send(int socket, Message* first, int count)
    {
        int done = SendMany(socket, first, (uint)count, LibC.MSG_DONTWAIT | LibC.MSG_NOSIGNAL);
        return done >= 0 ? new Io.IoResult(done, 0) : new Io.IoResult(0, Marshal.GetLastPInvokeError());
    }

    void Free()
    {
        NativeMemory.Free(messages);
        NativeMemory.Free(buffers);
        NativeMemory.Free(names);
        NativeMemory.Free(controls);
    }

    [LibraryImport("libc.so.6", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int fd, Message* messages, uint count, int flags);

    /// <summary>struct mmsghdr, sys/socket.h.</summary>
    struct Message
    {
        public msghdr Header;
#pragma warning disable CS0649 // The kernel assigns it.
        public uint Bytes;
#pragma warning restore CS0649
    }
}
