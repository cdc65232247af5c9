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
/// Keeps one topology's plug runtime alive and plugged. What it was told is in its <see cref="RuntimeContents"/>, and a successor is told the same.
/// All members may be called from any thread; one lock makes them take turns.
/// </summary>
internal sealed class RuntimeKeeper : IDisposable, IRestartable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    readonly RunDirectory _run;
    readonly string _topology;
    readonly ILogger _log;
    readonly Lock _turn = new();
    RuntimeContents _contents = new();
    readonly RuntimeLink _link;
    readonly Restarter _restarter;

    bool _opensLocators;

    public RuntimeKeeper(RunDirectory run, string topology, ILogger log, TimeProvider clock)
    {
        (_run, _topology, _log) = (run, topology, log);
        _link = new RuntimeLink(run, topology);
        _restarter = new Restarter(this, _turn, clock, firstIsFree: true);
    }

    public int? Pid => _restarter.Process?.Pid;

    public int Restarts => _restarter.Restarts;

    public bool IsAdopted { get; private set; }

    ResourceId Id => new(Kinds.Runtime, _topology);

    /// <summary>Starts it unless it runs; one that runs and may do too little, or too much, is replaced.</summary>
    public void Ensure(bool opensLocators)
    {
        lock (_turn)
        {
            bool before = _opensLocators;
            _restarter.IsWanted = true;
            _opensLocators = opensLocators;
            if (!_restarter.IsRunning)
            {
                Start();
            }
            else if (before != opensLocators)
            {
                // One that made directories on the host is to take them away: its successor could not.
                if (before)
                {
                    _link.TryStop();
                }

                _restarter.End(s_patience, gently: before);
                Start();
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
                _opensLocators = _link.TakeOver(_contents);
            }
            catch
            {
                // As if it had not been tried: the next operation tries again.
                process.Dispose();
                _link.Break();
                _contents.Clear();
                throw;
            }

            _restarter.IsWanted = true;
            IsAdopted = true;
            _restarter.Watch(process);
            _log.Adopted(_topology, Id, pid);
        }
    }

    /// <summary>Kills one that does not answer. One that was kept has a successor when this returns, with all that was in it, or is tried on.</summary>
    public void EndHung(int pid)
    {
        lock (_turn)
        {
            _log.Hung(_topology, Id, pid);
            if (!_restarter.IsWanted || _restarter.Process?.Pid != pid)
            {
                using ProcessHandle? stranger = ProcessHandle.TryOpen(pid);
                stranger?.Signal(Signals.Kill);
                stranger?.WaitForExitAsync(CancellationToken.None).Wait(s_patience);
                return;
            }

            _link.Break();
            _restarter.Kill(s_patience);
            try
            {
                _restarter.RestartNow();
            }
            catch (Exception failed) when (failed is LinuxException or RuntimeRefusedException or IOException or UnauthorizedAccessException)
            {
                // One that was started by half goes too; whoever watches for the end starts the next.
                _log.StartFailed(_topology, Id, failed.Message);
                _restarter.Kill(s_patience);
            }
        }
    }

    public void SetSwitch(SwitchSettings settings)
    {
        lock (_turn)
        {
            Ask(new RuntimeRequest { SetSwitch = settings });
            _contents.Set(settings);
        }
    }

    public void RemoveSwitch(string name)
    {
        lock (_turn)
        {
            Ask(new RuntimeRequest { RemoveSwitch = name });
            _contents.RemoveSwitch(name);
        }
    }

    /// <summary>Has a plug opened and kept open; one of that name is changed.</summary>
    /// <exception cref="RuntimeRefusedException">The keeper has forgotten it, too.</exception>
    public void SetPlug(PlugSettings settings)
    {
        lock (_turn)
        {
            PlugSettings? before = _contents.Set(settings);
            try
            {
                Ask(new RuntimeRequest { SetPlugs = [settings] });
            }
            catch (RuntimeRefusedException)
            {
                _contents.Restore(settings.Name, before);
                throw;
            }
        }
    }

    /// <summary>One that is not there is fine.</summary>
    public void RemovePlug(string name)
    {
        lock (_turn)
        {
            if (_contents.RemovePlug(name) && _restarter.IsRunning)
            {
                Ask(new RuntimeRequest { RemovePlugs = [name] });
            }
        }
    }

    public bool HasTap(string port)
    {
        lock (_turn)
        {
            return _contents.HasTap(port);
        }
    }

    /// <summary>Plugs taps in; a port of that name is replaced. The keeper owns the descriptors from now on, also when this fails.</summary>
    /// <exception cref="RuntimeRefusedException">Then the keeper has let go of these taps.</exception>
    public void Plug(IReadOnlyList<(PortSettings Port, Fd Tap)> taps)
    {
        lock (_turn)
        {
            string[] ports = [.. taps.Select(tap => tap.Port.Name)];
            foreach ((PortSettings port, Fd tap) in taps)
            {
                _contents.Set(new PluggedTap(port, tap));
            }

            try
            {
                _link.Send(ports, _contents);
            }
            catch (LinuxException) when (_restarter.IsMissing)
            {
                _restarter.RestartNow();
            }
            catch (RuntimeRefusedException)
            {
                // What the runtime does not take now it would not take when it is replaced either.
                Remove(ports);
                _contents.LetGo(ports);
                throw;
            }
            catch (LinuxException)
            {
                Relearn();
                throw;
            }
        }
    }

    /// <summary>Moves a port to another switch, or to none, or into other VLANs; one the runtime lost is plugged in again.</summary>
    public void Replug(PortSettings port)
    {
        lock (_turn)
        {
            PortSettings before = _contents.Move(port);
            try
            {
                if (Known().Contains(port.Name))
                {
                    Ask(new RuntimeRequest { Replug = [port] });
                }
                else
                {
                    Answered(() => _link.Send([port.Name], _contents));
                }
            }
            catch (RuntimeRefusedException)
            {
                // Nothing was changed there, so the next runtime must get it where it was.
                _contents.Move(before);
                throw;
            }
        }
    }

    /// <summary>Unplugs ports and closes their taps; ports that are not there are fine.</summary>
    public void Unplug(IReadOnlyCollection<string> ports)
    {
        lock (_turn)
        {
            if (_restarter.IsRunning)
            {
                Remove(ports);
            }

            _contents.LetGo(ports);
        }
    }

    /// <summary>Ends it and closes every tap. What it carried stays in the namespaces, without carrier.</summary>
    public void Stop()
    {
        lock (_turn)
        {
            _restarter.IsWanted = false;
            if (_restarter.IsRunning)
            {
                _link.TryStop();
            }

            if (_restarter.End(s_patience, gently: true))
            {
                _log.Stopped(_topology, Id);
            }

            _link.Break();
            _contents.Clear();
            // Deleting what is not there is fine, unless its directory is not there either.
            foreach (string socket in new[] { _run.ControlSocket(_topology), _run.StateSocket(_topology) }.Where(File.Exists))
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
            _restarter.IsWanted = false;
            _restarter.Process?.Dispose();
            _link.Dispose();
            _contents.Clear();
        }
    }

    bool IRestartable.HasEnded(ProcessHandle process, int? code) => true;

    void IRestartable.Waits(string how, TimeSpan delay) => _log.Ended(_topology, Id, how, delay);

    void IRestartable.Start() => Start();

    void IRestartable.StartFailed(string why) => _log.StartFailed(_topology, Id, why);

    // Under the lock, like all below.
    void Start()
    {
        _link.Break();
        int pid = RuntimeProcess.Start(_run, _topology, _opensLocators);
        IsAdopted = false;
        _restarter.WatchNew(pid);
        _log.Started(_topology, Id, pid);
        _link.Fill(_contents, (port, why) => _log.PortLost(_topology, port, why));
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
    HashSet<string> Known() => _link.Known() ?? [.. _contents.Ports];

    // A runtime that dies under a request is replaced at once, and asked again: its death is not the request's failure.
    void Ask(RuntimeRequest request)
    {
        try
        {
            _link.Tell(request);
        }
        catch (LinuxException) when (_restarter.IsMissing)
        {
            _restarter.RestartNow();
            Answered(() => _link.Tell(request));
        }
        catch (LinuxException)
        {
            Relearn();
            throw;
        }
    }

    void Answered(Action tell)
    {
        try
        {
            tell();
        }
        catch (LinuxException)
        {
            Relearn();
            throw;
        }
    }

    // A request without an answer was carried out, or was not: what a successor is to be told is asked of the runtime itself.
    void Relearn()
    {
        RuntimeContents there = new();
        try
        {
            _link.TakeOver(there);
        }
        catch (Exception refused) when (refused.IsRefusal())
        {
            // Nor does it answer now: what it was told before holds.
            _link.Break();
            there.Clear();
            return;
        }

        _contents.Clear();
        _contents = there;
    }
}
