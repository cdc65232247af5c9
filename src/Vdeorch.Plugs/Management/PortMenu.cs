using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Plugs.Management;

/// <summary>Ports, who may be on them, and who is.</summary>
static class PortMenu
{
    const string Nobody = "NONE";

    /// <summary>Those on it are somebody's whom our user namespace does not know from others.</summary>
    const string Unknown = "UNKNOWN";

    public static readonly ImmutableArray<ConsoleCommand> Commands =
    [
        ConsoleCommand.Heading("port", "PORT STATUS MENU"),
        new("port/showinfo", "", "show port info", ShowInfo) { HasData = true },
        new("port/setnumports", "N", "set the number of ports", SetCount),
        new("port/sethub", "0/1", "1=HUB 0=switch", SetHub),
        new("port/setvlan", "N VLAN", "set port VLAN (untagged)", SetVlan),
        new("port/createauto", "", "create a port with an automatically allocated id (inactive|notallocatable)", CreateAny) { HasData = true },
        new("port/create", "N", "create the port N (inactive|notallocatable)", Create),
        new("port/remove", "N", "remove the port N", Remove),
        new("port/allocatable", "N 0/1", "Is the port allocatable as unnamed? 1=Y 0=N", SetAllocatable),
        new("port/setuser", "N user", "access control: set user", SetUser),
        new("port/setgroup", "N user", "access control: set group", SetGroup),
        new("port/epclose", "N ID", "remove the endpoint port N/id ID", CloseEndpoint),
        new("port/resetcounter", "[N]", "reset the port (N) counters", ResetCounters),
        new("port/print", "[N]", "print the port/endpoint table", call => Print(call, inactive: false)) { HasData = true },
        new("port/allprint", "[N]", "print the port/endpoint table (including inactive port)", call => Print(call, inactive: true)) { HasData = true },
    ];

    static int ShowInfo(ConsoleCall call)
    {
        SwitchSettings settings = call.Switch.Settings;
        call.Print(string.Create(CultureInfo.InvariantCulture, $"Numports={settings.Ports}"));
        call.Print($"HUB={(settings.Hub ? "true" : "false")}");
        call.Print("counters=true");
        return 0;
    }

    static int SetCount(ConsoleCall call)
    {
        int count = ConsoleNumbers.Atoi(call.Argument);
        return count is < 1 or > RuntimeRequest.MaxSwitchPorts ? Errnos.Invalid
            : call.Switch.Ports.Any(port => port.Number > count) ? Errnos.AddressInUse
            : call.Switch.Change(settings => settings with { Ports = count });
    }

    static int SetHub(ConsoleCall call) => call.Switch.SetHub(ConsoleNumbers.Atoi(call.Argument) != 0);

    // What it was in before, with a tag or without, stays behind as far as it is this VLAN.
    static int SetVlan(ConsoleCall call) => On(call, 2, (port, rest) =>
        rest[0] is < 0 or > VlanMembership.None ? Errnos.Invalid
        : rest[0] != VlanMembership.None && !call.Switch.Vlans.Contains(rest[0]) ? Errnos.NoDeviceOrAddress
        : call.Switch.SetVlans(port, new VlanMembership(rest[0], port.Vlans.Tagged.Without(rest[0]))));

    static int CreateAny(ConsoleCall call)
    {
        if (call.Switch.FirstFree() is not { } number)
        {
            return Errnos.NoSpace;
        }
        int error = Make(call, number);
        if (error == 0)
        {
            call.Print(string.Create(CultureInfo.InvariantCulture, $"Port {number:D4}"));
        }
        return error;
    }

    // 0 is any, as it is for clients.
    static int Create(ConsoleCall call)
    {
        int? number = ConsoleNumbers.Atoi(call.Argument) is not 0 and int wanted ? wanted : call.Switch.FirstFree();
        return number is null ? Errnos.NoSpace
            : !call.Switch.IsPossible(number.Value) ? Errnos.Invalid
            : call.Switch.Find(number.Value) is not null ? Errnos.Exists
            : Make(call, number.Value);
    }

    static int Make(ConsoleCall call, int number)
    {
        int error = call.Switch.Make(number);
        if (error == 0)
        {
            call.Session.Tell(DebugMenu.PortOpened, string.Create(CultureInfo.InvariantCulture, $"{number:D2}"));
        }
        return error;
    }

    static int Remove(ConsoleCall call) => On(call, ConsoleNumbers.Atoi(call.Argument), call.Switch.Remove);

    static int SetAllocatable(ConsoleCall call) =>
        On(call, 2, (port, rest) => call.Switch.Change(port.Number, numbered => numbered with { IsReserved = rest[0] == 0 }));

    static int SetUser(ConsoleCall call) => SetOwner(call, (numbered, user) => numbered with { User = user }, Credentials.UserId);

    static int SetGroup(ConsoleCall call) => SetOwner(call, (numbered, group) => numbered with { Group = group }, Credentials.GroupId);

    static int SetOwner(ConsoleCall call, Func<NumberedPort, string?, NumberedPort> change, Func<string, uint?> idOf)
    {
        string who = ConsoleNumbers.Word(call.Argument, 1);
        bool isNobody = who is Nobody or "ANY";
        bool isKnown = isNobody || who.Length > 0 && (who.All(char.IsAsciiDigit) || idOf(who) is not null);
        return !isKnown ? Errnos.Invalid
            : ConsoleNumbers.Scan(call.Argument, 1) is not [var number] ? Errnos.Invalid
            : On(call, number, port => call.Switch.Change(port.Number, numbered => change(numbered, isNobody ? null : who)));
    }

    static int CloseEndpoint(ConsoleCall call) => On(call, 2, (port, rest) => call.Switch.Dismiss(port, rest[0]));

    static int ResetCounters(ConsoleCall call)
    {
        int? only = call.Argument.Length > 0 ? ConsoleNumbers.Atoi(call.Argument) : null;
        if (only is { } wanted && !call.Switch.IsPossible(wanted))
        {
            return Errnos.Invalid;
        }
        foreach (ManagedPort port in call.Switch.Ports.Where(port => only is null || port.Number == only))
        {
            call.Switch.ResetCounters(port);
        }
        return 0;
    }

    static int Print(ConsoleCall call, bool inactive)
    {
        if (call.Argument.Length > 0)
        {
            return On(call, ConsoleNumbers.Atoi(call.Argument), port =>
            {
                if (!port.IsActive && !inactive)
                {
                    return Errnos.NoDeviceOrAddress;
                }
                Print(call, port);
                return 0;
            });
        }
        foreach (ManagedPort port in call.Switch.Ports.Where(port => inactive || port.IsActive))
        {
            Print(call, port);
        }
        return 0;
    }

    static void Print(ConsoleCall call, ManagedPort port)
    {
        NumberedPort numbered = port.Numbered;
        call.Print(string.Create(CultureInfo.InvariantCulture,
            $"Port {port.Number:D4} untagged_vlan={port.Vlans.Untagged:D4} {(port.IsActive ? "ACTIVE" : "INACTIVE")} - {(numbered.IsReserved ? "NOT " : "")}Unnamed Allocatable"));
        call.Print($" Current User: {CurrentUser(port)} Access Control: (User: {Named(numbered.User)} - Group: {numbered.Group ?? Nobody})");
        call.Print(string.Create(CultureInfo.InvariantCulture, $" IN:  pkts {port.Counters.RxFrames,10}          bytes {port.Counters.RxBytes,20}"));
        call.Print(string.Create(CultureInfo.InvariantCulture, $" OUT: pkts {port.Counters.TxFrames,10}          bytes {port.Counters.TxBytes,20}"));
        foreach (ManagedEndpoint endpoint in port.Endpoints)
        {
            call.Print(string.Create(CultureInfo.InvariantCulture, $"  -- endpoint ID {endpoint.Id:D4} module {endpoint.Module,-12}: {endpoint.Description}"));
        }
    }

    static string CurrentUser(ManagedPort port) =>
        port.CurrentUser is null && port.Endpoints.Any(endpoint => endpoint.Module == ManagedEndpoint.Client) ? Unknown : User(port.CurrentUser);

    static string User(uint? uid) => uid is { } known ? Credentials.Name(known) ?? known.ToString(CultureInfo.InvariantCulture) : Nobody;

    static string Named(string? user) => user is null ? Nobody : uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uint uid) ? User(uid) : user;

    /// <param name="count">Numbers there must be: the port's, and others.</param>
    static int On(ConsoleCall call, int count, Func<ManagedPort, int[], int> act) =>
        ConsoleNumbers.Scan(call.Argument, count) is not [var number, .. var rest] ? Errnos.Invalid : On(call, number, port => act(port, rest));

    static int On(ConsoleCall call, int number, Func<ManagedPort, int> act) =>
        !call.Switch.IsPossible(number) ? Errnos.Invalid : call.Switch.Find(number) is { } port ? act(port) : Errnos.NoDeviceOrAddress;
}
