using System.Diagnostics;
using Vdeorch.Linux.Io;

namespace Vdeorch.Plugs.Workers;

/// <summary>
/// Waits for traffic, awake for a moment where that is likely to pay: to be woken takes longer than many an answer. Whoever had to sleep for less than a
/// moment stays awake that long the next times, until once nothing came in it; what else wants the processor goes first.
/// </summary>
/// <remarks>The rule of the kernel's own haltpoll governor (Documentation/virt/guest-halt-polling.rst), for a thread.</remarks>
sealed class Patience
{
    /// <summary>For frames that go one way: who sends them does not wait for us.</summary>
    static readonly long Stream = Stopwatch.Frequency / 20_000;

    /// <summary>Where frames go to and fro: as long as haltpoll's, since each side waits for the other, and each time we sleep both wait for us to wake.</summary>
    static readonly long Conversation = Stopwatch.Frequency / 5_000;

    bool isAwake;

    /// <summary>As <see cref="Epoll.Wait"/>, for as long as it takes.</summary>
    /// <param name="isConversation">Whether the last frames came the other way than those before.</param>
    public int Wait(Epoll epoll, Span<Ready> into, bool isConversation)
    {
        long most = isConversation ? Conversation : Stream;
        long began = Stopwatch.GetTimestamp();
        while (isAwake)
        {
            int count = epoll.Wait(into, 0);
            if (count > 0)
            {
                return count;
            }
            if (Stopwatch.GetTimestamp() - began > most)
            {
                isAwake = false;
                break;
            }
            Thread.Yield();
        }
        int woken = epoll.Wait(into, -1);
        isAwake = Stopwatch.GetTimestamp() - began < most;
        return woken;
    }
}
