using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Gives each route the interface whose subnet holds its gateway.</summary>
internal sealed class RoutesHaveNeighbours : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        var placer = new Placer(context);
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            if (!ns.Routes.IsEmpty)
            {
                placer.Place(ns);
            }
        }
    }
}

/// <summary>One namespace after the other; its collections are emptied and used again.</summary>
file sealed class Placer(ReadContext context)
{
    readonly Dictionary<IPNetwork, InterfaceDraft> _subnets = [];
    readonly HashSet<IPAddress> _own = [];
    readonly SortedSet<int> _lengths = new(Comparer<int>.Create((left, right) => right.CompareTo(left)));
    readonly HashSet<(IPNetwork, int, int)> _taken = [];

    public void Place(NamespaceDraft ns)
    {
        _subnets.Clear();
        _own.Clear();
        _lengths.Clear();
        _taken.Clear();
        foreach (InterfaceDraft one in ns.Interfaces)
        {
            foreach (Located<InterfaceAddress> address in one.Addresses)
            {
                _subnets.TryAdd(address.Value.Subnet, one);
                _own.Add(address.Value.Address);
                _lengths.Add(address.Value.PrefixLength);
            }
        }

        foreach (RouteDraft route in ns.Routes)
        {
            IPAddress via = route.Via.Value;
            IPNetwork destination = Destination(route);
            if (destination.BaseAddress.AddressFamily != via.AddressFamily)
            {
                Report(DiagnosticCatalog.FamilyMixUp, route.Via.At, $"the gateway {via} is {Family(via)}, and {route.Destination} is {Family(destination.BaseAddress)}", null);
            }
            else if (_own.Contains(via))
            {
                Report(DiagnosticCatalog.UnreachableGateway, route.Via.At, $"the gateway {via} is an address of the namespace itself", "name the neighbour that forwards");
            }
            else if (!_taken.Add((destination, route.Metric, route.Table)))
            {
                Report(DiagnosticCatalog.SeveralDefaults, route.At, string.Create(CultureInfo.InvariantCulture,
                    $"a second {(destination.PrefixLength == 0 ? $"default route for {Family(via)}" : $"route to {destination}")} with metric {route.Metric}{(route.Table == 0 ? "" : $" in table {route.Table}")}"),
                    "keep one of them, or give them different metrics: { via: …, metric: 50 }");
            }
            else if (FindInterface(ns, via) is { } through)
            {
                through.Routes.Add(new RouteSpec(destination, via, route.Metric) { Table = route.Table });
            }
            else if (!ns.Interfaces.IsEmpty && _subnets.Keys.All(subnet => subnet.BaseAddress.AddressFamily != via.AddressFamily))
            {
                Report(DiagnosticCatalog.FamilyMixUp, route.Via.At, $"the gateway {via} is {Family(via)}, and no interface here has such an address", null);
            }
            else
            {
                Report(DiagnosticCatalog.UnreachableGateway, route.Via.At, $"the gateway {via} is in no subnet attached here",
                    _subnets.Count is > 0 and <= 5 ? $"attached: {string.Join(", ", _subnets.Keys)}" : _subnets.Count == 0 ? "give the namespace an address in the gateway's subnet" : null);
            }
        }

        foreach (InterfaceDraft one in ns.Interfaces)
        {
            if (one.Routes.Count > 1)
            {
                one.Routes.Sort(Compare);
            }
        }

        void Report(DiagnosticCode code, TextRange at, string message, string? suggestion) => context.Report(code, at, ns.Id, ns.Note, message, suggestion);
    }

    InterfaceDraft? FindInterface(NamespaceDraft ns, IPAddress via)
    {
        int bits = via.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        foreach (int length in _lengths)
        {
            if (length <= bits && _subnets.TryGetValue(new InterfaceAddress(via, length).Subnet, out InterfaceDraft? found))
            {
                return found;
            }
        }

        // Every interface has fe80::/64; which one is meant is clear only where there is one.
        return via.IsIPv6LinkLocal && ns.Interfaces is [var only] ? only : null;
    }

    static IPNetwork Destination(RouteDraft route) =>
        route.Destination != "default" ? IPNetwork.Parse(route.Destination)
        : route.Via.Value.AddressFamily == AddressFamily.InterNetworkV6 ? new IPNetwork(IPAddress.IPv6Any, 0)
        : new IPNetwork(IPAddress.Any, 0);

    static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";

    // IPv4 first, then as numbers: the order a routing table is read in.
    static int Compare(RouteSpec left, RouteSpec right)
    {
        byte[] one = left.Destination.BaseAddress.GetAddressBytes();
        byte[] other = right.Destination.BaseAddress.GetAddressBytes();
        int byFamily = one.Length.CompareTo(other.Length);
        int byAddress = byFamily != 0 ? byFamily : one.AsSpan().SequenceCompareTo(other);
        return byAddress != 0 ? byAddress
            : (left.Destination.PrefixLength, left.Table, left.Metric).CompareTo((right.Destination.PrefixLength, right.Table, right.Metric));
    }
}
