using Tmds.Linux;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Io;

/// <summary>Bytes to a file, a pipe or standard output, where every error is told. Owns its descriptor.</summary>
public sealed unsafe class OutputFile : IDisposable
{
    readonly string name;

    OutputFile(Fd fd, string name) => (Fd, this.name) = (fd, name);

    public Fd Fd { get; }

    /// <summary>Empties the file, or makes it, as the umask says.</summary>
    /// <exception cref="LinuxException">ENOENT, EACCES, EISDIR …</exception>
    public static OutputFile Create(string path)
    {
        fixed (byte* start = Syscalls.Path(path))
        {
            int number = open(start, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0x1b6);
            return number >= 0 ? new OutputFile(new Fd(number), path) : throw new LinuxException(errno, "open", path);
        }
    }

    public static OutputFile Standard() => Copy(1, "standard output");

    public static OutputFile StandardError() => Copy(2, "standard error");

    static OutputFile Copy(int descriptor, string name)
    {
        int number = fcntl(descriptor, Kernel.DuplicateCloexec, 3);
        return number >= 0 ? new OutputFile(new Fd(number), name) : throw new LinuxException(errno, "dup", name);
    }

    /// <summary>All of it, waiting as long as it takes.</summary>
    /// <exception cref="LinuxException">EPIPE when the reader is gone, ENOSPC when the disk is full. Part of it may have been written.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        // Pinned for the call alone; the kernel has copied when write returns.
        fixed (byte* start = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint moved = (nint)write(Fd.Number, start + done, (size_t)(bytes.Length - done));
                if (moved >= 0)
                {
                    done += (int)moved;
                    continue;
                }
                int error = errno;
                if (error == EAGAIN)
                {
                    // Somebody else has made it so; it is his too.
                    Descriptors.Wait(Fd, Interest.Writable, TimeSpan.FromSeconds(1));
                }
                else if (error != EINTR)
                {
                    throw new LinuxException(error, "write", name);
                }
            }
        }
    }

    /// <summary>Cuts a regular file off there; anything else stays as it is.</summary>
    public void CutTo(long bytes) => _ = ftruncate(Fd.Number, bytes);

    /// <summary>Whether nobody reads it any more: of a pipe.</summary>
    public bool IsBroken => Descriptors.Wait(Fd, Interest.None, TimeSpan.Zero);

    public void Dispose() => Fd.Dispose();
}
