using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Plugs.Management;

/// <summary>The table of addresses.</summary>
static class HashMenu
{
    const int MaxSize = 1 << 20;

    public static readonly ImmutableArray<ConsoleCommand> Commands =
    [
        ConsoleCommand.Heading("hash", "HASH TABLE MENU"),
        new("hash/showinfo", "", "show hash info", ShowInfo) { HasData = true },
        new("hash/setsize", "N", "change hash size", SetSize),
        new("hash/setgcint", "N", "change garbage collector interval", SetCollection),
        new("hash/setexpire", "N", "change hash entries expire time", SetExpiry),
        new("hash/setminper", "N", "minimum persistence time", SetPersistence),
        new("hash/print", "", "print the hash table", Print) { HasData = true },
        new("hash/find", "MAC [VLAN]", "MAC lookup", Find) { HasData = true },
    ];

    static int ShowInfo(ConsoleCall call)
    {
        SwitchSettings settings = call.Switch.Settings;
        call.Print(string.Create(CultureInfo.InvariantCulture, $"Hash size {call.Switch.HashSize}"));
        call.Print(string.Create(CultureInfo.InvariantCulture, $"GC interval {call.Switch.CollectSeconds} secs"));
        call.Print(string.Create(CultureInfo.InvariantCulture, $"GC expire {settings.MacAgeMs / 1000} secs"));
        call.Print(string.Create(CultureInfo.InvariantCulture, $"Min persistence {settings.MoveAfterMs / 1000} secs"));
        return 0;
    }

    static int SetSize(ConsoleCall call)
    {
        int size = ConsoleNumbers.Atoi(call.Argument);
        if (size is < 1 or > MaxSize)
        {
            return Errnos.Invalid;
        }
        call.Switch.HashSize = (int)BitOperations.RoundUpToPowerOf2((uint)size);
        return 0;
    }

    static int SetCollection(ConsoleCall call)
    {
        call.Switch.CollectSeconds = Math.Max(0, ConsoleNumbers.Atoi(call.Argument));
        return 0;
    }

    // At once is the shortest there is.
    static int SetExpiry(ConsoleCall call) => call.Switch.Change(settings => settings with { MacAgeMs = Math.Max(1, Milliseconds(call)) });

    static int SetPersistence(ConsoleCall call) => call.Switch.Change(settings => settings with { MoveAfterMs = Milliseconds(call) });

    static long Milliseconds(ConsoleCall call) => 1000L * Math.Max(0, ConsoleNumbers.Atoi(call.Argument));

    static int Print(ConsoleCall call)
    {
        foreach (MacEntry entry in call.Switch.Macs)
        {
            call.Print(Line(entry, call.Switch));
        }
        return 0;
    }

    static int Find(ConsoleCall call)
    {
        string typed = ConsoleNumbers.Word(call.Argument, 0).Replace('.', ':');
        string[] octets = typed.Split(':');
        if (!MacAddress.TryParse(string.Join(':', octets.Select(octet => octet.PadLeft(2, '0'))), out MacAddress mac))
        {
            return Errnos.Invalid;
        }
        int vlan = ConsoleNumbers.Scan(call.Argument[typed.Length..], 1)?[0] ?? 0;
        string address = mac.ToString();
        if (call.Switch.Macs.FirstOrDefault(entry => entry.Mac == address && (entry.Vlan ?? 0) == vlan) is not { } found)
        {
            return Errnos.NoDevice;
        }
        call.Print(Line(found, call.Switch));
        return 0;
    }

    // The first number is that of the place in the table: one to tell entries from each other.
    static string Line(MacEntry entry, ManagedSwitch of)
    {
        int vlan = entry.Vlan ?? 0;
        ulong bits = MacAddress.TryParse(entry.Mac, out MacAddress mac) ? mac.Bits : 0;
        ulong place = (bits * 0x9E3779B97F4A7C15 ^ (uint)vlan) >> 40 & (uint)(of.HashSize - 1);
        return string.Create(CultureInfo.InvariantCulture, $"Hash: {place:D4} Addr: {entry.Mac} VLAN {vlan:D4} to port: {of.NumberOf(entry.Port):D3}  age {entry.AgeMs / 1000} secs");
    }
}
