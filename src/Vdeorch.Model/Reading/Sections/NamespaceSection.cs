using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Network namespaces.</summary>
/// <example><code>
/// namespaces:
///   alice: { to: lan, address: 10.0.0.1/24, gateway: 10.0.0.254 }
///   web:   { replicas: 3, to: lan, address: "10.0.0.{{ index + 11 }}/24" }
///   gw:    { to: { lan: 10.0.0.254/24, wan: [10.1.0.1/24, "fd00::1/64"] }, sysctl: { net.ipv4.ip_forward: 1 } }
/// </code></example>
internal sealed class NamespaceSection : Section
{
    public const int MaxReplicas = 10_000;

    static readonly MapSchema<ImmutableArray<Located<InterfaceAddress>>> s_plugs =
        new(LocatorScalars.SegmentKey, AddressScalars.Address.OneOrMany().OrNothing([]));

    public static readonly FieldSchema<ToValue> To = new("to", new EitherSchema<ToValue>(
        LocatorScalars.Segment.As(one => new ToValue(one, [])), s_plugs.As(many => new ToValue(null, many))))
    {
        Description = "Short for `interfaces`: a switch, cloud, plug or locator for one interface `vde0`, or a map of them to addresses for `vde0`, `vde1`, … in that order.",
        Example = "{ lan: 10.0.0.254/24, wan: 10.1.0.1/24 }",
        Cost = OnChange.Replug,
    };

    public static readonly FieldSchema<ImmutableArray<Located<InterfaceAddress>>> Address = new("address", AddressScalars.Address.OneOrMany())
    {
        Description = "The addresses of `vde0`, beside a `to` that names one switch.",
        Example = "10.0.0.1/24",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<Located<bool>> Dhcp = new("dhcp", Scalars.Boolean)
    {
        Description = "Whether `vde0` asks a DHCP server for its address, beside a `to` that names one switch.",
        Default = false,
        Example = "true",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<ImmutableArray<MapItem<InterfaceValues>>> Interfaces =
        new("interfaces", new MapSchema<InterfaceValues>(Scalars.InterfaceKey, InterfaceSchema.Interface))
        {
            Description = "Interfaces by name: the long form, in place of `to` and `address`.",
            Example = "{ vde0: { to: lan, address: 10.0.0.1/24, mtu: 1450 } }",
        };

    public static readonly FieldSchema<ImmutableArray<Located<IPAddress>>> Gateway = new("gateway", AddressScalars.Ip.OneOrMany())
    {
        Description = "Short for the default route; one for each address family.",
        Example = "10.0.0.254",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<ImmutableArray<MapItem<Located<string>>>> Sysctl =
        new("sysctl", new MapSchema<Located<string>>(Scalars.SysctlKey, Scalars.SysctlValue))
        {
            Description = "Kernel settings of this namespace, below `net.`.",
            Example = "{ net.ipv4.ip_forward: 1 }",
            Cost = OnChange.Hot,
        };

    public static readonly FieldSchema<ImmutableArray<Located<IPAddress>>> Dns = new("dns", AddressScalars.Ip.OneOrMany())
    {
        Description = "Name servers of its own /etc/resolv.conf.",
        Otherwise = "the host's /etc/resolv.conf",
        Example = "[10.0.0.53, 9.9.9.9]",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<ImmutableArray<MapItem<ServiceDraft>>> Services =
        new("services", new MapSchema<ServiceDraft>(Scalars.NameKey, ServiceSchema.Service))
        {
            Description = "Programs to run in it, supervised, by name.",
            Example = "{ echo: { run: [socat, \"TCP-LISTEN:7,fork\", \"EXEC:cat\"] } }",
        };

    public static readonly FieldSchema<Located<int>> Replicas = new("replicas", Scalars.Integer(0, MaxReplicas))
    {
        Description = "Make NAME-0, NAME-1, … instead of NAME; `{{ index }}` is the number.",
        Otherwise = "one namespace, NAME itself",
        Example = "3",
    };

    public static readonly FieldSchema<ImmutableArray<Located<string>>> Use = new("use", Scalars.TemplateName.OneOrMany())
    {
        Description = "Templates to lie under it, the first lowest: maps merge, anything else replaces, and nothing (`~`) takes away.",
        Otherwise = "none",
        Example = "[leaf, monitored]",
    };

    static readonly ObjectSchema<NamespaceDraft> s_namespace = new("namespaces.NAME", "a namespace",
        [Use, Replicas, To, Address, Dhcp, Interfaces, Gateway, RouteSchema.Routes, RuleSchema.Rules, Sysctl, Dns, LabelSchema.Field, LimitSchema.Field, FileSchema.Files, HookSchema.Exec, HealthSchema.OfNamespaces, DependencySchema.OfNamespaces, VnfSchema.Vnfs, Services], Build)
    {
        Shape = new KeyShape { Needs = [("address", "to"), ("dhcp", "to")], Excludes = [("to", "interfaces"), ("address", "interfaces"), ("dhcp", "interfaces")] },
        Later = ["policy"],
    };

    /// <summary>What stands under a name.</summary>
    public static ObjectSchema<NamespaceDraft> Object => s_namespace;

    static readonly FieldSchema<ImmutableArray<MapItem<NamespaceDraft>>> s_field = new("namespaces", new MapSchema<NamespaceDraft>(Scalars.NameKey, new LaidOverSchema<NamespaceDraft>(s_namespace, when: "use")))
    {
        Description = "Network namespaces, by name.",
        Example = "{ alice: { to: lan, address: 10.0.0.1/24 } }",
    };

    static readonly ImmutableSortedDictionary<string, string> s_noSysctls = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public override FieldSchema Field => s_field;

    public const string Key = "namespaces";

    public override ImmutableArray<IObjectSchema> Objects =>
        [s_namespace, InterfaceSchema.Interface, ShapeSchema.Object, .. StpSchema.OfPorts, .. ImpairSchema.Objects, RouteSchema.Object, RuleSchema.Object, .. FileSchema.Objects, .. HookSchema.Objects, .. HealthSchema.Objects, .. VnfSchema.Objects, .. ServiceSchema.Objects, .. LimitSchema.Objects];

    public override void Read(ObjectReader topology, TopologyDraft draft)
    {
        if (topology.ValueOf(s_field) is { } node)
        {
            new Replication(Kinds.Namespace, s_namespace, Build, topology.Context, draft).Read(((MapSchema<NamespaceDraft>)s_field.Schema).Entries(node, s_field.Key, topology.Context));
        }
    }

    static NamespaceDraft Build(ObjectReader reader)
    {
        string name = reader.Context.Scope.Namespace!;
        ImmutableArray<InterfaceDraft> interfaces = new InterfaceReading(Interfaces, "vde").Read(reader, name);
        ImmutableArray<ResourceId> finished = [new(Kinds.Namespace, name), .. interfaces.Select(one => one.Id)];
        HooksSpec? hooks = HookSchema.Read(reader, finished);
        return new NamespaceDraft
        {
            Name = name,
            Note = reader.Context.Scope.Note,
            Interfaces = interfaces,
            Routes = ReadRoutes(reader),
            Rules = RuleSchema.Read(reader),
            Sysctls = reader.Has(Sysctl)
                ? reader.List(Sysctl).ToImmutableSortedDictionary(item => item.Key.Value, item => item.Value.Value, StringComparer.Ordinal)
                : s_noSysctls,
            Labels = LabelSchema.Read(reader),
            Limits = LimitSchema.Read(reader),
            Dns = [.. reader.List(Dns).Select(server => server.Value)],
            Hooks = hooks,
            Files = FileSchema.Read(reader, reader.Has(Dns)),
            Health = reader.Get(HealthSchema.OfNamespaces),
            DependsOn = reader.List(DependencySchema.OfNamespaces),
            Vnfs = VnfSchema.Read(reader),
            Services = reader.Has(Services) ? ReadServices(reader, hooks is null ? finished : finished.Add(hooks.Id)) : [],
            MainAddress = InterfaceReading.MainAddress(interfaces),
        };
    }

    static ImmutableArray<RouteDraft> ReadRoutes(ObjectReader reader)
    {
        ImmutableArray<RouteDraft> gateways = [.. reader.List(Gateway).Select(gateway => new RouteDraft("default", gateway.At, gateway, 0, 0))];
        return reader.Has(RouteSchema.Routes)
            ?
            [
                .. gateways,
                .. reader.List(RouteSchema.Routes).SelectMany(item => item.Value.OfType<RouteValue>()
                    .Select(route => new RouteDraft(item.Key.Value, item.Key.At, route.Via, route.Metric, route.Table))),
            ]
            : gateways;
    }

    static ImmutableArray<ServiceDraft> ReadServices(ObjectReader reader, ImmutableArray<ResourceId> finished)
    {
        ImmutableArray<ServiceDraft>.Builder services = ImmutableArray.CreateBuilder<ServiceDraft>();
        ReadContext context = reader.Context;
        ResourceId? subject = context.Subject;
        string ns = context.Scope.Namespace!;
        var schema = (MapSchema<ServiceDraft>)Services.Schema;
        foreach ((Located<string> name, Node value) in schema.Entries(reader.ValueOf(Services)!, Services.Key, context))
        {
            context.Subject = new ResourceId(Kinds.Service, $"{ns}/{name.Value}");
            if (schema.Value.TryRead(value, "it", context, out ServiceDraft? service))
            {
                services.Add(service with { Spec = service.Spec with { Name = name.Value, Namespace = ns, DependsOn = finished } });
            }
        }

        context.Subject = subject;
        return services.DrainToImmutable();
    }
}

/// <summary>The short form of interfaces: one switch, or several with their addresses.</summary>
internal sealed record ToValue(Located<SegmentText>? One, ImmutableArray<MapItem<ImmutableArray<Located<InterfaceAddress>>>> Many);
