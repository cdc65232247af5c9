using System.Runtime.InteropServices;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Unix;

/// <summary>What the file system says of a name.</summary>
/// <param name="Mode">Permission bits alone.</param>
public readonly record struct UnixFileStatus(uint Uid, uint Gid, int Mode, bool IsSocket, bool IsDirectory, ulong Device, ulong Inode)
{
    /// <summary>No directory, device, pipe or socket.</summary>
    public bool IsRegular { get; init; }
}

/// <summary>Names, their owners and modes. Methods that give an int give 0, or the error.</summary>
public static unsafe partial class UnixFile
{
    const int TypeMask = 0xF000;
    const int SocketType = 0xC000;
    const int DirectoryType = 0x4000;
    const int RegularType = 0x8000;
    const int PermissionMask = 0xFFF;

    /// <returns>Null when there is nothing under that name. A link is followed.</returns>
    public static UnixFileStatus? Status(string path) =>
        Syscalls.TryStat(path, out Statx found)
            ? new UnixFileStatus(
                found.Uid, found.Gid, found.Mode & PermissionMask, (found.Mode & TypeMask) == SocketType, (found.Mode & TypeMask) == DirectoryType,
                (ulong)found.DeviceMajor << 32 | found.DeviceMinor, found.Inode)
            {
                IsRegular = (found.Mode & TypeMask) == RegularType,
            }
            : null;

    public static int TryUnlink(string path) => -Syscalls.TryUnlink(path);

    /// <summary>chmod(2); no umask.</summary>
    public static int TrySetMode(string path, int mode)
    {
        fixed (byte* name = Syscalls.Path(path))
        {
            return chmod(name, (Tmds.Linux.mode_t)(uint)mode) == 0 ? 0 : errno;
        }
    }

    public static int TrySetGroup(string path, uint gid) => TrySetOwner(path, null, gid);

    /// <summary>chown(2): null leaves what is there. EINVAL for a user that our user namespace does not have.</summary>
    public static int TrySetOwner(string path, uint? uid, uint? gid)
    {
        fixed (byte* name = Syscalls.Path(path))
        {
            return chown(name, uid ?? uint.MaxValue, gid ?? uint.MaxValue) == 0 ? 0 : errno;
        }
    }

    /// <summary>mkdir(2): less the umask.</summary>
    public static int TryMakeDirectory(string path, int mode) => -Syscalls.TryMakeDirectory(path, mode);

    public static int TryRemoveDirectory(string path)
    {
        fixed (byte* name = Syscalls.Path(path))
        {
            return rmdir(name) == 0 ? 0 : errno;
        }
    }

    /// <summary>realpath(3): absolute, links resolved.</summary>
    /// <exception cref="LinuxException">ENOENT, EACCES, ENOTDIR.</exception>
    public static string RealPath(string path)
    {
        fixed (byte* name = Syscalls.Path(path))
        {
            // Allocated by the C library, ours to free once it is copied.
            byte* resolved = RealPath(name, null);
            if (resolved == null)
            {
                throw new LinuxException(Marshal.GetLastPInvokeError(), "realpath", path);
            }
            string text = Marshal.PtrToStringUTF8((nint)resolved)!;
            NativeMemory.Free(resolved);
            return text;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "realpath", SetLastError = true)]
    private static partial byte* RealPath(byte* path, byte* into);
}
