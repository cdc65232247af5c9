using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Processes;

/// <summary>/proc, read only. A process that has vanished, or that we may not look into, gives null or empty, never an exception.</summary>
/// <remarks>proc(5). Raw reads into pooled buffers: a scan of hundreds of processes takes a few milliseconds.</remarks>
public static unsafe class ProcFs
{
    const int FirstBufferBytes = 16 * 1024;
    const int DirectoryBufferBytes = 32 * 1024;
    const int LongestPath = 64;

    /// <summary>A snapshot; processes may come and go meanwhile.</summary>
    public static IEnumerable<int> Pids()
    {
        List<int> pids = [];
        int fd = Syscalls.TryOpen("/proc", O_RDONLY | O_DIRECTORY);
        if (fd < 0)
        {
            return pids;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(DirectoryBufferBytes);
        fixed (byte* start = buffer)
        {
            long count;
            while ((count = Syscalls.Raw(SyscallNumbers.GetDents64, fd, (nint)start, buffer.Length)) > 0)
            {
                // struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name.
                for (long at = 0; at < count; at += *(ushort*)(start + at + 16))
                {
                    ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(start + at + 19);
                    if (Utf8Parser.TryParse(name, out int pid, out int used) && used == name.Length)
                    {
                        pids.Add(pid);
                    }
                }
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        _ = close(fd);
        return pids;
    }

    /// <returns>Null when unreadable.</returns>
    public static ImmutableDictionary<string, string>? Environment(int pid) => Read(pid, "environ", static bytes =>
    {
        ImmutableDictionary<string, string>.Builder entries = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (string entry in Strings(bytes))
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                entries[entry[..equals]] = entry[(equals + 1)..];
            }
        }

        return entries.ToImmutable();
    });

    /// <summary>Whether the program's arguments are there, and with them its environment. Not yet, of a program that is being started; no more, of one that has ended; or there are none.</summary>
    public static bool HasArguments(int pid)
    {
        byte[]? buffer = Read(pid, "cmdline", out int count);
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return buffer is not null && count > 0;
    }

    /// <summary>Whether the process started with exactly this <c>KEY=value</c>, without building a dictionary.</summary>
    public static bool EnvironmentContains(int pid, ReadOnlySpan<byte> entry)
    {
        byte[]? buffer = Read(pid, "environ", out int count);
        if (buffer is null)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = buffer.AsSpan(0, count);
        bool isFound = false;
        int at;
        while (!isFound && (at = rest.IndexOf(entry)) >= 0)
        {
            bool startsEntry = at == 0 ? rest.Length == count || buffer[count - rest.Length - 1] == 0 : rest[at - 1] == 0;
            bool endsEntry = at + entry.Length == rest.Length || rest[at + entry.Length] == 0;
            isFound = startsEntry && endsEntry;
            rest = rest[(at + 1)..];
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return isFound;
    }

    public static ImmutableArray<string> CommandLine(int pid) => Read(pid, "cmdline", static bytes => Strings(bytes).ToImmutableArray()) is { IsDefault: false } read
        ? read
        : [];

    /// <returns>Clock ticks since boot; with the pid it names a process for good.</returns>
    public static ulong? StartTime(int pid) =>
        ReadStat(pid, static fields => Field(fields, 19) is { Length: > 0 } text && Utf8Parser.TryParse(text, out ulong ticks, out _) ? ticks : (ulong?)null);

    /// <returns>The id of the leader of its session.</returns>
    public static int? Session(int pid) =>
        ReadStat(pid, static fields => Field(fields, 3) is { Length: > 0 } text && Utf8Parser.TryParse(text, out int leader, out _) ? leader : (int?)null);

    /// <param name="kind">The name under /proc/PID/ns: <c>net</c>, <c>user</c>, <c>mnt</c>.</param>
    public static NamespaceIdentity? Namespace(int pid, string kind) =>
        Syscalls.TryStat($"/proc/{pid}/ns/{kind}", out Statx found) ? NamespaceIdentity.Of(found) : null;

    /// <summary>The caller owns what it gives.</summary>
    public static Fd? OpenNamespace(int pid, string kind)
    {
        int fd = Syscalls.TryOpen($"/proc/{pid}/ns/{kind}", O_RDONLY);
        return fd >= 0 ? new Fd(fd) : null;
    }

    /// <returns>The proportional set size: shared pages count by their share.</returns>
    public static long? PssKiB(int pid) =>
        Read<long?>(pid, "smaps_rollup", static bytes => Line(bytes, "Pss:"u8) is { Length: > 0 } text && Utf8Parser.TryParse(text, out long kib, out _) ? kib : null);

    /// <returns>The effective user id, as our own user namespace names it.</returns>
    public static uint? Uid(int pid) => Read<uint?>(pid, "status", static bytes =>
    {
        ReadOnlySpan<byte> ids = Line(bytes, "Uid:"u8); // real, effective, saved, file system; tabs between
        int tab = ids.IndexOf((byte)'\t');
        return tab >= 0 && Utf8Parser.TryParse(ids[(tab + 1)..], out uint uid, out _) ? uid : null;
    });

    /// <summary>Ended and waiting to be reaped.</summary>
    public static bool IsZombie(int pid) => ReadStat(pid, static fields => fields.Length > 0 && fields[0] is (byte)'Z' or (byte)'X');

    delegate T Parser<T>(ReadOnlySpan<byte> bytes);

    // The name stands in parentheses and may hold any character, so the fields are counted from its last closing one.
    static T? ReadStat<T>(int pid, Parser<T> parse) => Read(pid, "stat", bytes =>
    {
        int end = bytes.LastIndexOf((byte)')');
        return parse(end < 0 || end + 2 > bytes.Length ? default : bytes[(end + 2)..]);
    });

    /// <summary>The field at <paramref name="index"/>, blanks between.</summary>
    static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> fields, int index)
    {
        for (; index > 0; index--)
        {
            int blank = fields.IndexOf((byte)' ');
            if (blank < 0)
            {
                return default;
            }

            fields = fields[(blank + 1)..];
        }

        int end = fields.IndexOf((byte)' ');
        return end < 0 ? fields : fields[..end];
    }

    /// <summary>What follows the key on its line, without the blanks between.</summary>
    static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        foreach (Range line in bytes.Split((byte)'\n'))
        {
            if (bytes[line].StartsWith(key))
            {
                return bytes[line][key.Length..].TrimStart(" \t"u8);
            }
        }

        return default;
    }

    static List<string> Strings(ReadOnlySpan<byte> bytes)
    {
        List<string> strings = [];
        while (bytes.Length > 0)
        {
            int end = bytes.IndexOf((byte)0);
            strings.Add(Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]));
            bytes = end < 0 ? default : bytes[(end + 1)..];
        }

        return strings;
    }

    static T? Read<T>(int pid, string file, Parser<T> parse)
    {
        byte[]? buffer = Read(pid, file, out int count);
        if (buffer is null)
        {
            return default;
        }

        T parsed = parse(buffer.AsSpan(0, count));
        ArrayPool<byte>.Shared.Return(buffer);
        return parsed;
    }

    /// <returns>A pooled buffer the caller returns, or null when the file cannot be read.</returns>
    static byte[]? Read(int pid, string file, out int count)
    {
        count = 0;
        Span<byte> path = stackalloc byte[LongestPath];
        System.Text.Unicode.Utf8.TryWrite(path, $"/proc/{pid}/{file}\0", out _);
        int fd;
        fixed (byte* name = path)
        {
            fd = Syscalls.TryOpen(name, O_RDONLY);
        }

        if (fd < 0)
        {
            return null;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
        int got;
        while ((got = Syscalls.ReadFully(fd, buffer.AsSpan(count))) > 0 && (count += got) == buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            buffer.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        _ = close(fd);
        if (got < 0)
        {
            ArrayPool<byte>.Shared.Return(buffer); // ESRCH: it vanished between open and read
            return null;
        }

        return buffer;
    }
}
