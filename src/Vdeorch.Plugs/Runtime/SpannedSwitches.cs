using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Impairments;
using Vdeorch.Plugs.Spanning;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Runtime;

/// <summary>What the spanning trees of a data plane hear from it, and do to it. Of its control thread.</summary>
public sealed class SpannedSwitches
{
    static readonly PortSpanning Ordinary = new();

    readonly Inventory inventory;
    readonly Action publish;

    // What is sent from here.
    readonly FrameBatch own = new();
    readonly Outbox outbox;

    /// <param name="publish">Shows workers what has changed; returns when all of them see it.</param>
    /// <param name="sender">The control thread's number among those that send to ports.</param>
    internal SpannedSwitches(Inventory inventory, Action publish, int sender)
    {
        this.inventory = inventory;
        this.publish = publish;
        outbox = new Outbox(sender);
    }

    /// <summary>Whether a switch has spanning trees: a hub has none, whatever was said.</summary>
    public static bool HasTrees(SwitchSettings settings) => settings is { Stp: not null, Hub: false };

    /// <summary>The ports of a switch as its trees know them.</summary>
    public IEnumerable<SpanningMember> MembersOf(string sw)
    {
        bool isAware = inventory.Switches[sw].IsAware(inventory.In(sw));
        Dictionary<IPlug, Carrier> carriers = Carriers();
        return inventory.In(sw).Where(placed => !inventory.IsMirror(placed)).Select(placed =>
            new SpanningMember(placed.NumberOutside, isAware && placed.Options.Vlans is { } vlans ? vlans : VlanMembership.Default, placed.Options.Spanning ?? Ordinary)
            {
                Shut = placed.Discarding,
                IsDown = carriers.Count > 0 && !carriers.GetValueOrDefault(ImpairedPlug.Bare(placed.Port.Plug), Carrier.Always).IsUp,
            });
    }

    /// <summary>Nanoseconds, monotonic: when the link of a port may go up or down by itself; <see cref="long.MaxValue"/>: none will.</summary>
    public long NextLinkChange => Carriers().Values.Select(carrier => carrier.Until).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>Of impaired links, by what they lead to, at both ends of a cable between two of our ports.</summary>
    Dictionary<IPlug, Carrier> Carriers()
    {
        Dictionary<IPlug, Carrier> carriers = [];
        foreach (ImpairedPlug link in inventory.Ports.Values.Select(placed => placed.Port.Plug).OfType<ImpairedPlug>())
        {
            Carrier carrier = link.Carrier;
            carriers[link.Inner] = Carrier.InRow(carrier, carriers.GetValueOrDefault(link.Inner, Carrier.Always));
            if (link.Inner is PatchPlug { Opposite: { } far })
            {
                carriers[far] = Carrier.InRow(carrier, carriers.GetValueOrDefault(far, Carrier.Always));
            }
        }
        return carriers;
    }

    /// <summary>Null when the port is not there any more.</summary>
    public (string? Switch, int Number)? PlaceOf(Port port) =>
        inventory.Ports.TryGetValue(port.Name, out Placed? placed) && placed.Port.Slot == port.Slot ? (placed.Switch, placed.NumberOutside) : null;

    /// <summary>A frame of the switch's own, to one of its ports. What the port does not take is counted there.</summary>
    public void Send(string sw, int number, ReadOnlySpan<byte> frame)
    {
        if (inventory.In(sw).FirstOrDefault(placed => placed.NumberOutside == number) is { Port.Fault: 0 } to)
        {
            own.Clear();
            own.AddPlain(frame);
            outbox.Deliver(own, [0], to.Port, TimeSpan.Zero);
        }
    }

    /// <summary>Shuts ports in these VLANs and opens them in all others. Where the switch is not VLAN-aware, all frames are of VLAN 0.</summary>
    /// <param name="shut">Of a port, by its number outside.</param>
    public void SetDiscarding(string sw, Func<int, VlanSet> shut)
    {
        List<Placed> changed = [.. inventory.In(sw).Where(placed => !inventory.IsMirror(placed) && !placed.Discarding.Equals(shut(placed.NumberOutside)))];
        if (changed.Count == 0)
        {
            return;
        }
        foreach (Placed placed in changed)
        {
            inventory.Ports[placed.Port.Name] = placed with { Discarding = shut(placed.NumberOutside) };
        }
        publish();
        inventory.Forget(changed.Where(placed => !inventory.Ports[placed.Port.Name].Discarding.Except(placed.Discarding).IsEmpty));
    }

    /// <summary>What a switch has learned in one VLAN.</summary>
    /// <param name="but">Not on this port.</param>
    public void ForgetVlan(string sw, int vlan, int but) =>
        inventory.Switches[sw].Table.ForgetEntries(entry => entry.Vlan == vlan && entry.Port != PlacedSwitch.NumberInside(but));

    /// <summary>Opens all ports of a switch that has no trees any more, with the next wiring.</summary>
    internal void Open(string sw)
    {
        foreach (Placed placed in inventory.In(sw).ToList())
        {
            inventory.Ports[placed.Port.Name] = placed with { Discarding = VlanSet.Empty };
        }
    }
}
