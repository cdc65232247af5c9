using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
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

    readonly Inventory inventory = new();
    readonly Published<Wiring> published = new(Wiring.Empty);
    readonly ImmutableArray<Worker> workers;
    readonly List<Capture> captures = [];
    readonly WiringBuilder builder;

    /// <param name="faulted">Told, on a worker's thread, that this port has gone out of service.</param>
    /// <param name="grace">For how long a wire between two ports waits for a receiver that is full; the default does not.</param>
    public DataPlane(int workers, Action<Port> faulted, TimeSpan grace = default)
    {
        builder = new WiringBuilder(inventory, captures, Bpdus);
        Spanned = new SpannedSwitches(inventory, Publish, sender: workers);
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

    public IEnumerable<SwitchSettings> Switches => inventory.Switches.Values.Select(known => known.Settings).OrderBy(known => known.Name, Inventory.Names);

    public IEnumerable<PortState> Ports => PortsInAnyOrder.OrderBy(port => port.Name, Inventory.Names);

    /// <summary>The same one while no port comes or goes.</summary>
    public IEnumerable<PortState> PortsInAnyOrder => inventory.Ports.Values.Select(placed => placed.State());

    /// <summary>What was heard of spanning trees, and a sign that ports have changed. For <see cref="Spanning.SpanningTrees"/>.</summary>
    public Spanning.BpduInbox Bpdus { get; } = new();

    /// <summary>The plane as <see cref="Spanning.SpanningTrees"/> sees it.</summary>
    public SpannedSwitches Spanned { get; }

    public bool HasSwitch(string name) => inventory.Switches.ContainsKey(name);

    /// <returns>Null when there is no such switch.</returns>
    public SwitchSettings? Find(string name) => inventory.Switches.GetValueOrDefault(name)?.Settings;

    /// <summary>The ports that are plugged into a switch, in order of their numbers.</summary>
    internal IEnumerable<Placed> PortsOf(string sw) => inventory.In(sw).OrderBy(placed => placed.NumberOutside);

    /// <returns>Null when there is no such port.</returns>
    public Port? FindPort(string name) => inventory.Ports.GetValueOrDefault(name)?.Port;

    /// <summary>The errno that put the port out of service; 0 while it is in, or when there is none of that name.</summary>
    public int FaultOf(string port) => inventory.Ports.TryGetValue(port, out Placed? placed) ? placed.Port.Fault : 0;

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
        int taken = inventory.CountedIn(settings.Name).Count();
        if (taken > settings.Ports)
        {
            return $"switch '{settings.Name}': has {taken} ports plugged in, more than {settings.Ports}";
        }
        PlacedSwitch? before = inventory.Switches.GetValueOrDefault(settings.Name);
        ForwardingTable table = before?.Table ?? new ForwardingTable(ForwardingTable.DefaultCapacity, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
        inventory.Switches[settings.Name] = new PlacedSwitch(settings, table);
        if (before?.HasTrees == true && !inventory.Switches[settings.Name].HasTrees)
        {
            Spanned.Open(settings.Name);
        }
        Publish();
        // What was learned without a look at VLANs says nothing about them, nor the other way round.
        if (settings.Hub || before?.Settings.Vlans is null != settings.Vlans is null)
        {
            table.Forget(_ => true);
        }
        else if (settings.Mirror is { } mirror && inventory.Ports.TryGetValue(mirror.To, out Placed? copies))
        {
            inventory.Forget([copies]);
        }
        return null;
    }

    public string? RemoveSwitch(string name)
    {
        if (!inventory.Switches.ContainsKey(name))
        {
            return Inventory.NoSuchSwitch(name);
        }
        if (inventory.In(name).Any())
        {
            return $"switch '{name}': has ports plugged in";
        }
        inventory.Switches.Remove(name);
        Publish();
        return null;
    }

    /// <summary>Of the ports of a switch.</summary>
    public HashSet<int> NumbersOf(string sw) => [.. PortsOf(sw).Select(placed => placed.NumberOutside)];

    /// <summary>A port that has a number of its own in its switch: one that is free.</summary>
    /// <param name="number">0: the management port, which is there beside all others, and hears nothing in a hub.</param>
    /// <param name="before">The port that had this name and number before, for its counters; null: there was none.</param>
    /// <inheritdoc cref="AddPorts(ImmutableArray{PortSettings}, IReadOnlyList{IPlug})"/>
    public string? AddPort(PortSettings added, IPlug plug, int number, Port? before) => AddPorts([added], [plug], PlacedSwitch.NumberInside(number), before);

    /// <param name="plugs">The n-th of the n-th port. Owned from now on if this returns null, else still the caller's.</param>
    public string? AddPorts(ImmutableArray<PortSettings> added, IReadOnlyList<IPlug> plugs) => AddPorts(added, plugs, null);

    string? AddPorts(ImmutableArray<PortSettings> added, IReadOnlyList<IPlug> plugs, int? wanted, Port? before = null)
    {
        Debug.Assert(added.Length == plugs.Count);
        if (wanted != PlacedSwitch.ManagementNumber && inventory.CheckPlaces(added) is { } wrong)
        {
            return wrong;
        }
        // A switch may put a tag on before.
        const int Room = Frames.FrameBatch.Headroom - Frames.VlanTag.Bytes;
        if (plugs.Any(plug => plug.Headroom > Room))
        {
            return $"a plug needs more than {Room} bytes of headroom";
        }

        Slots slots = new(inventory.Ports.Values, workers.Length);
        List<Placed> watched = [];
        IPlug[] impaired = [];
        try
        {
            impaired = ImpairedPlug.Wrap(plugs, [.. added.Select(settings => settings.Options.Impair)]);
            foreach ((PortSettings settings, IPlug plug) in added.Zip(impaired))
            {
                (int slot, int worker) = slots.Take();
                workers[worker].Watch(plug, slot);
                Port port = before is null ? new Port(settings.Name, plug, slot, worker, Senders) : new Port(before, plug, slot, worker);
                watched.Add(new Placed(port, settings.Switch, 0, settings.Options, VlanSet.Empty));
            }
        }
        catch (LinuxException refused)
        {
            watched.ForEach(placed => workers[placed.Port.Worker].Unwatch(placed.Port.Plug));
            ImpairedPlug.Unwrap(impaired, plugs);
            return refused.Message;
        }

        List<Placed> replaced = inventory.Take(added.Select(settings => settings.Name));
        Dictionary<string, Placed> olds = replaced.ToDictionary(old => old.Port.Name, StringComparer.Ordinal);
        Numbers numbers = new(inventory.Ports.Values.Concat(replaced), Switches);
        List<Placed> uprooted = [];
        foreach (Placed placed in watched)
        {
            Placed? old = olds.GetValueOrDefault(placed.Port.Name);
            if (old is not null && (old.Switch != placed.Switch || old.Options.Vlans != placed.Options.Vlans))
            {
                uprooted.Add(old);
            }
            inventory.Ports.Add(placed.Port.Name, placed with
            {
                // In its old place the port keeps its number, and what was learned on it stays true.
                Number = old is not null && old.Switch == placed.Switch ? old.Number : wanted ?? numbers.Take(placed.Switch),
                Discarding = inventory.ShutAtFirst(placed.Switch, placed.Options, old),
            });
        }
        replaced.ForEach(old => workers[old.Port.Worker].Unwatch(old.Port.Plug));
        Publish();
        inventory.Forget(uprooted);
        replaced.ForEach(old => old.Port.Plug.Dispose());
        return null;
    }

    /// <summary>Plugs ports into other switches, or gives them other options: all of them, or none.</summary>
    public string? Replug(ImmutableArray<PortSettings> wanted)
    {
        if ((inventory.CheckNames(wanted.Select(settings => settings.Name)) ?? inventory.CheckPlaces(wanted)) is { } wrong)
        {
            return wrong;
        }
        Placed[] before = [.. wanted.Select(settings => inventory.Ports[settings.Name])];
        Port[] after;
        try
        {
            after = Impair(before, wanted);
        }
        catch (LinuxException refused)
        {
            return refused.Message;
        }
        List<Placed> uprooted = [.. before.Zip(wanted).Where(pair => pair.First.Switch != pair.Second.Switch || pair.First.Options.Vlans != pair.Second.Options.Vlans).Select(pair => pair.First)];
        _ = inventory.Take(wanted.Select(settings => settings.Name));
        Numbers numbers = new(inventory.Ports.Values.Concat(before), Switches);
        for (int i = 0; i < wanted.Length; i++)
        {
            (before[i].Port.Plug as ImpairedPlug)?.Set(wanted[i].Options.Impair);
            inventory.Ports.Add(wanted[i].Name, before[i] with
            {
                Port = after[i],
                Switch = wanted[i].Switch,
                Number = before[i].Switch == wanted[i].Switch ? before[i].Number : numbers.Take(wanted[i].Switch),
                Options = wanted[i].Options,
                Discarding = inventory.ShutAtFirst(wanted[i].Switch, wanted[i].Options, before[i]),
            });
        }
        Publish();
        foreach ((Placed old, Port now) in before.Zip(after).Where(pair => pair.First.Port != pair.Second && pair.First.Port.Fault != 0))
        {
            // It went out of service meanwhile: its worker knew nothing yet of the link in front of it.
            workers[now.Worker].Unwatch(now.Plug);
            now.Fault = old.Port.Fault;
        }
        inventory.Forget(uprooted);
        return null;
    }

    public string? RemovePorts(ImmutableArray<string> names)
    {
        if (inventory.CheckNames(names) is { } unknown)
        {
            return unknown;
        }
        List<Placed> gone = inventory.Take(names);
        gone.ForEach(old => workers[old.Port.Worker].Unwatch(old.Port.Plug));
        Publish();
        inventory.Forget(gone);
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
        if (!inventory.Switches.TryGetValue(name, out PlacedSwitch? known))
        {
            return null;
        }
        Dictionary<int, string> names = inventory.In(name).ToDictionary(placed => placed.Number, placed => placed.Port.Name);
        bool isAware = known.IsAware(inventory.In(name));
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
        error = inventory.CheckNames(names);
        return error is null ? [.. names.Select(name => ImpairedPlug.Bare(inventory.Ports[name].Port.Plug).Readiness)] : null;
    }

    public void Dispose()
    {
        foreach (Worker worker in workers)
        {
            worker.Dispose();
        }
        foreach (Placed placed in inventory.Ports.Values)
        {
            placed.Port.Plug.Dispose();
        }
        Bpdus.Dispose();
    }

    /// <summary>The ports as they are to be: with a bad link in front of those that are to have one. Who has one already keeps it, for what is held there; who is out of service gets none.</summary>
    /// <exception cref="LinuxException">One cannot be had; then everything is as it was.</exception>
    Port[] Impair(Placed[] ports, ImmutableArray<PortSettings> wanted)
    {
        IPlug[] bare = [.. ports.Select(placed => placed.Port.Plug)];
        IPlug[] impaired = ImpairedPlug.Wrap(bare, [.. ports.Zip(wanted, (placed, settings) => placed.Port.Fault == 0 ? settings.Options.Impair : null)]);
        int watched = 0;
        try
        {
            for (; watched < ports.Length; watched++)
            {
                if (impaired[watched] != bare[watched])
                {
                    workers[ports[watched].Port.Worker].WatchBeside(impaired[watched], ports[watched].Port.Slot);
                }
            }
        }
        catch (LinuxException)
        {
            Leave(impaired, watched);
            ImpairedPlug.Unwrap(impaired, bare);
            throw;
        }
        Leave(bare, ports.Length);
        return [.. ports.Zip(impaired, (placed, plug) => plug == placed.Port.Plug ? placed.Port : placed.Port.With(plug))];

        void Leave(IPlug[] left, int count)
        {
            for (int i = 0; i < count; i++)
            {
                if (impaired[i] != bare[i])
                {
                    workers[ports[i].Port.Worker].UnwatchBeside(left[i]);
                }
            }
        }
    }

    /// <summary>Returns when no worker uses an older wiring: the quiescent point after which descriptors may be closed and numbers given out again.</summary>
    void Publish()
    {
        if (inventory.Switches.Values.Any(known => known.HasTrees))
        {
            Bpdus.Wake();
        }
        Wiring next = builder.Build(published.Current.Version + 1);
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
}
