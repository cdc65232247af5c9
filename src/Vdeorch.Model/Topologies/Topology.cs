using System.Collections.Immutable;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>One topology file, read: sugar, replicas and expressions resolved. What the user wants; nothing here was observed.</summary>
public sealed record Topology
{
    public required string Name { get; init; }
    public ImmutableArray<SwitchSpec> Switches { get; init; } = [];
    public ImmutableArray<NamespaceSpec> Namespaces { get; init; } = [];
    public ImmutableArray<InterfaceSpec> Interfaces { get; init; } = [];
    public ImmutableArray<ServiceSpec> Services { get; init; } = [];
    public ImmutableArray<CheckSpec> Checks { get; init; } = [];

    /// <summary>Every object, the plug runtime that carries them included; none when the file asks for nothing.</summary>
    public IEnumerable<IResourceSpec> Resources =>
    [
        .. Switches.IsEmpty && Namespaces.IsEmpty ? Array.Empty<IResourceSpec>() : [new RuntimeSpec(Name)],
        .. Switches, .. Namespaces, .. Interfaces, .. Services,
    ];
}
