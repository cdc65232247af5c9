using System.Runtime.InteropServices;
using Tmds.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Streams;

/// <summary>One direction of a byte stream, read or written without ever waiting. Owns its descriptor.</summary>
/// <remarks>
/// O_NONBLOCK belongs to the open file, which a standard stream shares with the shell and its other programs: set on a terminal it would break them. So a
/// pipe or a terminal that came from elsewhere is opened anew, and where that is refused (a pipe of another user) each call is preceded by poll(2) and no
/// longer than what a ready pipe takes. Sockets have a flag per call.
/// </remarks>
public sealed unsafe partial class StreamEnd : IDisposable
{
    /// <summary>PIPE_BUF of linux/limits.h: what a pipe takes whole or not at all, and has room for whenever it is ready.</summary>
    public const int AtomicBytes = 4096;

    // Of linux/fcntl.h.
    const int SetPipeSize = 1031;
    const int GetPipeSize = 1032;

    readonly Manner manner;

    StreamEnd(Fd fd, Manner manner) => (Fd, this.manner) = (fd, manner);

    enum Manner
    {
        /// <summary>The open file is ours alone and O_NONBLOCK.</summary>
        Own,
        Socket,

        /// <summary>Asked first whether it is ready.</summary>
        Shared,

        /// <summary>Never waits, and cannot be waited for: files, /dev/null.</summary>
        File,
    }

    /// <summary>Stays this object's.</summary>
    public Fd Fd { get; }

    /// <summary>Whether it can be in an epoll set. What cannot is always ready.</summary>
    public bool IsPollable => manner != Manner.File;

    /// <summary>Whether nobody is at the other end any more.</summary>
    public bool HasHungUp
    {
        get
        {
            pollfd asked = new() { fd = Fd.Number };
            return poll(&asked, 1, 0) == 1;
        }
    }

    /// <param name="number">A descriptor that others may have too, such as 0 and 1. It stays open, and its flags are left alone.</param>
    public static StreamEnd Borrow(int number, bool writes)
    {
        string subject = $"descriptor {number}";
        int copy = fcntl(number, Kernel.DuplicateCloexec, 3);
        Fd fd = copy >= 0 ? new Fd(copy) : throw new LinuxException(errno, "dup", subject);
        try
        {
            int type = Syscalls.Stat(fd, subject).Mode & Kernel.FileTypeMask;
            if (type == Kernel.FileTypeSocket)
            {
                return new StreamEnd(fd, Manner.Socket);
            }
            if (type != Kernel.FileTypeFifo && (type != Kernel.FileTypeCharacter || isatty(fd.Number) == 0))
            {
                // Some devices can be waited for, and some of those only by whoever opened them.
                return new StreamEnd(fd, CanBeWaitedFor(fd) ? Manner.Shared : Manner.File);
            }
            int own = Syscalls.TryOpen($"/proc/self/fd/{fd.Number}", (writes ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_NOCTTY);
            if (own < 0)
            {
                return new StreamEnd(fd, Manner.Shared);
            }
            fd.Dispose();
            return new StreamEnd(new Fd(own), Manner.Own);
        }
        catch
        {
            fd.Dispose();
            throw;
        }
    }

    /// <param name="fd">A pipe, a terminal or a device that nobody else has open through the same open file. Made O_NONBLOCK and owned, unless this throws.</param>
    public static StreamEnd Own(Fd fd)
    {
        int flags = fcntl(fd.Number, F_GETFL);
        if (flags < 0 || fcntl(fd.Number, F_SETFL, flags | O_NONBLOCK) < 0)
        {
            throw new LinuxException(errno, "F_SETFL", $"descriptor {fd.Number}");
        }
        return new StreamEnd(fd, Manner.Own);
    }

    /// <summary>Has a pipe hold that many bytes at least; what is no pipe, or may not grow so far (pipe-user-pages-soft), stays as it is.</summary>
    public void Widen(int bytes)
    {
        if (fcntl(Fd.Number, GetPipeSize) is > 0 and int size && size < bytes)
        {
            _ = fcntl(Fd.Number, SetPipeSize, bytes);
        }
    }

    /// <returns>Bytes; 0 at the end of the stream; EAGAIN when there are none for now.</returns>
    public IoResult Read(Span<byte> into)
    {
        if (manner == Manner.Shared && !IsReady(POLLIN))
        {
            return new IoResult(0, EAGAIN);
        }
        // Pinned for the call alone: the kernel keeps no pointer.
        fixed (byte* bytes = into)
        {
            nint count;
            do
            {
                count = manner == Manner.Socket
                    ? ReceiveSome(Fd.Number, bytes, (nuint)into.Length, MSG_DONTWAIT)
                    : ReadSome(Fd.Number, bytes, (nuint)into.Length);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == EINTR);
            return count >= 0 ? new IoResult((int)count, 0) : new IoResult(0, Marshal.GetLastPInvokeError());
        }
    }

    /// <returns>Bytes taken, perhaps fewer than given; EAGAIN when none was; EPIPE, without a signal, when nobody reads any more.</returns>
    public IoResult Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            StreamPart one = new() { Start = start, Length = (nuint)bytes.Length };
            return Write(&one, 1, bytes.Length);
        }
    }

    /// <summary>Writes the first <paramref name="count"/> parts one after the other, in one call.</summary>
    /// <param name="bytes">Of all these. At most <see cref="AtomicBytes"/>, and a pipe takes them together or not at all.</param>
    /// <inheritdoc cref="Write(ReadOnlySpan{byte})"/>
    public IoResult Write(StreamVector parts, int count, int bytes) => Write(parts.Parts, count, bytes);

    public void Dispose() => Fd.Dispose();

    IoResult Write(StreamPart* parts, int count, int bytes)
    {
        if (manner == Manner.Shared)
        {
            if (!IsReady(POLLOUT))
            {
                return new IoResult(0, EAGAIN);
            }
            if (bytes > AtomicBytes)
            {
                // The rest could wait, so it is not given: the caller comes back with it.
                StreamPart head = new() { Start = parts->Start, Length = Math.Min(parts->Length, AtomicBytes) };
                return Put(&head, 1);
            }
        }
        return Put(parts, count);
    }

    IoResult Put(StreamPart* parts, int count)
    {
        Message message = new() { Parts = parts, Count = (nuint)count };
        nint done;
        do
        {
            done = manner == Manner.Socket ? SendMessage(Fd.Number, &message, MSG_DONTWAIT | MSG_NOSIGNAL) : WriteVector(Fd.Number, parts, count);
        }
        while (done < 0 && Marshal.GetLastPInvokeError() == EINTR);
        return done >= 0 ? new IoResult((int)done, 0) : new IoResult(0, Marshal.GetLastPInvokeError());
    }

    bool IsReady(short events)
    {
        pollfd asked = new() { fd = Fd.Number, events = events };
        return poll(&asked, 1, 0) == 1;
    }

    static bool CanBeWaitedFor(Fd fd)
    {
        using Epoll probe = new();
        try
        {
            probe.Add(fd, 0, Interest.Readable);
            return true;
        }
        catch (LinuxException refused) when (refused.Errno == EPERM)
        {
            return false;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadSome(int fd, void* into, nuint bytes);

    [LibraryImport("libc.so.6", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveSome(int fd, void* into, nuint bytes, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int fd, Message* message, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "writev", SetLastError = true)]
    private static partial nint WriteVector(int fd, StreamPart* parts, int count);

    /// <summary>struct msghdr, sys/socket.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        public void* Name;
        public uint NameBytes;
        public StreamPart* Parts;
        public nuint Count;
        public void* Control;
        public nuint ControlBytes;
        public int Flags;
    }
}
