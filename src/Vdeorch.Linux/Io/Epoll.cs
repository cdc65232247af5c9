using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Io;

/// <summary>What to wait for, and what came; level-triggered. <see cref="Failed"/> always comes unasked.</summary>
[Flags]
public enum Interest : uint
{
    None = 0,
    Readable = 1,
    Writable = 4,
    Failed = 8 | 16,
}

/// <param name="Token">What <see cref="Epoll.Add"/> was given.</param>
public readonly record struct Ready(ulong Token, Interest Events);

/// <summary>A set of descriptors to wait for. Any thread may add and remove while another waits.</summary>
/// <remarks>
/// epoll(7): a registration belongs to the open file, not to the descriptor. Whoever has given a duplicate away must
/// <see cref="Remove"/> before closing, or events keep coming for a descriptor that is no longer ours.
/// </remarks>
public sealed unsafe class Epoll : IDisposable
{
    const int MaxEvents = 64;

    public Epoll()
    {
        int number = epoll_create1(EPOLL_CLOEXEC);
        Fd = number >= 0 ? new Fd(number) : throw new LinuxException(errno, "epoll_create1", "epoll");
    }

    /// <summary>Readable while <see cref="Wait"/> would return something; may be watched in another set.</summary>
    public Fd Fd { get; }

    public void Add(Fd watched, ulong token, Interest interest) => Control(EPOLL_CTL_ADD, watched, token, interest);

    public void Modify(Fd watched, ulong token, Interest interest) => Control(EPOLL_CTL_MOD, watched, token, interest);

    /// <returns>False when it was not in the set.</returns>
    public bool Remove(Fd watched)
    {
        epoll_event none = default;
        return epoll_ctl(Fd.Number, EPOLL_CTL_DEL, watched.Number, &none) == 0;
    }

    /// <param name="timeoutMs">-1 waits for ever, 0 only looks.</param>
    /// <returns>How many of <paramref name="into"/> were filled, at most 64; 0 after a signal too.</returns>
    public int Wait(Span<Ready> into, int timeoutMs)
    {
        // On our stack: the kernel writes to it only during the call.
        epoll_event* events = stackalloc epoll_event[MaxEvents];
        int count = epoll_wait(Fd.Number, events, Math.Min(into.Length, MaxEvents), timeoutMs);
        if (count < 0)
        {
            return errno == EINTR ? 0 : throw new LinuxException(errno, "epoll_wait", "epoll");
        }
        for (int i = 0; i < count; i++)
        {
            into[i] = new Ready(events[i].data.u64, (Interest)events[i].events);
        }
        return count;
    }

    public void Dispose() => Fd.Dispose();

    void Control(int operation, Fd watched, ulong token, Interest interest)
    {
        epoll_event wanted = default;
        wanted.events = (int)interest;
        wanted.data.u64 = token;
        if (epoll_ctl(Fd.Number, operation, watched.Number, &wanted) < 0)
        {
            throw new LinuxException(errno, "epoll_ctl", $"descriptor {watched.Number}");
        }
    }
}
