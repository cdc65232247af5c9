using System.Diagnostics;
using System.Text;
using Tmds.Linux;
using Vdeorch.Linux.Io;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Unix;

/// <summary>SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET.</summary>
public enum UnixKind
{
    Stream = 1,
    Datagram = 2,
    SeqPacket = 5,
}

/// <summary>AF_UNIX sockets with names in the file system. None of them blocks, all are CLOEXEC.</summary>
/// <remarks>unix(7). What is sent to a socket that is connected back to the sender is limited by the sender's SO_SNDBUF alone; to any other also by net.unix.max_dgram_qlen.</remarks>
public static unsafe class UnixSocket
{
    /// <summary>sizeof(struct sockaddr_un): the family, and a path with the zero that ends it.</summary>
    public const int AddressBytes = 110;

    public const int MaxPathBytes = 107;

    /// <summary>SO_SNDBUFFORCE, asm-generic/socket.h; Tmds.LibC has none.</summary>
    internal const int SendBufferForce = 32;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    public static Fd Open(UnixKind kind)
    {
        int number = socket(AF_UNIX, (int)kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        return number >= 0 ? new Fd(number) : throw new LinuxException(errno, "socket", "AF_UNIX");
    }

    /// <summary>Two streams that are connected.</summary>
    /// <returns>Both the caller's.</returns>
    public static (Fd One, Fd Other) StreamPair()
    {
        int* ends = stackalloc int[2];
        return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0
            ? (new Fd(ends[0]), new Fd(ends[1]))
            : throw new LinuxException(errno, "socketpair", "AF_UNIX");
    }

    /// <summary>Gives the socket a name, of this mode less the umask from the instant it is there.</summary>
    /// <returns>0, or the error: EADDRINUSE when anything has the name, ENAMETOOLONG over <see cref="MaxPathBytes"/>.</returns>
    public static int TryBind(Fd socket, string path, int mode)
    {
        if (!TryAddress(path, out sockaddr_un address))
        {
            return ENAMETOOLONG;
        }
        // bind gives the path the mode of the socket's own inode.
        if (fchmod(socket.Number, (mode_t)(uint)mode) < 0)
        {
            return errno;
        }
        return bind(socket.Number, (sockaddr*)&address, sizeof(sockaddr_un)) == 0 ? 0 : errno;
    }

    /// <returns>0, or the error: ENOENT, ECONNREFUSED (nobody has it open, or it is no socket), EPROTOTYPE (of another kind), EPERM (connected to somebody else), EAGAIN (its backlog is full).</returns>
    public static int TryConnect(Fd socket, string path)
    {
        if (!TryAddress(path, out sockaddr_un address))
        {
            return ENAMETOOLONG;
        }
        int error;
        do
        {
            error = connect(socket.Number, (sockaddr*)&address, sizeof(sockaddr_un)) == 0 ? 0 : errno;
        }
        while (error == EINTR);
        return error;
    }

    /// <summary>As <see cref="TryConnect(Fd, string)"/>, but waits for room in the backlog.</summary>
    /// <returns>EAGAIN when there was none in time.</returns>
    public static int TryConnect(Fd socket, string path, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        int error;
        while ((error = TryConnect(socket, path)) == EAGAIN && Stopwatch.GetElapsedTime(start) < patience)
        {
            Thread.Sleep(Pause);
        }
        return error;
    }

    /// <summary>Takes a datagram socket's peer away; from then on anybody may send to it.</summary>
    public static void Disconnect(Fd socket)
    {
        sockaddr address = default;
        address.sa_family = AF_UNSPEC;
        _ = connect(socket.Number, &address, sizeof(sockaddr));
    }

    public static void SetNonBlocking(Fd socket)
    {
        int flags = fcntl(socket.Number, F_GETFL);
        if (flags < 0 || fcntl(socket.Number, F_SETFL, flags | O_NONBLOCK) < 0)
        {
            throw new LinuxException(errno, "fcntl", "a socket");
        }
    }

    public static void Listen(Fd socket, int backlog)
    {
        if (listen(socket.Number, backlog) < 0)
        {
            throw new LinuxException(errno, "listen", $"descriptor {socket.Number}");
        }
    }

    /// <returns>Null with the error: EAGAIN when none is waiting, EMFILE when there is no descriptor left for it.</returns>
    public static Fd? TryAccept(Fd listener, out int error)
    {
        int number = accept4(listener.Number, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
        error = number >= 0 ? 0 : errno;
        return number >= 0 ? new Fd(number) : null;
    }

    /// <summary>One message, or as much of a stream as there is room for. No signal when the other side is gone.</summary>
    public static IoResult Send(Fd to, ReadOnlySpan<byte> bytes)
    {
        // Pinned for the call alone: the kernel copies.
        fixed (byte* start = bytes)
        {
            nint done;
            do
            {
                done = (nint)send(to.Number, start, bytes.Length, MSG_NOSIGNAL | MSG_DONTWAIT);
            }
            while (done < 0 && errno == EINTR);
            return done >= 0 ? new IoResult((int)done, 0) : new IoResult(0, errno);
        }
    }

    /// <returns>A count of 0: an empty message, or the end of a stream.</returns>
    public static IoResult Receive(Fd from, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            nint done;
            do
            {
                done = (nint)recv(from.Number, start, into.Length, MSG_DONTWAIT);
            }
            while (done < 0 && errno == EINTR);
            return done >= 0 ? new IoResult((int)done, 0) : new IoResult(0, errno);
        }
    }

    /// <summary>Whether there is something to receive, the end included, before the time is up.</summary>
    public static bool WaitReadable(Fd socket, TimeSpan patience) => Descriptors.Wait(socket, Interest.Readable, patience);

    /// <summary>Whether the other side of a connection is gone: what an empty message does not say.</summary>
    public static bool HasHungUp(Fd socket)
    {
        pollfd wanted = new() { fd = socket.Number };
        return poll(&wanted, 1, 0) > 0 && (wanted.revents & (POLLHUP | POLLERR)) != 0;
    }

    /// <summary>Lets this many bytes (of the kernel's reckoning) be under way to a peer that does not read; fewer where we have no privilege and net.core.wmem_max says so.</summary>
    public static void SetSendBuffer(Fd socket, int bytes)
    {
        if (setsockopt(socket.Number, SOL_SOCKET, SendBufferForce, &bytes, sizeof(int)) < 0)
        {
            _ = setsockopt(socket.Number, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(int));
        }
    }

    /// <summary>Of a stream: who connected, or called listen.</summary>
    /// <returns>Null when it cannot be told.</returns>
    public static (int Pid, uint Uid, uint Gid)? Peer(Fd socket)
    {
        ucred credentials;
        socklen_t length = (uint)sizeof(ucred);
        return getsockopt(socket.Number, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0
            ? ((int)credentials.pid, (uint)credentials.uid, (uint)credentials.gid)
            : null;
    }

    static bool TryAddress(string path, out sockaddr_un address)
    {
        address = default;
        address.sun_family = AF_UNIX;
        if (Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            return false;
        }
        fixed (byte* start = address.sun_path)
        {
            Encoding.UTF8.GetBytes(path, new Span<byte>(start, MaxPathBytes));
        }
        return true;
    }
}
