using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A learning Ethernet switch in the plug runtime.</summary>
/// <example><code>
/// switches:
///   lan: { ports: 64, mac-age: 300s, hub: false, vlans: { 10: staff } }
/// </code></example>
/// <param name="Ports">How many ports may be plugged, 1..65535.</param>
/// <param name="MacAge">How long an address not heard from is remembered, 1 s to 1 day.</param>
/// <param name="Hub">Every frame to every port; nothing is learned.</param>
public sealed record SwitchSpec(string Name, int Ports, TimeSpan MacAge, bool Hub) : IResourceSpec
{
    public const int DefaultPorts = 4096;
    public static readonly TimeSpan DefaultMacAge = TimeSpan.FromSeconds(300);

    public ResourceId Id => new(Kinds.Switch, Name);
    public required string Topology { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Topologies.Labels.None;

    /// <summary>Id, 1 to 4094, to name. None: any may be used.</summary>
    public ImmutableSortedDictionary<int, string> Vlans { get; init; } = ImmutableSortedDictionary<int, string>.Empty;

    public ImmutableArray<ResourceId> DependsOn => [new(Kinds.Runtime, Topology)];

    /// <summary>Where any VDE client may join it; null: nowhere.</summary>
    public PublicSettings? Public { get; init; }

    /// <summary>Null: it has no spanning trees.</summary>
    public StpSettings? Stp { get; init; }

    /// <summary>Null: no port mirrors others.</summary>
    public MirrorSettings? Mirror { get; init; }

    /// <summary>Null: no storm control.</summary>
    public StormSettings? Storm { get; init; }

    /// <summary>Ports of which the file asks something by their number, in that order.</summary>
    public ImmutableArray<NumberedPort> Numbered { get; init; } = [];

    /// <summary>Where its management console listens; null: nowhere.</summary>
    public ConsoleSettings? Console { get; init; }

    /// <summary>How long an address must have been silent before it moves to another port; null: as its kind of switch has it.</summary>
    public TimeSpan? MinPersistence { get; init; }

    /// <summary>Of whoever joins, vde_switch is expected, which lets no address flap.</summary>
    public TimeSpan Persistence => MinPersistence ?? (Public is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(SwitchSettings.PublicMoveAfterMs));

    /// <summary>Its own address, the same on every host and every run. No interface is called like that.</summary>
    public MacAddress Mac => MacAddress.Derive(Topology, $"{Kinds.Switch}/{Name}", "");

    public ImmutableArray<Field> Fields =>
    [
        .. ConsoleFields(Console),
        new("hub", Hub ? "true" : "false", OnChange.Hot),
        .. Topologies.Labels.Fields(Labels),
        new("mac-age", Durations.Print(MacAge), OnChange.Hot),
        new("min-persistence", Durations.Print(Persistence), OnChange.Hot),
        .. MirrorFields(Mirror),
        .. NumberedFields(Numbered),
        new("ports", Ports.ToString(CultureInfo.InvariantCulture), OnChange.Hot),
        .. PublicFields(Public),
        .. StormFields(Storm),
        .. StpFields(Stp),
        // What they are called is the file's business alone.
        .. Vlans.IsEmpty ? Array.Empty<Field>() : [new Field("vlans", VlanSet.Of(Vlans.Keys).ToString(), OnChange.Hot)],
    ];

    public OnChange CostOf(string path) => path == "socket" ? OnChange.Replug : OnChange.Hot;

    public const string MirrorPath = "mirror";

    /// <param name="mirror">Null: it has none.</param>
    public static ImmutableArray<Field> MirrorFields(MirrorSettings? mirror) => mirror is null ? [] : [new Field(MirrorPath, mirror.ToString(), OnChange.Hot)];

    public const string StormPath = "storm";

    /// <param name="storm">Null: it has none.</param>
    public static ImmutableArray<Field> StormFields(StormSettings? storm) =>
        storm is null ? [] : [new Field(StormPath, string.Join(", ", storm.Limits.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Kind} {pair.Limit}"))), OnChange.Hot)];

    public const string StpPath = "stp";

    /// <param name="stp">Null: it has none.</param>
    public static ImmutableArray<Field> StpFields(StpSettings? stp) =>
        stp is null ? [] : [new Field(StpPath, string.Create(CultureInfo.InvariantCulture, $"priority {stp.Priority}"), OnChange.Hot)];

    public static ImmutableArray<string> PublicPaths { get; } = ["group", "mode", "socket"];

    /// <param name="open">Null: it has none of them.</param>
    public static IEnumerable<Field> PublicFields(PublicSettings? open) => open is null ? []
        : [.. open.Group is { } group ? new[] { new Field("group", group, OnChange.Hot) } : [], new("mode", PrintMode(open.Mode), OnChange.Hot), new("socket", open.Directory, OnChange.Replug)];

    public static ImmutableArray<string> ConsolePaths { get; } = ["console", "console.group", "console.mode"];

    /// <param name="console">Null: it has none of them.</param>
    public static IEnumerable<Field> ConsoleFields(ConsoleSettings? console) => console is null ? []
        : [new("console", console.Path, OnChange.Hot), .. console.Group is { } group ? new[] { new Field("console.group", group, OnChange.Hot) } : [], new("console.mode", PrintMode(console.Mode), OnChange.Hot)];

    /// <summary>What fields of numbered ports begin with.</summary>
    public const string NumberedPaths = "numbered.";

    public static IEnumerable<Field> NumberedFields(IEnumerable<NumberedPort> ports) => ports.SelectMany(port =>
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $"{NumberedPaths}{port.Number}.");
        return VlanFields.Of(port.Options.Vlans, port.Options.Spanning)
            .Concat(port.Group is { } group ? [new Field("group", group, OnChange.Hot)] : [])
            .Concat(port.IsReserved ? [new Field("reserved", "true", OnChange.Hot)] : [])
            .Concat(port.User is { } user ? [new Field("user", user, OnChange.Hot)] : [])
            .Select(field => field with { Path = $"{prefix}{field.Path}" });
    });

    /// <summary>As <c>chmod</c> and the files have it: <c>0660</c>.</summary>
    public static string PrintMode(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');
}
