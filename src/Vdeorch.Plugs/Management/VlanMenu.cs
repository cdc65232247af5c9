using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Plugs.Management;

/// <summary>VLANs, and the ports in them.</summary>
static class VlanMenu
{
    /// <summary>The last that vde_switch has.</summary>
    const int Last = 4093;

    public static readonly ImmutableArray<ConsoleCommand> Commands =
    [
        ConsoleCommand.Heading("vlan", "VLAN MANAGEMENT MENU"),
        new("vlan/create", "N", "create the VLAN with tag N", Create),
        new("vlan/remove", "N", "remove the VLAN with tag N", Remove),
        new("vlan/addport", "N PORT", "add port to the vlan N (tagged)", AddPort),
        new("vlan/delport", "N PORT", "add port to the vlan N (tagged)", RemovePort),
        new("vlan/print", "[N]", "print the list of defined vlan", call => Print(call, inactive: false, first: 0)) { HasData = true },
        new("vlan/allprint", "[N]", "print the list of defined vlan (including inactive port)", call => Print(call, inactive: true, first: 1)) { HasData = true },
    ];

    static int Create(ConsoleCall call)
    {
        int vlan = ConsoleNumbers.Atoi(call.Argument);
        return vlan is < 1 or > Last ? Errnos.Invalid
            : call.Switch.Vlans.Contains(vlan) ? Errnos.Exists
            : call.Switch.Change(settings => settings with { Vlans = (settings.Vlans ?? VlanSet.Empty).With(vlan) });
    }

    static int Remove(ConsoleCall call)
    {
        int vlan = ConsoleNumbers.Atoi(call.Argument);
        return vlan is < 0 or > Last ? Errnos.Invalid
            : !call.Switch.Vlans.Contains(vlan) ? Errnos.NoDeviceOrAddress
            : vlan == 0 || call.Switch.Ports.Any(port => port.IsIn(vlan)) ? Errnos.AddressInUse
            : call.Switch.Change(settings => settings with { Vlans = settings.Vlans?.Without(vlan) });
    }

    // A port that is in it without a tag stays so.
    static int AddPort(ConsoleCall call) => On(call, (vlan, port) =>
        port.Vlans.Untagged == vlan ? 0 : call.Switch.SetVlans(port, port.Vlans with { Tagged = port.Vlans.Tagged.With(vlan) }));

    static int RemovePort(ConsoleCall call) => On(call, (vlan, port) =>
        port.Vlans.Untagged == vlan ? Errnos.AddressInUse
        : !port.Vlans.Tagged.Contains(vlan) ? Errnos.NoDeviceOrAddress
        : call.Switch.SetVlans(port, port.Vlans with { Tagged = port.Vlans.Tagged.Without(vlan) }));

    static int On(ConsoleCall call, Func<int, ManagedPort, int> act) =>
        ConsoleNumbers.Scan(call.Argument, 2) is not [var vlan, var number] || vlan is < 0 or > Last || !call.Switch.IsPossible(number) ? Errnos.Invalid
        : !call.Switch.Vlans.Contains(vlan) || call.Switch.Find(number) is not { } port ? Errnos.NoDeviceOrAddress
        : act(vlan, port);

    static int Print(ConsoleCall call, bool inactive, int first)
    {
        int? only = call.Argument.Length > 0 ? ConsoleNumbers.Atoi(call.Argument) : null;
        if (only < first || only > Last)
        {
            return Errnos.Invalid;
        }
        if (only is { } wanted && !call.Switch.Vlans.Contains(wanted))
        {
            return Errnos.NoDeviceOrAddress;
        }
        // A hub forwards by no VLAN: nobody is active in one.
        bool isHub = call.Switch.Settings.Hub;
        IReadOnlyList<ManagedPort> ports = call.Switch.Ports;
        SpanningState? tree = call.Switch.Tree;
        foreach (int vlan in call.Switch.Vlans.Where(vlan => only is null || vlan == only))
        {
            call.Print(string.Create(CultureInfo.InvariantCulture, $"VLAN {vlan:D4}"));
            foreach (ManagedPort port in ports.Where(port => port.IsIn(vlan) && (inactive || (port.IsActive && !isHub))))
            {
                call.Print(string.Create(CultureInfo.InvariantCulture,
                    $" -- Port {port.Number:D4} tagged={(port.Vlans.Untagged == vlan ? 0 : 1)} active={(port.IsActive && !isHub ? 1 : 0)} status={Status(port, vlan, tree)}"));
            }
        }
        return 0;
    }

    static string Status(ManagedPort port, int vlan, SpanningState? tree) =>
        !port.IsActive ? "Learning" : (SpanningMenu.Find(tree, vlan, port.Number)?.Status ?? SpanningStatus.Forwarding).ToString();
}
