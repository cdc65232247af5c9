using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Management;

/// <summary>What there is beside the menus, and where clients find the switch.</summary>
static class GeneralMenu
{
    /// <summary>What vde_switch says of itself: programs that talk to it look for this.</summary>
    public const string Banner = "VDE switch V.2.3.2\n(C) Virtual Square Team (coord. R. Davoli) 2005,2006,2007 - GPLv2\n";

    /// <summary>Scripts that run scripts.</summary>
    const int MaxDepth = 8;

    const long MaxScriptBytes = 1024 * 1024;

    public static readonly ImmutableArray<ConsoleCommand> Commands =
    [
        ConsoleCommand.Heading("ds", "DATA SOCKET MENU"),
        new("ds/showinfo", "", "show ds info", ShowSockets) { HasData = true },
        new("help", "[arg]", "Help (limited to arg when specified)", Help) { HasData = true },
        new("logout", "", "logout from this mgmt terminal", Logout),
        new("shutdown", "", "shutdown of the switch", Shutdown),
        new("showinfo", "", "show switch version and info", ShowInfo) { HasData = true },
        new("load", "path", "load a configuration script", Load),
    ];

    /// <summary>As chmod has it.</summary>
    public static string Mode(int mode) => $"0{Convert.ToString(mode, 8).PadLeft(3, '0')}";

    static int ShowSockets(ConsoleCall call)
    {
        PublicSettings? open = call.Switch.Settings.Public;
        call.Print($"ctl dir {open?.Directory ?? "none"}");
        call.Print($"std mode {Mode(open?.Mode ?? 0)}");
        return 0;
    }

    static int Help(ConsoleCall call)
    {
        call.Print(Row("COMMAND PATH", "SYNTAX", "HELP"));
        call.Print(Row("------------", "--------------", "------------"));
        foreach (ConsoleCommand command in ConsoleMenus.All.Where(command => command.Path.StartsWith(call.Argument, StringComparison.Ordinal)))
        {
            call.Print(Row(command.Path, command.Syntax, command.Help));
        }
        return 0;
    }

    static string Row(string path, string syntax, string help) => $"{path,-18} {syntax,-15} {help}";

    static int Logout(ConsoleCall call)
    {
        call.Session.End();
        return 0;
    }

    static int Shutdown(ConsoleCall call) => call.Session.TryShutDown() ? 0 : Errnos.NotPermitted;

    static int ShowInfo(ConsoleCall call)
    {
        SwitchSettings settings = call.Switch.Settings;
        call.Print(Banner);
        call.Print(string.Create(CultureInfo.InvariantCulture, $"pid {Environment.ProcessId} MAC {settings.Mac ?? "00:00:00:00:00:00"} uptime {call.Session.UptimeSeconds}"));
        if (settings.Console is { } console)
        {
            call.Print($"mgmt {console.Path} perm {Mode(console.Mode)}");
        }
        return 0;
    }

    static int Load(ConsoleCall call)
    {
        string path = call.Argument;
        if (call.Session.Depth >= MaxDepth)
        {
            return Errnos.Invalid;
        }
        if (TryRead(path) is not { } lines)
        {
            return Errnos.NoEntry;
        }
        foreach (string line in lines)
        {
            call.Print($"vde[{path}]: {line}");
            call.Output.Append(call.Session.Reply(line));
            if (call.Session.HasEnded)
            {
                break;
            }
        }
        return 0;
    }

    static string[]? TryRead(string path)
    {
        try
        {
            // A device or a pipe would keep everybody waiting.
            return new FileInfo(path) is { Exists: true, Length: > 0 and <= MaxScriptBytes } ? File.ReadAllLines(path) : File.Exists(path) ? [] : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
