using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Runtime;

namespace Vdeorch.Plugs.Capturing;

/// <summary>
/// The captures of a data plane. For its control thread: 1. one that is asked for begins at once; 2. when its reader has shut its side down, or is gone,
/// the workers let go of it; 3. what found no room is told, as the reader takes it; 4. the socket is closed, which is how the reader knows that this is all.
/// </summary>
public sealed class Captures(DataPlane plane) : IAttendant, IDisposable
{
    readonly Epoll epoll = new();
    readonly Dictionary<ulong, Capture> captures = [];
    ulong lastToken;

    public Fd Readiness => epoll.Fd;

    /// <param name="to">Owned from now on if this returns null, else still the caller's.</param>
    /// <returns>What was wrong.</returns>
    public string? Start(CaptureSettings settings, Fd to)
    {
        try
        {
            epoll.Add(to, ++lastToken, Interest.Readable);
        }
        catch (LinuxException refused)
        {
            return refused.Message;
        }
        // And the control thread, which sends what switches say themselves.
        Capture capture = new(settings, to, plane.Workers + 1);
        captures.Add(lastToken, capture);
        plane.Add(capture);
        return null;
    }

    public void Serve()
    {
        Span<Ready> ready = stackalloc Ready[16];
        Span<byte> nothing = stackalloc byte[16];
        foreach (Ready one in ready[..epoll.Wait(ready, 0)])
        {
            Capture capture = captures[one.Token];
            if (capture.Farewell is null)
            {
                IoResult read = UnixSocket.Receive(capture.To, nothing);
                if (read.Count > 0 || read.Errno == Errnos.Again)
                {
                    continue;
                }
                plane.Remove(capture);
                capture.SayFarewell();
                epoll.Modify(capture.To, one.Token, Interest.Writable);
            }
            if (!TrySay(capture))
            {
                continue;
            }
            captures.Remove(one.Token);
            epoll.Remove(capture.To);
            capture.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (Capture capture in captures.Values)
        {
            plane.Remove(capture);
            capture.Dispose();
        }
        epoll.Dispose();
    }

    /// <returns>False when the reader has to make room first.</returns>
    static bool TrySay(Capture capture)
    {
        Span<byte> message = capture.Buffer(0);
        while (capture.Farewell!.TryPeek(out (byte[] Name, long Dropped) next))
        {
            IoResult sent = UnixSocket.Send(capture.To, message[..CaptureMessage.WriteDrops(message, next.Name, next.Dropped)]);
            if (sent.Errno == Errnos.Again)
            {
                return false;
            }
            capture.Farewell.Dequeue();
        }
        return true;
    }
}
