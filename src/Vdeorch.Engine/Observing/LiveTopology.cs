using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Vdeorch.Engine.Limiting;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Observing;

/// <summary>
/// A topology as it is, in the shape of one that was asked for. What the world does not tell of an object (when a service
/// is ready, what a VLAN is called) is as it was applied, or as it is without a word where nothing is known of that.
/// </summary>
public static class LiveTopology
{
    /// <param name="world">What was found.</param>
    public static Topology Of(WorldSnapshot world)
    {
        Topology applied = world.Applied?.Topology ?? new Topology { Name = world.Topology };
        ILookup<string, Observed> found = world.Objects.ToLookup(thing => thing.Id.Kind, StringComparer.Ordinal);
        Dictionary<ResourceId, IResourceSpec> specs = applied.Resources.ToDictionary(spec => spec.Id);
        TSpec? Known<TSpec>(ResourceId id)
            where TSpec : class, IResourceSpec => specs.GetValueOrDefault(id) as TSpec;

        Dictionary<string, PortState> ports = world.Runtime?.Ports.ToDictionary(port => port.Name) ?? [];
        HashSet<ResourceId> namespaces = [.. found[Kinds.Namespace].Select(thing => thing.Id)];
        return applied with
        {
            Switches = [.. Sorted(found[Kinds.Switch]).Select(thing => Switch(thing, world, Known<SwitchSpec>(thing.Id)))],
            Segments = [.. Sorted(found[Kinds.Cloud].Concat(found[Kinds.Plug])).Select(thing => Segment(thing, world.Topology, Known<SegmentSpec>(thing.Id))).OfType<SegmentSpec>()],
            Cables = [.. Sorted(found[Kinds.Cable]).Select(thing => LiveCables.Of(thing.Id, world, Known<CableSpec>(thing.Id))).OfType<CableSpec>()],
            Namespaces = [.. Sorted(found[Kinds.Namespace]).Select(thing => Namespace(thing, Known<NamespaceSpec>(thing.Id), namespaces))],
            Interfaces = [.. Sorted(found[Kinds.Interface]).Select(thing => Interface(thing, ports.GetValueOrDefault(thing.Id.Name), Known<InterfaceSpec>(thing.Id)) with { Dhcp = IsLeasing(thing.Id, found[Kinds.Vnf]) })],
            Vnfs = [.. Sorted(found[Kinds.Vnf]).Where(thing => !thing.IsProgram).Select(thing => Vnf(thing, Known<VnfSpec>(thing.Id)))],
            // What has been run cannot be read off the world.
            Hooks = [.. applied.Hooks.Where(hooks => found[Kinds.Hooks].Any(thing => thing.Id == hooks.Id))],
            Services = [.. Sorted(found[Kinds.Service].Concat(found[Kinds.Vnf].Where(thing => thing.IsProgram))).Where(thing => namespaces.Contains(new ResourceId(Kinds.Namespace, thing.Id.Name.Split('/')[0]))).Select(thing => Service(thing, Known<ServiceSpec>(thing.Id), found[Kinds.Service]))],
            Machines = [.. Sorted(found[Kinds.Machine]).Select(thing => LiveMachines.Of(thing, world, Known<MachineSpec>(thing.Id)))],
            Cards = [.. Sorted(found[Kinds.Card]).Select(thing => LiveMachines.Card(thing, world, Known<CardSpec>(thing.Id))).OfType<CardSpec>()],
            Checks = [.. applied.Checks.Where(check => check.Probes.All(probe => namespaces.Contains(new ResourceId(Kinds.Namespace, probe.From))))],
        };
    }

    static bool IsLeasing(ResourceId link, IEnumerable<Observed> functions) => link.Name.Split('/') is [var ns, var name] && functions.Any(thing => thing.Id.Name == $"{ns}/{LeaseClient.NameOf(name)}");

    static IEnumerable<Observed> Sorted(IEnumerable<Observed> things) => things.OrderBy(thing => thing.Id);

    static SwitchSpec Switch(Observed thing, WorldSnapshot world, SwitchSpec? known)
    {
        SwitchSettings live = world.Runtime!.Switches.Single(sw => sw.Name == RuntimeNames.Switch(thing.Id));
        // One that anybody may join knows of VLANs without being told.
        VlanSet vlans = live.Vlans ?? VlanSet.Empty;
        return (known ?? new SwitchSpec(thing.Id.Name, live.Ports, TimeSpan.Zero, live.Hub) { Topology = world.Topology }) with
        {
            Ports = live.Ports,
            MacAge = TimeSpan.FromMilliseconds(live.MacAgeMs),
            MinPersistence = TimeSpan.FromMilliseconds(live.MoveAfterMs),
            Hub = live.Hub,
            Vlans = vlans.Members.ToImmutableSortedDictionary(id => id, id => known?.Vlans.GetValueOrDefault(id) ?? string.Create(CultureInfo.InvariantCulture, $"vlan{id}")),
            Public = live.Public is { } open && thing.Fields.TryGetValue("mode", out string? mode) ? open with { Mode = Convert.ToInt32(mode.Split(',')[0], 8) } : null,
            Console = thing.Fields.ContainsKey("console") ? live.Console : null,
            Numbered = live.Numbered,
            Mirror = live.Mirror,
            Storm = live.Storm,
            Stp = live.Stp,
        };
    }

    // One whose plug was lost leads nowhere, which cannot be asked for; only what was asked for is known of it.
    static SegmentSpec? Segment(Observed thing, string topology, SegmentSpec? known) =>
        UvdelParser.ParseStrict(thing.Fields.GetValueOrDefault("uvdel", ""), out _) is { } locator
            ? new SegmentSpec(thing.Id.Kind, thing.Id.Name, locator) { Topology = topology, Labels = known?.Labels ?? Labels.None, MayBeUnenforced = thing.Fields.GetValueOrDefault("enforced") == SegmentSpec.PrintEnforced(mayBeUnenforced: true) }
            : known;

    // What waited for one that has gone waits for it no more: a file could not name it.
    static NamespaceSpec Namespace(Observed thing, NamespaceSpec? known, HashSet<ResourceId> namespaces)
    {
        const string Sysctl = "sysctl.";
        ImmutableSortedDictionary<string, string> sysctls = thing.Fields.Where(field => field.Key.StartsWith(Sysctl, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(field => field.Key[Sysctl.Length..], field => field.Value, StringComparer.Ordinal);
        bool isLeased = thing.Fields.GetValueOrDefault("dns") == NamespaceSpec.LeasedDns;
        ImmutableArray<IPAddress> dns = isLeased ? [] : [.. Items(thing, "dns").Select(IPAddress.Parse)];
        ImmutableArray<RuleSpec> rules =
        [
            .. thing.Fields.Where(field => field.Key.StartsWith(RuleSpec.Paths, StringComparison.Ordinal)).Select(field => RuleSpec.TryParse(field.Key, field.Value)).OfType<RuleSpec>()
                .OrderBy(rule => rule.Priority).ThenBy(rule => rule.Path, StringComparer.Ordinal),
        ];
        return (known ?? new NamespaceSpec(thing.Id.Name, sysctls, dns)) with
        {
            Sysctls = sysctls,
            Dns = dns,
            HasLeasedDns = isLeased,
            Rules = rules,
            Limits = LimitsOf(thing, known?.Limits),
            Dependencies = [.. known?.Dependencies.Where(one => namespaces.Contains(new ResourceId(Kinds.Namespace, one.Name))) ?? []],
        };
    }

    // Limits that this host cannot have are as they were asked for.
    static Limits LimitsOf(Observed thing, Limits? known) => LimitFiles.All.Aggregate(known ?? Limits.None, (limits, file) =>
        !thing.Enumerated.Contains(file.Path) ? limits : file.With(limits, thing.Fields.GetValueOrDefault(file.Path)));

    static InterfaceSpec Interface(Observed thing, PortState? port, InterfaceSpec? known)
    {
        string[] name = thing.Id.Name.Split('/');
        ResourceId? to = port?.Switch is { } plugged ? RuntimeNames.Segment(plugged) : null;
        MacAddress mac = MacAddress.TryParse(thing.Fields["mac"], out MacAddress live) ? live : default;
        int mtu = int.Parse(thing.Fields["mtu"], CultureInfo.InvariantCulture);
        return (known ?? new InterfaceSpec(name[0], name[1], to, mac, mtu)) with
        {
            To = to,
            Mac = mac,
            Mtu = mtu,
            Addresses = [.. Items(thing, "address").Select(Address)],
            // One to the link itself, which somebody made by hand, has no words in a file.
            Routes = [.. thing.Fields.Where(field => field.Key.StartsWith("routes.", StringComparison.Ordinal)).Select(field => RouteSpec.Parse(field.Key, field.Value)).Where(route => route.Via is not null)],
            Vlans = port?.Options.Vlans,
            Spanning = port?.Options.Spanning,
            Impair = LinkImpairment.FromPort(port?.Options.Impair, isFirst: false),
        };
    }

    // What its rules have become in the kernel no parameter says.
    static VnfSpec Vnf(Observed thing, VnfSpec? known)
    {
        string[] name = thing.Id.Name.Split('/');
        return (known ?? new VnfSpec(name[0], name[1])) with
        {
            Parameters = known?.Wireguard is { } tunnel ? WireguardText.Live(thing.Fields, tunnel) : thing.Fields.Where(field => field.Key is not (VnfSpec.RulesPath or VnfSpec.BridgePath) && !field.Key.StartsWith(VnfSpec.QueuePaths, StringComparison.Ordinal) && !field.Key.StartsWith(VnfSpec.SysctlPaths, StringComparison.Ordinal)).ToImmutableSortedDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal),
        };
    }

    static ServiceSpec Service(Observed thing, ServiceSpec? known, IEnumerable<Observed> others)
    {
        const string Env = "env.";
        string[] name = thing.Id.Name.Split('/');
        string run = thing.Fields["run"];
        ImmutableSortedDictionary<string, string> env = thing.Fields.Where(field => field.Key.StartsWith(Env, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(field => field.Key[Env.Length..], field => field.Value, StringComparer.Ordinal);
        ImmutableArray<string> command = known is not null && ServiceSpec.PrintRun(known.Run) == run ? known.Run : ServiceSpec.ParseRun(run);
        return (known ?? new ServiceSpec(name[0], name[1], command)) with
        {
            Run = command,
            Env = env,
            Limits = LimitsOf(thing, known?.Limits),
            Daemon = known?.Daemon ?? (thing.Id.Kind == Kinds.Vnf ? new DaemonSpec("") : null),
            Dependencies = [.. known?.Dependencies.Where(one => others.Any(other => other.Id.Name == $"{name[0]}/{one.Name}")) ?? []],
        };
    }

    static string[] Items(Observed thing, string path) =>
        thing.Fields.GetValueOrDefault(path, "").Split(", ", StringSplitOptions.RemoveEmptyEntries);

    static InterfaceAddress Address(string text) =>
        InterfaceAddress.TryParse(text, out InterfaceAddress? address) ? address.Value : throw new FormatException($"'{text}' is no address of an interface");
}
