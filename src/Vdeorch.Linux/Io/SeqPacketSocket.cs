using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Io;

/// <summary>One connection of AF_UNIX, SOCK_SEQPACKET: messages keep their borders and carry descriptors (SCM_RIGHTS). Owns its descriptor.</summary>
/// <remarks>unix(7)</remarks>
public sealed unsafe class SeqPacketSocket(Fd owned) : IDisposable
{
    /// <summary>SCM_MAX_FD of linux/include/net/scm.h: descriptors in one message.</summary>
    public const int MaxDescriptors = 253;

    /// <summary>struct cmsghdr. Tmds.LibC's CMSG_LEN rounds up: of an odd number of descriptors one more would go.</summary>
    internal const int ControlHeaderBytes = 16;

    const int MaxPathBytes = 107;

    public Fd Fd { get; } = owned;

    /// <summary>The listener does not block. Its path is the caller's to remove; one that nobody listens on any more is removed first.</summary>
    /// <param name="mode">Of the path from the instant it is there, less the umask until <c>Listen</c> returns; the umask itself is not touched, other threads use it.</param>
    /// <exception cref="LinuxException">EADDRINUSE when somebody listens there; ENAMETOOLONG over 107 bytes.</exception>
    public static Fd Listen(string path, int mode)
    {
        sockaddr_un address = Address(path);
        RemoveStale(path, &address);
        Fd listener = Open(SOCK_NONBLOCK, path);
        try
        {
            // bind gives the path the mode of the socket's own inode, so it is never wider than asked.
            Check(fchmod(listener.Number, (mode_t)(uint)mode), "fchmod", path);
            Check(bind(listener.Number, (sockaddr*)&address, sizeof(sockaddr_un)), "bind", path);
            Check(chmod((byte*)address.sun_path, (mode_t)(uint)mode), "chmod", path);
            Check(listen(listener.Number, 64), "listen", path);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <param name="timeout">Bounds connect and every later send and receive: ETIMEDOUT.</param>
    public static SeqPacketSocket Connect(string path, TimeSpan timeout)
    {
        sockaddr_un address = Address(path);
        Fd fd = Open(0, path);
        try
        {
            SetTimeout(fd, SO_SNDTIMEO, timeout, path);
            SetTimeout(fd, SO_RCVTIMEO, timeout, path);
            if (connect(fd.Number, (sockaddr*)&address, sizeof(sockaddr_un)) < 0)
            {
                throw Refused(errno, "connect", path);
            }
            return new SeqPacketSocket(fd);
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <summary>Two ends of one connection, which block.</summary>
    /// <returns>Both the caller's.</returns>
    public static (Fd One, Fd Other) BlockingPair()
    {
        int* ends = stackalloc int[2];
        Check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair", "socket");
        return (new Fd(ends[0]), new Fd(ends[1]));
    }

    /// <returns>A connection that does not block; null when none is waiting.</returns>
    public static SeqPacketSocket? Accept(Fd listener)
    {
        int number = accept4(listener.Number, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (number >= 0)
        {
            return new SeqPacketSocket(new Fd(number));
        }
        return errno is var error && (error == EAGAIN || error == EINTR || error == ECONNABORTED)
            ? null
            : throw new LinuxException(error, "accept", $"descriptor {listener.Number}");
    }

    /// <summary>Of a listener: who called listen.</summary>
    public (int Pid, uint Uid, uint Gid) Peer
    {
        get
        {
            ucred credentials;
            socklen_t length = (uint)sizeof(ucred);
            Check(getsockopt(Fd.Number, SOL_SOCKET, SO_PEERCRED, &credentials, &length), "SO_PEERCRED", "socket");
            return ((int)credentials.pid, (uint)credentials.uid, (uint)credentials.gid);
        }
    }

    /// <exception cref="LinuxException">ETIMEDOUT when the peer did not read in time; EPIPE when it is gone.</exception>
    public void Send(ReadOnlySpan<byte> message, IReadOnlyList<Fd> descriptors)
    {
        if (TrySend(message, descriptors) is { IsOk: false, Errno: int error })
        {
            throw Refused(error, "sendmsg", "socket");
        }
    }

    /// <returns>Bytes; 0 when the peer is gone. A message longer than <paramref name="into"/> is cut: pass one byte more than the longest.</returns>
    /// <param name="descriptors">Received ones are appended, CLOEXEC, and the caller's.</param>
    /// <exception cref="LinuxException">EMFILE when descriptors came that this process had no room for; ETIMEDOUT.</exception>
    public int Receive(Span<byte> into, List<Fd> descriptors) =>
        TryReceive(into, descriptors) is var result && result.IsOk ? result.Count : throw Refused(result.Errno, "recvmsg", "socket");

    /// <returns>EAGAIN when the peer's queue is full.</returns>
    public IoResult TrySend(ReadOnlySpan<byte> message, IReadOnlyList<Fd> descriptors)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Count, MaxDescriptors);
        // Ours to the end of the call; the kernel copies both before it returns.
        byte* control = stackalloc byte[CMSG_SPACE(sizeof(int) * MaxDescriptors)];
        fixed (byte* bytes = message)
        {
            iovec vector = new() { iov_base = bytes, iov_len = message.Length };
            msghdr header = default;
            header.msg_iov = &vector;
            header.msg_iovlen = 1;
            if (descriptors.Count > 0)
            {
                new Span<byte>(control, CMSG_SPACE(sizeof(int) * descriptors.Count)).Clear();
                header.msg_control = control;
                header.msg_controllen = (uint)CMSG_SPACE(sizeof(int) * descriptors.Count);
                cmsghdr* rights = CMSG_FIRSTHDR(&header);
                rights->cmsg_level = SOL_SOCKET;
                rights->cmsg_type = SCM_RIGHTS;
                rights->cmsg_len = (uint)(ControlHeaderBytes + sizeof(int) * descriptors.Count);
                for (int i = 0; i < descriptors.Count; i++)
                {
                    ((int*)CMSG_DATA(rights))[i] = descriptors[i].Number;
                }
            }
            nint sent;
            do
            {
                sent = (nint)sendmsg(Fd.Number, &header, MSG_NOSIGNAL);
            }
            while (sent < 0 && errno == EINTR);
            GC.KeepAlive(descriptors);
            return sent >= 0 ? new IoResult((int)sent, 0) : new IoResult(0, errno);
        }
    }

    /// <returns>EAGAIN when nothing is waiting; a count of 0 when the peer is gone.</returns>
    public IoResult TryReceive(Span<byte> into, List<Fd> descriptors)
    {
        int room = CMSG_SPACE(sizeof(int) * MaxDescriptors);
        // Ours to the end of the call.
        byte* control = stackalloc byte[room];
        fixed (byte* bytes = into)
        {
            iovec vector = new() { iov_base = bytes, iov_len = into.Length };
            msghdr header = default;
            header.msg_iov = &vector;
            header.msg_iovlen = 1;
            header.msg_control = control;
            header.msg_controllen = (uint)room;
            nint received;
            do
            {
                received = (nint)recvmsg(Fd.Number, &header, MSG_CMSG_CLOEXEC);
            }
            while (received < 0 && errno == EINTR);
            if (received < 0)
            {
                return new IoResult(0, errno);
            }
            for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != null; part = CMSG_NXTHDR(&header, part))
            {
                if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
                {
                    int count = ((int)(uint)part->cmsg_len - ControlHeaderBytes) / sizeof(int);
                    for (int i = 0; i < count; i++)
                    {
                        descriptors.Add(new Fd(((int*)CMSG_DATA(part))[i]));
                    }
                }
            }
            // The kernel closed what did not fit in our table: the message is not what was sent.
            return (header.msg_flags & MSG_CTRUNC) == 0 ? new IoResult((int)received, 0) : new IoResult(0, EMFILE);
        }
    }

    /// <summary>Two that are connected, O_NONBLOCK, for frames within one process.</summary>
    /// <param name="queueBytes">Of the queue each way, as far as the host's limits allow.</param>
    public static (Fd Near, Fd Far) Pair(int queueBytes)
    {
        int* ends = stackalloc int[2];
        Check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), "socketpair", "a pair");
        foreach (int end in new ReadOnlySpan<int>(ends, 2))
        {
            // A shorter queue works too.
            _ = setsockopt(end, SOL_SOCKET, SO_SNDBUF, &queueBytes, sizeof(int));
        }
        return (new Fd(ends[0]), new Fd(ends[1]));
    }

    /// <summary>Reads one message. Never waits on one of <see cref="Pair"/>.</summary>
    /// <returns>0 when the other side is gone.</returns>
    public static IoResult TryRead(Fd from, Span<byte> into)
    {
        // Pinned for the call alone.
        fixed (byte* bytes = into)
        {
            nint count = (nint)read(from.Number, bytes, (size_t)into.Length);
            return count >= 0 ? new IoResult((int)count, 0) : new IoResult(0, errno);
        }
    }

    /// <summary>Nothing more is sent on this end: the other one reads the end, and may go on sending.</summary>
    public static void ShutDownSending(Fd end) => _ = shutdown(end.Number, SHUT_WR);

    public void Dispose() => Fd.Dispose();

    static void RemoveStale(string path, sockaddr_un* address)
    {
        using Fd probe = Open(SOCK_NONBLOCK, path);
        // EAGAIN: its backlog is full, so somebody listens.
        if (connect(probe.Number, (sockaddr*)address, sizeof(sockaddr_un)) == 0 || errno == EAGAIN)
        {
            throw new LinuxException(EADDRINUSE, "bind", path);
        }
        if (errno == ECONNREFUSED)
        {
            _ = unlink((byte*)address->sun_path);
        }
    }

    static Fd Open(int flags, string path)
    {
        int number = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);
        return number >= 0 ? new Fd(number) : throw new LinuxException(errno, "socket", path);
    }

    static sockaddr_un Address(string path)
    {
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            throw new LinuxException(ENAMETOOLONG, "bind", path);
        }
        sockaddr_un address = default;
        address.sun_family = AF_UNIX;
        Encoding.UTF8.GetBytes(path, new Span<byte>(address.sun_path, MaxPathBytes));
        return address;
    }

    static void SetTimeout(Fd fd, int option, TimeSpan timeout, string path)
    {
        // Zero would mean for ever.
        long microseconds = Math.Max(1, (long)timeout.TotalMicroseconds);
        // struct timeval, of a 64-bit kernel; Tmds.LibC has none.
        long* value = stackalloc long[2];
        value[0] = microseconds / 1_000_000;
        value[1] = microseconds % 1_000_000;
        Check(setsockopt(fd.Number, SOL_SOCKET, option, value, 2 * sizeof(long)), "SO_SNDTIMEO", path);
    }

    static void Check(int result, string operation, string subject)
    {
        if (result < 0)
        {
            throw new LinuxException(errno, operation, subject);
        }
    }

    // A socket with a timeout says EAGAIN when it has passed.
    static LinuxException Refused(int error, string operation, string subject) =>
        new(error == EAGAIN ? ETIMEDOUT : error, operation, subject);
}
