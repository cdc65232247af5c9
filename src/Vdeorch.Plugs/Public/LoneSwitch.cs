using System.Collections.Immutable;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Spanning;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Public;

/// <summary>One public switch that is a process's whole business: what vde_switch is. Owns the plugs.</summary>
public sealed class LoneSwitch : IDisposable
{
    const int MaxWorkers = 4;
    const ulong StopToken = 0;
    const ulong FirstAttendantToken = 1;

    readonly Epoll epoll = new();
    readonly EventFd stop = new();
    readonly DataPlane plane;
    readonly PublicSwitch clients;
    readonly SpanningTrees trees;
    readonly ImmutableArray<IAttendant> attendants;
    readonly string name;

    /// <param name="settings">With <see cref="SwitchSettings.Public"/>.</param>
    /// <param name="faulted">Told, on another thread, that one of the plugs has gone out of service.</param>
    /// <exception cref="LinuxException">EADDRINUSE: there is one already; anything else that keeps it from its directory.</exception>
    /// <exception cref="PlugException">There is no such group, or no such switch can be.</exception>
    public LoneSwitch(SwitchSettings settings, Action<Port> faulted)
    {
        name = settings.Name;
        plane = new DataPlane(Math.Min(Environment.ProcessorCount, MaxWorkers), faulted);
        try
        {
            if (plane.SetSwitch(settings) is { } wrong)
            {
                throw new PlugException(wrong);
            }
            clients = new PublicSwitch(name, settings.Ports, settings.Public!, plane);
        }
        catch
        {
            plane.Dispose();
            stop.Dispose();
            epoll.Dispose();
            throw;
        }
        epoll.Add(stop.Fd, StopToken, Interest.Readable);
        trees = new SpanningTrees(plane);
        attendants = [clients, trees];
        for (int i = 0; i < attendants.Length; i++)
        {
            epoll.Add(attendants[i].Readiness, FirstAttendantToken + (ulong)i, Interest.Readable);
        }
    }

    /// <summary>Who may have which port. For the thread that is in <see cref="Run"/>, or before that.</summary>
    public PortBook Book => clients.Book;

    /// <summary>Its spanning trees; null when it has none. For the thread that is in <see cref="Run"/>.</summary>
    public SpanningState? Spanning => trees.StateOf(name);

    /// <summary>A plug of our own on a port, the lowest that is free.</summary>
    /// <param name="what">It is called by: like no other.</param>
    /// <exception cref="LinuxException">No port is free, or it cannot be waited for; then the plug is still the caller's.</exception>
    public void Add(string what, IPlug plug)
    {
        if (plane.AddPorts([new PortSettings(what, name)], [plug]) is { } wrong)
        {
            throw new LinuxException(Errnos.Io, "plug", wrong);
        }
    }

    /// <summary>Serves clients on the calling thread until <see cref="Stop"/>.</summary>
    public void Run()
    {
        Span<Ready> ready = stackalloc Ready[4];
        while (true)
        {
            foreach (Ready one in ready[..epoll.Wait(ready, -1)])
            {
                if (one.Token == StopToken)
                {
                    return;
                }
                attendants[(int)(one.Token - FirstAttendantToken)].Serve();
            }
        }
    }

    /// <summary>From any thread.</summary>
    public void Stop() => stop.Raise();

    public void Dispose()
    {
        clients.Dispose();
        trees.Dispose();
        plane.Dispose();
        stop.Dispose();
        epoll.Dispose();
    }
}
