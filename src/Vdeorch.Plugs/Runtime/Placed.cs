using System.Runtime.InteropServices;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Impairments;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Runtime;

/// <summary>A switch and what it has learned.</summary>
sealed record PlacedSwitch(SwitchSettings Settings, ForwardingTable Table)
{
    readonly HashSet<string>? mirrored = Settings.Mirror?.From is { } from ? new(from, StringComparer.Ordinal) : null;

    /// <summary>Of its management port, inside, where 0 is no number: behind all others.</summary>
    public const int ManagementNumber = RuntimeRequest.MaxSwitchPorts + 1;

    /// <param name="number">As others know it.</param>
    public static int NumberInside(int number) => number == 0 ? ManagementNumber : number;

    /// <param name="bpdus">For a switch with spanning trees.</param>
    public SwitchView View(List<Placed> members, Spanning.BpduInbox bpdus)
    {
        members = [.. members.Where(placed => !IsMirror(placed.Port.Name))];
        Port?[] numbered = new Port?[members.Count == 0 ? 0 : members.Max(placed => placed.Number) + 1];
        members.ForEach(placed => numbered[placed.Number] = placed.Port);
        SwitchView view = new(Settings, Table, numbered, [.. members.Where(placed => !Settings.Hub || placed.Number != ManagementNumber).Select(placed => placed.Port)]) { LooksAtTags = IsAware(members) };
        if (Settings.Hub || !(view.LooksAtTags || HasTrees || members.Any(placed => !placed.Discarding.IsEmpty)))
        {
            return view;
        }
        PortVlans[] vlans = [.. Enumerable.Repeat(PortVlans.Default, numbered.Length)];
        members.ForEach(placed => vlans[placed.Number] = placed.Vlans);
        return view with { Vlans = vlans, Bpdus = HasTrees ? bpdus : null };
    }

    /// <summary>Whether copies go to this port, which then takes no other part.</summary>
    public bool IsMirror(string port) => Settings.Mirror?.To == port;

    /// <summary>Whether there are to be copies of what passes this port.</summary>
    public bool Mirrors(string port) => Settings.Mirror is { } mirror && port != mirror.To && (mirrored is null || mirrored.Contains(port));

    public bool HasTrees => SpannedSwitches.HasTrees(Settings);

    /// <summary>Where a port that comes to it in these VLANs must not forward before its trees say so.</summary>
    public VlanSet ShutAtFirst(VlanSet vlans, PortOptions options) => HasTrees ? vlans.Except(options.Spanning?.Edge ?? VlanSet.Empty) : VlanSet.Empty;

    public bool IsAware(IEnumerable<Placed> members) => !Settings.Hub && (Settings.Vlans is not null || members.Any(placed => placed.Options.Vlans is not null));
}

/// <summary>A port, and where it is plugged in.</summary>
/// <param name="Number">In its switch, from 1; 0 when unplugged.</param>
/// <param name="Discarding">VLANs in which a spanning tree keeps it shut.</param>
sealed record Placed(Port Port, string? Switch, int Number, PortOptions Options, VlanSet Discarding)
{
    public PortVlans Vlans => Options.Vlans is null && Discarding.IsEmpty ? PortVlans.Default : new PortVlans(Options.Vlans, Discarding);

    /// <summary>As others know it: 0 is the management port.</summary>
    public int NumberOutside => Number == PlacedSwitch.ManagementNumber ? 0 : Number;

    /// <summary>Those it is in, with tags or without.</summary>
    public static VlanSet VlansOf(PortOptions options) => options.Vlans is { } vlans ? vlans.Tagged.With(vlans.Untagged) : OnlyUntagged;

    static readonly VlanSet OnlyUntagged = VlanSet.Of([VlanMembership.Default.Untagged]);

    public PortState State()
    {
        PortCounters total = Port.Total();
        return new PortState(
            Port.Name, Switch, NumberOutside, total.RxFrames, total.RxBytes, total.TxFrames, total.TxBytes, total.Dropped,
            Port.Fault == 0 ? null : $"out of service: {Marshal.GetPInvokeErrorMessage(Port.Fault)} (errno {Port.Fault})")
        {
            Options = Options,
            Drops = Drops(total),
            Held = (Port.Plug as ImpairedPlug)?.Held,
            LinkStates = (Port.Plug as ImpairedPlug)?.States,
        };
    }

    PortDrops? Drops(PortCounters total)
    {
        LinkDrops link = (Port.Plug as ImpairedPlug)?.Drops ?? default;
        PortDrops drops = new()
        {
            Full = total.Full,
            Unplugged = total.Unplugged,
            Malformed = total.Malformed,
            Vlan = total.Vlan,
            Discarding = total.Discarding,
            Storm = total.Storm,
            Mirror = total.Mirror,
            Lost = link.Lost,
            TooLong = link.TooLong,
            Congested = link.Congested,
        };
        return drops == new PortDrops() ? null : drops;
    }
}

/// <summary>Lowest free slot, least loaded worker.</summary>
sealed class Slots
{
    readonly HashSet<int> taken = [];
    readonly int[] load;
    int next;

    public Slots(IEnumerable<Placed> placed, int workers)
    {
        load = new int[workers];
        foreach (Placed one in placed)
        {
            taken.Add(one.Port.Slot);
            load[one.Port.Worker]++;
        }
    }

    public (int Slot, int Worker) Take()
    {
        while (!taken.Add(next))
        {
            next++;
        }
        int worker = Array.IndexOf(load, load.Min());
        load[worker]++;
        return (next, worker);
    }
}

/// <summary>
/// Lowest free number of each switch that is not kept for whoever asks for it. Those of ports that are leaving are not free yet: their addresses are
/// forgotten later.
/// </summary>
sealed class Numbers(IEnumerable<Placed> placed, IEnumerable<SwitchSettings> switches)
{
    readonly HashSet<(string, int)> taken =
    [
        .. placed.Where(one => one.Switch is not null).Select(one => (one.Switch!, one.Number)),
        .. switches.SelectMany(known => known.Numbered.Where(port => port.IsReserved).Select(port => (known.Name, port.Number))),
    ];
    readonly Dictionary<string, int> next = new(StringComparer.Ordinal);

    public int Take(string? name)
    {
        if (name is null)
        {
            return 0;
        }
        int number = next.GetValueOrDefault(name, 1);
        while (!taken.Add((name, number)))
        {
            number++;
        }
        next[name] = number;
        return number;
    }
}
