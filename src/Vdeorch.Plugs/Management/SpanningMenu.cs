using System.Collections.Immutable;

namespace Vdeorch.Plugs.Management;

static class SpanningMenu
{
    public static readonly ImmutableArray<ConsoleCommand> Commands =
    [
        ConsoleCommand.Heading("fstp", "FAST SPANNING TREE MENU"),
    ];
}
