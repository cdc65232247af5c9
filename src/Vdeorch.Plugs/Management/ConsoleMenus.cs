using System.Collections.Immutable;

namespace Vdeorch.Plugs.Management;

/// <summary>Every command of the console, in the order in which they are listed, and looked for.</summary>
static class ConsoleMenus
{
    public static readonly ImmutableArray<ConsoleCommand> All =
    [
        .. GeneralMenu.Commands, .. DebugMenu.Commands, .. HashMenu.Commands, .. SpanningMenu.Commands, .. PortMenu.Commands, .. VlanMenu.Commands,
    ];

    /// <summary>The first command that the line begins with: <c>showinfoXYZ</c> is showinfo of XYZ.</summary>
    public static ConsoleCommand? Find(string line) => All.FirstOrDefault(command => command.Run is not null && line.StartsWith(command.Path, StringComparison.Ordinal));
}
