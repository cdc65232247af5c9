using System.Collections.Immutable;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Leasing;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Watching;
using Vdeorch.Linux;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Makes a status report from what is observed; what only a running engine knows it adds itself.</summary>
public static class StatusBuilder
{
    /// <param name="topology">Null for all.</param>
    /// <param name="engine">Null: no engine runs.</param>
    public static StatusReport Build(RunDirectory run, string? topology, EngineStatus? engine) =>
        new(StatusReport.CurrentFormat, engine, [.. WorldObserver.Topologies(run).Where(name => topology is null || name == topology).Select(name => Topology(run, name))]);

    static TopologyStatus Topology(RunDirectory run, string name)
    {
        WorldSnapshot world;
        try
        {
            world = WorldObserver.Look(run, name);
        }
        catch (ObservationException refused)
        {
            return new TopologyStatus(name, null, null, null, 0, null, [], []) { Notes = [refused.Message] };
        }

        Topology? wished = world.Applied?.Topology;
        Plan plan = Planner.Diff(name, wished?.Resources ?? [], world.Objects, wished?.Resources, policy: wished?.Policy);
        Dictionary<ResourceId, Observed> found = world.Objects.ToDictionary(thing => thing.Id);
        Dictionary<ResourceId, ServiceSpec> programs = (wished?.Services ?? []).ToDictionary(spec => spec.Id);
        LabelLookup labels = Labels.Lookup(wished?.Resources ?? [], []);
        ImmutableArray<string> lost = world.Applied is null ? ["the notes are lost: what was asked for is unknown; apply the file again, or destroy"] : [];
        return new TopologyStatus(
            name, world.Applied?.File, world.Applied?.At, null,
            wished is null ? 0 : plan.Changes.Count(),
            Runtime(name, world),
            [.. plan.Steps.OrderBy(step => step.Id).Select(step => Late(run, name, Asked(Object(step, found.GetValueOrDefault(step.Id), world, wished is null))) with { Labels = labels(step.Id), Leases = GivenLeases.Of(run, name, programs.GetValueOrDefault(step.Id)) })],
            Switches(run, name, world))
        {
            ConfirmBy = world.ConfirmBy,
            Notes = [.. new[] { world.Hung }.OfType<string>(), .. lost, .. Waiting(name, world), .. LeftOver(world), .. Reported(wished, plan), .. world.Notes],
        };

        // What it says of itself, where nothing worse is known.
        ObjectStatus Asked(ObjectStatus seen) => seen is { Health: Health.Healthy, Pid: not null } && programs.GetValueOrDefault(seen.Id)?.Daemon is { Report: not null } daemon && DaemonQuestion.Ask(run, name, seen.Id, daemon) is var (health, why)
            ? seen with { Health = health, Reason = why } : seen;
    }

    static string[] Waiting(string name, WorldSnapshot world) =>
        world.ConfirmBy is { } until ? [$"taken back at {until:HH:mm:ss}Z unless somebody says: vdeorch confirm {name}"] : [];

    static string[] Reported(Topology? wished, Plan plan) => wished?.Policy.Drift == DriftPolicy.Report && !plan.IsEmpty
        ? ["drifted, and left so, since policy.drift is report: `vdeorch apply` puts it back"] : [];

    static string[] LeftOver(WorldSnapshot world) => world.Applied is { Left: { IsEmpty: false } left }
        ? [$"no longer in the file, and not taken away: {string.Join(", ", left)}"] : [];

    static ObjectStatus Object(PlanStep step, Observed? thing, WorldSnapshot world, bool isUnknown)
    {
        bool differs = step.Action != PlanAction.Keep && !isUnknown;
        string state = thing is null ? "missing" : HasEnded(thing) ? thing.Fields["state"] : differs ? "drifted" : thing.Health == Health.Unknown ? "unknown" : world.Hung is not null && thing.Id.Kind == Kinds.Runtime ? "hung" : Word(thing);
        // Only an engine asks, and says how it came out.
        bool isUnasked = thing is { Health: Health.Healthy } && !differs && thing.Fields.GetValueOrDefault(HealthSpec.Path, "").Length > 0 && !HasEnded(thing);
        return new ObjectStatus(step.Id, state, thing is null ? Health.Failed : isUnasked ? Health.Unknown : differs && thing.Health == Health.Healthy ? Health.Degraded : thing.Health,
            thing?.Reason ?? (differs ? step.Reason : isUnasked ? "nobody asks for its health: no engine runs" : null), thing?.Fields ?? ImmutableSortedDictionary<string, string>.Empty)
        {
            Drift = differs ? step.Changes : [],
            Pid = world.Pids.TryGetValue(step.Id, out int pid) ? pid : null,
        };
    }

    /// <summary>Why something is starting, for people.</summary>
    internal static string NotReady(string? why) => why is null ? "not ready yet" : $"not ready: {why}";

    // As the last engine left it; one that runs knows better.
    static ObjectStatus Late(RunDirectory run, string topology, ObjectStatus seen) =>
        seen is { Id.Kind: Kinds.Service or Kinds.Vnf, Health: Health.Healthy or Health.Unknown } && HealthNote.Find(run, topology, HealthNote.Ready, seen.Id) is { State: not HealthState.Healthy } note
            ? seen with { Health = Health.Starting, HealthSince = note.Since, Reason = NotReady(note.Why) } : seen;

    static bool HasEnded(Observed thing) => thing.Id.Kind is Kinds.Service or Kinds.Vnf or Kinds.Machine && thing.Fields.GetValueOrDefault("state") is not (null or "running" or MachineSpec.Expected);

    static string Ran(Observed thing) => thing.Fields.GetValueOrDefault("state") ?? "completed";

    static string Word(Observed thing) => thing.Id.Kind switch
    {
        Kinds.Hooks => "ran",
        Kinds.Runtime or Kinds.Service => Ran(thing),
        Kinds.Vnf when thing.IsProgram => Ran(thing),
        Kinds.Machine => MachineWord(thing),
        Kinds.Card when thing.Fields.ContainsKey(CardObserver.Join) => thing.Reason is null ? "joined" : "waiting",
        _ => "up",
    };

    static string MachineWord(Observed thing) => thing.Fields.GetValueOrDefault("state") is not { } state ? "off"
        : state == MachineSpec.Running && thing.Fields.GetValueOrDefault(MachineObserver.RunsBy) is { Length: > 0 } by ? $"running ({by})" : state;

    static RuntimeStatus? Runtime(string topology, WorldSnapshot world) =>
        world.Runtime is { } state && world.Pids.TryGetValue(new ResourceId(Kinds.Runtime, topology), out int pid)
            ? new RuntimeStatus(pid, state.Uptime, state.Workers, 0, false, ProcFs.PssKiB(pid) ?? 0)
            : null;

    static ImmutableArray<SwitchStatus> Switches(RunDirectory run, string topology, WorldSnapshot world)
    {
        if (world.Runtime is not { } state)
        {
            return [];
        }

        ILookup<string?, PortState> ports = state.Ports.ToLookup(port => port.Switch);
        try
        {
            using RuntimeClient client = new(run.StateSocket(topology));
            ILookup<string, TreeRoot> trees = Trees(client, state).ToLookup(root => root.Switch, StringComparer.Ordinal);
            return [.. state.Switches.Select(sw => Switch(sw, ports, client.Macs(sw.Name)) with { Trees = trees.Contains(sw.Name) ? [.. trees[sw.Name]] : null })];
        }
        catch (Exception gone) when (gone is LinuxException or RuntimeRefusedException)
        {
            return [.. state.Switches.Select(sw => Switch(sw, ports, []))];
        }
    }

    static ImmutableArray<TreeRoot> Trees(RuntimeClient client, RuntimeState state)
    {
        try
        {
            return state.Switches.Any(sw => sw.Stp is not null) ? client.Trees() : [];
        }
        catch (RuntimeRefusedException)
        {
            // One that was started by an earlier version does not know the question.
            return [];
        }
    }

    // Under the names that counters and captures give them.
    static SwitchStatus Switch(SwitchSettings sw, ILookup<string?, PortState> ports, ImmutableArray<MacEntry> macs) => new(
        sw.Name,
        [.. ports[sw.Name].Select(port => port with { Name = RuntimeNames.Shown(port.Name) })],
        [.. macs.Select(mac => mac with { Port = RuntimeNames.Shown(mac.Port) })]);
}
