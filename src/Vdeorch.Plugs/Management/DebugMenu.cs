using System.Collections.Immutable;
using Vdeorch.Linux.Io;

namespace Vdeorch.Plugs.Management;

/// <summary>A kind of thing that happens, of which a session may wish to be told.</summary>
/// <param name="Tag">Octal, the last three digits of its lines' code.</param>
sealed record DebugCategory(string Path, string Tag, string Help);

/// <summary>What happens, as lines of debug/; and plugins, of which there are none.</summary>
static class DebugMenu
{
    public static readonly DebugCategory Learned = new("hash/+", "011", "hash: new element");
    public static readonly DebugCategory Forgotten = new("hash/-", "012", "hash: discarded element");
    public static readonly DebugCategory TreeStatus = new("fstp/status", "044", "fstp: status change");
    public static readonly DebugCategory TreeRoot = new("fstp/root", "045", "fstp: rootswitch/port change");
    public static readonly DebugCategory TreePort = new("fstp/+", "041", "fstp: port becomes active");
    public static readonly DebugCategory TreePortGone = new("fstp/-", "042", "fstp: port becomes inactive");
    public static readonly DebugCategory PortOpened = new("port/+", "021", "new port");
    public static readonly DebugCategory PortClosed = new("port/-", "022", "closed port");
    public static readonly DebugCategory Described = new("port/descr", "023", "set port description");
    public static readonly DebugCategory EndpointJoined = new("port/ep/+", "031", "new endpoint");
    public static readonly DebugCategory EndpointLeft = new("port/ep/-", "032", "closed endpoint");

    public static readonly ImmutableArray<DebugCategory> Categories =
        [Learned, Forgotten, TreeStatus, TreeRoot, TreePort, TreePortGone, PortOpened, PortClosed, Described, EndpointJoined, EndpointLeft];

    /// <summary>Those that nobody tells: they are found by looking.</summary>
    public static readonly ImmutableArray<DebugCategory> Looked = [Learned, Forgotten, TreeStatus, TreeRoot, TreePort, TreePortGone];

    public static readonly ImmutableArray<ConsoleCommand> Commands =
    [
        ConsoleCommand.Heading("debug", "DEBUG MENU"),
        new("debug/list", "", "list debug categories", List) { HasData = true },
        new("debug/add", "dbgpath", "enable debug info for a given category", Add),
        new("debug/del", "dbgpath", "disable debug info for a given category", Remove),
        ConsoleCommand.Heading("plugin", "PLUGINS MENU"),
        new("plugin/list", "", "list plugins", ListPlugins) { HasData = true },
        new("plugin/add", "library", "load a plugin", _ => Errnos.NotImplemented),
        new("plugin/del", "name", "unload a plugin", _ => Errnos.NoEntry),
    ];

    static int List(ConsoleCall call)
    {
        call.Print(Row("CATEGORY", "TAG", "STATUS", "HELP"));
        call.Print(Row("------------", "---", "------", "----"));
        foreach (DebugCategory category in Categories)
        {
            call.Print(Row(category.Path, category.Tag, call.Session.Hears(category) ? "ON" : "OFF", category.Help));
        }
        return 0;
    }

    static string Row(string path, string tag, string status, string help) => $"{path,-22} {tag,-3} {status,-6} {help}";

    static int Add(ConsoleCall call) => Switch(call, wanted: true, unchanged: Errnos.Exists);

    static int Remove(ConsoleCall call) => Switch(call, wanted: false, unchanged: Errnos.NoEntry);

    static int Switch(ConsoleCall call, bool wanted, int unchanged)
    {
        ImmutableArray<DebugCategory> meant = [.. Categories.Where(category => category.Path.StartsWith(call.Argument, StringComparison.Ordinal))];
        ImmutableArray<DebugCategory> changing = [.. meant.Where(category => call.Session.Hears(category) != wanted)];
        foreach (DebugCategory category in changing)
        {
            call.Session.Hear(category, wanted);
        }
        return meant.IsEmpty ? Errnos.Invalid : changing.IsEmpty ? unchanged : 0;
    }

    static int ListPlugins(ConsoleCall call)
    {
        call.Print($"{"NAME",-22} HELP");
        call.Print($"{"------------",-22} ----");
        return Errnos.NoEntry;
    }
}
