using System.Text.Json;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Supervising;

/// <summary>The conversation with the runtime of a topology, whichever process that is. For one caller at a time.</summary>
internal sealed class RuntimeLink(RunDirectory run, string topology) : IDisposable
{
    /// <summary>Of a message, for all around its list.</summary>
    const int ReservedBytes = 4 * 1024;

    RuntimeClient? _client;

    /// <summary>Connects first, where there is no connection.</summary>
    /// <exception cref="RuntimeRefusedException">The runtime said no, and changed nothing.</exception>
    /// <exception cref="LinuxException">It is gone, or does not answer.</exception>
    public void Tell(RuntimeRequest request, IReadOnlyList<Fd>? pass = null)
    {
        _client ??= new RuntimeClient(run.ControlSocket(topology));
        try
        {
            _client.Ask(request, pass);
        }
        catch (LinuxException)
        {
            // The reply may still come: on this connection it would be taken for the next one's.
            Break();
            throw;
        }
    }

    /// <summary>Plugs in what the contents have for these ports.</summary>
    public void Send(IEnumerable<string> ports, RuntimeContents contents)
    {
        foreach (PluggedTap[] some in Messages(ports.Select(contents.Tap), tap => JsonSerializer.SerializeToUtf8Bytes(tap.Port, RuntimeJson.Default.PortSettings).Length))
        {
            Tell(new RuntimeRequest { AddPorts = [.. some.Select(tap => tap.Port)] }, [.. some.Select(tap => tap.Tap)]);
        }
    }

    /// <summary>Has a new runtime take over all there is.</summary>
    /// <param name="lost">Told of each tap that it does not take, with the reason; that one is let go of, and costs the others nothing.</param>
    public void Fill(RuntimeContents contents, Action<string, string> lost)
    {
        foreach (SwitchSettings sw in contents.Switches)
        {
            SendOpenOrClosed(sw, lost);
        }

        foreach (PlugSettings[] some in Messages(contents.Plugs, plug => JsonSerializer.SerializeToUtf8Bytes(plug, RuntimeJson.Default.PlugSettings).Length))
        {
            Tell(new RuntimeRequest { SetPlugs = [.. some] });
        }

        foreach (string[] some in contents.Ports.ToArray().Chunk(RuntimeRequest.MaxPorts))
        {
            SendOrLetGo(some, contents, lost);
        }
    }

    /// <summary>The reverse: has the runtime tell all it has, and hand over its taps.</summary>
    /// <returns>Whether it opens locators.</returns>
    /// <exception cref="LinuxException">It does not answer; part of it may have been taken in.</exception>
    public bool TakeOver(RuntimeContents contents)
    {
        _client = new RuntimeClient(run.ControlSocket(topology));
        RuntimeState state = _client.State();
        foreach (SwitchSettings sw in state.Switches)
        {
            contents.Set(sw);
        }

        foreach (PlugSettings plug in state.Ports.Select(port => port.Plug).OfType<PlugSettings>())
        {
            contents.Set(plug);
        }

        foreach (PortState[] some in state.Ports.Where(port => port is { Plug: null, Clients: null }).Chunk(RuntimeRequest.MaxPorts))
        {
            List<Fd> taps = [];
            _client.Ask(new RuntimeRequest { HandOver = [.. some.Select(port => port.Name)] }, received: taps);
            for (int i = 0; i < taps.Count; i++)
            {
                contents.Set(new PluggedTap(new PortSettings(some[i].Name, some[i].Switch) { Options = some[i].Options }, taps[i]));
            }
        }

        return state.OpensLocators;
    }

    /// <summary>Asks it to end. One that is ending already, or hangs, does not hear it.</summary>
    public void TryStop()
    {
        try
        {
            Tell(new RuntimeRequest { Stop = true });
        }
        catch (LinuxException)
        {
            // Whoever asked looks whether it ends.
        }
    }

    /// <returns>The ports it has; null when it cannot be asked.</returns>
    public HashSet<string>? Known()
    {
        try
        {
            using RuntimeClient client = new(run.StateSocket(topology));
            return [.. client.State().Ports.Select(port => port.Name)];
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>What is told next goes to whoever listens then.</summary>
    public void Break()
    {
        _client?.Dispose();
        _client = null;
    }

    public void Dispose() => Break();

    void SendOpenOrClosed(SwitchSettings sw, Action<string, string> lost)
    {
        try
        {
            Tell(new RuntimeRequest { SetSwitch = sw });
        }
        catch (RuntimeRefusedException refused) when (sw.Public is not null || sw.Console is not null)
        {
            // Somebody has taken its directory, or its console's socket, meanwhile: that is seen, and an apply opens it again. All else goes on.
            lost(sw.Name, refused.Message);
            Tell(new RuntimeRequest { SetSwitch = sw with { Public = null, Console = null } });
        }
    }

    void SendOrLetGo(string[] ports, RuntimeContents contents, Action<string, string> lost)
    {
        try
        {
            Send(ports, contents);
        }
        catch (RuntimeRefusedException refused) when (ports.Length == 1)
        {
            // Its interface was deleted by hand: an apply opens it again.
            lost(ports[0], refused.Message);
            contents.LetGo(ports);
        }
        catch (RuntimeRefusedException)
        {
            foreach (string port in ports)
            {
                SendOrLetGo([port], contents, lost);
            }
        }
    }

    // As many as one message holds: links with many states say much.
    static IEnumerable<T[]> Messages<T>(IEnumerable<T> all, Func<T, int> bytesOf)
    {
        List<T> some = [];
        int bytes = 0;
        foreach (T one in all)
        {
            int more = bytesOf(one) + 1;
            if (some.Count == RuntimeRequest.MaxPorts || (some.Count > 0 && bytes + more > RuntimeRequest.MaxBytes - ReservedBytes))
            {
                yield return [.. some];
                some.Clear();
                bytes = 0;
            }
            some.Add(one);
            bytes += more;
        }
        if (some.Count > 0)
        {
            yield return [.. some];
        }
    }
}
