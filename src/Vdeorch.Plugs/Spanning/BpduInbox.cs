using System.Collections.Concurrent;
using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Spanning;

/// <summary>From workers, who hear what switches say of their trees, to the control thread, which makes something of it. No lock; what is too much is lost, and said again.</summary>
public sealed class BpduInbox : IDisposable
{
    const int MaxWaiting = 4_096;

    readonly ConcurrentQueue<(Port Port, byte[] Frame)> waiting = new();
    readonly EventFd wake = new();

    /// <summary>Readable when something has come, or <see cref="Wake"/> was called.</summary>
    public Fd Readiness => wake.Fd;

    /// <summary>From any thread.</summary>
    public void Post(Port port, ReadOnlySpan<byte> frame)
    {
        if (waiting.Count < MaxWaiting)
        {
            waiting.Enqueue((port, frame.ToArray()));
            wake.Raise();
        }
    }

    /// <summary>From any thread: ports have come, gone or changed.</summary>
    public void Wake() => wake.Raise();

    /// <summary>Before taking anything: what comes from now on wakes again.</summary>
    public void Clear() => wake.Clear();

    public bool TryTake(out Port port, out byte[] frame)
    {
        bool isThere = waiting.TryDequeue(out (Port Port, byte[] Frame) taken);
        (port, frame) = taken;
        return isThere;
    }

    public void Dispose() => wake.Dispose();
}
