using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Rendering;

/// <summary>A topology in the input language's long form: every default written, all sugar, replicas and expressions resolved.</summary>
public static class TopologyRenderer
{
    /// <returns>Text that reads back to an equal topology. Equal topologies render alike, so their texts compare them.</returns>
    public static string Render(Topology t) => Render(t, references: null);

    /// <param name="references">Null: the text of each file is in it, and key files have the names they have.</param>
    internal static string Render(Topology t, References? references)
    {
        var yaml = new YamlWriter();
        yaml.Entry("topology", t.Name);
        if (PolicyText.Print(t.Policy) is { } policy)
        {
            yaml.Entry("policy", policy);
        }

        yaml.Map("switches", () =>
        {
            foreach (SwitchSpec sw in t.Switches)
            {
                yaml.Entry(sw.Name, SwitchText.Print(sw));
            }
        });
        WriteSegments(yaml, t, "clouds", Kinds.Cloud, references);
        WriteSegments(yaml, t, "plugs", Kinds.Plug, references);
        WriteCables(yaml, t);
        yaml.Map("namespaces", () =>
        {
            ILookup<string, InterfaceSpec> interfaces = t.Interfaces.ToLookup(one => one.Namespace, StringComparer.Ordinal);
            Dictionary<ResourceId, Uvdel> own = t.Segments.Where(segment => segment.IsPrivate).ToDictionary(segment => segment.Id, segment => segment.Locator);
            Dictionary<string, HooksSpec> hooks = t.Hooks.ToDictionary(one => one.Namespace, StringComparer.Ordinal);
            ILookup<string, VnfSpec> vnfs = t.Vnfs.ToLookup(one => one.Namespace, StringComparer.Ordinal);
            ILookup<string, ServiceSpec> services = t.Services.ToLookup(service => service.Namespace, StringComparer.Ordinal);
            foreach (NamespaceSpec ns in t.Namespaces)
            {
                yaml.Map(ns.Name, () => WriteNamespace(yaml, ns, interfaces[ns.Name], hooks.GetValueOrDefault(ns.Name), vnfs[ns.Name], services[ns.Name], own, references));
            }
        });
        MachineText.Write(yaml, t);
        if (!t.Checks.IsEmpty)
        {
            yaml.Map("checks", () =>
            {
                Dictionary<string, IPAddress> addresses = MainAddresses(t);
                foreach (CheckSpec check in t.Checks)
                {
                    yaml.Map(check.Name, () => WriteCheck(yaml, check, addresses));
                }
            });
        }

        return yaml.ToString();
    }

    static void WriteNamespace(YamlWriter yaml, NamespaceSpec ns, IEnumerable<InterfaceSpec> interfaces, HooksSpec? hooks, IEnumerable<VnfSpec> vnfs, IEnumerable<ServiceSpec> services, Dictionary<ResourceId, Uvdel> own, References? references)
    {
        if (interfaces.Any())
        {
            yaml.Map("interfaces", () =>
            {
                foreach (InterfaceSpec one in interfaces)
                {
                    yaml.Map(one.Name, () => WriteInterface(yaml, one, own));
                }
            });
        }

        var routes = interfaces.SelectMany(one => one.Routes).ToLookup(route => RouteKey(route.Destination), StringComparer.Ordinal);
        if (routes.Count > 0)
        {
            yaml.Map("routes", () =>
            {
                foreach (IGrouping<string, RouteSpec> destination in routes)
                {
                    yaml.Entry(destination.Key, YamlWriter.List(destination.Select(route =>
                        string.Create(CultureInfo.InvariantCulture, $"{{ via: {YamlWriter.Scalar(route.Via!.ToString())}, metric: {route.Metric}{(route.Table == 0 ? "" : $", table: {route.Table}")} }}"))));
                }
            });
        }

        NamespaceText.WriteRules(yaml, ns.Rules);
        if (!ns.Sysctls.IsEmpty)
        {
            yaml.Map("sysctl", () => WriteTexts(yaml, ns.Sysctls));
        }

        if (!ns.Dns.IsEmpty)
        {
            yaml.Entry("dns", YamlWriter.List(ns.Dns.Select(server => YamlWriter.Scalar(server.ToString()))));
        }

        if (!ns.Labels.IsEmpty)
        {
            yaml.Entry("labels", LabelText.Print(ns.Labels));
        }

        if (!ns.Limits.IsNone)
        {
            yaml.Entry("limits", LimitText.Print(ns.Limits));
        }

        NamespaceText.Write(yaml, ns, hooks, references);
        HealthText.Write(yaml, ns.Health, ns.Dependencies);
        NamespaceText.WriteVnfs(yaml, vnfs, services);
        if (services.Any(service => service.Daemon is null))
        {
            yaml.Map("services", () =>
            {
                foreach (ServiceSpec service in services.Where(service => service.Daemon is null))
                {
                    yaml.Map(service.Name, () => WriteService(yaml, service));
                }
            });
        }
    }

    // Equal locators print alike, so what a file wrote as a map is written as text.
    static void WriteSegments(YamlWriter yaml, Topology t, string key, string kind, References? references)
    {
        SegmentSpec[] segments = [.. t.Segments.Where(segment => segment.Kind == kind && !segment.IsPrivate)];
        if (segments.Length == 0)
        {
            return;
        }

        yaml.Map(key, () =>
        {
            foreach (SegmentSpec segment in segments)
            {
                yaml.Entry(segment.Name, segment.MayBeUnenforced ? Unenforced(segment)
                    : kind == Kinds.Plug && references?.Layers(segment.Locator) is { } layers ? $"{{ {layers}{LabelText.Append(segment.Labels)} }}"
                    : segment.Labels.IsEmpty ? YamlWriter.Scalar(segment.Locator.ToString())
                    : $"{{ uvdel: {YamlWriter.Scalar(segment.Locator.ToString())}{LabelText.Append(segment.Labels)} }}");
            }
        });
    }

    // What a locator cannot say; only the map's own parameters can be in it.
    static string Unenforced(SegmentSpec segment)
    {
        Uvdel locator = segment.Locator;
        IEnumerable<string> rest = locator.Parameters.Where(parameter => parameter.Name != "grp")
            .Select(parameter => $"{(parameter.Name == "if" ? "interface" : parameter.Name)}: {YamlWriter.Scalar(parameter.Value)}");
        return $"{{ {string.Join(", ", [$"vxvdex: {{ group: {YamlWriter.Scalar(locator.Find("grp") ?? "")} }}", .. rest, "unenforced: allow"])}{LabelText.Append(segment.Labels)} }}";
    }

    static void WriteCables(YamlWriter yaml, Topology t)
    {
        if (!t.Cables.IsEmpty)
        {
            yaml.Entry("cables", YamlWriter.List(t.Cables.Select(Cable)));
        }
    }

    static string Cable(CableSpec cable)
    {
        string ends = YamlWriter.List([YamlWriter.Scalar(cable.Left.ToString()), YamlWriter.Scalar(cable.Right.ToString())]);
        string[] more =
        [
            .. cable.Vlans is { } vlans ? PortText.Vlans(vlans).Select(entry => $"{entry.Key}: {entry.Value}") : [],
            .. cable.Spanning is { } spanning ? new[] { $"stp: {PortText.Stp(spanning)}" } : [],
            .. cable.Impair is { } impair ? new[] { $"impair: {ImpairmentText.PrintYaml(impair)}" } : [],
            .. cable.Labels.IsEmpty ? [] : new[] { $"labels: {LabelText.Print(cable.Labels)}" },
        ];
        return more.Length > 0 ? $"{{ ends: {ends}, {string.Join(", ", more)} }}" : ends;
    }

    static void WriteInterface(YamlWriter yaml, InterfaceSpec one, Dictionary<ResourceId, Uvdel> own)
    {
        // A cable says itself what it is plugged into.
        if (one.To is { } to && to.Kind != Kinds.Cable)
        {
            yaml.Entry("to", own.TryGetValue(to, out Uvdel? locator) ? YamlWriter.Scalar(locator.ToString()) : to.Name);
        }

        yaml.Entry("address", YamlWriter.List(one.Addresses.Select(address => YamlWriter.Scalar(address.ToString()))));
        if (one.Dhcp)
        {
            yaml.Entry("dhcp", "true");
        }

        yaml.Entry("mac", YamlWriter.Scalar(one.Mac.ToString()));
        yaml.Entry("mtu", one.Mtu.ToString(CultureInfo.InvariantCulture));
        foreach ((string key, string value) in one.Vlans is { } vlans ? PortText.Vlans(vlans) : [])
        {
            yaml.Entry(key, value);
        }

        if (one.Spanning is { } spanning)
        {
            yaml.Entry("stp", PortText.Stp(spanning));
        }

        if (one.Impair is { } impair)
        {
            yaml.Entry("impair", ImpairmentText.PrintYaml(impair));
        }
    }

    static void WriteService(YamlWriter yaml, ServiceSpec service)
    {
        yaml.Entry("run", YamlWriter.List(service.Run.Select(YamlWriter.Scalar)));
        if (service.Ready is { } ready)
        {
            yaml.Entry("ready", ready.Tcp is { } port
                ? string.Create(CultureInfo.InvariantCulture, $"{{ tcp: {port} }}")
                : $"{{ exec: {YamlWriter.List(ready.Exec.Select(YamlWriter.Scalar))} }}");
        }

        HealthText.Write(yaml, service.Health, service.Dependencies);
        yaml.Entry("restart", YamlWriter.Scalar(ServiceSpec.PrintRestart(service.Restart)));
        if (!service.Limits.IsNone)
        {
            yaml.Entry("limits", LimitText.Print(service.Limits));
        }

        if (!service.Env.IsEmpty)
        {
            yaml.Map("env", () => WriteTexts(yaml, service.Env));
        }
    }

    static void WriteTexts(YamlWriter yaml, ImmutableSortedDictionary<string, string> texts)
    {
        foreach ((string key, string value) in texts)
        {
            yaml.Entry(key, YamlWriter.Scalar(value));
        }
    }

    /// <summary>A check was a mesh or a product of who tries and whom, and is written as that again.</summary>
    static void WriteCheck(YamlWriter yaml, CheckSpec check, Dictionary<string, IPAddress> addresses)
    {
        string[] from = [.. check.Probes.Select(probe => probe.From).Distinct(StringComparer.Ordinal)];
        if (IsMesh(check, from, addresses))
        {
            yaml.Entry("among", YamlWriter.List(from));
            yaml.Entry("ping", "all");
        }
        else
        {
            yaml.Entry("from", YamlWriter.List(from));
            Probe first = check.Probes[0];
            yaml.Entry(Probe.Word(first.Kind), YamlWriter.List(check.Probes.Take(check.Probes.Length / from.Length).Select(probe => YamlWriter.Scalar(probe.Text))));
            if (!first.Statuses.IsEmpty)
            {
                yaml.Entry("status", HealthText.Statuses(first));
            }
        }

        yaml.Entry("expect", check.Expect == Expectation.Ok ? "ok" : "blocked");
        yaml.Entry("within", Durations.Print(check.Within));
    }

    static bool IsMesh(CheckSpec check, string[] names, Dictionary<string, IPAddress> addresses)
    {
        if (check.Probes.Length != names.Length * (names.Length - 1) || check.Probes[0].Kind != ProbeKind.Ping)
        {
            return false;
        }

        int at = 0;
        foreach (string from in names)
        {
            foreach (string to in names)
            {
                if (from != to && !(addresses.TryGetValue(to, out IPAddress? address) && check.Probes[at++] is { } probe && probe.From == from && probe.Target.Equals(address)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    static Dictionary<string, IPAddress> MainAddresses(Topology t) =>
        t.Addressed.Where(one => !one.Addresses.IsEmpty).GroupBy(one => one.Namespace, StringComparer.Ordinal).ToDictionary(group => group.Key, group =>
        {
            var all = group.SelectMany(one => one.Addresses).Select(address => address.Address).ToList();
            return all.Find(address => address.AddressFamily == AddressFamily.InterNetwork) ?? all[0];
        }, StringComparer.Ordinal);

    // `default` is IPv4's here, so that a namespace can have both.
    static string RouteKey(IPNetwork destination) =>
        destination.PrefixLength == 0 && destination.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? "default" : destination.ToString();
}
