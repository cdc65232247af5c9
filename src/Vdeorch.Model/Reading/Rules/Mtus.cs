using System.Globalization;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Gives each interface without an mtu the one that fits its network.</summary>
internal sealed class MtusAreChosen : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        Narrowest narrowest = new(draft);
        foreach (InterfaceDraft one in draft.Namespaces.SelectMany(ns => ns.Interfaces))
        {
            int least = one.Addresses.Any(address => address.Value.IsV6) ? Ipv6NeedsRoom.MinIpv6Mtu : InterfaceSpec.MinMtu;
            int room = narrowest.Of(one) is { } locator && UvdelRoom.Mtu(locator) is { } mtu ? mtu : InterfaceSpec.DefaultMtu;
            one.Mtu = one.GivenMtu?.Value ?? Math.Clamp(room, least, InterfaceSpec.DefaultMtu);
        }
    }
}

/// <summary>Warns of an mtu that was given, and of one that IPv6 needs, where its network does not carry it.</summary>
internal sealed class MtusFit : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        Narrowest narrowest = new(draft);
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft one in ns.Interfaces)
            {
                if (narrowest.Of(one) is { } locator && UvdelRoom.Mtu(locator) is { } room && one.Mtu > room)
                {
                    string help = one.GivenMtu is null ? string.Create(CultureInfo.InvariantCulture, $"IPv6 needs {Ipv6NeedsRoom.MinIpv6Mtu}: leave out a layer, or the IPv6 addresses")
                        : string.Create(CultureInfo.InvariantCulture, $"mtu: {room}");
                    context.Report(DiagnosticCatalog.MtuTooLarge, one.GivenMtu?.At ?? one.To!.Value.At, one.Id, ns.Note, string.Create(CultureInfo.InvariantCulture,
                        $"an mtu of {one.Mtu} does not fit {Quoted.Text(locator.ToString())}, which leaves {room}"), help);
                }
            }
        }
    }
}

/// <summary>Which locator of a network carries the least: switches and clouds that cables join are one network, and a frame may have to cross all of it.</summary>
sealed class Narrowest
{
    readonly TopologyDraft draft;
    readonly Dictionary<ResourceId, ResourceId> roots = [];
    readonly Dictionary<ResourceId, Uvdel> byRoot = [];

    public Narrowest(TopologyDraft draft)
    {
        this.draft = draft;
        foreach (CableSpec cable in draft.ResolvedCables)
        {
            if (cable is { Left.Segment: { } left, Right.Segment: { } right })
            {
                roots[Root(left)] = Root(right);
            }
        }

        foreach (SegmentDraft segment in draft.Segments)
        {
            Narrow(segment.Spec.Id, segment.Spec.Locator);
        }

        foreach (CableSpec cable in draft.ResolvedCables)
        {
            if ((cable.Left.Segment ?? cable.Right.Segment, cable.Left.Locator ?? cable.Right.Locator) is ({ } segment, { } locator))
            {
                Narrow(segment, locator);
            }
        }
    }

    /// <returns>Null where nothing limits the mtu, or it leads nowhere.</returns>
    public Uvdel? Of(InterfaceDraft one) =>
        one.To is not { Value: var to } ? null
        : to.Locator ?? (draft.SegmentOf(to.Text) is { } segment ? byRoot.GetValueOrDefault(Root(segment)) : null);

    void Narrow(ResourceId segment, Uvdel locator)
    {
        ResourceId root = Root(segment);
        if (UvdelRoom.Mtu(locator) is { } room && (!byRoot.TryGetValue(root, out Uvdel? other) || UvdelRoom.Mtu(other) > room))
        {
            byRoot[root] = locator;
        }
    }

    ResourceId Root(ResourceId id)
    {
        while (roots.TryGetValue(id, out ResourceId up) && up != id)
        {
            id = up;
        }

        return id;
    }
}
