using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Engine.Checking;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Watching;

/// <summary>Everything of a topology whose health is asked for. One thread enters namespaces for all of it; all else are timers.</summary>
internal sealed class HealthWatches(TopologyKeeper keeper) : IDisposable
{
    readonly ConcurrentDictionary<ResourceId, HealthWatch> _watches = new();
    readonly Lock _gate = new();
    NamespaceThread? _thread;
    bool _isDisposed;

    /// <summary>To try from inside the namespaces.</summary>
    public Prober Prober
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                return new Prober(keeper.Run, keeper.Name, _thread ??= new NamespaceThread("vdeorch-health"));
            }
        }
    }

    /// <returns>Null when nobody asks.</returns>
    public HealthWatch? Find(ResourceId id) => _watches.GetValueOrDefault(id);

    /// <summary>Asks from now on. What is asked already, and in the same way, is left as it is.</summary>
    /// <param name="addresses">Those of the namespace, where a port of its own may be.</param>
    public void Watch(NamespaceSpec spec, IEnumerable<IPAddress> addresses) =>
        Watch(spec.Id, spec.Health, [.. addresses], [], () => Verdict.Ask, () => 0);

    /// <inheritdoc cref="Watch(NamespaceSpec, IEnumerable{IPAddress})"/>
    public void Watch(ServiceSpec spec, IEnumerable<IPAddress> addresses) =>
        Watch(spec.Id, spec.Health, [.. addresses], spec.Env, () => Standing(spec), () => keeper.Services.TryGetValue(spec.Id.Name, out ServiceKeeper? service) ? service.Restarts : 0);

    /// <summary>It goes, or is made anew.</summary>
    public void Forget(ResourceId id)
    {
        if (_watches.TryRemove(id, out HealthWatch? watch))
        {
            watch.Dispose();
        }

        HealthNote.Forget(keeper.Run, keeper.Name, id);
    }

    /// <summary>Nobody asks for the health of anything else.</summary>
    public void Retain(IReadOnlySet<ResourceId> wanted)
    {
        foreach (ResourceId id in _watches.Keys.Where(id => !wanted.Contains(id)))
        {
            Forget(id);
        }
    }

    /// <summary>The notes stay, for the next engine.</summary>
    public void Dispose()
    {
        foreach (HealthWatch watch in _watches.Values)
        {
            watch.Dispose();
        }

        lock (_gate)
        {
            _isDisposed = true;
            _thread?.Dispose();
        }
    }

    void Watch(ResourceId id, HealthSpec? spec, IPAddress[] addresses, IEnumerable<KeyValuePair<string, string>> env, Func<Verdict> standing, Func<int> starts)
    {
        if (spec is null)
        {
            Forget(id);
            return;
        }

        if (Find(id) is { } known)
        {
            if (known.Asks == spec.ToString())
            {
                return;
            }

            Forget(id);
        }

        HealthWatch watch = new(id, spec, ct => AskAsync(id, spec, addresses, env, standing, ct), starts, keeper);
        _watches[id] = watch;
        watch.Start();
    }

    async Task<string?> AskAsync(ResourceId id, HealthSpec spec, IPAddress[] addresses, IEnumerable<KeyValuePair<string, string>> env, Func<Verdict> standing, CancellationToken ct)
    {
        if (standing() is { IsKnown: true } verdict)
        {
            return verdict.Why;
        }

        try
        {
            if (spec.Probe is { } probe)
            {
                ProbeTry found = await Prober.TryAsync(probe, spec.Timeout, ct);
                return found.Reached ? null : $"{probe.What}: {found.Outcome}";
            }

            return spec.Port is { } port
                ? await Readiness.OwnPortAsync(Prober, id.Name.Split('/')[0], port, addresses, spec.Timeout, ct)
                : await HealthCommand.RunAsync(keeper.Run, keeper.Name, id, spec.Exec, env, spec.Timeout, ct);
        }
        catch (Exception refused) when (refused is LinuxException or IOException or SocketException)
        {
            // The namespace has gone, say.
            return refused.Message;
        }
        catch (ObjectDisposedException)
        {
            throw new OperationCanceledException();
        }
    }

    // One that does not run answers nothing; one that has done its job is asked nothing.
    Verdict Standing(ServiceSpec spec) =>
        keeper.Services.TryGetValue(spec.Id.Name, out ServiceKeeper? service) && service.Waiting is { } waiting ? new Verdict(true, waiting)
        : ServiceExit.Find(keeper.Run, keeper.Name, spec.Id.Name) is { } exit ? new Verdict(true, exit.Code == 0 ? null : exit.How)
        : Verdict.Ask;

    /// <summary>Whether there is anything to ask.</summary>
    /// <param name="Why">Null: it is healthy.</param>
    readonly record struct Verdict(bool IsKnown, string? Why)
    {
        public static Verdict Ask => default;
    }
}
