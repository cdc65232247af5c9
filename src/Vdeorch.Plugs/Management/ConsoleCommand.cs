using System.Text;

namespace Vdeorch.Plugs.Management;

/// <summary>One of the commands of vde_switch's management console, or the heading of a menu.</summary>
/// <param name="Path">What it is called by; whatever follows it in the line is its argument.</param>
/// <param name="Run">Returns 0 or an errno; null: a heading.</param>
sealed record ConsoleCommand(string Path, string Syntax, string Help, Func<ConsoleCall, int>? Run)
{
    const string HeadingSyntax = "============";

    /// <summary>Its lines are bracketed, even where there are none.</summary>
    public bool HasData { get; init; }

    public static ConsoleCommand Heading(string path, string title) => new(path, HeadingSyntax, title, null);
}

/// <summary>One line that was typed.</summary>
/// <param name="Argument">What follows the command, without the blanks before it.</param>
/// <param name="Output">Lines of data, each with its end.</param>
sealed record ConsoleCall(ManagedSwitch Switch, ConsoleSession Session, string Argument, StringBuilder Output)
{
    /// <summary>Prints one line.</summary>
    public void Print(string line) => Output.Append(line).Append('\n');
}
