using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>The data plane process of one topology. Nobody writes it; a topology with anything in it has one.</summary>
/// <param name="OpensLocators">Whether it acts as the user, to open what locators name; else it needs nothing and is nobody.</param>
public sealed record RuntimeSpec(string Topology, bool OpensLocators) : IResourceSpec
{
    public ResourceId Id => new(Kinds.Runtime, Topology);
    public ImmutableArray<ResourceId> DependsOn => [];
    public ImmutableArray<Field> Fields => [new("opens", PrintOpens(OpensLocators), OnChange.Restart), new("state", "running", OnChange.Restart)];
    public OnChange CostOf(string path) => path == HostNames.Path ? OnChange.Hot : OnChange.Restart;

    public static string PrintOpens(bool locators) => locators ? "locators" : "nothing";
}

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

/// <summary>A persistent tap in a namespace, plugged into a segment.</summary>
/// <param name="To">The segment: a switch, cloud, plug or cable; null leaves the interface unplugged.</param>
/// <param name="Mtu">68..65521 (1280 at least when it has an IPv6 address).</param>
public sealed record InterfaceSpec(string Namespace, string Name, ResourceId? To, MacAddress Mac, int Mtu) : IResourceSpec
{
    public const int DefaultMtu = 1500;
    public const int MinMtu = 68;
    public const int MaxMtu = 65521;

    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Whether a client of DHCP (<see cref="LeaseClient"/>) gives it an address of its own beside them.</summary>
    public bool Dhcp { get; init; }

    /// <summary>At its switch; null when the file says nothing of VLANs.</summary>
    public VlanMembership? Vlans { get; init; }

    /// <summary>In the spanning trees of its switch; null when the file says nothing of them.</summary>
    public PortSpanning? Spanning { get; init; }

    /// <summary>Of its link, whose first end it is; null: frames are left alone.</summary>
    public LinkImpairment? Impair { get; init; }

    /// <summary>The routes whose gateway lies in one of this interface's subnets.</summary>
    public ImmutableArray<RouteSpec> Routes { get; init; } = [];

    public ResourceId Id => new(Kinds.Interface, $"{Namespace}/{Name}");

    public ImmutableArray<ResourceId> DependsOn =>
        To is { } to ? [new(Kinds.Namespace, Namespace), to] : [new(Kinds.Namespace, Namespace)];

    public ImmutableArray<Field> Fields =>
    [
        new("address", PrintAddresses(Addresses), OnChange.Hot),
        new("mac", Mac.ToString(), OnChange.Hot),
        new("mtu", Mtu.ToString(CultureInfo.InvariantCulture), OnChange.Hot),
        .. Routes.Select(route => new Field(route.Path, route.Value, OnChange.Hot)),
        new("state", "up", OnChange.Hot),
        new("to", PrintTo(To), OnChange.Replug),
        .. LinkImpairment.Fields(Impair),
        .. VlanFields.Of(Vlans, Spanning),
    ];

    public OnChange CostOf(string path) => path == "to" ? OnChange.Replug : OnChange.Hot;

    public ResourceId? Behind(string path) => path == "to" ? To : null;

    /// <summary>A switch by its name, as files have it; anything else with its kind.</summary>
    public static string PrintTo(ResourceId? to) => to switch
    {
        null => "",
        { Kind: Kinds.Switch } => to.Value.Name,
        _ => to.Value.ToString(),
    };

    /// <summary>The one order and spelling that makes equal sets equal texts.</summary>
    public static string PrintAddresses(IEnumerable<InterfaceAddress> addresses) =>
        string.Join(", ", addresses.Select(address => address.ToString()).Order(StringComparer.Ordinal));
}

/// <param name="Destination">0.0.0.0/0 or ::/0 for the default route.</param>
/// <param name="Via">The gateway; null for a route to the link itself.</param>
/// <param name="Metric">0 for the kernel's default.</param>
public sealed record RouteSpec(IPNetwork Destination, IPAddress? Via, int Metric)
{
    const string MetricWord = " metric ";
    const string TableWord = " table ";

    /// <summary>0: the main table. Else 1..2147483647, and not 254, which is the main one.</summary>
    public int Table { get; init; }

    /// <summary>Table and metric are part of a route's identity in the kernel, so they are part of the path here.</summary>
    public string Path
    {
        get
        {
            string destination = Destination.PrefixLength > 0 ? Destination.ToString()
                : Destination.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "default6" : "default";
            return string.Create(CultureInfo.InvariantCulture, $"routes.{destination}{(Table == 0 ? "" : $"{TableWord}{Table}")}{(Metric == 0 ? "" : $"{MetricWord}{Metric}")}");
        }
    }

    public string Value => Via is null ? "link" : $"via {Via}";

    /// <summary>The reverse of <see cref="Path"/> and <see cref="Value"/>.</summary>
    /// <exception cref="FormatException">They are of no route.</exception>
    public static RouteSpec Parse(string path, string value)
    {
        string[] parts = path["routes.".Length..].Split(MetricWord);
        string[] place = parts[0].Split(TableWord);
        IPNetwork destination = place[0] switch
        {
            "default" => new IPNetwork(IPAddress.Any, 0),
            "default6" => new IPNetwork(IPAddress.IPv6Any, 0),
            _ => IPNetwork.Parse(place[0]),
        };
        return new RouteSpec(destination, value == "link" ? null : IPAddress.Parse(value["via ".Length..]), parts.Length == 1 ? 0 : int.Parse(parts[1], CultureInfo.InvariantCulture))
        {
            Table = place.Length == 1 ? 0 : int.Parse(place[1], CultureInfo.InvariantCulture),
        };
    }
}

/// <summary>Any program, supervised, in its namespace.</summary>
/// <example><code>
/// services:
///   echo: { run: [socat, "TCP-LISTEN:7,fork", "EXEC:cat"], ready: { tcp: 7 }, restart: always }
/// </code></example>
/// <param name="Run">The program and its arguments; no shell reads it.</param>
public sealed record ServiceSpec(string Namespace, string Name, ImmutableArray<string> Run) : IResourceSpec
{
    public ImmutableSortedDictionary<string, string> Env { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public RestartPolicy Restart { get; init; } = RestartPolicy.OnFailure;

    /// <summary>Within those of its namespace.</summary>
    public Limits Limits { get; init; } = Limits.None;

    /// <summary>Null: ready as soon as it runs.</summary>
    public ReadySpec? Ready { get; init; }

    /// <summary>Null: nobody asks.</summary>
    public HealthSpec? Health { get; init; }

    /// <summary>What other services of its namespace have to be before it starts, in order of their names.</summary>
    public ImmutableArray<Dependency> Dependencies { get; init; } = [];

    /// <summary>The interfaces of its namespace: a service starts into a finished network.</summary>
    public ImmutableArray<ResourceId> DependsOn { get; init; } = [];

    /// <summary>All that runs in the namespaces that its own depends on, and the services that it depends on itself.</summary>
    public ImmutableArray<ResourceId> StartsAfter { get; init; } = [];

    public ImmutableArray<ResourceId> PassesTo => Daemon?.PassesTo ?? [];

    /// <summary>What it is beside a service when a network function runs it; null: a program of the file's.</summary>
    public DaemonSpec? Daemon { get; init; }

    public ResourceId Id => IdOf($"{Namespace}/{Name}", Daemon is not null);

    /// <summary>The field that every program has and nothing else of a namespace.</summary>
    internal const string RunPath = "run";

    /// <param name="name"><c>namespace/service</c>; a daemon is called by its kind.</param>
    public static ResourceId IdOf(string name, bool isDaemon) => new(isDaemon ? Kinds.Vnf : Kinds.Service, name);

    public ImmutableArray<Field> Fields =>
    [
        .. Daemon?.Fields ?? [],
        new(Dependency.Path, Dependency.Print(Dependencies), OnChange.Hot),
        .. Env.Select(pair => new Field($"env.{pair.Key}", pair.Value, OnChange.Restart)),
        new(HealthSpec.Path, Health?.ToString() ?? "", OnChange.Hot),
        .. Limits.Fields,
        new("ready", Ready?.ToString() ?? "", OnChange.Hot),
        new("restart", PrintRestart(Restart), OnChange.Hot),
        new(RunPath, PrintRun(Run), OnChange.Restart),
        new("state", "running", OnChange.Restart),
    ];

    public OnChange CostOf(string path) => IsTold(path) || path.StartsWith(Limits.Paths, StringComparison.Ordinal) || Daemon?.Parameters.ContainsKey(path) == true ? OnChange.Hot : OnChange.Restart;

    /// <summary>Fields that no process shows: they are what was asked for last.</summary>
    public static bool IsTold(string path) => path is "ready" or "restart" or HealthSpec.Path or Dependency.Path;

    /// <summary>The shell's quoting, so that equal argument lists and only those print alike.</summary>
    public static string PrintRun(IEnumerable<string> run) => string.Join(' ', run.Select(Quote));

    /// <summary>The reverse of <see cref="PrintRun"/>.</summary>
    public static ImmutableArray<string> ParseRun(string run)
    {
        ImmutableArray<string>.Builder arguments = ImmutableArray.CreateBuilder<string>();
        for (int at = 0; at < run.Length; at++)
        {
            System.Text.StringBuilder argument = new();
            for (bool quoted = false; at < run.Length && (quoted || run[at] != ' '); at++)
            {
                if (run[at] == '\'')
                {
                    quoted = !quoted;
                }
                else
                {
                    // Outside quotes a backslash stands before a quote, and nowhere else.
                    at += !quoted && run[at] == '\\' && at + 1 < run.Length ? 1 : 0;
                    argument.Append(run[at]);
                }
            }

            arguments.Add(argument.ToString());
        }

        return arguments.ToImmutable();
    }

    public static string PrintRestart(RestartPolicy policy) => policy switch
    {
        RestartPolicy.Always => "always",
        RestartPolicy.OnFailure => "on-failure",
        _ => "no",
    };

    static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,@%+".Contains(c, StringComparison.Ordinal))
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

public enum RestartPolicy
{
    No,
    OnFailure,
    Always,
}

/// <summary>When a started service counts as ready: exactly one of these.</summary>
/// <param name="Tcp">A port that accepts a connection inside the namespace, on 127.0.0.1 or any of its addresses.</param>
/// <param name="Exec">A command that exits 0 inside the namespace.</param>
public sealed record ReadySpec(int? Tcp, ImmutableArray<string> Exec)
{
    /// <summary>In place of both: an interface that a DHCP server has given an address. Files cannot say it.</summary>
    public string? Lease { get; init; }

    public override string ToString() => Lease is { } link ? $"address of {link}"
        : Tcp is { } port ? string.Create(CultureInfo.InvariantCulture, $"tcp {port}") : $"exec {ServiceSpec.PrintRun(Exec)}";
}
