using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using Vdeorch.Linux.Io;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Native;

/// <summary>The calls Tmds.LibC lacks, and the handful of it that every folder here needs, with managed arguments.</summary>
/// <remarks>Each throws <see cref="LinuxException"/> unless its summary says otherwise, and retries EINTR where the call can give it.</remarks>
internal static unsafe partial class Syscalls
{
    /// <summary>The path as the kernel wants it: UTF-8 with a zero at its end.</summary>
    public static byte[] Path(string path)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return bytes;
    }

    /// <summary>syscall(2).</summary>
    /// <returns>What the kernel gave, or the negated error.</returns>
    public static long Raw(int number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0)
    {
        ssize_t result = syscall(number, (void*)a, (void*)b, (void*)c, (void*)d, (void*)e);
        return result >= 0 ? result : -errno;
    }

    /// <summary>Opens CLOEXEC, always.</summary>
    /// <returns>The descriptor, or the negated error.</returns>
    public static int TryOpen(string path, int flags, int mode = 0)
    {
        // The bytes are pinned for the call alone; the kernel copies the name.
        fixed (byte* name = Path(path))
        {
            return TryOpen(name, flags, mode);
        }
    }

    /// <inheritdoc cref="TryOpen(string, int, int)"/>
    public static int TryOpen(byte* path, int flags, int mode = 0)
    {
        int fd;
        do
        {
            fd = open(path, flags | O_CLOEXEC, (mode_t)(uint)mode);
        }
        while (fd < 0 && errno == EINTR);
        return fd < 0 ? -errno : fd;
    }

    public static Fd Open(string path, int flags, int mode = 0)
    {
        int fd = TryOpen(path, flags, mode);
        return fd >= 0 ? new Fd(fd) : throw new LinuxException(-fd, "open", path);
    }

    /// <returns>False when there is nothing under that name.</returns>
    public static bool TryStat(string path, out Statx found)
    {
        fixed (byte* name = Path(path))
        fixed (Statx* into = &found)
        {
            return Raw(SyscallNumbers.Statx, Kernel.AtFdCwd, (nint)name, 0, (nint)Kernel.StatxBasicStats, (nint)into) == 0;
        }
    }

    /// <summary>Whether this process, as what it acts as, may write to what is under that name. False on a kernel older than 5.8, which cannot say.</summary>
    public static bool MayWrite(string path)
    {
        fixed (byte* name = Path(path))
        {
            return Raw(SyscallNumbers.FileAccessAt2, Kernel.AtFdCwd, (nint)name, Kernel.AccessWrite, Kernel.AtEffectiveAccess) == 0;
        }
    }

    /// <summary>The object behind an open descriptor.</summary>
    public static Statx Stat(Fd fd, string subject)
    {
        Statx found;
        byte empty = 0;
        long done = Raw(SyscallNumbers.Statx, fd.Number, (nint)(&empty), Kernel.AtEmptyPath, (nint)Kernel.StatxBasicStats, (nint)(&found));
        return done == 0 ? found : throw new LinuxException((int)-done, "statx", subject);
    }

    public static void Mount(string source, string target, string? type, int flags, string? options = null)
    {
        int done = TryMount(source, target, type, flags, options);
        if (done < 0)
        {
            throw new LinuxException(-done, "mount", target);
        }
    }

    /// <returns>0, or the negated error.</returns>
    public static int TryMount(string source, string target, string? type, int flags, string? options = null)
    {
        fixed (byte* from = Path(source))
        fixed (byte* onto = Path(target))
        fixed (byte* kind = type is null ? null : Path(type))
        fixed (byte* data = options is null ? null : Path(options))
        {
            return mount(from, onto, kind, (uint)flags, data) == 0 ? 0 : -errno;
        }
    }

    /// <summary>Detaches lazily: busy mounts leave the tree at once and end with their last user.</summary>
    /// <returns>0, or the negated error: EINVAL when it is not a mount point, ENOENT when there is nothing.</returns>
    public static int TryDetach(string target)
    {
        fixed (byte* name = Path(target))
        {
            return umount2(name, MNT_DETACH) == 0 ? 0 : -errno;
        }
    }

    /// <returns>0, or the negated error.</returns>
    public static int TryUnlink(string path)
    {
        fixed (byte* name = Path(path))
        {
            return unlink(name) == 0 ? 0 : -errno;
        }
    }

    /// <returns>0, or the negated error.</returns>
    public static int TryMakeDirectory(string path, int mode)
    {
        fixed (byte* name = Path(path))
        {
            return mkdir(name, (mode_t)(uint)mode) == 0 ? 0 : -errno;
        }
    }

    /// <summary>The magic number of the file system a path lies on; 0 when there is nothing under that name.</summary>
    public static long FileSystemMagic(string path)
    {
        // struct statfs begins with f_type; 120 bytes on x64 and arm64, and the buffer leaves room.
        long* buffer = stackalloc long[32];
        fixed (byte* name = Path(path))
        {
            return StatFs(name, buffer) == 0 ? buffer[0] : 0;
        }
    }

    /// <inheritdoc cref="FileSystemMagic(string)"/>
    public static long FileSystemMagic(Fd fd)
    {
        long* buffer = stackalloc long[32];
        return FStatFs(fd.Number, buffer) == 0 ? buffer[0] : 0;
    }

    public static (Fd Read, Fd Write) Pipe()
    {
        int* ends = stackalloc int[2];
        return pipe2(ends, O_CLOEXEC) == 0 ? (new Fd(ends[0]), new Fd(ends[1])) : throw new LinuxException(errno, "pipe2", "a pipe");
    }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read, or the negated error.</returns>
    public static int ReadFully(int fd, Span<byte> into)
    {
        int count = 0;
        fixed (byte* start = into)
        {
            while (count < into.Length)
            {
                long got = read(fd, start + count, (uint)(into.Length - count));
                if (got < 0 && errno == EINTR)
                {
                    continue;
                }

                if (got < 0)
                {
                    return -errno;
                }

                if (got == 0)
                {
                    break;
                }

                count += (int)got;
            }
        }

        return count;
    }

    /// <summary>Writes the whole text in one call, as the files of /proc want it.</summary>
    public static void WriteFile(string path, string text)
    {
        using Fd fd = Open(path, O_WRONLY);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            long written = write(fd.Number, start, (uint)bytes.Length);
            if (written != bytes.Length)
            {
                throw new LinuxException(written < 0 ? errno : EIO, "write", path, $"the text was {text.ReplaceLineEndings("; ")}");
            }
        }
    }

    /// <summary>Waits for a child of ours without a pidfd.</summary>
    /// <returns>Its exit code, 128 + the signal, or null when it is not ours.</returns>
    public static int? WaitForChild(int pid)
    {
        int status;
        int done;
        do
        {
            done = WaitPid(pid, &status, 0);
        }
        while (done < 0 && Marshal.GetLastPInvokeError() == EINTR);
        return done != pid ? null : (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }

    [LibraryImport("libc.so.6", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc.so.6", EntryPoint = "statfs", SetLastError = true)]
    private static partial int StatFs(byte* path, void* into);

    [LibraryImport("libc.so.6", EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int FStatFs(int fd, void* into);

    /// <summary>0 and a non-null result when the account is known. ERANGE: the buffer is too small.</summary>
    [LibraryImport("libc.so.6", EntryPoint = "getpwuid_r")]
    internal static partial int GetAccount(uint uid, Passwd* into, byte* buffer, nuint bytes, Passwd** found);

    /// <inheritdoc cref="GetAccount"/>
    [LibraryImport("libc.so.6", EntryPoint = "getpwnam_r")]
    internal static partial int GetAccountNamed(byte* name, Passwd* into, byte* buffer, nuint bytes, Passwd** found);

    /// <inheritdoc cref="GetAccount"/>
    [LibraryImport("libc.so.6", EntryPoint = "getgrnam_r")]
    internal static partial int GetGroup(byte* name, Group* into, byte* buffer, nuint bytes, Group** found);

    /// <inheritdoc cref="GetAccount"/>
    [LibraryImport("libc.so.6", EntryPoint = "getgrgid_r")]
    internal static partial int GetGroupNumbered(uint gid, Group* into, byte* buffer, nuint bytes, Group** found);
}
