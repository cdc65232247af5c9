using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Io;

/// <summary>Becomes readable at a time, once or again and again, for an epoll set. On the monotonic clock.</summary>
/// <remarks>timerfd_create(2)</remarks>
public sealed unsafe partial class TimerFd : IDisposable
{
    // time.h, sys/timerfd.h
    internal const int ClockMonotonic = 1;
    internal const int NonBlocking = 0x800;
    internal const int CloseOnExec = 0x80000;

    const int Absolute = 1;

    /// <summary>Does nothing before <see cref="Arm"/>.</summary>
    public TimerFd()
    {
        int number = Create(ClockMonotonic, NonBlocking | CloseOnExec);
        Fd = number >= 0 ? new Fd(number) : throw new LinuxException(Marshal.GetLastPInvokeError(), "timerfd_create", "timer");
    }

    public TimerFd(TimeSpan every)
        : this()
    {
        // struct itimerspec of a 64-bit system: interval, then first expiry, each in seconds and nanoseconds.
        long* times = stackalloc long[4];
        times[0] = times[2] = every.Ticks / TimeSpan.TicksPerSecond;
        times[1] = times[3] = every.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick;
        _ = SetTime(Fd.Number, 0, times, null);
    }

    public Fd Fd { get; }

    /// <summary>Once, in place of what was set before.</summary>
    /// <param name="at">Nanoseconds as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts them on Linux. One that has passed is now.</param>
    public void Arm(long at)
    {
        const long Second = 1_000_000_000;
        long* times = stackalloc long[4];
        times[0] = times[1] = 0;
        // Zero would disarm it.
        times[2] = Math.Max(1, at) / Second;
        times[3] = Math.Max(1, at) % Second;
        _ = SetTime(Fd.Number, Absolute, times, null);
    }

    /// <summary>Makes it unreadable until the next time.</summary>
    /// <returns>Whether the time had come.</returns>
    public bool TryClear()
    {
        ulong count;
        return Tmds.Linux.LibC.read(Fd.Number, &count, sizeof(ulong)) > 0;
    }

    public void Dispose() => Fd.Dispose();

    [LibraryImport("libc.so.6", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int Create(int clock, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int SetTime(int fd, int flags, long* wanted, long* before);
}
