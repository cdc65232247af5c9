using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Watching;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>All that the engine holds of one topology while it lives: its runtime, its services, and whose turn it is.</summary>
internal sealed class TopologyKeeper : IDisposable
{
    readonly RunDirectory run;
    readonly string name;
    readonly NamespaceThread kernel;
    readonly ILogger log;
    readonly TimeProvider clock;
    string? _busy;

    public TopologyKeeper(RunDirectory run, string name, NamespaceThread kernel, ILogger log, TimeProvider clock)
    {
        (this.run, this.name, this.kernel, this.log, this.clock) = (run, name, kernel, log, clock);
        Runtime = new RuntimeKeeper(run, name, log, clock);
        Health = new HealthWatches(this);
        Memory = new WorldMemory(kernel);
    }

    public string Name => name;

    public RunDirectory Run => run;

    public ILogger Log => log;

    public TimeProvider Clock => clock;

    /// <summary>The one thread that enters network namespaces to change them; shared by all topologies, since the kernel serialises there anyway.</summary>
    public NamespaceThread Kernel => kernel;

    public RuntimeKeeper Runtime { get; }

    public HealthWatches Health { get; }

    public WorldMemory Memory { get; }

    /// <summary>By <c>namespace/service</c>.</summary>
    public ConcurrentDictionary<string, ServiceKeeper> Services { get; } = new();

    /// <summary>Programs behind tunnels, by <c>namespace/kind</c>; of those that the kernel makes there are none.</summary>
    public ConcurrentDictionary<string, TunnelKeeper> Tunnels { get; } = new();

    /// <summary>By name.</summary>
    public ConcurrentDictionary<string, MachineKeeper> Machines { get; } = new();

    /// <returns>Null for what is no process, and for one that nobody keeps.</returns>
    public IKept? Kept(ResourceId id) => id.Kind switch
    {
        Kinds.Machine => Machines.GetValueOrDefault(id.Name),
        Kinds.Service or Kinds.Vnf => Services.GetValueOrDefault(id.Name) ?? Tunnels.GetValueOrDefault(id.Name),
        _ => null,
    };

    /// <summary>Ends those that a plan does not know: one that waits to be started again cannot be observed.</summary>
    /// <param name="known">The plan's services and machines, also those it deletes.</param>
    public Task EndServicesAsync(IEnumerable<ResourceId> known)
    {
        HashSet<string> names = [.. known.Where(id => id.Kind is Kinds.Service or Kinds.Vnf).Select(id => id.Name)];
        HashSet<string> machines = [.. known.Where(id => id.Kind == Kinds.Machine).Select(id => id.Name)];
        return Task.WhenAll([.. EndOthers(Machines, machines), .. EndOthers(Tunnels, names), .. EndOthers(Services, names)]);
    }

    static IEnumerable<Task> EndOthers<T>(ConcurrentDictionary<string, T> kept, HashSet<string> known)
        where T : class, IKept =>
        kept.Keys.Where(name => !known.Contains(name)).Select(name => kept.TryRemove(name, out T? one) ? one.StopAsync() : Task.CompletedTask);

    /// <summary>
    /// What has been done although it cannot be seen: a service that was started has a keeper, and may have finished already, or wait to
    /// be started again (whether it is ready is asked later); what is only noted, or told to nobody but the engine, is noted when all is done.
    /// </summary>
    public bool Keeps(PlanStep step) => step.IsOnlyNoted || step.Id.Kind switch
    {
        Kinds.Service or Kinds.Vnf => step.Action != PlanAction.Delete && Services.ContainsKey(step.Id.Name),
        Kinds.Machine => step.Action != PlanAction.Delete && Machines.ContainsKey(step.Id.Name),
        Kinds.Card => step.Action == PlanAction.Update && step.Changes.All(change => change.Path == CardSpec.AddressPath),
        Kinds.Namespace => step.Action == PlanAction.Update && step.Changes.All(change => NamespaceSpec.IsTold(change.Path)),
        _ => false,
    };

    /// <summary>Whether an apply stopped on its way and nothing was put back: until one succeeds, what differs is no drift. On disk, for the next engine.</summary>
    public bool IsHalfway => _isHalfway || File.Exists(Halfway);

    // Also where there is no room to note it.
    bool _isHalfway;

    string Halfway => $"{run.TopologyDirectory(name)}/halfway";

    /// <exception cref="IOException">It is noted that it is so, and the note cannot be removed.</exception>
    public void NoteHalfway(bool isSo)
    {
        _isHalfway = isSo;
        if (!isSo)
        {
            if (IsHalfway)
            {
                File.Delete(Halfway);
            }

            return;
        }

        try
        {
            Directory.CreateDirectory(run.TopologyDirectory(name));
            File.WriteAllText(Halfway, "");
        }
        catch (Exception refused) when (refused.IsRefusal())
        {
            // This engine knows it, and whoever asked is told; only the next engine will not know.
        }
    }

    /// <summary>The operation that holds the topology; null when none.</summary>
    public string? Busy => _busy;

    /// <returns>False when another operation holds it: nothing waits, the user is told.</returns>
    public bool TryEnter(string operation) => Interlocked.CompareExchange(ref _busy, operation, null) is null;

    public void Leave() => _busy = null;

    public void Dispose()
    {
        Health.Dispose();
        Runtime.Dispose();
        Memory.Dispose();
        foreach (ServiceKeeper service in Services.Values)
        {
            service.Dispose();
        }

        foreach (TunnelKeeper tunnel in Tunnels.Values)
        {
            tunnel.Dispose();
        }

        foreach (MachineKeeper machine in Machines.Values)
        {
            machine.Dispose();
        }
    }
}
