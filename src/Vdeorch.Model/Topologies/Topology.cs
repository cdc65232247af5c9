using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>One topology file, read: sugar, replicas and expressions resolved. What the user wants; nothing here was observed.</summary>
public sealed record Topology
{
    public required string Name { get; init; }
    public Policy Policy { get; init; } = Policy.Default;
    public ImmutableArray<SwitchSpec> Switches { get; init; } = [];
    /// <summary>Clouds, plugs, and the locators of single interfaces.</summary>
    public ImmutableArray<SegmentSpec> Segments { get; init; } = [];

    public ImmutableArray<CableSpec> Cables { get; init; } = [];
    public ImmutableArray<NamespaceSpec> Namespaces { get; init; } = [];
    public ImmutableArray<InterfaceSpec> Interfaces { get; init; } = [];
    public ImmutableArray<VnfSpec> Vnfs { get; init; } = [];
    public ImmutableArray<HooksSpec> Hooks { get; init; } = [];
    public ImmutableArray<ServiceSpec> Services { get; init; } = [];
    public ImmutableArray<MachineSpec> Machines { get; init; } = [];
    public ImmutableArray<CardSpec> Cards { get; init; } = [];
    public ImmutableArray<CheckSpec> Checks { get; init; } = [];

    /// <summary>Whether its runtime has to open something of the host.</summary>
    public bool HasLocators => !Segments.IsEmpty || !Cards.IsEmpty || Switches.Any(sw => sw.Public is not null || sw.Console is not null) || Cables.Any(cable => cable.Left.Locator is not null || cable.Right.Locator is not null);

    /// <summary>The objects that <paramref name="holds"/> is true of, and the checks whose probes start in namespaces among them.</summary>
    public Topology Where(Func<ResourceId, bool> holds) => this with
    {
        Switches = [.. Switches.Where(spec => holds(spec.Id))],
        Segments = [.. Segments.Where(spec => holds(spec.Id))],
        Cables = [.. Cables.Where(spec => holds(spec.Id))],
        Namespaces = [.. Namespaces.Where(spec => holds(spec.Id))],
        Interfaces = [.. Interfaces.Where(spec => holds(spec.Id))],
        Vnfs = [.. Vnfs.Where(spec => holds(spec.Id))],
        Hooks = [.. Hooks.Where(spec => holds(spec.Id))],
        Services = [.. Services.Where(spec => holds(spec.Id))],
        Machines = [.. Machines.Where(spec => holds(spec.Id))],
        Cards = [.. Cards.Where(spec => holds(spec.Id))],
        Checks = [.. Checks.Where(check => check.Probes.All(probe => holds(new ResourceId(Kinds.Namespace, probe.From))))],
    };

    /// <summary>Both together.</summary>
    /// <param name="other">Has no object that this one has; of checks of one name this one's counts.</param>
    public Topology Over(Topology other) => this with
    {
        Switches = [.. other.Switches, .. Switches],
        Segments = [.. other.Segments, .. Segments],
        Cables = [.. other.Cables, .. Cables],
        Namespaces = [.. other.Namespaces, .. Namespaces],
        Interfaces = [.. other.Interfaces, .. Interfaces],
        Vnfs = [.. other.Vnfs, .. Vnfs],
        Hooks = [.. other.Hooks, .. Hooks],
        Services = [.. other.Services, .. Services],
        Machines = [.. other.Machines, .. Machines],
        Cards = [.. other.Cards, .. Cards],
        Checks = [.. other.Checks.Where(check => Checks.All(mine => mine.Name != check.Name)), .. Checks],
    };

    /// <summary>Whatever has addresses: interfaces of namespaces, and cards of machines in the same shape.</summary>
    public IEnumerable<InterfaceSpec> Addressed => Interfaces.Concat(Cards.Select(card => card.AsInterface));

    bool IsEmpty => Switches.IsEmpty && Segments.IsEmpty && Cables.IsEmpty && Namespaces.IsEmpty && Machines.IsEmpty;

    /// <summary>Every object, the plug runtime that carries them included; none when the file asks for nothing.</summary>
    public IEnumerable<IResourceSpec> Resources =>
    [
        .. IsEmpty ? Array.Empty<IResourceSpec>() : [new RuntimeSpec(Name, HasLocators)],
        .. Switches, .. Segments, .. Cables, .. Namespaces, .. Interfaces, .. Vnfs, .. Hooks, .. Services, .. Machines, .. Cards,
    ];

    /// <summary>The same by their ids. Made once: a plan of one field would else spend its time on making it.</summary>
    public IReadOnlyDictionary<ResourceId, IResourceSpec> ById => s_byId.GetValue(this, topology => topology.Resources.ToDictionary(spec => spec.Id));

    static readonly ConditionalWeakTable<Topology, Dictionary<ResourceId, IResourceSpec>> s_byId = [];
}
