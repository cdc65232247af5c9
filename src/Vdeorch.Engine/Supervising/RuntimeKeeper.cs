using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Supervising;

/// <summary>
/// Keeps one topology's plug runtime alive and plugged. Owns a duplicate of every tap, so that a tap stays attached with
/// its carrier up and its queue filling while the runtime is replaced: the successor gets the same descriptors.
/// All members may be called from any thread; one lock makes them take turns.
/// </summary>
internal sealed class RuntimeKeeper(RunDirectory run, string topology, ILogger log, TimeProvider clock) : IDisposable
{
    // A dying process closes its socket a moment before it counts as exited.
    static readonly TimeSpan s_lastBreath = TimeSpan.FromMilliseconds(200);

    readonly Lock _turn = new();
    readonly SortedDictionary<string, SwitchSettings> _switches = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, Port> _ports = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, PlugSettings> _plugs = new(StringComparer.Ordinal);
    readonly BackOff _backOff = new(clock, firstIsFree: true);

    ProcessHandle? _process;
    RuntimeClient? _client;
    bool _isWanted;
    bool _opensLocators;
    bool _isDisposed;

    public int? Pid => _process?.Pid;

    public int Restarts { get; private set; }

    public bool IsAdopted { get; private set; }

    ResourceId Id => new(Kinds.Runtime, topology);

    /// <summary>Starts it unless it runs; one that runs and may do too little, or too much, is replaced.</summary>
    public void Ensure(bool opensLocators)
    {
        lock (_turn)
        {
            bool fits = _opensLocators == opensLocators;
            _isWanted = true;
            _opensLocators = opensLocators;
            if (_process is null or { HasExited: true })
            {
                Start();
            }
            else if (!fits)
            {
                Replace(_process);
            }
        }
    }

    /// <summary>Takes over one that runs: its switches, and duplicates of its taps.</summary>
    /// <exception cref="LinuxException">It does not answer.</exception>
    public void Adopt(int pid)
    {
        lock (_turn)
        {
            ProcessHandle process = ProcessHandle.TryOpen(pid) ?? throw new LinuxException(Errno.ConnectionRefused, "pidfd_open", $"runtime {pid}");
            try
            {
                TakeOver();
            }
            catch
            {
                // As if it had not been tried: the next operation tries again.
                process.Dispose();
                _client?.Dispose();
                _client = null;
                _switches.Clear();
                _plugs.Clear();
                LetGo([.. _ports.Keys]);
                throw;
            }

            _isWanted = true;
            IsAdopted = true;
            Watch(process);
            log.Adopted(topology, Id, pid);
        }
    }

    public void SetSwitch(SwitchSettings settings)
    {
        lock (_turn)
        {
            Ask(new RuntimeRequest { SetSwitch = settings });
            _switches[settings.Name] = settings;
        }
    }

    /// <summary>Has a plug opened and kept open; one of that name is changed.</summary>
    /// <exception cref="RuntimeRefusedException">The keeper has forgotten it, too.</exception>
    public void SetPlug(PlugSettings settings)
    {
        lock (_turn)
        {
            PlugSettings? before = _plugs.GetValueOrDefault(settings.Name);
            _plugs[settings.Name] = settings;
            try
            {
                Ask(new RuntimeRequest { SetPlugs = [settings] });
            }
            catch (RuntimeRefusedException)
            {
                Restore(settings.Name, before);
                throw;
            }
        }
    }

    /// <summary>One that is not there is fine.</summary>
    public void RemovePlug(string name)
    {
        lock (_turn)
        {
            if (_plugs.Remove(name) && _process is { HasExited: false })
            {
                Ask(new RuntimeRequest { RemovePlugs = [name] });
            }
        }
    }

    public void RemoveSwitch(string name)
    {
        lock (_turn)
        {
            Ask(new RuntimeRequest { RemoveSwitch = name });
            _switches.Remove(name);
        }
    }

    public bool HasTap(string port)
    {
        lock (_turn)
        {
            return _ports.ContainsKey(port);
        }
    }

    /// <summary>Plugs taps in; a port of that name is replaced. The keeper owns the descriptors from now on, also when this fails.</summary>
    /// <exception cref="RuntimeRefusedException">Then the keeper has let go of these taps.</exception>
    public void Plug(IReadOnlyList<(string Port, string? Switch, Fd Tap)> taps)
    {
        lock (_turn)
        {
            foreach ((string port, string? sw, Fd tap) in taps)
            {
                if (_ports.Remove(port, out Port? old))
                {
                    old.Tap.Dispose();
                }

                _ports[port] = new Port(tap, sw);
            }

            try
            {
                Send(taps.Select(tap => tap.Port));
            }
            catch (LinuxException) when (_isWanted && (_process is null || WaitFor(_process, s_lastBreath)))
            {
                Restarts++;
                Start();
            }
            catch (RuntimeRefusedException)
            {
                // What the runtime does not take now it would not take when it is replaced either.
                Remove([.. taps.Select(tap => tap.Port)]);
                LetGo(taps.Select(tap => tap.Port));
                throw;
            }
        }
    }

    /// <summary>Moves a port to another switch, or to none; one the runtime lost is plugged in again.</summary>
    public void Replug(string port, string? sw)
    {
        lock (_turn)
        {
            Port before = _ports[port];
            _ports[port] = before with { Switch = sw };
            try
            {
                if (Known().Contains(port))
                {
                    Ask(new RuntimeRequest { Replug = [new PortSettings(port, sw)] });
                }
                else
                {
                    Send([port]);
                }
            }
            catch (RuntimeRefusedException)
            {
                // Nothing was changed there, so the next runtime must get it where it was.
                _ports[port] = before;
                throw;
            }
        }
    }

    /// <summary>Unplugs ports and closes their taps; ports that are not there are fine.</summary>
    public void Unplug(IReadOnlyCollection<string> ports)
    {
        lock (_turn)
        {
            if (_process is { HasExited: false })
            {
                Remove(ports);
            }

            LetGo(ports);
        }
    }

    /// <summary>Ends it and closes every tap. What it carried stays in the namespaces, without carrier.</summary>
    public void Stop()
    {
        lock (_turn)
        {
            _isWanted = false;
            ProcessHandle? process = _process;
            if (process is { HasExited: false })
            {
                try
                {
                    _client?.Ask(new RuntimeRequest { Stop = true });
                }
                catch (LinuxException)
                {
                    // It is ending already, or hangs: then the signal below ends it.
                }

                if (!WaitFor(process, TimeSpan.FromSeconds(2)))
                {
                    process.Signal(Signals.Kill);
                    WaitFor(process, TimeSpan.FromSeconds(2));
                }

                log.Stopped(topology, Id);
            }

            _client?.Dispose();
            _client = null;
            _process = null;
            foreach (Port port in _ports.Values)
            {
                port.Tap.Dispose();
            }

            _ports.Clear();
            _switches.Clear();
            _plugs.Clear();
            // Deleting what is not there is fine, unless its directory is not there either.
            foreach (string socket in new[] { run.ControlSocket(topology), run.StateSocket(topology) }.Where(File.Exists))
            {
                File.Delete(socket);
            }
        }
    }

    /// <summary>Lets go of everything and leaves the runtime running.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            _isDisposed = true;
            _isWanted = false;
            _client?.Dispose();
            _process?.Dispose();
            foreach (Port port in _ports.Values)
            {
                port.Tap.Dispose();
            }

            _ports.Clear();
        }
    }

    // Under the lock, like all below but the watcher.
    void Replace(ProcessHandle process)
    {
        // Whoever watches it sees that it is not ours any more.
        _process = null;
        process.Signal(Signals.Kill);
        WaitFor(process, TimeSpan.FromSeconds(2));
        process.Dispose();
        Start();
    }

    void Restore(string name, PlugSettings? before)
    {
        if (before is null)
        {
            _plugs.Remove(name);
        }
        else
        {
            _plugs[name] = before;
        }
    }

    void TakeOver()
    {
        _client = new RuntimeClient(run.ControlSocket(topology));
        RuntimeState state = _client.State();
        foreach (SwitchSettings sw in state.Switches)
        {
            _switches[sw.Name] = sw;
        }

        _opensLocators = state.OpensLocators;
        foreach (PlugSettings plug in state.Ports.Select(port => port.Plug).OfType<PlugSettings>())
        {
            _plugs[plug.Name] = plug;
        }

        foreach (PortState[] some in state.Ports.Where(port => port.Plug is null).Chunk(RuntimeRequest.MaxPorts))
        {
            List<Fd> taps = [];
            _client.Ask(new RuntimeRequest { HandOver = [.. some.Select(port => port.Name)] }, received: taps);
            for (int i = 0; i < taps.Count; i++)
            {
                _ports[some[i].Name] = new Port(taps[i], some[i].Switch);
            }
        }
    }

    void LetGo(IEnumerable<string> ports)
    {
        foreach (string port in ports)
        {
            if (_ports.Remove(port, out Port? gone))
            {
                gone.Tap.Dispose();
            }
        }
    }

    // Only what it has: it refuses a list with one that it does not know.
    void Remove(IReadOnlyCollection<string> ports)
    {
        HashSet<string> there = Known();
        foreach (string[] some in ports.Where(there.Contains).Chunk(RuntimeRequest.MaxPorts))
        {
            Ask(new RuntimeRequest { RemovePorts = [.. some] });
        }
    }

    // Of one that is gone: those that its successor will get.
    HashSet<string> Known()
    {
        try
        {
            using RuntimeClient client = new(run.StateSocket(topology));
            return [.. client.State().Ports.Select(port => port.Name)];
        }
        catch (LinuxException)
        {
            return [.. _ports.Keys];
        }
    }

    void Start()
    {
        _client?.Dispose();
        _client = null;
        int pid = RuntimeProcess.Start(run, topology, _opensLocators);
        Watch(ProcessHandle.TryOpen(pid)!);
        _backOff.Started();
        log.Started(topology, Id, pid);
        foreach (SwitchSettings sw in _switches.Values)
        {
            Tell(new RuntimeRequest { SetSwitch = sw });
        }

        if (_plugs.Count > 0)
        {
            Tell(new RuntimeRequest { SetPlugs = [.. _plugs.Values] });
        }

        foreach (string[] some in _ports.Keys.ToArray().Chunk(RuntimeRequest.MaxPorts))
        {
            SendOrLetGo(some);
        }
    }

    // One tap whose interface was deleted by hand must not cost the others their runtime: an apply opens it again.
    void SendOrLetGo(string[] ports)
    {
        try
        {
            Send(ports);
        }
        catch (RuntimeRefusedException refused) when (ports.Length == 1)
        {
            log.PortLost(topology, ports[0], refused.Message);
            LetGo(ports);
        }
        catch (RuntimeRefusedException)
        {
            foreach (string port in ports)
            {
                SendOrLetGo([port]);
            }
        }
    }

    void Send(IEnumerable<string> ports)
    {
        foreach (string[] some in ports.Chunk(RuntimeRequest.MaxPorts))
        {
            Tell(new RuntimeRequest { AddPorts = [.. some.Select(port => new PortSettings(port, _ports[port].Switch))] }, [.. some.Select(port => _ports[port].Tap)]);
        }
    }

    // A runtime that dies under a request is replaced at once, and asked again: its death is not the request's failure.
    void Ask(RuntimeRequest request)
    {
        try
        {
            Tell(request);
        }
        catch (LinuxException) when (_isWanted && (_process is null || WaitFor(_process, s_lastBreath)))
        {
            Restarts++;
            Start();
            Tell(request);
        }
    }

    void Tell(RuntimeRequest request, IReadOnlyList<Fd>? pass = null)
    {
        _client ??= new RuntimeClient(run.ControlSocket(topology));
        try
        {
            _client.Ask(request, pass);
        }
        catch (LinuxException)
        {
            // The reply may still come: on this connection it would be taken for the next one's.
            _client.Dispose();
            _client = null;
            throw;
        }
    }

    void Watch(ProcessHandle process)
    {
        _process = process;
        _ = RestartWhenItEndsAsync(process);
    }

    async Task RestartWhenItEndsAsync(ProcessHandle process)
    {
        int? code;
        try
        {
            code = await process.WaitForExitAsync(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The keeper let go of it.
            return;
        }

        while (true)
        {
            TimeSpan delay;
            lock (_turn)
            {
                if (!_isWanted || _process != process)
                {
                    return;
                }

                delay = _backOff.Next();
                log.Ended(topology, Id, code is { } known ? $"exit {known}" : "not our child", delay);
            }

            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, clock);
            }

            lock (_turn)
            {
                if (!_isWanted || _isDisposed || _process != process)
                {
                    return;
                }

                try
                {
                    Restarts++;
                    IsAdopted = false;
                    Start();
                    process.Dispose();
                    return;
                }
                catch (Exception failed) when (failed is LinuxException or RuntimeRefusedException or IOException or UnauthorizedAccessException)
                {
                    // The half-started one is watched by nobody yet, so end it; then wait longer.
                    log.StartFailed(topology, Id, failed.Message);
                    if (_process != process)
                    {
                        _process?.Signal(Signals.Kill);
                        _process = process;
                    }
                }
            }
        }
    }

    static bool WaitFor(ProcessHandle process, TimeSpan patience) => process.WaitForExitAsync(CancellationToken.None).Wait(patience);

    sealed record Port(Fd Tap, string? Switch);
}
