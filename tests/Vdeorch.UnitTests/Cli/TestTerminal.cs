using System.Text;
using Vdeorch.Cli;
using Vdeorch.Cli.Terminals;

namespace Vdeorch.UnitTests.Cli;

/// <summary>Streams that remember. As if piped, unless said otherwise.</summary>
sealed class TestTerminal
{
    readonly StringBuilder output = new();
    readonly StringBuilder error = new();

    public string Out => output.ToString();

    public string Error => error.ToString();

    public Session Session(params string[] arguments) => new(Terminal(isTerminal: false), new Interrupt(), arguments);

    public Terminal Terminal(bool isTerminal) => new()
    {
        In = () => TextReader.Null,
        Out = new StringWriter(output) { NewLine = "\n" },
        Error = new StringWriter(error) { NewLine = "\n" },
        InIsTerminal = isTerminal,
        OutIsTerminal = isTerminal,
        ErrorIsTerminal = isTerminal,
        MayColour = isTerminal,
    };
}
