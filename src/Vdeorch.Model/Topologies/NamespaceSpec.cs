using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>A network namespace with a name of its own.</summary>
/// <param name="Sysctls">Dotted name to value, below <c>net.</c>.</param>
/// <param name="Dns">Name servers of its private /etc/resolv.conf; empty leaves the host's.</param>
public sealed record NamespaceSpec(string Name, ImmutableSortedDictionary<string, string> Sysctls, ImmutableArray<IPAddress> Dns) : IResourceSpec
{
    /// <summary>What <c>dns</c> is when the name servers are those that a DHCP server tells.</summary>
    public const string LeasedDns = "as leased";

    /// <summary>Whether its private /etc/resolv.conf is written by a client of DHCP; then it has no name servers of the file's.</summary>
    public bool HasLeasedDns { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Topologies.Labels.None;

    /// <summary>Of all that runs in it together.</summary>
    public Limits Limits { get; init; } = Limits.None;

    /// <summary>By path, in order.</summary>
    public ImmutableArray<NamespaceFile> Files { get; init; } = [];

    /// <summary>In order of their paths' numbers.</summary>
    public ImmutableArray<RuleSpec> Rules { get; init; } = [];

    /// <summary>Null: nobody asks.</summary>
    public HealthSpec? Health { get; init; }

    /// <summary>What other namespaces have to be before anything starts in it, in order of their names.</summary>
    public ImmutableArray<Dependency> Dependencies { get; init; } = [];

    public ResourceId Id => new(Kinds.Namespace, Name);
    public ImmutableArray<ResourceId> DependsOn => [];

    public ImmutableArray<Field> Fields =>
    [
        .. Told,
        new("dns", HasLeasedDns ? LeasedDns : string.Join(", ", Dns), OnChange.Hot),
        .. Files.Select(file => file.Field),
        .. Rules.Select(rule => rule.Field),
        .. Topologies.Labels.Fields(Labels),
        .. Limits.Fields,
        new("state", "up", OnChange.Hot),
        .. Sysctls.Select(pair => new Field($"sysctl.{pair.Key}", pair.Value, OnChange.Hot)),
    ];

    public OnChange CostOf(string path) => OnChange.Hot;

    /// <summary>Fields that the kernel knows nothing of: they are what was asked for last.</summary>
    public static bool IsTold(string path) => path is HealthSpec.Path or Dependency.Path;

    /// <summary>Those of <see cref="Fields"/>.</summary>
    public ImmutableArray<Field> Told => [new(Dependency.Path, Dependency.Print(Dependencies), OnChange.Hot), new(HealthSpec.Path, Health?.ToString() ?? "", OnChange.Hot)];
}
