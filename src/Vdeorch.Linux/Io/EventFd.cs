using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Io;

/// <summary>A flag one thread raises and another waits for in its epoll set. Stays readable until <see cref="Clear"/>.</summary>
/// <remarks>eventfd(2)</remarks>
public sealed unsafe class EventFd : IDisposable
{
    public EventFd()
    {
        int number = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        Fd = number >= 0 ? new Fd(number) : throw new LinuxException(errno, "eventfd", "eventfd");
    }

    public Fd Fd { get; }

    /// <summary>From any thread. A counter that is full is raised already.</summary>
    public void Raise()
    {
        ulong one = 1;
        _ = write(Fd.Number, &one, sizeof(ulong));
    }

    public void Clear()
    {
        ulong count;
        _ = read(Fd.Number, &count, sizeof(ulong));
    }

    public void Dispose() => Fd.Dispose();
}
