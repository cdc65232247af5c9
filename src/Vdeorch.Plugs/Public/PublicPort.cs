using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Local;

namespace Vdeorch.Plugs.Public;

/// <summary>
/// One port of a switch that others plug into, and who is on it: what the switch sends goes to all of them, what comes from one goes into the switch and
/// not to the others. A worker reads their sockets; they come and go on the control thread, which owns those.
/// </summary>
sealed class PublicPort : IPlug
{
    /// <summary>
    /// What vde_switch has room for: 1500 bytes, an Ethernet header and a VLAN tag. Longer datagrams are cut, as there: a port that took more than the
    /// switch it stands in for would carry, between some ports, what nobody else there can receive.
    /// </summary>
    public const int MaxFrameBytes = 1518;

    readonly Epoll epoll = new();
    VdeNode[] endpoints = [];

    public Fd Readiness => epoll.Fd;

    public int Headroom => 0;

    /// <summary>Never changed, replaced as a whole. For any thread.</summary>
    public VdeNode[] Endpoints => Volatile.Read(ref endpoints);

    /// <exception cref="Vdeorch.Linux.LinuxException">The kernel has no room for one more; then it is not on the port.</exception>
    public void Add(VdeNode endpoint)
    {
        Volatile.Write(ref endpoints, [.. endpoints, endpoint]);
        try
        {
            epoll.Add(endpoint.Data, endpoint.Id, Interest.Readable);
        }
        catch (Vdeorch.Linux.LinuxException)
        {
            Forget(endpoint);
            throw;
        }
    }

    /// <summary>Before its socket is closed.</summary>
    public void Remove(VdeNode endpoint)
    {
        epoll.Remove(endpoint.Data);
        Forget(endpoint);
    }

    public Transfer Receive(FrameBatch into)
    {
        VdeNode[] there = Endpoints;
        // Most have one: it is asked without asking first whether to.
        if (there is [var only])
        {
            Transfer received = only.Receive(into, MaxFrameBytes);
            return received with { Errno = received.Frames == 0 && received.Errno != 0 ? Errnos.Again : 0 };
        }
        Span<Ready> ready = stackalloc Ready[16];
        ready = ready[..epoll.Wait(ready, 0)];
        int frames = 0;
        long bytes = 0;
        foreach (Ready one in ready)
        {
            // One that is not there has left since. An error is its own: the port goes on.
            if (Find(there, one.Token) is { } endpoint)
            {
                Transfer received = endpoint.Receive(into, MaxFrameBytes);
                frames += received.Frames;
                bytes += received.Bytes;
            }
        }
        return new Transfer(frames, bytes, ready.Length == 0 ? Errnos.Again : 0);
    }

    /// <inheritdoc/>
    /// <returns>As taken counts what one endpoint at least took.</returns>
    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        Transfer best = new(0, 0, Errnos.NotConnected);
        foreach (VdeNode endpoint in Endpoints)
        {
            Transfer sent = endpoint.Send(batch, frames);
            best = sent.Frames > best.Frames ? sent : best;
        }
        return best;
    }

    /// <summary>The endpoints are the server's to close.</summary>
    public void Dispose() => epoll.Dispose();

    void Forget(VdeNode endpoint) => Volatile.Write(ref endpoints, [.. endpoints.Where(other => other != endpoint)]);

    static VdeNode? Find(VdeNode[] there, ulong id)
    {
        foreach (VdeNode endpoint in there)
        {
            if (endpoint.Id == id)
            {
                return endpoint;
            }
        }
        return null;
    }
}
