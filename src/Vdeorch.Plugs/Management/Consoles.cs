using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Public;
using Vdeorch.Plugs.Runtime;

namespace Vdeorch.Plugs.Management;

/// <summary>The management consoles of the switches of a data plane. For its control thread.</summary>
/// <remarks>A method that changes something returns what was wrong, and then nothing has changed; null when it is done.</remarks>
/// <param name="set">Gives a switch, and whoever serves its clients, other settings; returns what was wrong.</param>
/// <param name="treeOf">The spanning trees of a switch as they are; null where it has none.</param>
/// <param name="mayOpen">Whether this process may make sockets with a name at all.</param>
sealed class Consoles(DataPlane plane, PublicSwitches publics, Func<SwitchSettings, string?> set, Func<string, SpanningState?> treeOf, bool mayOpen) : IAttendant, IDisposable
{
    readonly Epoll epoll = new();
    readonly Dictionary<string, (SwitchConsole Console, ulong Token)> consoles = new(StringComparer.Ordinal);
    ulong lastToken;

    public Fd Readiness => epoll.Fd;

    /// <summary>Has the console of the switch listen where its settings say, or nowhere. The switch is in the plane.</summary>
    public string? Set(SwitchSettings settings)
    {
        if (settings.Console is null && !consoles.ContainsKey(settings.Name))
        {
            return null;
        }
        if (settings.Console is { } wanted && !mayOpen)
        {
            return $"switch '{settings.Name}': this runtime opens nothing, and so no '{wanted.Path}'";
        }
        try
        {
            Of(settings.Name).Listen(settings.Console);
            return null;
        }
        catch (Exception refused) when (refused is LinuxException or PlugException)
        {
            return $"console of switch '{settings.Name}': {refused.Message}";
        }
    }

    /// <summary>Its sessions have to go.</summary>
    public void Close(string name)
    {
        if (consoles.Remove(name, out (SwitchConsole Console, ulong Token) gone))
        {
            epoll.Remove(gone.Console.Readiness);
            gone.Console.Dispose();
        }
    }

    /// <summary>Makes a connected stream socket a session at a switch.</summary>
    /// <param name="socket">Ours from now on, if this returns null.</param>
    public string? Attach(string name, Fd socket)
    {
        if (!plane.HasSwitch(name))
        {
            return $"there is no switch '{name}'";
        }
        UnixSocket.SetNonBlocking(socket);
        Of(name).Attach(socket);
        return null;
    }

    public void Serve()
    {
        Span<Ready> ready = stackalloc Ready[16];
        foreach (Ready one in ready[..epoll.Wait(ready, 0)])
        {
            if (consoles.Values.FirstOrDefault(known => known.Token == one.Token).Console is { } console)
            {
                console.Serve();
            }
        }
    }

    public void Dispose()
    {
        foreach (string name in consoles.Keys.ToArray())
        {
            Close(name);
        }
        epoll.Dispose();
    }

    SwitchConsole Of(string name)
    {
        if (!consoles.TryGetValue(name, out (SwitchConsole Console, ulong) known))
        {
            ManagedSwitch managed = new(name, plane, () => publics.Find(name), set, () => treeOf(name));
            // A switch of a topology is its file's to end.
            known = (new SwitchConsole(managed, () => false), ++lastToken);
            consoles.Add(name, known);
            epoll.Add(known.Console.Readiness, known.Item2, Interest.Readable);
        }
        // Whoever serves its clients may be another one by now.
        if (publics.Find(name) is { } open)
        {
            open.Happened = known.Console.Tell;
        }
        return known.Console;
    }
}
