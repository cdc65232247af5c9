using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Capturing;
using Vdeorch.Plugs.Impairments;
using Vdeorch.Plugs.Switching;
using Vdeorch.Plugs.Workers;

namespace Vdeorch.Plugs.Runtime;

/// <summary>
/// The switches and ports of a topology and the workers that serve them. For one control thread. Each change is checked first, then
/// made: 1. what is new is watched; 2. a new wiring is published; 3. once every worker has left the old one, what is gone is forgotten and closed.
/// </summary>
/// <remarks>A method that changes something returns what was wrong, and then nothing has changed; null when it is done.</remarks>
public sealed class DataPlane : IDisposable
{
    const int MaxWorkers = 4;

    static readonly PortSpanning Ordinary = new();
    static readonly IComparer<string> Names = Comparer<string>.Create(NaturalOrder.Compare);

    readonly Dictionary<string, PlacedSwitch> switches = new(StringComparer.Ordinal);
    readonly Dictionary<string, Placed> ports = new(StringComparer.Ordinal);
    readonly Published<Wiring> published = new(Wiring.Empty);
    readonly ImmutableArray<Worker> workers;
    readonly List<Capture> captures = [];

    // Of the control thread: what it sends itself.
    readonly Frames.FrameBatch own = new();
    readonly Outbox outbox;

    /// <param name="faulted">Told, on a worker's thread, that this port has gone out of service.</param>
    /// <param name="grace">For how long a wire between two ports waits for a receiver that is full; the default does not.</param>
    public DataPlane(int workers, Action<Port> faulted, TimeSpan grace = default)
    {
        outbox = new Outbox(workers);
        this.workers = [.. Enumerable.Range(0, workers).Select(index => new Worker(index, published, faulted, grace))];
    }

    /// <summary>
    /// Workers for a process that is its own: for every two processors one, since who sends and who receives need theirs, and a frame that
    /// comes back by a thread that is awake anyway waits for nobody (docs/designs/0003-waiting.md).
    /// </summary>
    public static int WorkersHere => Math.Clamp(Environment.ProcessorCount / 2, 1, MaxWorkers);

    public int Workers => workers.Length;

    /// <summary>Threads that send to ports: the workers, by their index, and behind them the control thread.</summary>
    public int Senders => workers.Length + 1;

    public IEnumerable<SwitchSettings> Switches => switches.Values.Select(known => known.Settings).OrderBy(known => known.Name, Names);

    public IEnumerable<PortState> Ports => ports.Values.OrderBy(placed => placed.Port.Name, Names).Select(placed => placed.State());

    /// <summary>What was heard of spanning trees, and a sign that ports have changed. For <see cref="Spanning.SpanningTrees"/>.</summary>
    public Spanning.BpduInbox Bpdus { get; } = new();

    public bool HasSwitch(string name) => switches.ContainsKey(name);

    /// <returns>Null when there is no such switch.</returns>
    public SwitchSettings? Find(string name) => switches.GetValueOrDefault(name)?.Settings;

    /// <summary>The ports that are plugged into a switch, in order of their numbers.</summary>
    internal IEnumerable<Placed> PortsOf(string sw) => ports.Values.Where(placed => placed.Switch == sw).OrderBy(placed => placed.NumberOutside);

    /// <returns>Null when there is no such port.</returns>
    public Port? FindPort(string name) => ports.GetValueOrDefault(name)?.Port;

    /// <summary>The errno that put the port out of service; 0 while it is in, or when there is none of that name.</summary>
    public int FaultOf(string port) => ports.TryGetValue(port, out Placed? placed) ? placed.Port.Fault : 0;

    public string? SetSwitch(SwitchSettings settings)
    {
        if (settings.Name.Length == 0 || settings.Ports is < 1 or > RuntimeRequest.MaxSwitchPorts || settings.MacAgeMs < 1 || settings.MoveAfterMs < 0)
        {
            return $"switch '{settings.Name}': needs a name, 1 to {RuntimeRequest.MaxSwitchPorts} ports and a MAC age of at least 1 ms";
        }
        if (settings.Storm is { IsValid: false })
        {
            return $"switch '{settings.Name}': a limit of storm control is 1 to {StormSettings.Most} frames a second";
        }
        if (settings.Mirror is { } asked && (asked.From?.Contains(asked.To) == true || !(asked.In || asked.Out)))
        {
            return $"switch '{settings.Name}': a mirror is of other ports, one way or both";
        }
        int taken = ports.Values.Count(placed => placed.Switch == settings.Name && placed.Number != PlacedSwitch.ManagementNumber);
        if (taken > settings.Ports)
        {
            return $"switch '{settings.Name}': has {taken} ports plugged in, more than {settings.Ports}";
        }
        PlacedSwitch? before = switches.GetValueOrDefault(settings.Name);
        ForwardingTable table = before?.Table ?? new ForwardingTable(ForwardingTable.DefaultCapacity, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        switches[settings.Name] = new PlacedSwitch(settings, table);
        if (before?.HasTrees == true && !switches[settings.Name].HasTrees)
        {
            Open(settings.Name);
        }
        Publish();
        // What was learned without a look at VLANs says nothing about them, nor the other way round.
        if (settings.Hub || before?.Settings.Vlans is null != settings.Vlans is null)
        {
            table.Forget(_ => true);
        }
        else if (settings.Mirror is { } mirror && ports.TryGetValue(mirror.To, out Placed? copies))
        {
            Forget([copies]);
        }
        return null;
    }

    public string? RemoveSwitch(string name)
    {
        if (!switches.ContainsKey(name))
        {
            return NoSuchSwitch(name);
        }
        if (ports.Values.Any(placed => placed.Switch == name))
        {
            return $"switch '{name}': has ports plugged in";
        }
        switches.Remove(name);
        Publish();
        return null;
    }

    /// <summary>Of the ports of a switch.</summary>
    public HashSet<int> NumbersOf(string sw) => [.. PortsOf(sw).Select(placed => placed.NumberOutside)];

    /// <summary>A port that has a number of its own in its switch: one that is free.</summary>
    /// <param name="number">0: the management port, which is there beside all others, and hears nothing in a hub.</param>
    /// <param name="before">The port that had this name and number before, for its counters; null: there was none.</param>
    /// <inheritdoc cref="AddPorts(ImmutableArray{PortSettings}, IReadOnlyList{IPlug})"/>
    public string? AddPort(PortSettings added, IPlug plug, int number, Port? before) => AddPorts([added], [plug], NumberInside(number), before);

    /// <param name="plugs">The n-th of the n-th port. Owned from now on if this returns null, else still the caller's.</param>
    public string? AddPorts(ImmutableArray<PortSettings> added, IReadOnlyList<IPlug> plugs) => AddPorts(added, plugs, null);

    string? AddPorts(ImmutableArray<PortSettings> added, IReadOnlyList<IPlug> plugs, int? wanted, Port? before = null)
    {
        Debug.Assert(added.Length == plugs.Count);
        if (wanted != PlacedSwitch.ManagementNumber && CheckPlaces(added) is { } wrong)
        {
            return wrong;
        }
        // A switch may put a tag on before.
        const int Room = Frames.FrameBatch.Headroom - Frames.VlanTag.Bytes;
        if (plugs.Any(plug => plug.Headroom > Room))
        {
            return $"a plug needs more than {Room} bytes of headroom";
        }

        Slots slots = new(ports.Values, workers.Length);
        List<Placed> watched = [];
        try
        {
            foreach ((PortSettings settings, IPlug plug) in added.Zip(plugs))
            {
                (int slot, int worker) = slots.Take();
                workers[worker].Watch(plug, slot);
                Port port = before is null ? new Port(settings.Name, plug, slot, worker, Senders) : new Port(before, plug, slot, worker);
                watched.Add(new Placed(port, settings.Switch, 0, PortOptions.None, VlanSet.Empty));
            }
            for (int i = 0; i < added.Length; i++)
            {
                watched[i] = WithOptions(watched[i], added[i].Options);
            }
        }
        catch (LinuxException refused)
        {
            watched.ForEach(placed => workers[placed.Port.Worker].Unwatch(placed.Port.Plug));
            watched.ForEach(placed => Unwrap(placed.Port.Plug));
            return refused.Message;
        }

        List<Placed> replaced = Take(added.Select(settings => settings.Name));
        List<Placed> moved = [.. replaced.Where(old => added.First(settings => settings.Name == old.Port.Name).Switch != old.Switch)];
        List<Placed> regrouped = [.. replaced.Where(old => added.First(settings => settings.Name == old.Port.Name).Options.Vlans != old.Options.Vlans)];
        Dictionary<string, Placed> staying = replaced.Except(moved).ToDictionary(old => old.Port.Name, StringComparer.Ordinal);
        Numbers numbers = new(ports.Values.Concat(replaced), Switches);
        foreach (Placed placed in watched)
        {
            VlanSet shut = ShutAtFirst(placed.Switch, VlanSet.All, placed.Options);
            // In its old place the port keeps its number, and what was learned on it stays true.
            Placed there = staying.TryGetValue(placed.Port.Name, out Placed? old)
                ? placed with { Number = old.Number, Discarding = old.Discarding.Union(ShutAtFirst(placed.Switch, Placed.VlansOf(placed.Options).Except(Placed.VlansOf(old.Options)), placed.Options)) }
                : placed with { Number = wanted ?? numbers.Take(placed.Switch), Discarding = shut };
            ports.Add(placed.Port.Name, there);
        }
        replaced.ForEach(old => workers[old.Port.Worker].Unwatch(old.Port.Plug));
        Publish();
        Forget([.. moved, .. regrouped]);
        replaced.ForEach(old => old.Port.Plug.Dispose());
        return null;
    }

    public string? Replug(ImmutableArray<PortSettings> wanted)
    {
        if (wanted.FirstOrDefault(settings => !ports.ContainsKey(settings.Name)) is { } unknown)
        {
            return NoSuchPort(unknown.Name);
        }
        if (CheckPlaces(wanted) is { } wrong)
        {
            return wrong;
        }
        List<PortSettings> changing = [.. wanted.Where(settings => ports[settings.Name] is var old && (old.Switch != settings.Switch || old.Options.Vlans != settings.Options.Vlans))];
        // As it was: for those that stay where they are, their options are another matter.
        Dictionary<string, PortOptions> before = changing.ToDictionary(settings => settings.Name, settings => ports[settings.Name].Options, StringComparer.Ordinal);
        try
        {
            foreach (PortSettings settings in wanted)
            {
                ports[settings.Name] = WithOptions(ports[settings.Name], settings.Options);
            }
        }
        catch (LinuxException refused)
        {
            return refused.Message;
        }
        List<Placed> changed = Take(changing.Select(settings => settings.Name));
        Numbers numbers = new(ports.Values.Concat(changed), Switches);
        foreach ((PortSettings settings, Placed old) in changing.Zip(changed))
        {
            ports.Add(settings.Name, old with
            {
                Switch = settings.Switch,
                Number = old.Switch == settings.Switch ? old.Number : numbers.Take(settings.Switch),
                Discarding = old.Switch == settings.Switch
                    ? old.Discarding.Union(ShutAtFirst(settings.Switch, Placed.VlansOf(settings.Options).Except(Placed.VlansOf(before[settings.Name])), settings.Options))
                    : ShutAtFirst(settings.Switch, VlanSet.All, settings.Options),
            });
        }
        Publish();
        Forget(changed);
        return null;
    }

    /// <summary>For a spanning tree: shuts ports in these VLANs and opens them in all others. Where the switch is not VLAN-aware, all frames are of VLAN 0.</summary>
    /// <param name="shut">Of a port, by its number outside.</param>
    public void SetDiscarding(string sw, Func<int, VlanSet> shut)
    {
        List<Placed> changed = [.. ports.Values.Where(placed => placed.Switch == sw && !IsMirror(placed) && !placed.Discarding.Equals(shut(placed.NumberOutside)))];
        if (changed.Count == 0)
        {
            return;
        }
        foreach (Placed placed in changed)
        {
            ports[placed.Port.Name] = placed with { Discarding = shut(placed.NumberOutside) };
        }
        Publish();
        Forget([.. changed.Where(placed => !ports[placed.Port.Name].Discarding.Except(placed.Discarding).IsEmpty)]);
    }

    /// <summary>Whether the switch has spanning trees: a hub has none, whatever was said.</summary>
    public static bool HasTrees(SwitchSettings settings) => settings is { Stp: not null, Hub: false };

    /// <summary>The ports of a switch as its trees know them.</summary>
    public IEnumerable<Spanning.SpanningMember> MembersOf(string sw)
    {
        bool isAware = switches[sw].IsAware(ports.Values.Where(placed => placed.Switch == sw));
        return ports.Values.Where(placed => placed.Switch == sw && !IsMirror(placed)).Select(placed =>
            new Spanning.SpanningMember(placed.NumberOutside, isAware && placed.Options.Vlans is { } vlans ? vlans : VlanMembership.Default, placed.Options.Spanning ?? Ordinary) { Shut = placed.Discarding });
    }

    /// <summary>Null when the port is not there any more.</summary>
    public (string? Switch, int Number)? PlaceOf(Port port) =>
        ports.TryGetValue(port.Name, out Placed? placed) && placed.Port.Slot == port.Slot ? (placed.Switch, placed.NumberOutside) : null;

    /// <summary>A frame of the switch's own, to one of its ports. What the port does not take is counted there.</summary>
    public void Send(string sw, int number, ReadOnlySpan<byte> frame)
    {
        if (ports.Values.FirstOrDefault(placed => placed.Switch == sw && placed.NumberOutside == number) is { Port.Fault: 0 } to)
        {
            own.Clear();
            own.AddPlain(frame);
            outbox.Deliver(own, [0], to.Port, TimeSpan.Zero);
        }
    }

    /// <summary>What a switch has learned in one VLAN.</summary>
    /// <param name="but">Not on this port.</param>
    public void ForgetVlan(string sw, int vlan, int but) =>
        switches[sw].Table.ForgetEntries(entry => entry.Vlan == vlan && entry.Port != NumberInside(but));

    public string? RemovePorts(ImmutableArray<string> names)
    {
        if (names.FirstOrDefault(name => !ports.ContainsKey(name)) is { } unknown)
        {
            return NoSuchPort(unknown);
        }
        List<Placed> gone = Take(names);
        gone.ForEach(old => workers[old.Port.Worker].Unwatch(old.Port.Plug));
        Publish();
        Forget(gone);
        gone.ForEach(old => old.Port.Plug.Dispose());
        return null;
    }

    /// <summary>From now on it gets the frames of what it is to capture, also of ports that come later.</summary>
    public void Add(Capture capture)
    {
        captures.Add(capture);
        Publish();
    }

    /// <summary>Nobody is in it any more when this returns.</summary>
    public void Remove(Capture capture)
    {
        captures.Remove(capture);
        Publish();
    }

    /// <returns>Null when there is no such switch. Sorted by address.</returns>
    public ImmutableArray<MacEntry>? Macs(string name)
    {
        if (!switches.TryGetValue(name, out PlacedSwitch? known))
        {
            return null;
        }
        Dictionary<int, string> names = ports.Values.Where(placed => placed.Switch == name).ToDictionary(placed => placed.Number, placed => placed.Port.Name);
        bool isAware = known.IsAware(ports.Values.Where(placed => placed.Switch == name));
        long now = Environment.TickCount64;
        return
        [
            .. known.Table.Entries(now, known.Settings.MacAgeMs)
                .Where(entry => names.ContainsKey(entry.Port))
                .OrderBy(entry => entry.Address)
                .ThenBy(entry => entry.Vlan)
                .Select(entry => new MacEntry(new MacAddress(entry.Address).ToString(), names[entry.Port], Math.Max(0, now - entry.HeardMs)) { Vlan = isAware ? entry.Vlan : null }),
        ];
    }

    /// <returns>The descriptors of these ports, still owned here; null with an error when one is unknown.</returns>
    public ImmutableArray<Fd>? Descriptors(ImmutableArray<string> names, out string? error)
    {
        error = names.FirstOrDefault(name => !ports.ContainsKey(name)) is { } unknown ? NoSuchPort(unknown) : null;
        return error is null ? [.. names.Select(name => ImpairedPlug.Bare(ports[name].Port.Plug).Readiness)] : null;
    }

    public void Dispose()
    {
        foreach (Worker worker in workers)
        {
            worker.Dispose();
        }
        foreach (Placed placed in ports.Values)
        {
            placed.Port.Plug.Dispose();
        }
        Bpdus.Dispose();
    }

    /// <summary>The port as it is to be: with an impaired plug, if it is to have one; one that has such a plug already keeps it, for what is held there. Takes effect for a new plug with the next wiring.</summary>
    Placed WithOptions(Placed placed, PortOptions options)
    {
        if (placed.Port.Plug is ImpairedPlug impaired)
        {
            impaired.Set(options.Impair);
        }
        else if (options.Impair is { } impairment && placed.Port.Fault == 0)
        {
            Worker worker = workers[placed.Port.Worker];
            IPlug plug = placed.Port.Plug;
            ImpairedPlug wrapped = new(plug, impairment);
            worker.Unwatch(plug);
            worker.Watch(wrapped, placed.Port.Slot);
            placed = placed with { Port = placed.Port.With(wrapped) };
        }
        return placed with { Options = options };
    }

    // The plug in it is still its caller's.
    static void Unwrap(IPlug plug) => (plug as ImpairedPlug)?.LetGo();

    /// <summary>Whether the switches are there and would have room.</summary>
    string? CheckPlaces(ImmutableArray<PortSettings> wanted)
    {
        HashSet<string> leaving = [.. wanted.Select(settings => settings.Name)];
        foreach (IGrouping<string, PortSettings> group in wanted.Where(settings => settings.Switch is not null).GroupBy(settings => settings.Switch!))
        {
            if (!switches.TryGetValue(group.Key, out PlacedSwitch? known))
            {
                return NoSuchSwitch(group.Key);
            }
            int staying = ports.Values.Count(placed => placed.Switch == group.Key && placed.Number != PlacedSwitch.ManagementNumber && !leaving.Contains(placed.Port.Name));
            if (staying + group.Count() > known.Settings.Ports)
            {
                return $"switch '{group.Key}': has {known.Settings.Ports} ports, {staying} of them taken; {group.Count()} more do not fit";
            }
        }
        return null;
    }

    List<Placed> Take(IEnumerable<string> names)
    {
        List<Placed> taken = [];
        foreach (string name in names)
        {
            if (ports.Remove(name, out Placed? placed))
            {
                taken.Add(placed);
            }
        }
        return taken;
    }

    /// <summary>Returns when no worker uses an older wiring: the quiescent point after which descriptors may be closed and numbers given out again.</summary>
    void Publish()
    {
        if (switches.Values.Any(known => known.HasTrees))
        {
            Bpdus.Wake();
        }
        Wiring next = Build(published.Current.Version + 1);
        published.Publish(next);
        SpinWait spin = default;
        foreach (Worker worker in workers)
        {
            // A turn is bounded: 64 ports, a batch each.
            while (!worker.HasLeft(next.Version))
            {
                spin.SpinOnce();
            }
        }
    }

    Wiring Build(long version)
    {
        ILookup<string, Placed> members = ports.Values.Where(placed => placed.Switch is not null).ToLookup(placed => placed.Switch!, StringComparer.Ordinal);
        Dictionary<string, SwitchView> views = switches.Values.ToDictionary(
            known => known.Settings.Name, known => known.View([.. members[known.Settings.Name]], Bpdus), StringComparer.Ordinal);
        PluggedPort?[] slots = new PluggedPort?[ports.Count == 0 ? 0 : ports.Values.Max(placed => placed.Port.Slot) + 1];
        foreach (Placed placed in ports.Values)
        {
            placed.Port.Taps = TapsOf(placed);
            placed.Port.Storm = StormOf(placed);
            bool isMirror = IsMirror(placed);
            slots[placed.Port.Slot] = new PluggedPort(placed.Port, placed.Switch is null || isMirror ? null : views[placed.Switch], placed.Number) { IsMirror = isMirror };
        }
        return new Wiring(version, slots);
    }

    IFrameTap[]? TapsOf(Placed placed)
    {
        MirrorTap? mirror = MirrorOf(placed);
        if (captures.Count == 0 && mirror is null)
        {
            return null;
        }
        IFrameTap[] taps = [.. captures.Select(capture => capture.TapOf(placed.Port.Name, placed.Switch)).Append<IFrameTap?>(mirror).OfType<IFrameTap>()];
        return taps.Length == 0 ? null : taps;
    }

    MirrorTap? MirrorOf(Placed placed) =>
        placed.Switch is { } name && switches[name] is var sw && sw.Mirrors(placed.Port.Name)
        && sw.Settings.Mirror is { } mirror && ports.TryGetValue(mirror.To, out Placed? to) && to.Switch == name
            ? new MirrorTap(to.Port, mirror.In, mirror.Out)
            : null;

    bool IsMirror(Placed placed) => placed.Switch is { } name && switches[name].IsMirror(placed.Port.Name);

    // One with the same limits goes on where it is: a change of anything else gives nobody a second's worth more.
    StormControl? StormOf(Placed placed)
    {
        StormSettings? settings = placed.Switch is { } name ? switches[name].Settings.Storm : null;
        return settings is null ? null : placed.Port.Storm is { } before && before.Settings == settings ? before : new StormControl(settings);
    }

    /// <summary>After <see cref="Publish"/>: nobody learns on those numbers any more, unless they have been given to another port, which has to start clean too.</summary>
    void Forget(List<Placed> gone)
    {
        foreach (IGrouping<string, Placed> group in gone.Where(old => old.Switch is not null).GroupBy(old => old.Switch!))
        {
            HashSet<int> numbers = [.. group.Select(old => old.Number)];
            switches[group.Key].Table.Forget(numbers.Contains);
        }
    }

    VlanSet ShutAtFirst(string? sw, VlanSet vlans, PortOptions options) =>
        sw is not null && switches.TryGetValue(sw, out PlacedSwitch? known) ? known.ShutAtFirst(vlans, options) : VlanSet.Empty;

    void Open(string sw)
    {
        foreach (Placed placed in ports.Values.Where(placed => placed.Switch == sw).ToList())
        {
            ports[placed.Port.Name] = placed with { Discarding = VlanSet.Empty };
        }
    }

    static int NumberInside(int number) => number == 0 ? PlacedSwitch.ManagementNumber : number;

    static string NoSuchSwitch(string name) => $"there is no switch '{name}'";

    static string NoSuchPort(string name) => $"there is no port '{name}'";
}
