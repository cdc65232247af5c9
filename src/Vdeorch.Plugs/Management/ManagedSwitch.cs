using System.Collections.Immutable;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Impairments;
using Vdeorch.Plugs.Local;
using Vdeorch.Plugs.Public;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Switching;
using Vdeorch.Plugs.Taps;

namespace Vdeorch.Plugs.Management;

/// <summary>
/// A switch of the data plane as whoever manages it by hand sees it, in the terms of vde_switch: ports by their numbers, that are there from when they
/// are made or used until they are removed. For the control thread.
/// </summary>
/// <remarks>Methods that change something return 0, or the errno that says why nothing has changed.</remarks>
/// <param name="name">A switch of the plane.</param>
/// <param name="clients">Those who may join it; null where nobody may.</param>
/// <param name="set">Gives the switch, and whoever serves its clients, other settings; returns what was wrong.</param>
/// <param name="tree">Its spanning trees as they are; null where it has none.</param>
sealed class ManagedSwitch(string name, DataPlane plane, Func<PublicSwitch?> clients, Func<SwitchSettings, string?> set, Func<SpanningState?> tree)
{
    int? priority;

    /// <summary>Made by hand, and not removed since.</summary>
    readonly SortedSet<int> made = [];

    /// <summary>What the counters of a port were when they were set back.</summary>
    readonly Dictionary<int, PortCounters> zeroes = [];

    public string Name => name;

    /// <summary>What vde_switch says its hash table has: a number to be told again, the table has room for <see cref="ForwardingTable.DefaultCapacity"/> addresses.</summary>
    public int HashSize { get; set; } = 128;

    /// <summary>Seconds; as <see cref="HashSize"/>: what is too old is never looked at, whenever it is removed.</summary>
    public int CollectSeconds { get; set; } = 2;

    /// <summary>Of its spanning trees, if it has any: kept while it has none.</summary>
    public int Priority
    {
        get => Settings.Stp?.Priority ?? priority ?? StpSettings.DefaultPriority;
        set => priority = value;
    }

    public SpanningState? Tree => tree();

    public SwitchSettings Settings => plane.Find(name) ?? throw new InvalidOperationException($"there is no switch '{name}'");

    public ImmutableArray<MacEntry> Macs => plane.Macs(name) ?? [];

    /// <summary>Ids of the VLANs there are: those that were made, those that a port is in, and 0.</summary>
    public IEnumerable<int> Vlans
    {
        get
        {
            VlanSet members = VlanSet.Of(Ports.SelectMany(port => port.Vlans.Tagged.Members.Append(port.Vlans.Untagged)).Where(vlan => vlan != VlanMembership.None));
            VlanSet made = Settings.Vlans ?? VlanSet.Empty;
            return Enumerable.Range(0, VlanMembership.None).Where(vlan => vlan == 0 || made.Contains(vlan) || members.Contains(vlan));
        }
    }

    /// <summary>In order of their numbers.</summary>
    public IReadOnlyList<ManagedPort> Ports
    {
        get
        {
            SwitchSettings settings = Settings;
            PublicSwitch? open = clients();
            Dictionary<int, Placed> placed = plane.PortsOf(name).ToDictionary(port => port.NumberOutside);
            Dictionary<int, NumberedPort> numbered = settings.Numbered.ToDictionary(port => port.Number);
            SortedSet<int> numbers = [.. placed.Keys, .. numbered.Keys, .. made, .. open?.Used ?? []];
            return [.. numbers.Select(number => Port(number, placed.GetValueOrDefault(number), numbered.GetValueOrDefault(number), open))];
        }
    }

    /// <summary>Whether the port is there without anybody on it.</summary>
    public bool IsKept(int number) => made.Contains(number) || Settings.Numbered.Any(port => port.Number == number);

    public bool IsPossible(int number) => number >= 0 && number <= Settings.Ports;

    /// <returns>Null when there is none of that number.</returns>
    public ManagedPort? Find(int number) => Ports.FirstOrDefault(port => port.Number == number);

    /// <summary>The lowest number above 0 that no port has; null when all are taken.</summary>
    public int? FirstFree()
    {
        HashSet<int> taken = [.. Ports.Select(port => port.Number)];
        return Enumerable.Range(1, Settings.Ports).Where(number => !taken.Contains(number)).Select(number => (int?)number).FirstOrDefault();
    }

    /// <summary>What it is called by for <see cref="MacEntry.Port"/>.</summary>
    public int NumberOf(string port) => plane.PortsOf(name).FirstOrDefault(placed => placed.Port.Name == port)?.NumberOutside ?? 0;

    /// <summary>A hub has no spanning trees; what was one has none either, until they are asked for.</summary>
    public int SetHub(bool isHub)
    {
        priority = Priority;
        return Change(settings => settings with { Hub = isHub, Stp = isHub ? null : settings.Stp });
    }

    public int Change(Func<SwitchSettings, SwitchSettings> change) => set(change(Settings)) is null ? 0 : Errnos.Invalid;

    /// <summary>A port that only whoever asks for its number gets.</summary>
    public int Make(int number)
    {
        int error = Change(settings => With(settings, new NumberedPort(number) { IsReserved = true }));
        if (error == 0)
        {
            made.Add(number);
        }
        return error;
    }

    public int Remove(ManagedPort port)
    {
        if (port.IsActive)
        {
            return Errnos.AddressInUse;
        }
        made.Remove(port.Number);
        zeroes.Remove(port.Number);
        clients()?.Forget(port.Number);
        return Change(settings => settings with { Numbered = [.. settings.Numbered.Where(other => other.Number != port.Number)] });
    }

    /// <summary>Asks something else of a port by its number.</summary>
    public int Change(int number, Func<NumberedPort, NumberedPort> change)
    {
        bool isThere = Find(number) is not null;
        NumberedPort changed = change(Settings.Numbered.FirstOrDefault(known => known.Number == number) ?? new NumberedPort(number));
        int error = Change(settings => With(settings, changed));
        if (error == 0 && isThere)
        {
            // It stays, even if nothing is asked of it any more.
            made.Add(number);
        }
        return error;
    }

    public int SetVlans(ManagedPort port, VlanMembership vlans) =>
        SetOptions(port.Number, options => options with { Vlans = vlans == VlanMembership.Default ? null : vlans });

    /// <summary>Of a port that is there, or of whoever comes to that number.</summary>
    public int SetOptions(int number, Func<PortOptions, PortOptions> change)
    {
        if (plane.PortsOf(name).FirstOrDefault(placed => placed.NumberOutside == number) is { } placed && !IsPublic(placed))
        {
            return plane.Replug([new PortSettings(placed.Port.Name, name) { Options = change(placed.Options) }]) is null ? 0 : Errnos.Invalid;
        }
        return Change(number, numbered => numbered with { Options = change(numbered.Options) });
    }

    public void ResetCounters(ManagedPort port) => zeroes[port.Number] = Total(port.Number);

    /// <summary>Sends a client away.</summary>
    /// <returns>ENXIO: there is no such one. EPERM: it is no client.</returns>
    public int Dismiss(ManagedPort port, int endpoint)
    {
        if (clients() is { } open && open.On(port.Number).FirstOrDefault(node => node.Control == endpoint) is { } client)
        {
            open.Dismiss(client);
            return 0;
        }
        return port.Endpoints.Any(other => other.Id == endpoint) ? Errnos.NotPermitted : Errnos.NoDeviceOrAddress;
    }

    ManagedPort Port(int number, Placed? placed, NumberedPort? numbered, PublicSwitch? open)
    {
        numbered ??= new NumberedPort(number);
        ImmutableArray<ManagedEndpoint> endpoints = placed is null ? []
            : IsPublic(placed) ? [.. open!.On(number).Select(Endpoint)]
            : [Endpoint(placed.Port)];
        PortOptions options = placed?.Options ?? numbered.Options;
        return new ManagedPort(numbered with { Options = options }, open?.Book.UserOn(number), endpoints, Since(zeroes.GetValueOrDefault(number), Total(number)));
    }

    PortCounters Total(int number) =>
        (plane.PortsOf(name).FirstOrDefault(placed => placed.NumberOutside == number)?.Port ?? clients()?.CountersOf(number))?.Total() ?? default;

    static PortCounters Since(PortCounters zero, PortCounters total) => total with
    {
        RxFrames = total.RxFrames - zero.RxFrames,
        RxBytes = total.RxBytes - zero.RxBytes,
        TxFrames = total.TxFrames - zero.TxFrames,
        TxBytes = total.TxBytes - zero.TxBytes,
    };

    static SwitchSettings With(SwitchSettings settings, NumberedPort port) => settings with
    {
        Numbered = [.. settings.Numbered.Where(other => other.Number != port.Number).Concat(port.IsPlain ? [] : [port]).OrderBy(other => other.Number)],
    };

    static ManagedEndpoint Endpoint(VdeNode node) => new(node.Control, ManagedEndpoint.Client, node.Description);

    static ManagedEndpoint Endpoint(Port port)
    {
        IPlug plug = ImpairedPlug.Bare(port.Plug);
        return new ManagedEndpoint(plug.Readiness.Number, plug is TapPlug ? ManagedEndpoint.Tap : ManagedEndpoint.Plug, port.Name.TrimStart('@'));
    }

    static bool IsPublic(Placed placed) => ImpairedPlug.Bare(placed.Port.Plug) is PublicPort;
}
