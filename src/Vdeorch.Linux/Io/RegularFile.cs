using System.Text;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Io;

/// <summary>Files whose names come from a user and may be anything: a pipe that nobody writes, a terminal.</summary>
public static class RegularFile
{
    /// <summary>Whether anything, a dangling link included, has this name.</summary>
    public static unsafe bool NameIsTaken(string path)
    {
        Statx found;
        fixed (byte* name = Syscalls.Path(path))
        {
            return Syscalls.Raw(SyscallNumbers.Statx, Kernel.AtFdCwd, (nint)name, Kernel.AtSymlinkNoFollow, (nint)Kernel.StatxBasicStats, (nint)(&found)) == 0;
        }
    }

    /// <returns>The first bytes as UTF-8; null when it is no regular file, also behind links, or cannot be read.</returns>
    public static string? Head(string path, int bytes)
    {
        int number = Syscalls.TryOpen(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (number < 0)
        {
            return null;
        }

        using Fd fd = new(number);
        if ((Syscalls.Stat(fd, path).Mode & Kernel.FileTypeMask) != Kernel.FileTypeRegular)
        {
            return null;
        }

        byte[] head = new byte[bytes];
        int count = Syscalls.ReadFully(number, head);
        return count < 0 ? null : Encoding.UTF8.GetString(head, 0, count);
    }
}
