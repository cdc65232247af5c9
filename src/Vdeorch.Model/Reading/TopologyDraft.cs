using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Reading.Rereading;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Values;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Model.Reading;

/// <summary>What was read so far, with positions. Objects with mistakes in them are here too, so that one mistake is not reported as two.</summary>
internal sealed class TopologyDraft(string name)
{
    public string Name => name;
    public Policy Policy { get; set; } = Policy.Default;
    public List<SwitchDraft> Switches { get; } = [];
    public Dictionary<string, SwitchDraft> SwitchesByName { get; } = new(StringComparer.Ordinal);
    public List<SegmentDraft> Segments { get; } = [];
    public Dictionary<string, SegmentDraft> SegmentsByName { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that plugs lie over.</summary>
    public HashSet<string> Over { get; } = new(StringComparer.Ordinal);

    public List<CableDraft> Cables { get; } = [];

    /// <summary>Filled in by the rule that joins <see cref="Cables"/>.</summary>
    public List<CableSpec> ResolvedCables { get; } = [];

    /// <summary>Of those that have any, by their names; filled in together with them.</summary>
    public Dictionary<string, VlanValues> CableVlans { get; } = new(StringComparer.Ordinal);

    /// <summary>And machines, which are told from them by <see cref="NamespaceDraft.Machine"/>: both are named, plugged in, reached and waited for alike.</summary>
    public List<NamespaceDraft> Namespaces { get; } = [];
    public Dictionary<string, NamespaceDraft> NamespacesByName { get; } = new(StringComparer.Ordinal);

    /// <summary>Names with <c>replicas</c>, which are no namespaces themselves.</summary>
    public HashSet<string> Replicated { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of <see cref="Replicated"/> whose number could not be read.</summary>
    public HashSet<string> Uncounted { get; } = new(StringComparer.Ordinal);

    public List<CheckDraft> Checks { get; } = [];

    /// <summary>Filled in by the rule that resolves <see cref="Checks"/>.</summary>
    public List<CheckSpec> ResolvedChecks { get; } = [];

    /// <summary>Whether it would be a namespace if its replicas could be counted: then it is no mistake to name it.</summary>
    public bool MayBeReplica(string ns) =>
        ns.LastIndexOf('-') is > 0 and int dash && Uncounted.Contains(ns[..dash]) && ns.Length > dash + 1 && ns.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <returns>Null when nothing that interfaces can be plugged into has this name.</returns>
    public ResourceId? SegmentOf(string name) =>
        SwitchesByName.ContainsKey(name) ? new ResourceId(Kinds.Switch, name)
        : SegmentsByName.TryGetValue(name, out SegmentDraft? segment) ? segment.Spec.Id : null;

    /// <summary>For messages: <c>switch/lan</c>, <c>cloud/lan1</c>; a locator as it stands.</summary>
    public string Describe(string to) => SegmentOf(to)?.ToString() ?? to;
}

internal sealed record SegmentDraft(Located<string> Name, SegmentSpec Spec);

/// <summary>An end is a name, a locator or namespace/interface; which, a rule finds out.</summary>
internal sealed record CableDraft(Located<string> Left, Located<string> Right, VlanValues? Vlans, PortSpanning? Spanning, LinkImpairment? Impair, TextRange At)
{
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Topologies.Labels.None;

    public TextRange LabelsAt { get; init; }
}

/// <summary>What <c>to</c> says: a segment's name, or a locator.</summary>
/// <param name="Locator">Null for a name.</param>
internal sealed record SegmentText(string Text, Uvdel? Locator);

internal sealed class SwitchDraft(Located<string> name, SwitchSpec spec)
{
    public Located<string> Name => name;

    /// <summary>A rule fills in what depends on the rest of the file.</summary>
    public SwitchSpec Spec { get; set; } = spec;

    /// <summary>In order of their numbers; the VLANs of the specification's are those that these come to.</summary>
    public ImmutableArray<NumberedDraft> Numbered { get; init; } = [];

    /// <summary>The specification's is what this comes to.</summary>
    public MirrorDraft? Mirror { get; init; }
}

/// <summary>Names of interfaces, or of namespaces that have one at the switch; which, a rule finds out.</summary>
/// <param name="From">Null: all others.</param>
internal sealed record MirrorDraft(Located<string> To, ImmutableArray<Located<string>>? From, bool In, bool Out);

/// <param name="Port">All but its VLANs.</param>
internal sealed record NumberedDraft(NumberedPort Port, VlanValues? Vlans);

internal sealed class NamespaceDraft
{
    public required string Name { get; init; }
    /// <summary>The key; set once the object is read.</summary>
    public TextRange At { get; set; }

    /// <summary>"while expanding web-3"; null outside of replicas.</summary>
    public required string? Note { get; init; }

    ImmutableArray<InterfaceDraft> _interfaces;

    /// <summary>In natural order of their names.</summary>
    public required ImmutableArray<InterfaceDraft> Interfaces { get => _interfaces; init => _interfaces = value; }

    public required ImmutableArray<RouteDraft> Routes { get; init; }
    public required ImmutableArray<RuleSpec> Rules { get; init; }
    public required ImmutableSortedDictionary<string, string> Sysctls { get; init; }
    public required ImmutableArray<IPAddress> Dns { get; init; }
    public required ImmutableSortedDictionary<string, string> Labels { get; init; }
    public required Limits Limits { get; init; }
    /// <summary>Null: it has none.</summary>
    public required HooksSpec? Hooks { get; set; }

    public required ImmutableArray<NamespaceFile> Files { get; init; }
    public required ImmutableArray<ServiceDraft> Services { get; set; }

    public ImmutableArray<VnfDraft> Vnfs { get; init; } = [];

    /// <summary>Filled in by the rule that resolves <see cref="Vnfs"/>.</summary>
    public ImmutableArray<VnfSpec> ResolvedVnfs { get; set; } = [];

    public HealthDraft? Health { get; init; }

    public ImmutableArray<DependencyDraft> DependsOn { get; init; } = [];

    /// <summary>Filled in by the rule that finds out whom <see cref="Health"/> asks.</summary>
    public HealthSpec? ResolvedHealth { get; set; }

    /// <summary>Filled in by the rule that resolves <see cref="DependsOn"/>.</summary>
    public ImmutableArray<Dependency> Dependencies { get; set; } = [];

    /// <summary>The name with <c>replicas</c> that it is one of; null outside of replicas.</summary>
    public string? Replicated { get; set; }

    /// <summary>Null: it is no machine. A machine has a name, interfaces and addresses as a namespace has, and nothing can be run in it.</summary>
    public MachineSpec? Machine { get; init; }

    /// <summary>Filled in by the rule that resolves <see cref="DependsOn"/>; only of a machine.</summary>
    public ImmutableArray<ResourceId> StartsAfter { get; set; } = [];

    public ResourceId Id => new(Machine is null ? Kinds.Namespace : Kinds.Machine, Name);

    /// <summary>How others reach it: the first IPv4 address of its interfaces in order, else the first address.</summary>
    public IPAddress? MainAddress { get; init; }

    /// <summary>What became of it in another reading; null: it is the first.</summary>
    public NamespaceSpec? Before { get; private set; }

    /// <summary>One that rules may fill in, while this one stays as it is.</summary>
    /// <param name="known">Of this one, with what became of it.</param>
    public NamespaceDraft Copy(KnownNamespace known)
    {
        var copy = (NamespaceDraft)MemberwiseClone();
        copy.Before = known.Namespace;
        copy._interfaces = [.. _interfaces.Select((one, at) => one.Copy(known.Interfaces.ElementAtOrDefault(at)))];
        return copy;
    }
}

internal sealed class InterfaceDraft
{
    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public required TextRange At { get; init; }
    /// <summary>A cable sets it where the file gives none.</summary>
    public required Located<SegmentText>? To { get; set; }

    /// <summary>Whether <see cref="To"/> is a cable's.</summary>
    public bool IsWired { get; set; }

    public required ImmutableArray<Located<InterfaceAddress>> Addresses { get; init; }

    public required Located<bool> Dhcp { get; init; }

    /// <summary>Derived where the file gives none; then it has no place.</summary>
    public required Located<MacAddress> Mac { get; init; }

    public required Located<int>? GivenMtu { get; init; }

    /// <summary>Filled in by the rule that chooses where none is given.</summary>
    public int Mtu { get; set; }

    /// <summary>Its own, or those of the cable that wires it.</summary>
    public required VlanValues? GivenVlans { get; set; }

    /// <summary>Its own, or that of the cable that wires it.</summary>
    public required PortSpanning? Spanning { get; set; }

    /// <summary>From the namespace to the network. A cable sets it where the interface has none.</summary>
    public required LinkImpairment? Impair { get; set; }

    /// <summary>Filled in by the rule that resolves <see cref="GivenVlans"/>.</summary>
    public VlanMembership? Vlans { get; set; }

    /// <summary>Who hears its broadcasts without a tag: its segment, or its VLAN there. Only where it is plugged in.</summary>
    public string Domain => Vlans is { Untagged: not 0 and var vlan } ? $"{To!.Value.Value.Text}, VLAN {VlanMembership.PrintUntagged(vlan)}" : To!.Value.Value.Text;

    /// <summary>Filled in by the rule that finds each route its interface.</summary>
    public List<RouteSpec> Routes { get; private set; } = [];

    /// <inheritdoc cref="NamespaceDraft.Before"/>
    public InterfaceSpec? Before { get; private set; }

    /// <inheritdoc cref="NamespaceDraft.Copy"/>
    public InterfaceDraft Copy(InterfaceSpec? before)
    {
        var copy = (InterfaceDraft)MemberwiseClone();
        (copy.Before, copy.Routes) = (before, []);
        return copy;
    }

    /// <summary>Null: it is no card of a machine.</summary>
    public string? Model { get; init; }

    public ResourceId Id => new(Model is null ? Kinds.Interface : Kinds.Card, $"{Namespace}/{Name}");
}

/// <param name="Destination">A prefix, or <c>default</c>.</param>
/// <param name="Table">0: the main one.</param>
internal sealed record RouteDraft(string Destination, TextRange At, Located<IPAddress> Via, int Metric, int Table);

internal sealed record CheckDraft(
    Located<string> Name,
    ImmutableArray<Located<string>>? From,
    ImmutableArray<Located<string>>? Among,
    ProbeKind Kind,
    ImmutableArray<Located<Target>> Targets,
    ImmutableArray<int> Statuses,
    Expectation Expect,
    TimeSpan Within);

/// <summary>Whom a check or health tries to reach: an address, a namespace by name, or, with neither, whoever tries.</summary>
/// <param name="Path">Of a URL.</param>
internal sealed record Target(IPAddress? Address, string? Namespace, int Port, string Path = "");
