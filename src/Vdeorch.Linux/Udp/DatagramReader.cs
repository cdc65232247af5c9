using System.Runtime.InteropServices;
using Tmds.Linux;
using Vdeorch.Linux.Io;
using static Vdeorch.Linux.Udp.UdpAbi;

namespace Vdeorch.Linux.Udp;

/// <summary>
/// Takes datagrams off a socket, many with one recvmmsg(2), and hands them out one after the other; what the kernel has put together (UDP_GRO) it takes
/// apart. For one thread; owns its buffers.
/// </summary>
public sealed unsafe partial class DatagramReader : IDisposable
{
    const int Capacity = 16;
    const int RoomBytes = 65_536;
    const int NameBytes = 32;

    /// <summary>CMSG_SPACE of a 20-byte packet info and of an int, and some.</summary>
    const int ControlBytes = 96;

    readonly Message* messages;
    readonly iovec* buffers;
    readonly byte* names;
    readonly byte* controls;
    readonly byte* rooms;
    int count;
    int current;
    int offset;
    int segment;
    UdpEndpoint from;
    UdpEndpoint local;

    public DatagramReader()
    {
        messages = (Message*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(Message));
        buffers = (iovec*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(iovec));
        names = (byte*)NativeMemory.AllocZeroed(Capacity, NameBytes);
        controls = (byte*)NativeMemory.AllocZeroed(Capacity, ControlBytes);
        // Untouched, and so without memory behind it, where datagrams are short.
        rooms = (byte*)NativeMemory.Alloc(Capacity, RoomBytes);
        for (int i = 0; i < Capacity; i++)
        {
            buffers[i].iov_base = rooms + i * RoomBytes;
            buffers[i].iov_len = (size_t)RoomBytes;
            messages[i].Header.msg_iov = &buffers[i];
            messages[i].Header.msg_iovlen = 1;
            messages[i].Header.msg_name = names + i * NameBytes;
            messages[i].Header.msg_control = controls + i * ControlBytes;
        }
    }

    ~DatagramReader() => Free();

    /// <summary>Datagrams are in hand that <see cref="TryNext"/> has not given out; the socket knows nothing of them.</summary>
    public bool HasMore => current < count;

    /// <summary>How many datagrams the longest message of the last turn was made of: a guess for the next.</summary>
    public int Expected { get; private set; } = 1;

    /// <summary>Once all are given out. Never waits.</summary>
    /// <param name="room">How many datagrams are wanted; more may come.</param>
    /// <returns>Messages received; EAGAIN when none is waiting. ICMP errors of what was sent come here too: they end nothing.</returns>
    public IoResult Fill(UdpSocket socket, int room)
    {
        int wanted = Math.Clamp(room / Expected, 1, Capacity);
        for (int i = 0; i < wanted; i++)
        {
            messages[i].Header.msg_namelen = NameBytes;
            messages[i].Header.msg_controllen = ControlBytes;
        }
        Expected = 1;
        current = 0;
        count = 0;
        int done = ReceiveMany(socket.Fd.Number, messages, (uint)wanted, LibC.MSG_DONTWAIT, null);
        if (done < 0)
        {
            return new IoResult(0, Marshal.GetLastPInvokeError());
        }
        count = done;
        if (count > 0)
        {
            Enter();
        }
        return new IoResult(done, 0);
    }

    /// <summary>The next datagram in hand, valid until <see cref="Fill"/>. One may be empty.</summary>
    public bool TryNext(out Datagram datagram)
    {
        if (current >= count)
        {
            datagram = default;
            return false;
        }
        int bytes = (int)messages[current].Bytes;
        int length = Math.Min(segment, bytes - offset);
        datagram = new Datagram(new Span<byte>(rooms + current * RoomBytes + offset, length), from, local);
        offset += length;
        if (offset >= bytes)
        {
            current++;
            if (current < count)
            {
                Enter();
            }
        }
        return true;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Enter()
    {
        ref Message message = ref messages[current];
        offset = 0;
        segment = (int)message.Bytes;
        local = default;
        from = UdpEndpoint.Read(new ReadOnlySpan<byte>(message.Header.msg_name, (int)(uint)message.Header.msg_namelen));
        byte* control = (byte*)message.Header.msg_control;
        for (int at = 0, end = (int)message.Header.msg_controllen; at + SeqPacketSocket.ControlHeaderBytes <= end;)
        {
            cmsghdr* part = (cmsghdr*)(control + at);
            byte* data = control + at + SeqPacketSocket.ControlHeaderBytes;
            int level = part->cmsg_level;
            int type = part->cmsg_type;
            if (level == SOL_UDP && type == UDP_GRO)
            {
                segment = Math.Max(1, *(int*)data);
                Expected = Math.Max(Expected, ((int)message.Bytes + segment - 1) / segment);
            }
            else if (level == IPPROTO_IP && type == IP_PKTINFO)
            {
                local = UdpEndpoint.FromInet(new ReadOnlySpan<byte>(data + SpecDestinationOffset, 4), 0);
            }
            int length = (int)(uint)part->cmsg_len;
            at += Math.Max(SeqPacketSocket.ControlHeaderBytes, (length + 7) & ~7);
        }
    }

    void Free()
    {
        NativeMemory.Free(messages);
        NativeMemory.Free(buffers);
        NativeMemory.Free(names);
        NativeMemory.Free(controls);
        NativeMemory.Free(rooms);
    }

    [LibraryImport("libc.so.6", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(int fd, Message* messages, uint count, int flags, void* timeout);

    /// <summary>struct mmsghdr, sys/socket.h.</summary>
    struct Message
    {
        public msghdr Header;
#pragma warning disable CS0649 // The kernel assigns it.
        public uint Bytes;
#pragma warning restore CS0649
    }
}

/// <param name="bytes">In the reader's buffer.</param>
/// <param name="local">Of a socket that reports packet info, IPv4: the local address the kernel would answer from (<c>ipi_spec_dst</c>), without a port.</param>
public readonly ref struct Datagram(ReadOnlySpan<byte> bytes, UdpEndpoint from, UdpEndpoint local)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
    public UdpEndpoint From { get; } = from;
    public UdpEndpoint Local { get; } = local;
}
