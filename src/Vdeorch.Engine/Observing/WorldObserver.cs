using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>
/// Looks at the live kernel and processes: 1 the notes, 2 one pass over /proc for marked processes, 3 the runtime's state
/// socket, 4 every pinned namespace of the topology by rtnetlink, on a thread that enters it. Nothing in this folder can
/// change the world; a test holds it to that.
/// </summary>
public static class WorldObserver
{
    /// <param name="wished">What a plan is to be made for, beside what was applied: it names the sysctls worth reading.</param>
    /// <exception cref="ObservationException">Something of the topology is there and cannot be looked at.</exception>
    public static WorldSnapshot Observe(RunDirectory run, string topology, Topology? wished = null) =>
        Observe(run, topology, wished, MarkedProcess.Scan(run));

    /// <summary>The same, of one that the engine keeps: namespaces in which nothing has changed since the last time are not entered.</summary>
    /// <inheritdoc cref="Observe(RunDirectory, string, Topology?)"/>
    internal static WorldSnapshot Observe(Supervising.TopologyKeeper keeper, Topology? wished = null) =>
        Observe(keeper.Run, keeper.Name, wished, MarkedProcess.Scan(keeper.Run), keeper.Memory);

    /// <summary>The same where much is better than nothing: with a runtime that does not answer, all that was applied and is in it is there, and unknown.</summary>
    public static WorldSnapshot Look(RunDirectory run, string topology)
    {
        WorldSnapshot seen = LookAt(run, topology, null, MarkedProcess.Scan(run));
        return seen.Hung is null ? seen : seen with { Objects = [.. seen.Objects.Select(WithoutPort), .. Hidden(seen)] };
    }

    /// <summary>Names of every topology of which anything is there: a note, a namespace or a process.</summary>
    public static ImmutableArray<string> Topologies(RunDirectory run)
    {
        ImmutableArray<MarkedProcess> processes = MarkedProcess.Scan(run);
        using NamespaceThread thread = new("vdeorch-look");
        IEnumerable<string> noted = Directory.Exists(run.Topologies) ? Directory.EnumerateDirectories(run.Topologies).Select(path => Path.GetFileName(path)) : [];
        IEnumerable<string> pinned = Pins.List(run.Pins)
            .Select(pin => pin.Split('.'))
            .Where(parts => parts.Length == 2 && NamespaceObserver.IsOurs(thread, run, parts[0], parts[1]))
            .Select(parts => parts[0]);
        IEnumerable<string> running = processes.Select(process => process.Topology);
        return [.. noted.Concat(pinned).Concat(running).Distinct().Order(Comparer<string>.Create(NaturalOrder.Compare))];
    }

    internal static WorldSnapshot Observe(RunDirectory run, string topology, Topology? wished, ImmutableArray<MarkedProcess> processes, WorldMemory? memory = null)
    {
        WorldSnapshot seen = LookAt(run, topology, wished, processes, memory);
        return seen.Hung is { } hung ? throw new ObservationException(hung) : seen;
    }

    // What an interface is plugged into is the runtime's to say.
    static Observed WithoutPort(Observed thing) => thing.Id.Kind != Kinds.Interface ? thing
        : thing with { Health = Health.Unknown, Reason = "its runtime does not answer", Fields = thing.Fields.Remove("to"), Enumerated = [.. thing.Enumerated.Where(path => !VlanFields.Paths.Contains(path) && !LinkImpairment.Paths.Contains(path))] };

    static IEnumerable<Observed> Hidden(WorldSnapshot seen) => (seen.Applied?.Topology?.Resources ?? [])
        .Where(spec => spec.Id.Kind is Kinds.Switch or Kinds.Cloud or Kinds.Plug or Kinds.Cable or Kinds.Card)
        .Select(spec => new Observed(spec.Id, Health.Unknown) { Reason = "its runtime does not answer" });

    static WorldSnapshot LookAt(RunDirectory run, string topology, Topology? wished, ImmutableArray<MarkedProcess> processes, WorldMemory? memory = null)
    {
        Applied? applied = Applied.Read(run, topology);
        RuntimeSeen runtime = RuntimeObserver.Observe(run, topology, processes, memory);
        Model.Runtime.RuntimeState? state = runtime.State;

        ImmutableArray<Observed>.Builder objects = ImmutableArray.CreateBuilder<Observed>();
        ImmutableArray<string>.Builder notes = ImmutableArray.CreateBuilder<string>();
        ImmutableDictionary<ResourceId, int>.Builder pids = ImmutableDictionary.CreateBuilder<ResourceId, int>();
        string? hosts = HostsObserver.Observe(run, topology, memory?.Hosts ?? new HostsMemory(), wished, applied?.Topology);
        objects.AddRange(CardObserver.Complete(run, topology, applied?.Topology, runtime.Objects).Select(thing => thing.Id.Kind == Kinds.Runtime && hosts is not null ? thing with { Fields = thing.Fields.SetItem(HostNames.Path, hosts), Enumerated = [HostNames.Path] } : thing));
        if (runtime.Pid is { } pid)
        {
            pids.Add(new ResourceId(Kinds.Runtime, topology), pid);
        }

        NamespaceObserver namespaces = new(run, topology, Sysctls(wished, applied?.Topology), Hooked(wished ?? applied?.Topology), state) { Applied = applied?.Topology?.Namespaces.ToDictionary(spec => spec.Name) ?? [], Leasing = (applied?.Topology?.Interfaces ?? []).Where(one => one.Dhcp).ToLookup(one => one.Namespace, one => one.Name), Queued = Queued(run, topology), Memory = memory?.Namespaces };
        namespaces.Observe(objects, notes);
        VnfObserver.Observe(run, topology, applied is not null, objects);
        HookObserver.Observe(run, topology, applied?.Topology, objects);
        ServiceObserver.Observe(run, topology, applied?.Topology, processes, objects, pids);
        MachineObserver.Observe(run, topology, applied?.Topology, processes, objects, pids);
        return new WorldSnapshot(topology, [.. Labels.Noted(LimitObserver.Look(run, topology, objects, wished, applied?.Topology), applied?.Topology)], applied, [.. notes, .. LimitObserver.Complain(run, wished ?? applied?.Topology), .. MachineObserver.Complain(objects)]) { Pids = pids.ToImmutable(), Runtime = state, Hung = runtime.Hung, ConfirmBy = Pending.Read(run, topology)?.Until };
    }

    static ILookup<string, string> Queued(RunDirectory run, string topology) =>
        VnfNote.All(run, topology).SelectMany(note => (note.Note.Queues?.Keys.AsEnumerable() ?? []).Select(link => (Namespace: note.Vnf.Split('/')[0], Link: link))).ToLookup(pair => pair.Namespace, pair => pair.Link);

    // What is there without a mark is the hooks' there, as long as the file has any.
    static HashSet<string> Hooked(Topology? topology) => [.. (topology?.Hooks ?? []).Where(hooks => !hooks.Up.IsEmpty).Select(hooks => hooks.Namespace)];

    // Absent knowledge is not drift, so only the sysctls somebody asked for are read.
    static ILookup<string, string> Sysctls(params ReadOnlySpan<Topology?> topologies)
    {
        HashSet<(string Namespace, string Key)> keys = [];
        foreach (Topology? topology in topologies)
        {
            foreach (NamespaceSpec ns in (topology?.Namespaces ?? []).Where(ns => !ns.Sysctls.IsEmpty))
            {
                keys.UnionWith(ns.Sysctls.Keys.Select(key => (ns.Name, key)));
            }
        }

        return keys.ToLookup(pair => pair.Namespace, pair => pair.Key);
    }
}
