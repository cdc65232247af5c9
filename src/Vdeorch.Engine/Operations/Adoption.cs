using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Reconciling;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Operations;

/// <summary>
/// What a new engine does with what the last one left running: takes over runtimes with their taps and services with
/// their policies, and starts those that ended meanwhile. Nothing else is touched; the rest of the drift waits for an apply.
/// </summary>
internal static class Adoption
{
    /// <returns>What was taken over: <c>runtime/lab</c>, <c>service/lab/alice/echo</c>.</returns>
    public static async Task<ImmutableArray<string>> RunAsync(RunDirectory run, TopologyOperations operations, ILogger log)
    {
        List<string> adopted = [];
        foreach (string topology in WorldObserver.Topologies(run))
        {
            try
            {
                await AdoptAsync(run, operations.Keeper(topology), adopted);
            }
            catch (Exception refused) when (refused is LinuxException or ObservationException or RuntimeRefusedException or StepFailedException)
            {
                // One broken topology must not keep the engine from the others.
                log.NotAdopted(topology, refused.Message);
            }
        }

        return [.. adopted];
    }

    /// <summary>
    /// Before an operation: takes over what runs and has no keeper, because the runtime did not answer when the engine
    /// started, or because the notes that say how to keep a service were lost, or not yet written.
    /// </summary>
    /// <param name="topology">How they are to be kept; null: not at all.</param>
    /// <exception cref="LinuxException">The runtime does not answer.</exception>
    public static void Complete(TopologyKeeper keeper, Topology? topology, WorldSnapshot world)
    {
        if (world.Runtime is not null && keeper.Runtime.Pid is null)
        {
            keeper.Runtime.Adopt(world.Pids[new ResourceId(Kinds.Runtime, keeper.Name)]);
        }

        AdoptServices(keeper, (topology?.Services ?? []).Where(spec => !keeper.Services.ContainsKey(spec.Id.Name)), world);
        AdoptTunnels(keeper, topology, world);
        AdoptMachines(keeper, (topology?.Machines ?? []).Where(spec => !keeper.Machines.ContainsKey(spec.Name)), world);
    }

    static ImmutableArray<ServiceSpec> AdoptServices(TopologyKeeper keeper, IEnumerable<ServiceSpec> services, WorldSnapshot world)
    {
        ImmutableArray<ServiceSpec> running = [.. services.Where(spec => world.Pids.ContainsKey(spec.Id))];
        foreach (ServiceSpec spec in running)
        {
            ServiceKeeper service = new(keeper.Run, keeper.Name, spec, keeper.Log, keeper.Clock);
            keeper.Services[spec.Id.Name] = service;
            service.Adopt(world.Pids[spec.Id]);
        }

        return running;
    }

    // Which of them have programs behind them only the notes say.
    static ImmutableArray<VnfSpec> AdoptTunnels(TopologyKeeper keeper, Topology? topology, WorldSnapshot world)
    {
        ImmutableArray<VnfSpec> kept = [.. (topology?.Vnfs ?? []).Where(spec => spec.Wireguard is not null && !keeper.Tunnels.ContainsKey(spec.Id.Name) && VnfNote.Find(keeper.Run, keeper.Name, spec.Id.Name) is { Tunnel.IsProgram: true } && world.Objects.Any(thing => thing.Id == spec.Id))];
        foreach (VnfSpec spec in kept)
        {
            TunnelKeeper tunnel = new(keeper.Run, keeper.Name, new Tunnel(keeper.Run, keeper.Name, spec, keeper.Kernel), keeper.Log, keeper.Clock);
            keeper.Tunnels[spec.Id.Name] = tunnel;
            if (world.Pids.TryGetValue(spec.Id, out int pid))
            {
                tunnel.Adopt(pid);
            }
            else
            {
                StartAgain(tunnel, keeper);
            }
        }

        return kept;
    }

    // It ended while nobody looked. One that cannot be started is drift, and keeps nobody from the rest.
    static void StartAgain(TunnelKeeper tunnel, TopologyKeeper keeper)
    {
        try
        {
            tunnel.Start();
        }
        catch (Exception refused) when (refused.IsRefusal())
        {
            keeper.Log.StartFailed(keeper.Name, tunnel.Spec.Id, refused.Message);
        }
    }

    static ImmutableArray<MachineSpec> AdoptMachines(TopologyKeeper keeper, IEnumerable<MachineSpec> machines, WorldSnapshot world)
    {
        ImmutableArray<MachineSpec> running = [.. machines.Where(spec => world.Pids.ContainsKey(spec.Id))];
        foreach (MachineSpec spec in running)
        {
            MachineKeeper machine = new(keeper.Run, keeper.Name, spec, keeper.Log, keeper.Clock);
            keeper.Machines[spec.Name] = machine;
            machine.Adopt(world.Pids[spec.Id]);
        }

        return running;
    }

    static async Task AdoptAsync(RunDirectory run, TopologyKeeper keeper, List<string> adopted)
    {
        WorldSnapshot world = WorldObserver.Observe(run, keeper.Name);
        ResourceId runtime = new(Kinds.Runtime, keeper.Name);
        if (world.Pids.TryGetValue(runtime, out int pid))
        {
            keeper.Runtime.Adopt(pid);
            adopted.Add(runtime.ToString());
        }

        if (world.Applied?.Topology is not { } topology)
        {
            return;
        }

        adopted.AddRange(AdoptServices(keeper, topology.Services, world).Select(spec => $"{spec.Id.Kind}/{keeper.Name}/{spec.Id.Name}"));
        adopted.AddRange(AdoptTunnels(keeper, topology, world).Select(spec => $"{spec.Id.Kind}/{keeper.Name}/{spec.Id.Name}"));
        adopted.AddRange(AdoptMachines(keeper, topology.Machines, world).Select(spec => $"{spec.Id.Kind}/{keeper.Name}/{spec.Name}"));
        await RestartAsync(keeper, topology, world);
    }

    // Runtime and services are kept running without being asked, so those that ended while no engine looked are started,
    // with the plugs and switches that a runtime is nothing without.
    static async Task RestartAsync(TopologyKeeper keeper, Topology topology, WorldSnapshot world)
    {
        HashSet<string> namespaces = [.. world.Objects.Where(thing => thing.Id.Kind == Kinds.Namespace).Select(thing => thing.Id.Name)];
        if (namespaces.Count == 0 && !world.Pids.Keys.Any(id => id.Kind == Kinds.Machine))
        {
            // The host was restarted: only an apply builds everything again.
            return;
        }

        Plan plan = Planner.Diff(keeper.Name, topology.Resources, world.Objects, topology.Resources, policy: topology.Policy);
        bool runtimeWasGone = world.Runtime is null;
        PlanStep[] ours = [.. plan.Changes.Where(step =>
            (step.Id.Kind == Kinds.Machine && WantsMachine(topology, step))
            || (step.Id.Kind is Kinds.Service or Kinds.Vnf && Wants(topology, step) && namespaces.Contains(step.Id.Name.Split('/')[0]))
            || (runtimeWasGone && (step.Id.Kind is Kinds.Runtime or Kinds.Switch or Kinds.Cloud or Kinds.Plug or Kinds.Cable or Kinds.Card || (step.Id.Kind == Kinds.Interface && step.Action == PlanAction.Update))))];
        Plan restart = plan with { Steps = [.. ours] };
        await Executor.ExecuteAsync(restart, new ApplyContext(keeper, restart, topology, world, _ => { }), CancellationToken.None);
    }

    static bool Wants(Topology topology, PlanStep step) =>
        step.Action != PlanAction.Delete
        && topology.Services.FirstOrDefault(spec => spec.Id == step.Id) is { Restart: not RestartPolicy.No }
        && (step.Action == PlanAction.Create || step.Changes.Any(change => change.Path == "state"));

    static bool WantsMachine(Topology topology, PlanStep step) =>
        step.Action != PlanAction.Delete
        && topology.Machines.FirstOrDefault(spec => spec.Id == step.Id) is { IsExternal: false, Restart: not RestartPolicy.No }
        && (step.Action == PlanAction.Create || step.Changes.Any(change => change.Path == "state"));
}
