using System.Collections.Immutable;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Runtime;

namespace Vdeorch.Plugs.Public;

/// <summary>The switches of a data plane that others may join. For its control thread.</summary>
/// <remarks>A method that changes something returns what was wrong, and then nothing has changed; null when it is done.</remarks>
/// <param name="mayOpen">Whether this process may make directories at all.</param>
public sealed class PublicSwitches(DataPlane plane, bool mayOpen) : IAttendant, IDisposable
{
    readonly Epoll epoll = new();
    readonly SortedDictionary<string, (PublicSwitch Switch, ulong Token)> switches = new(StringComparer.Ordinal);
    ulong lastToken;

    public Fd Readiness => epoll.Fd;

    /// <summary>Has the switch listen where its settings say, or nowhere. One that others cannot find any more is opened again.</summary>
    public string? Set(SwitchSettings settings)
    {
        PublicSwitch? before = Find(settings.Name);
        if (settings.Public is not { } wanted)
        {
            Close(settings.Name);
            return null;
        }
        if (!mayOpen)
        {
            return $"switch '{settings.Name}': this runtime opens nothing, and so no '{wanted.Directory}'";
        }
        try
        {
            if (before is { IsThere: true } && before.Settings.Directory == wanted.Directory)
            {
                before.Follow(settings, wanted);
                return null;
            }
            if (before?.Settings.Directory == wanted.Directory)
            {
                // Nobody can find it, but it would remove what the new one makes.
                Close(settings.Name);
            }
            Open(settings, wanted);
            return null;
        }
        catch (Exception refused) when (refused is LinuxException or PlugException)
        {
            return $"switch '{settings.Name}': {refused.Message}";
        }
    }

    /// <returns>Null where it is not public.</returns>
    internal PublicSwitch? Find(string name) => switches.TryGetValue(name, out (PublicSwitch Switch, ulong) known) ? known.Switch : null;

    /// <summary>Its clients have to go. One that is not public is fine.</summary>
    public void Close(string name)
    {
        if (switches.Remove(name, out (PublicSwitch Switch, ulong Token) gone))
        {
            epoll.Remove(gone.Switch.Readiness);
            gone.Switch.Dispose();
        }
    }

    /// <summary>Lets clients in and out, as far as they are waiting for it.</summary>
    public void Serve()
    {
        Span<Ready> ready = stackalloc Ready[16];
        foreach (Ready one in ready[..epoll.Wait(ready, 0)])
        {
            foreach ((PublicSwitch some, ulong token) in switches.Values)
            {
                if (token == one.Token)
                {
                    some.Serve();
                }
            }
        }
    }

    /// <summary>Adds to ports of the plane who is on them.</summary>
    public IEnumerable<PortState> Describe(IEnumerable<PortState> ports)
    {
        Dictionary<string, ImmutableArray<ClientState>> known = switches.Values.SelectMany(it => it.Switch.Clients)
            .ToDictionary(port => port.Port, port => port.Clients, StringComparer.Ordinal);
        return ports.Select(port => known.TryGetValue(port.Name, out ImmutableArray<ClientState> clients) ? port with { Clients = clients } : port);
    }

    public void Dispose()
    {
        foreach (string name in switches.Keys.ToArray())
        {
            Close(name);
        }
        epoll.Dispose();
    }

    // The old one goes when the new one is there: nothing has changed if that cannot be had.
    void Open(SwitchSettings settings, PublicSettings wanted)
    {
        PublicSwitch opened = new(settings, wanted, plane);
        try
        {
            Close(settings.Name);
            epoll.Add(opened.Readiness, ++lastToken, Interest.Readable);
            switches.Add(settings.Name, (opened, lastToken));
        }
        catch (LinuxException)
        {
            opened.Dispose();
            throw;
        }
    }
}
