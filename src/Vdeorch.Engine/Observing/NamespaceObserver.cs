using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Leasing;
using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Observing;

/// <summary>Namespaces and the interfaces in them, by rtnetlink on a thread that enters each in turn.</summary>
/// <param name="sysctls">Namespace to the keys to read.</param>
/// <param name="hooked">Namespaces whose hooks may make routes, rules and queueing disciplines.</param>
/// <param name="runtime">Null: no runtime runs, so nothing is plugged in.</param>
internal sealed class NamespaceObserver(RunDirectory run, string topology, ILookup<string, string> sysctls, IReadOnlySet<string> hooked, RuntimeState? runtime)
{
    // rtnetlink(7), linux/rtnetlink.h
    internal const uint MainTable = 254;
    const byte Unicast = 1;
    const byte LinkScope = 253;
    const byte Boot = 3;
    const byte Static = 4;

    // The kernel gives an IPv6 route this metric when asked for none.
    const uint DefaultMetricV6 = 1024;

    /// <summary>Of an interface on which somebody has put a queueing discipline; nobody can ask for one.</summary>
    internal const string QdiscPath = "qdisc";

    /// <summary>Of an interface: what a DHCP server has given it. It is the client's own, and nobody asks for it.</summary>
    const string LeasedPath = "leased";

    // Where nothing has changed nobody asks.
    Dictionary<string, PortState> Ports => field ??= runtime?.Ports.ToDictionary(port => port.Name) ?? [];

    // Who has name servers or files of its own: most have none, and to ask for each is what takes long.
    readonly HashSet<string> _named = [.. Names(Path.GetDirectoryName(Path.GetDirectoryName(run.ResolvConf(topology, "_"))!)!)];
    readonly HashSet<string> _filed = [.. Names(Path.GetDirectoryName(run.Files(topology, "_"))!)];

    /// <summary>What was asked for last: of that the kernel knows only a part.</summary>
    public IReadOnlyDictionary<string, NamespaceSpec> Applied { get; init; } = new Dictionary<string, NamespaceSpec>();

    /// <summary>Interfaces that ask for their address, by namespace.</summary>
    public ILookup<string, string> Leasing { get; init; } = Array.Empty<string>().ToLookup(name => name);

    /// <summary>Interfaces whose queueing disciplines a network function has made, by namespace.</summary>
    public ILookup<string, string> Queued { get; init; } = Array.Empty<string>().ToLookup(name => name);

    /// <summary>What was seen there the last time; null: nothing is remembered.</summary>
    public NamespaceMemory? Memory { get; init; }

    public void Observe(ImmutableArray<Observed>.Builder objects, ImmutableArray<string>.Builder notes)
    {
        using IDisposable? turn = Memory?.Begin();
        string prefix = $"{topology}.";
        using NamespaceThread thread = new("vdeorch-look");
        _ = thread.Tour(enter =>
        {
            foreach (string pin in Names(run.Pins).Where(pin => pin.StartsWith(prefix, StringComparison.Ordinal)))
            {
                Visit(pin[prefix.Length..], enter, objects, notes);
            }

            return true;
        });
    }

    public static bool IsOurs(NamespaceThread thread, RunDirectory run, string topology, string ns)
    {
        using NetNamespace? entered = NetNamespace.TryOpen(run.Pin(topology, ns));
        return entered is not null && thread.Run(entered, () =>
        {
            using RouteReader reader = RouteReader.Open();
            return reader.Links().Any(link => link.Name == "lo" && Marks.IsNamespace(link.Alias, run, topology, ns));
        });
    }

    /// <summary>The file of a dotted sysctl name. As in sysctl(8) a slash stands for a dot inside a part.</summary>
    public static string SysctlPath(string key) =>
        $"/proc/sys/{string.Concat(key.Select(c => c switch { '.' => '/', '/' => '.', _ => c }))}";

    void Visit(string ns, Action<NetNamespace> enter, ImmutableArray<Observed>.Builder objects, ImmutableArray<string>.Builder notes)
    {
        string pin = run.Pin(topology, ns);
        NetworkState? known = Memory?.Recall(pin);
        if (known is not null && !sysctls.Contains(ns))
        {
            _ = Look(pin, ns, known, objects);
            return;
        }

        using NetNamespace? there = NetNamespace.TryOpen(pin);
        if (there is null)
        {
            return;
        }

        try
        {
            enter(there);
            if (!Look(pin, ns, known ?? Memory?.Look(pin, there, All) ?? All(), objects))
            {
                notes.Add($"'{pin}' is a network namespace that this vdeorch did not make; it is left alone");
            }
        }
        catch (LinuxException refused)
        {
            throw new ObservationException($"namespace '{ns}' of '{topology}' cannot be looked at: {refused.Message}");
        }
    }

    static IEnumerable<string> Names(string directory) => Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)) : [];

    static NetworkState All()
    {
        using RouteReader reader = RouteReader.Open();
        return reader.All();
    }

    // On the thread that is inside, unless there are no sysctls to read.
    bool Look(string pin, string ns, NetworkState state, ImmutableArray<Observed>.Builder objects)
    {
        // Of sysctls and files the kernel tells nothing.
        ImmutableArray<Observed> drawn = Memory is null || sysctls.Contains(ns) || _filed.Contains(ns) || _named.Contains(ns) ? Draw(ns, state)
            : Memory.Draw(pin, state, new NamespaceMemory.Ground(hooked.Contains(ns), Special(ns), runtime, Applied.GetValueOrDefault(ns)), () => Circumstances(ns, state), () => Draw(ns, state));
        objects.AddRange(drawn);
        return !drawn.IsEmpty;
    }

    NamespaceMemory.Circumstances Circumstances(string ns, NetworkState state) => new(hooked.Contains(ns), runtime is not null, Special(ns), Told(ns), runtime is null ? [] :
    [
        .. state.Links.Select(link => Ports.GetValueOrDefault($"{ns}/{link.Name}") is { } port ? new NamespaceMemory.PortSight(port.Switch, port.Fault, port.Options) : default),
    ]);

    string Special(string ns) => Leasing.Count + Queued.Count == 0 ? "/" : string.Join(' ', [.. Leasing[ns], "/", .. Queued[ns]]);

    ImmutableArray<Field> Told(string ns) => Applied.GetValueOrDefault(ns)?.Told ?? [];

    // None when the namespace is not ours.
    ImmutableArray<Observed> Draw(string ns, NetworkState state)
    {
        if (state.Links.FirstOrDefault(link => link.Name == "lo") is not { } loopback || !Marks.IsNamespace(loopback.Alias, run, topology, ns))
        {
            return [];
        }

        ImmutableArray<Observed>.Builder objects = ImmutableArray.CreateBuilder<Observed>();
        ResourceId id = new(Kinds.Namespace, ns);
        // What has no mark in a namespace of somebody else's is theirs.
        bool isShared = hooked.Contains(ns) || loopback.Alias == Marks.Adopted(run, topology, ns);
        objects.Add(new Observed(id, Health.Healthy) { Fields = Fields(ns, loopback).AddRange(RuleObserver.Observe(state.Rules, isShared)), Enumerated = [NamespaceFile.Paths, RuleSpec.Paths] });

        ILookup<int, AddressInfo> addresses = state.Addresses.ToLookup(address => address.Index);
        ILookup<int, RouteInfo> routes = state.Routes.ToLookup(route => route.OutputIndex);
        ILookup<int, QdiscInfo> qdiscs = (hooked.Contains(ns) ? [] : state.Qdiscs).ToLookup(qdisc => qdisc.Index);
        foreach (LinkInfo link in state.Links.Where(link => link.Alias == Marks.Interface(run, topology, ns, link.Name)))
        {
            objects.Add(Interface(ns, id, link, addresses[link.Index], routes[link.Index], qdiscs[link.Index]));
        }

        return objects.DrainToImmutable();
    }

    ImmutableSortedDictionary<string, string> Fields(string ns, LinkInfo loopback)
    {
        ImmutableSortedDictionary<string, string>.Builder fields = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        fields["dns"] = !_named.Contains(ns) ? "" : LeaseHand.IsOurs(run.ResolvConf(topology, ns)) ? NamespaceSpec.LeasedDns : string.Join(", ", NameServers(run.ResolvConf(topology, ns)));
        fields["state"] = loopback.IsUp ? "up" : "loopback down";
        if (_filed.Contains(ns))
        {
            fields.AddRange(FileObserver.Observe(run.Files(topology, ns)));
        }

        foreach (Field field in Told(ns))
        {
            fields[field.Path] = field.Value;
        }

        foreach (string key in sysctls[ns])
        {
            if (ReadSysctl(key) is { } value)
            {
                fields[$"sysctl.{key}"] = value;
            }
        }

        return fields.ToImmutable();
    }

    Observed Interface(string ns, ResourceId inside, LinkInfo link, IEnumerable<AddressInfo> addresses, IEnumerable<RouteInfo> routes, IEnumerable<QdiscInfo> qdiscs)
    {
        PortState? port = Ports.GetValueOrDefault($"{ns}/{link.Name}");
        ResourceId? segment = port?.Switch is { } plugged ? RuntimeNames.Segment(plugged) : null;
        ImmutableSortedDictionary<string, string>.Builder fields = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        fields["address"] = InterfaceSpec.PrintAddresses(addresses.Where(IsAsked).Select(address => new InterfaceAddress(address.Address, address.PrefixLength)));
        fields["mac"] = MacAddress.From(link.Mac.GetAddressBytes()).ToString();
        fields["mtu"] = link.Mtu.ToString(CultureInfo.InvariantCulture);
        fields["state"] = link.IsUp ? "up" : "down";
        fields["to"] = InterfaceSpec.PrintTo(segment);
        foreach (Field field in VlanFields.Of(port?.Options.Vlans, port?.Options.Spanning).Concat(LinkImpairment.Fields(LinkImpairment.FromPort(port?.Options.Impair, isFirst: false))))
        {
            fields[field.Path] = field.Value;
        }

        AddressInfo[] leased = [.. addresses.Where(LeaseHand.IsLeased)];
        if (leased.Length > 0)
        {
            fields[LeasedPath] = InterfaceSpec.PrintAddresses(leased.Select(address => new InterfaceAddress(address.Address, address.PrefixLength)));
        }

        foreach (RouteInfo route in routes.Where(route => IsAsked(route, hooked.Contains(ns))))
        {
            RouteSpec spec = Spec(route);
            fields[spec.Path] = spec.Value;
        }

        if (qdiscs.Any() && !Queued[ns].Contains(link.Name))
        {
            fields[QdiscPath] = string.Join(", ", qdiscs.Select(qdisc => qdisc.Kind));
        }

        string? reason = runtime is null ? "no plug runtime" : port?.Fault ?? (link.IsUp && !link.HasCarrier ? "no carrier" : leased.Length == 0 && Leasing[ns].Contains(link.Name) ? "no DHCP server has given it an address" : null);
        return new Observed(new ResourceId(Kinds.Interface, $"{ns}/{link.Name}"), reason is null ? Health.Healthy : Health.Degraded)
        {
            Fields = fields.ToImmutable(),
            Enumerated = port is null ? ["routes.", QdiscPath] : ["routes.", QdiscPath, .. VlanFields.Paths, .. LinkImpairment.Paths],
            Reason = reason,
            DependsOn = segment is { } to ? [inside, to] : [inside],
        };
    }

    // The kernel makes an IPv6 interface's link-local address itself, and others from what routers on the network advertise.
    internal static bool IsAsked(AddressInfo address) =>
        address.IsPermanent && !(address.Address.AddressFamily == AddressFamily.InterNetworkV6 && address.Scope == LinkScope);

    // Routes of the kernel itself and of routing daemons are theirs; ours and those typed by hand are the file's business,
    // but where hooks run: there nobody can tell what they have typed.
    internal static bool IsAsked(RouteInfo route, bool isHooked) =>
        route.Type == Unicast && (route.Protocol == Marks.RouteProtocol || (!isHooked && (route.Protocol is Boot or Static)));

    internal static RouteSpec Spec(RouteInfo route)
    {
        bool isDefaultMetric = route.Destination.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 && route.Metric == DefaultMetricV6;
        return new RouteSpec(route.Destination, route.Gateway, isDefaultMetric ? 0 : (int)route.Metric) { Table = route.Table == MainTable ? 0 : (int)route.Table };
    }

    internal static string? ReadSysctl(string key)
    {
        try
        {
            // Several numbers are tab-separated.
            return File.ReadAllText(SysctlPath(key)).Trim().Replace('\t', ' ');
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static IEnumerable<string> NameServers(string resolvConf) =>
        !File.Exists(resolvConf) ? [] : File.ReadAllLines(resolvConf)
            .Where(line => line.StartsWith("nameserver ", StringComparison.Ordinal))
            .Select(line => line["nameserver ".Length..].Trim());
}
