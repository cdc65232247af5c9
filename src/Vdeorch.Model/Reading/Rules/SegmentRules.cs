using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Rules;

internal sealed class SegmentsExist : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        string[]? known = null;
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft plugged in ns.Interfaces)
            {
                if (plugged.To is { Value: { Locator: null, Text: var name } } to && !plugged.IsWired && draft.SegmentOf(name) is null)
                {
                    known ??= [.. draft.SwitchesByName.Keys, .. draft.SegmentsByName.Keys];
                    string what = draft.Segments.Count == 0 ? "switch" : "switch, cloud or plug";
                    context.Report(DiagnosticCatalog.UnknownSegment, to.At, ns.Id, ns.Note, $"there is no {what} {Quoted.Text(name)}",
                        LocatorScalars.MeantScheme(name) ?? context.DidYouMean(name, known)
                        ?? (ObjectSchema.IsIgnored(name) ? "keys that begin with x- are ignored"
                            : known.Length is > 0 and <= 10 ? $"known: {string.Join(", ", known)}"
                            : known.Length == 0 ? $"add it: switches: {{ {name}: {{}} }}" : null));
                }
            }
        }
    }
}

internal sealed class PortsSuffice : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        Dictionary<string, int> plugged = new(StringComparer.Ordinal);
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft one in ns.Interfaces)
            {
                if (one.To is not { } to || !draft.SwitchesByName.TryGetValue(to.Value.Text, out SwitchDraft? sw))
                {
                    continue;
                }

                int count = plugged[to.Value.Text] = plugged.GetValueOrDefault(to.Value.Text) + 1;
                if (count == sw.Spec.Ports + 1)
                {
                    context.Report(DiagnosticCatalog.NoPortLeft, to.At, one.Id, ns.Note, string.Create(CultureInfo.InvariantCulture,
                        $"switch/{to.Value.Text} has {sw.Spec.Ports} ports, and this interface would be one more"), "give the switch more ports, or plug into another");
                }
            }
        }
    }
}

internal sealed class AddressesAreUnique : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        // A switch, or a VLAN of it, is one segment; within a namespace an address belongs to one interface whatever it is plugged into.
        Dictionary<(string Segment, IPAddress), InterfaceDraft> bySegment = [];
        HashSet<IPAddress> own = [];
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            own.Clear();
            foreach (InterfaceDraft one in ns.Interfaces)
            {
                foreach (Located<InterfaceAddress> address in one.Addresses)
                {
                    InterfaceDraft? first = null;
                    bool isFirst = one.To is null || bySegment.TryAdd((one.Domain, address.Value.Address), one)
                        || !bySegment.TryGetValue((one.Domain, address.Value.Address), out first);
                    if (own.Add(address.Value.Address) && isFirst)
                    {
                        continue;
                    }

                    string where = first is null || first.Namespace == ns.Name ? "stands twice in this namespace"
                        : $"is also that of {first.Id} on {draft.Describe(one.Domain)}";
                    context.Report(DiagnosticCatalog.DuplicateAddress, address.At, one.Id, ns.Note, $"{address.Value.Address} {where}",
                        ns.Note is null ? null : "let it depend on the replica: \"10.0.0.{{ index + 1 }}/24\"");
                }
            }
        }
    }
}

internal sealed class MacsAreUnique : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        Dictionary<(string Segment, MacAddress), InterfaceDraft> seen = [];
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft one in ns.Interfaces)
            {
                if (one.To is null || seen.TryAdd((one.Domain, one.Mac.Value), one))
                {
                    continue;
                }

                InterfaceDraft first = seen[(one.Domain, one.Mac.Value)];
                TextRange at = one.Mac.At == TextRange.WholeFile ? one.At : one.Mac.At;
                context.Report(DiagnosticCatalog.DuplicateMac, at, one.Id, ns.Note, $"{one.Mac.Value} is also that of {first.Id} on {draft.Describe(one.Domain)}",
                    "leave mac out, and it gets one of its own");
            }
        }
    }
}

internal sealed class Ipv6NeedsRoom : Rule
{
    public const int MinIpv6Mtu = 1280;

    public override void Check(TopologyDraft draft, ReadContext context)
    {
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft one in ns.Interfaces)
            {
                if (one.GivenMtu is { Value: < MinIpv6Mtu } given && one.Addresses.FirstOrDefault(address => address.Value.IsV6) is { Value.Address: not null } v6)
                {
                    context.Report(DiagnosticCatalog.MtuTooSmall, given.At, one.Id, ns.Note, string.Create(CultureInfo.InvariantCulture,
                        $"mtu {given.Value} is too small for {v6.Value}: IPv6 needs {MinIpv6Mtu}"), string.Create(CultureInfo.InvariantCulture, $"mtu: {MinIpv6Mtu}, or no IPv6 address"));
                }
            }
        }
    }
}

internal sealed class SegmentsAreUsed : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        HashSet<string> used =
        [
            .. draft.Namespaces.SelectMany(ns => ns.Interfaces).Select(one => one.To?.Value.Text).OfType<string>(),
            .. draft.Cables.SelectMany(cable => new[] { cable.Left.Value, cable.Right.Value }),
            .. draft.Switches.Where(sw => sw.Spec.Public is not null).Select(sw => sw.Name.Value),
        ];
        foreach ((Located<string> name, ResourceId id) in draft.Switches.Select(sw => (sw.Name, sw.Spec.Id)).Concat(draft.Segments.Select(segment => (segment.Name, segment.Spec.Id))))
        {
            if (!used.Contains(name.Value) && !draft.Over.Contains(name.Value))
            {
                context.Report(DiagnosticCatalog.UnusedSegment, name.At, id, null, "nothing is plugged into it",
                    $"remove it, or plug something in: to: {name.Value}");
            }
        }
    }
}

internal sealed class AddressesShareSubnets : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        Dictionary<(string Segment, AddressFamily), (IPNetwork First, Dictionary<IPNetwork, int> Counts)> segments = [];
        ForEach(draft, (_, _, address, segment) =>
        {
            IPNetwork subnet = address.Value.Subnet;
            if (!segments.TryGetValue(segment, out (IPNetwork First, Dictionary<IPNetwork, int> Counts) found))
            {
                segments.Add(segment, found = (subnet, []));
            }

            found.Counts[subnet] = found.Counts.GetValueOrDefault(subnet) + 1;
        });

        ForEach(draft, (ns, one, address, segment) =>
        {
            // The first address sets the segment's subnet, so a single one is never outside.
            (IPNetwork first, Dictionary<IPNetwork, int> counts) = segments[segment];
            if (counts.Count > 1 && address.Value.Subnet is var subnet && subnet != first && counts[subnet] == 1 && !IsInside(address.Value, counts))
            {
                context.Report(DiagnosticCatalog.OutsideSubnets, address.At, one.Id, ns.Note,
                    $"{address.Value} shares a subnet with no other address on {draft.Describe(segment.Segment)}", $"the segment has {first}");
            }
        });
    }

    static void ForEach(TopologyDraft draft, Action<NamespaceDraft, InterfaceDraft, Located<InterfaceAddress>, (string Segment, AddressFamily)> act)
    {
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft one in ns.Interfaces)
            {
                foreach (Located<InterfaceAddress> address in one.To is null ? [] : one.Addresses)
                {
                    act(ns, one, address, (one.Domain, address.Value.Address.AddressFamily));
                }
            }
        }
    }

    /// <summary>Tries the prefix lengths instead of the subnets: there are at most 128, however many subnets there are.</summary>
    static bool IsInside(InterfaceAddress address, Dictionary<IPNetwork, int> subnets)
    {
        int bits = address.Address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        for (int length = bits; length >= 0; length--)
        {
            if (length != address.PrefixLength && subnets.ContainsKey(new InterfaceAddress(address.Address, length).Subnet))
            {
                return true;
            }
        }

        return false;
    }
}
