using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Io;

/// <summary>A port is a descriptor, and a login's soft limit is often 1,024.</summary>
public static unsafe partial class DescriptorLimit
{
    /// <summary>sys/resource.h, where Tmds.LibC has nothing. Held to the system's headers by <c>AbiTests</c>.</summary>
    internal const int RLIMIT_NOFILE = 7;

    /// <summary>Raises the process's soft limit to its hard one, which needs no privilege.</summary>
    /// <returns>The limit now in force.</returns>
    public static long Raise()
    {
        Limit limit;
        Check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
        if (limit.Soft < limit.Hard)
        {
            limit.Soft = limit.Hard;
            Check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
        }
        return (long)Math.Min(limit.Soft, long.MaxValue);
    }

    static void Check(int result, string operation)
    {
        if (result < 0)
        {
            throw new LinuxException(Marshal.GetLastPInvokeError(), operation, "RLIMIT_NOFILE");
        }
    }

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int getrlimit(int resource, Limit* limit);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int setrlimit(int resource, Limit* limit);

    /// <summary>struct rlimit.</summary>
    internal struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
