using System.Collections.Immutable;
using System.Net;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Observing;

/// <summary>A network namespace that vdeorch did not make, as a topology file would ask for it. Read only.</summary>
/// <param name="Unsaid">What is there and has no words in the language, in sentences.</param>
public sealed record ForeignNamespace(Topology Topology, ImmutableArray<string> Unsaid)
{
    const int EthernetOctets = 6;

    // Off in every new namespace, and on in every router.
    static readonly string[] s_forwarding = ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"];

    /// <param name="path">A pin, or a file under /proc/PID/ns.</param>
    /// <param name="topology">What the topology is to be called.</param>
    /// <param name="ns">What the namespace is to be called in it.</param>
    /// <param name="resolvConf">Its own, of which the name servers are; it need not be there.</param>
    /// <exception cref="Linux.LinuxException">There is none, or this user may not enter it.</exception>
    public static ForeignNamespace Read(string path, string topology, string ns, string resolvConf)
    {
        using NetNamespace entered = NetNamespace.Open(path);
        using NamespaceThread thread = new("vdeorch-import");
        return thread.Run(entered, () => Look(topology, ns, resolvConf));
    }

    // On the thread that is inside.
    static ForeignNamespace Look(string topology, string ns, string resolvConf)
    {
        List<string> unsaid = [];
        using RouteReader reader = RouteReader.Open();
        ILookup<int, AddressInfo> addresses = reader.Addresses().Where(NamespaceObserver.IsAsked).ToLookup(address => address.Index);
        ILookup<int, RouteInfo> routes = reader.Routes().Where(route => NamespaceObserver.IsAsked(route, isHooked: false)).ToLookup(route => route.OutputIndex);
        ILookup<int, QdiscInfo> qdiscs = reader.Qdiscs().ToLookup(qdisc => qdisc.Index);
        List<InterfaceSpec> interfaces = [];
        foreach (LinkInfo link in reader.Links().Where(link => link.Name != "lo"))
        {
            if (link.Mac.GetAddressBytes().Length != EthernetOctets)
            {
                // The kernel puts some of these into every namespace, down and without an address.
                unsaid.AddRange(link.IsUp || addresses[link.Index].Any() ? new[] { $"{link.Name} is no Ethernet interface" } : []);
                continue;
            }

            unsaid.AddRange(link.IsUp ? [] : new[] { $"{link.Name} is down" });
            unsaid.AddRange(qdiscs[link.Index].Select(qdisc => $"{link.Name} has the queueing discipline {qdisc.Kind}"));
            interfaces.Add(Interface(ns, link, [.. addresses[link.Index].Select(address => new InterfaceAddress(address.Address, address.PrefixLength))], [.. routes[link.Index].Select(NamespaceObserver.Spec)], unsaid));
        }

        ImmutableArray<RuleSpec> rules = Rules(reader, unsaid);
        NamespaceSpec spec = new(ns, Forwarding(), [.. NamespaceObserver.NameServers(resolvConf).Select(server => IPAddress.TryParse(server, out IPAddress? address) ? address : null).OfType<IPAddress>()]) { Rules = rules };
        return new ForeignNamespace(new Topology { Name = topology, Namespaces = [spec], Interfaces = [.. interfaces.OrderBy(one => one.Id)] }, [.. unsaid]);
    }

    static InterfaceSpec Interface(string ns, LinkInfo link, ImmutableArray<InterfaceAddress> addresses, ImmutableArray<RouteSpec> routes, List<string> unsaid)
    {
        List<RouteSpec> said = [];
        foreach (RouteSpec route in routes)
        {
            if (route.Via is { } via && addresses.Any(address => address.Subnet.BaseAddress.AddressFamily == via.AddressFamily && address.Subnet.Contains(via)))
            {
                said.Add(route);
            }
            else
            {
                unsaid.Add($"the route to {route.Path["routes.".Length..]} {(route.Via is null ? "goes to the link itself" : $"goes by {route.Via}, which is no neighbour")}");
            }
        }

        return new InterfaceSpec(ns, link.Name, To: null, MacAddress.From(link.Mac.GetAddressBytes()), link.Mtu) { Addresses = addresses, Routes = [.. said] };
    }

    static ImmutableArray<RuleSpec> Rules(RouteReader reader, List<string> unsaid)
    {
        List<RuleSpec> rules = [];
        foreach (KeyValuePair<string, string> rule in RuleObserver.Observe(reader.Rules(), isHooked: false))
        {
            if (RuleSpec.TryParse(rule.Key, rule.Value) is { } said)
            {
                rules.Add(said);
            }
            else
            {
                unsaid.Add($"there is a rule {rule.Key[RuleSpec.Paths.Length..]} to {rule.Value}");
            }
        }

        return [.. rules.OrderBy(rule => rule.Priority).ThenBy(rule => rule.Path, StringComparer.Ordinal)];
    }

    static ImmutableSortedDictionary<string, string> Forwarding() =>
        s_forwarding.Where(key => NamespaceObserver.ReadSysctl(key) == "1").ToImmutableSortedDictionary(key => key, _ => "1", StringComparer.Ordinal);
}
