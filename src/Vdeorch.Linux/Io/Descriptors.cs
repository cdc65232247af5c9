using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Io;

/// <summary>Descriptors that are handed to other processes, where a FileStream would be in the way. All CLOEXEC.</summary>
public static class Descriptors
{
    /// <summary>For a log that several processes write: every write lands at the end. Made when absent, mode 0600; a link is not followed.</summary>
    public static Fd OpenAppend(string path) => Open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC);

    public static Fd OpenNull() => Open("/dev/null", O_RDWR | O_CLOEXEC);

    /// <summary>To reach what is in it by <c>/proc/self/fd</c>; a link is not followed.</summary>
    /// <returns>Null when there is no such directory, or it may not be opened.</returns>
    public static unsafe Fd? TryOpenDirectory(string path)
    {
        fixed (byte* start = Encoding.UTF8.GetBytes($"{path}\0"))
        {
            int number = open(start, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
            return number >= 0 ? new Fd(number) : null;
        }
    }

    /// <summary>pipe2(2).</summary>
    public static unsafe (Fd Reads, Fd Writes) Pipe()
    {
        int* ends = stackalloc int[2];
        return pipe2(ends, O_CLOEXEC) == 0 ? (new Fd(ends[0]), new Fd(ends[1])) : throw Failed("pipe2", "a pipe");
    }

    /// <summary>Waits for one descriptor, milliseconds at least: poll(2).</summary>
    /// <returns>Whether it is ready, or has failed, before the time is up.</returns>
    public static unsafe bool Wait(Fd fd, Interest interest, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            TimeSpan left = patience - Stopwatch.GetElapsedTime(start);
            // The flags of poll and epoll are the same.
            pollfd wanted = new() { fd = fd.Number, events = (short)interest };
            int count = poll(&wanted, 1, (int)Math.Max(0, Math.Ceiling(left.TotalMilliseconds)));
            if (count >= 0 || errno != EINTR)
            {
                return count > 0;
            }
        }
    }

    /// <summary>Writes all of it, waiting as long as the other side lets it.</summary>
    public static unsafe void Write(Fd to, ReadOnlySpan<byte> bytes)
    {
        // Pinned for the call only; the kernel has copied when write returns.
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                long moved = (long)write(to.Number, start + done, bytes.Length - done);
                if (moved < 0 && Marshal.GetLastPInvokeError() != EINTR)
                {
                    throw Failed("write", "a pipe");
                }

                done += (int)Math.Max(0, moved);
            }
        }
    }

    /// <summary>Reads UTF-8 until every writer has closed.</summary>
    public static string ReadToEnd(Fd from) => ReadUntil(from, end: null);

    /// <summary>Reads UTF-8 until every writer has closed, or what has been read ends in this ASCII character.</summary>
    public static unsafe string ReadUntil(Fd from, char? end)
    {
        StringBuilder text = new();
        byte* buffer = stackalloc byte[1024];
        while (true)
        {
            long moved = (long)read(from.Number, buffer, 1024);
            if (moved < 0 && Marshal.GetLastPInvokeError() != EINTR)
            {
                throw Failed("read", "a pipe");
            }

            text.Append(Encoding.UTF8.GetString(buffer, (int)Math.Max(0, moved)));
            if (moved == 0 || (text.Length > 0 && text[^1] == end))
            {
                return text.ToString();
            }
        }
    }

    static unsafe Fd Open(string path, int flags)
    {
        byte[] name = Encoding.UTF8.GetBytes($"{path}\0");
        fixed (byte* start = name)
        {
            int number = open(start, flags, 0x180);
            return number >= 0 ? new Fd(number) : throw Failed("open", path);
        }
    }

    static LinuxException Failed(string operation, string subject) => new(Marshal.GetLastPInvokeError(), operation, subject);
}
