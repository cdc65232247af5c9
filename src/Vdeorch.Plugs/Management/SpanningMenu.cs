using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Management;

/// <summary>Spanning trees, one for each VLAN.</summary>
static class SpanningMenu
{
    const int LastVlan = 4093;
    const string NoSwitch = "ff:ff:ff:ff:ff:ff:ff:ff";

    public static readonly ImmutableArray<ConsoleCommand> Commands =
    [
        ConsoleCommand.Heading("fstp", "FAST SPANNING TREE MENU"),
        new("fstp/showinfo", "", "show fstp info", ShowInfo) { HasData = true },
        new("fstp/setfstp", "0/1", "Fast spanning tree protocol 1=ON 0=OFF", Set) { HasData = true },
        new("fstp/setedge", "VLAN PORT 1/0", "Define an edge port for a vlan 1=Y 0=N", SetEdge),
        new("fstp/bonus", "VLAN PORT COST", "set the port bonus for a vlan", SetBonus),
        new("fstp/print", "[N]", "print fst data for the defined vlan", Print) { HasData = true },
    ];

    /// <returns>Null where the port has no part in a tree of that VLAN.</returns>
    public static SpanningPort? Find(SpanningState? tree, int vlan, int number) =>
        tree?.Vlans.FirstOrDefault(known => known.Vlan == vlan)?.Ports.FirstOrDefault(port => port.Number == number);

    static int ShowInfo(ConsoleCall call)
    {
        SwitchSettings settings = call.Switch.Settings;
        int priority = call.Switch.Priority;
        call.Print(string.Create(CultureInfo.InvariantCulture, $"MAC {settings.Mac ?? "00:00:00:00:00:00"} Priority {priority} (0x{priority:x})"));
        call.Print($"FSTP={(settings.Stp is null ? "false" : "true")}");
        return 0;
    }

    static int Set(ConsoleCall call)
    {
        bool isWished = ConsoleNumbers.Atoi(call.Argument) != 0;
        if (isWished && call.Switch.Settings.Hub)
        {
            call.Print("Can't use fstp in hub mode");
            return 0;
        }
        int priority = call.Switch.Priority;
        call.Switch.Priority = priority;
        return call.Switch.Change(settings => settings with { Stp = isWished ? new StpSettings(priority) : null });
    }

    static int SetEdge(ConsoleCall call) => On(call, (vlan, port, isEdge) => call.Switch.SetOptions(port, options =>
    {
        PortSpanning spanning = options.Spanning ?? new PortSpanning();
        return With(options, spanning with { Edge = isEdge != 0 ? spanning.Edge.With(vlan) : spanning.Edge.Without(vlan) });
    }));

    // One port of a VLAN has it; 0 is none.
    static int SetBonus(ConsoleCall call) => On(call, (vlan, port, cost) =>
    {
        if (cost is < 0 or >= SpanningPort.FullCost)
        {
            return Errnos.Invalid;
        }
        foreach (ManagedPort other in call.Switch.Ports.Where(other => other.Number != port && BonusOf(other, vlan) is not null))
        {
            call.Switch.SetOptions(other.Number, options => WithBonus(options, vlan, 0));
        }
        return call.Switch.SetOptions(port, options => WithBonus(options, vlan, cost));
    });

    static PortOptions WithBonus(PortOptions options, int vlan, int cost)
    {
        PortSpanning spanning = options.Spanning ?? new PortSpanning();
        IEnumerable<PortBonus> others = spanning.Bonuses.Where(bonus => bonus.Vlan != vlan);
        return With(options, spanning with { Bonuses = [.. (cost == 0 ? others : others.Append(new PortBonus(vlan, cost))).OrderBy(bonus => bonus.Vlan)] });
    }

    static PortOptions With(PortOptions options, PortSpanning spanning) => options with { Spanning = spanning.Equals(new PortSpanning()) ? null : spanning };

    static PortBonus? BonusOf(ManagedPort port, int vlan) => port.Numbered.Options.Spanning?.Bonuses.FirstOrDefault(bonus => bonus.Vlan == vlan);

    static int On(ConsoleCall call, Func<int, int, int, int> act) =>
        ConsoleNumbers.Scan(call.Argument, 3) is not [var vlan, var port, var value] || vlan is < 0 or > LastVlan || !call.Switch.IsPossible(port) ? Errnos.Invalid
        : !call.Switch.Vlans.Contains(vlan) ? Errnos.NoDeviceOrAddress
        : act(vlan, port, value);

    static int Print(ConsoleCall call)
    {
        int? only = call.Argument.Length > 0 ? ConsoleNumbers.Atoi(call.Argument) : null;
        if (only is < 0 or > LastVlan)
        {
            return Errnos.Invalid;
        }
        if (only is { } wanted && !call.Switch.Vlans.Contains(wanted))
        {
            return Errnos.NoDeviceOrAddress;
        }
        SpanningState? tree = call.Switch.Tree;
        foreach (int vlan in call.Switch.Vlans.Where(vlan => only is null || vlan == only))
        {
            Print(call, vlan, tree?.Vlans.FirstOrDefault(known => known.Vlan == vlan), tree is not null);
        }
        return 0;
    }

    static void Print(ConsoleCall call, int vlan, SpanningVlan? tree, bool isOn)
    {
        string own = string.Create(CultureInfo.InvariantCulture, $"{call.Switch.Priority >> 8:x2}:{call.Switch.Priority & 0xff:x2}:{call.Switch.Settings.Mac}");
        (int port, int cost) = call.Switch.Ports.Select(known => (known.Number, BonusOf(known, vlan)?.Cost ?? 0)).FirstOrDefault(pair => pair.Item2 > 0);
        // The root has nobody to hear from: since it is there.
        long age = tree is { RootPort: > 0 } ? tree.AgeSeconds : isOn ? call.Session.UptimeSeconds : 0;
        call.Print(string.Create(CultureInfo.InvariantCulture, $"FST DATA VLAN {vlan:D4} {(tree is { RootPort: > 0 } ? "" : "ROOTSWITCH")} {(isOn ? "" : "FSTP IS DISABLED")}"));
        call.Print($" ++ root {tree?.Root ?? own}");
        call.Print($" ++ designated {tree?.Designated ?? NoSwitch}");
        call.Print(string.Create(CultureInfo.InvariantCulture, $" ++ rootport {tree?.RootPort ?? 0:D4} cost {tree?.Cost ?? 0} age {age} bonusport {port:D4} bonuscost {cost}"));
        foreach (SpanningPort known in tree?.Ports ?? [])
        {
            call.Print(string.Create(CultureInfo.InvariantCulture, $" -- Port {known.Number:D4} tagged={(known.IsTagged ? 1 : 0)} portcost={known.Cost} role={Role(known)}"));
        }
    }

    static string Role(SpanningPort port) => port.Role is SpanningRole.Alternate or SpanningRole.Backup ? "Alternate/Backup" : port.Role.ToString();
}
