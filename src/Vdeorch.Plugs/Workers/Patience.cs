using System.Diagnostics;
using Vdeorch.Linux.Io;

namespace Vdeorch.Plugs.Workers;

/// <summary>
/// Waits for traffic, awake for a moment where that is likely to pay: to be woken takes longer than many an answer. Whoever had to sleep for less than
/// <see cref="Most"/> stays awake that long the next times, until once nothing came in it; what else wants the processor goes first.
/// </summary>
/// <remarks>The rule of the kernel's own haltpoll governor (Documentation/virt/guest-halt-polling.rst), for a thread.</remarks>
sealed class Patience
{
    static readonly long Most = Stopwatch.Frequency / 20_000;

    long patience;

    /// <summary>As <see cref="Epoll.Wait"/>, for as long as it takes.</summary>
    public int Wait(Epoll epoll, Span<Ready> into)
    {
        long began = Stopwatch.GetTimestamp();
        while (patience > 0)
        {
            int count = epoll.Wait(into, 0);
            if (count > 0)
            {
                return count;
            }
            if (Stopwatch.GetTimestamp() - began > patience)
            {
                patience = 0;
                break;
            }
            Thread.Yield();
        }
        int woken = epoll.Wait(into, -1);
        if (Stopwatch.GetTimestamp() - began < Most)
        {
            patience = Most;
        }
        return woken;
    }
}
