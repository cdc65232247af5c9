using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A segment that a locator leads to: a cloud, a named plug, or the locator an interface's <c>to</c> gives itself.</summary>
/// <example><code>
/// clouds:
///   lan1: vxvde://234.0.0.1
/// plugs:
///   edge: tap://tapr
/// </code></example>
/// <param name="Kind"><see cref="Kinds.Cloud"/> or <see cref="Kinds.Plug"/>.</param>
/// <param name="Name">Of an interface's own: <c>namespace/interface</c>.</param>
public sealed record SegmentSpec(string Kind, string Name, Uvdel Locator) : IResourceSpec
{
    public ResourceId Id => new(Kind, Name);
    public required string Topology { get; init; }
    public ImmutableArray<ResourceId> DependsOn => [new(Kinds.Runtime, Topology)];

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Topologies.Labels.None;

    /// <summary>Of a vxvdex cloud: whether it may be joined where nothing keeps others out of it.</summary>
    public bool MayBeUnenforced { get; init; }

    /// <summary>Whether it belongs to one interface, and so needs no learning.</summary>
    public bool IsPrivate => Name.Contains('/', StringComparison.Ordinal);

    public ImmutableArray<Field> Fields =>
    [
        .. Locator.Scheme == EnforcedScheme ? new[] { new Field("enforced", PrintEnforced(MayBeUnenforced), OnChange.Replug) } : [],
        .. Topologies.Labels.Fields(Labels),
        new("uvdel", Locator.ToString(), OnChange.Replug),
    ];

    public OnChange CostOf(string path) => Topologies.Labels.IsPath(path) ? OnChange.Hot : OnChange.Replug;

    /// <summary>Of clouds that others are kept out of.</summary>
    public const string EnforcedScheme = "vxvdex";

    public static string PrintEnforced(bool mayBeUnenforced) => mayBeUnenforced ? "where possible" : "always";
}

/// <summary>What joins two ends, as <c>vde_plug A B</c> does.</summary>
/// <example><code>
/// cables:
///   - [lan, "vde:///tmp/otherswitch"]
///   - [isp/vde0, gw/vde0]
/// </code></example>
/// <remarks>An end that is an interface is wired by the interface's own <c>to</c>, so a cable to a segment or a locator is none of these.</remarks>
public sealed record CableSpec(CableEnd Left, CableEnd Right) : IResourceSpec
{
    public string Name => Number == 1 ? $"{Left}={Right}" : $"{Left}={Right}#{Number}";
    public ResourceId Id => new(Kinds.Cable, Name);
    public required string Topology { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Topologies.Labels.None;

    /// <summary>At the ends of it that are switches; null when the file says nothing of VLANs.</summary>
    public VlanMembership? Vlans { get; init; }

    /// <summary>The same, in the spanning trees of those switches.</summary>
    public PortSpanning? Spanning { get; init; }

    /// <summary>Of several between the same ends, which; from 1.</summary>
    public int Number { get; init; } = 1;

    /// <summary>Whether it is a segment of its own; else it joins segments that are there, or one of them with a locator.</summary>
    public bool IsSegment => Left.Segment is null && Right.Segment is null;

    public ImmutableArray<ResourceId> DependsOn =>
        [new(Kinds.Runtime, Topology), .. new[] { Left.Segment, Right.Segment }.OfType<ResourceId>()];

    /// <summary>Null: it leaves frames alone. Of a cable with an interface it is the interface that has it.</summary>
    public LinkImpairment? Impair { get; init; }

    // The ends are its name: another end is another cable.
    public ImmutableArray<Field> Fields =>
    [
        .. LinkImpairment.Fields(Impair),
        .. Topologies.Labels.Fields(Labels),
        new("left", Left.ToString(), OnChange.Replace),
        new("right", Right.ToString(), OnChange.Replace),
        .. VlanFields.Of(Vlans, Spanning),
    ];

    public OnChange CostOf(string path) => LinkImpairment.Paths.Contains(path) || VlanFields.Paths.Contains(path) || Topologies.Labels.IsPath(path) ? OnChange.Hot : OnChange.Replace;
}

/// <summary>What a link does to frames, from its first end to its second and back.</summary>
public sealed record LinkImpairment(Impairment Forward, Impairment Backward)
{
    const string ForwardPath = "impair ->";
    const string BackwardPath = "impair <-";
    const string States = " states";

    /// <summary>Of <see cref="Observed.Enumerated"/>, for whoever sees the impairment.</summary>
    public static ImmutableArray<string> Paths { get; } = [ForwardPath, BackwardPath, ForwardPath + States, BackwardPath + States];

    /// <param name="impairment">Null: of a link that leaves frames alone.</param>
    public static ImmutableArray<Field> Fields(LinkImpairment? impairment) => impairment is null ? []
        : [.. Way(ForwardPath, impairment.Forward), .. Way(BackwardPath, impairment.Backward)];

    /// <summary>From the second end to the first.</summary>
    public LinkImpairment Reversed => new(Backward, Forward);

    /// <param name="isFirst">Whether the port is at the link's first end, and what is plugged in at the second; else the reverse.</param>
    public PortImpairment ToPort(bool isFirst) => isFirst ? new PortImpairment(Forward, Backward) : new PortImpairment(Backward, Forward);

    public static LinkImpairment? FromPort(PortImpairment? port, bool isFirst) => port is null ? null
        : isFirst ? new LinkImpairment(port.Out ?? new Impairment(), port.In ?? new Impairment())
        : new LinkImpairment(port.In ?? new Impairment(), port.Out ?? new Impairment());

    static ImmutableArray<Field> Way(string path, Impairment impairment) =>
    [
        .. (impairment with { States = null }).IsNone ? Array.Empty<Field>() : [new Field(path, ImpairmentText.Print(impairment), OnChange.Hot)],
        .. impairment.States is { } states ? [new Field(path + States, ImpairmentText.Print(states, impairment), OnChange.Hot)] : Array.Empty<Field>(),
    ];
}

/// <summary>Exactly one of the three.</summary>
/// <param name="Interface"><c>namespace/interface</c></param>
public sealed record CableEnd(ResourceId? Segment, Uvdel? Locator, string? Interface)
{
    public override string ToString() => Segment?.Name ?? Locator?.ToString() ?? Interface!;
}
