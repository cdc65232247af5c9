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
    static readonly TimeSpan s_longestCommand = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<ResourceId, HealthWatch> _watches = new();
    readonly ConcurrentDictionary<ResourceId, HealthWatch> _ready = new();
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

    /// <returns>Null when its file does not say when it is ready.</returns>
    public HealthWatch? FindReady(ResourceId id) => _ready.GetValueOrDefault(id);

    /// <summary>Asks from now on. What is asked already, and in the same way, is left as it is.</summary>
    /// <param name="addresses">Those of the namespace, where a port of its own may be.</param>
    public void Watch(NamespaceSpec spec, IEnumerable<IPAddress> addresses) =>
        Watch(HealthNote.Health, spec.Id, spec.Health, [.. addresses], null, () => Verdict.Ask, () => 0);

    /// <summary>Also whether it is ready, until it is: an apply waits no longer than its time.</summary>
    /// <inheritdoc cref="Watch(NamespaceSpec, IEnumerable{IPAddress})"/>
    public void Watch(ServiceSpec spec, IEnumerable<IPAddress> addresses)
    {
        IPAddress[] own = [.. addresses];
        Watch(HealthNote.Health, spec.Id, spec.Health, own, spec, () => Standing(spec), Starts);
        Watch(HealthNote.Ready, spec.Id, spec.Ready is { } ready ? OfReady(ready) : null, own, spec, () => Waiting(spec), Starts);

        int Starts() => keeper.Kept(spec.Id)?.Restarts ?? 0;
    }

    /// <summary>It goes, or is made anew.</summary>
    public void Forget(ResourceId id)
    {
        Forget(HealthNote.Health, id);
        Forget(HealthNote.Ready, id);
    }

    /// <summary>Nobody asks for the health of anything else.</summary>
    public void Retain(Func<ResourceId, bool> isWanted)
    {
        foreach (ResourceId id in _watches.Keys.Union(_ready.Keys).Where(id => !isWanted(id)))
        {
            Forget(id);
        }
    }

    /// <summary>The notes stay, for the next engine.</summary>
    public void Dispose()
    {
        foreach (HealthWatch watch in _watches.Values.Concat(_ready.Values))
        {
            watch.Dispose();
        }

        lock (_gate)
        {
            _isDisposed = true;
            _thread?.Dispose();
        }
    }

    // Never unhealthy: it is ready, or not yet.
    static HealthSpec OfReady(ReadySpec ready) =>
        ready.Lease is { } link ? new() { Lease = link, Timeout = Prober.Patience, Retries = int.MaxValue }
        : ready.Tcp is { } port ? new() { Port = port, Timeout = Prober.Patience, Retries = int.MaxValue } : new() { Exec = ready.Exec, Timeout = s_longestCommand, Retries = int.MaxValue };

    void Forget(string kind, ResourceId id)
    {
        if (Of(kind).TryRemove(id, out HealthWatch? watch))
        {
            watch.Dispose();
        }

        HealthNote.Forget(keeper.Run, keeper.Name, kind, id);
    }

    ConcurrentDictionary<ResourceId, HealthWatch> Of(string kind) => kind == HealthNote.Ready ? _ready : _watches;

    void Watch(string kind, ResourceId id, HealthSpec? spec, IPAddress[] addresses, ServiceSpec? service, Func<Verdict> standing, Func<int> starts)
    {
        if (spec is null)
        {
            Forget(kind, id);
            return;
        }

        if (Of(kind).TryGetValue(id, out HealthWatch? known))
        {
            if (known.Asks == spec.ToString())
            {
                return;
            }

            Forget(kind, id);
        }

        HealthWatch watch = new(id, spec, ct => AskAsync(kind, id, spec, addresses, service, standing, ct), starts, keeper, kind);
        Of(kind)[id] = watch;
        watch.Start();
    }

    async Task<string?> AskAsync(string kind, ResourceId id, HealthSpec spec, IPAddress[] addresses, ServiceSpec? service, Func<Verdict> standing, CancellationToken ct)
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

            if (spec.Lease is { } link)
            {
                return await Prober.LeaseAsync(id.Name.Split('/')[0], link);
            }

            return spec.Port is { } port
                ? await Readiness.OwnPortAsync(Prober, id.Name.Split('/')[0], port, addresses, spec.Timeout, ct)
                : await HealthCommand.RunAsync(keeper.Run, keeper.Name, kind, id, spec.Exec, service is null ? [] : service.Env, spec.Timeout, service?.Daemon is null ? null : service, ct);
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
        Waiting(spec) is { IsKnown: true } waits ? waits
        : ServiceExit.Find(keeper.Run, keeper.Name, spec.Id.Name) is { } exit ? new Verdict(true, exit.Code == 0 ? null : exit.How)
        : Verdict.Ask;

    Verdict Waiting(ServiceSpec spec) =>
        keeper.Kept(spec.Id)?.Waiting is { } waiting ? new Verdict(true, waiting) : Verdict.Ask;

    /// <summary>Whether there is anything to ask.</summary>
    /// <param name="Why">Null: it is healthy.</param>
    readonly record struct Verdict(bool IsKnown, string? Why)
    {
        public static Verdict Ask => default;
    }
}
