using System.Collections.Concurrent;
using System.Collections.Immutable;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Management;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Spanning;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Public;

/// <summary>One public switch that is a process's whole business: what vde_switch is. Owns the plugs.</summary>
public sealed class LoneSwitch : IDisposable
{
    const ulong StopToken = 0;
    const ulong FirstAttendantToken = 1;

    readonly Epoll epoll = new();
    readonly EventFd stop = new();
    readonly DataPlane plane;
    readonly PublicSwitch clients;
    readonly SwitchConsole console;
    readonly ConcurrentQueue<Action> asked = new();
    readonly SpanningTrees trees;
    readonly ImmutableArray<IAttendant> attendants;
    readonly string name;
    bool stopping;

    /// <param name="settings">With <see cref="SwitchSettings.Public"/>.</param>
    /// <param name="faulted">Told, on another thread, that one of the plugs has gone out of service.</param>
    /// <param name="priority">Of its spanning trees, once they are turned on at its console, if <paramref name="settings"/> have none.</param>
    /// <exception cref="LinuxException">EADDRINUSE: there is one already; anything else that keeps it from its directory.</exception>
    /// <exception cref="PlugException">There is no such group, or no such switch can be.</exception>
    public LoneSwitch(SwitchSettings settings, Action<Port> faulted, int priority = StpSettings.DefaultPriority)
    {
        name = settings.Name;
        plane = new DataPlane(DataPlane.WorkersHere, faulted);
        try
        {
            if (plane.SetSwitch(settings) is { } wrong)
            {
                throw new PlugException(wrong);
            }
            clients = new PublicSwitch(settings, settings.Public!, plane);
            trees = new SpanningTrees(plane);
            console = new SwitchConsole(new ManagedSwitch(name, plane, () => clients, Set, () => trees.StateOf(name)) { Priority = priority }, TryStop);
            clients.Happened = console.Tell;
            console.Listen(settings.Console);
        }
        catch
        {
            console?.Dispose();
            clients?.Dispose();
            trees?.Dispose();
            plane.Dispose();
            stop.Dispose();
            epoll.Dispose();
            throw;
        }
        epoll.Add(stop.Fd, StopToken, Interest.Readable);
        attendants = [clients, console, trees];
        for (int i = 0; i < attendants.Length; i++)
        {
            epoll.Add(attendants[i].Readiness, FirstAttendantToken + (ulong)i, Interest.Readable);
        }
    }

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

    /// <summary>Runs the lines of a file of commands, as far as they can be, and forgets what they say. Before <see cref="Run"/>.</summary>
    /// <param name="path">One that cannot be read is fine.</param>
    public void Load(string path) => console.Open(_ => { }, prompts: false).Reply($"load {path}");

    /// <summary>A session of the management console. To be used from one thread while another is in <see cref="Run"/>.</summary>
    /// <param name="write">Takes replies and what else is told, on the thread that serves.</param>
    /// <param name="prompts">Whether it is a person who types.</param>
    /// <returns>Has one line run, and waits until it was; returns whether the session goes on.</returns>
    public Func<string, bool> OpenConsole(Action<string> write, bool prompts)
    {
        ConsoleSession? session = null;
        return line =>
        {
            using ManualResetEventSlim done = new();
            asked.Enqueue(() =>
            {
                session ??= console.Open(write, prompts);
                session.Run(line);
                done.Set();
            });
            stop.Raise();
            done.Wait();
            return !session!.HasEnded;
        };
    }

    /// <summary>Serves clients on the calling thread until <see cref="Stop"/>.</summary>
    public void Run()
    {
        Span<Ready> ready = stackalloc Ready[4];
        while (!Volatile.Read(ref stopping))
        {
            foreach (Ready one in ready[..epoll.Wait(ready, -1)])
            {
                if (one.Token == StopToken)
                {
                    stop.Clear();
                    continue;
                }
                attendants[(int)(one.Token - FirstAttendantToken)].Serve();
            }
            while (asked.TryDequeue(out Action? next))
            {
                next();
            }
        }
    }

    /// <summary>From any thread.</summary>
    public void Stop()
    {
        Volatile.Write(ref stopping, true);
        stop.Raise();
    }

    public void Dispose()
    {
        console.Dispose();
        clients.Dispose();
        trees.Dispose();
        plane.Dispose();
        stop.Dispose();
        epoll.Dispose();
    }

    string? Set(SwitchSettings settings)
    {
        if (plane.SetSwitch(settings) is { } wrong)
        {
            return wrong;
        }
        try
        {
            clients.Follow(settings, settings.Public!);
            return null;
        }
        catch (Exception refused) when (refused is LinuxException or PlugException)
        {
            return refused.Message;
        }
    }

    bool TryStop()
    {
        Stop();
        return true;
    }
}
