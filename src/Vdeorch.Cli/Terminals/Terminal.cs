using System.Text;
using Vdeorch.Linux.Io;

namespace Vdeorch.Cli.Terminals;

/// <summary>The three standard streams and what is at their ends. Out is the verb's result, Error is everything else.</summary>
sealed class Terminal
{
    /// <summary>Opened when it is asked for: the runtime takes hold of a terminal it reads from.</summary>
    public required Func<TextReader> In { get; init; }

    public required TextWriter Out { get; init; }
    public required TextWriter Error { get; init; }
    public bool InIsTerminal { get; init; }
    public bool OutIsTerminal { get; init; }
    public bool ErrorIsTerminal { get; init; }

    /// <summary>False: no escape sequence on any stream (NO_COLOR, TERM=dumb).</summary>
    public bool MayColour { get; init; }

    /// <summary>Columns and lines; asked each time, windows change.</summary>
    public Func<(int Width, int Height)> Size { get; init; } = () => (80, 24);

    public Ink Ink => new(OutIsTerminal && MayColour);

    public Ink ErrorInk => new(ErrorIsTerminal && MayColour);

    /// <summary>Someone sits there who can answer a question.</summary>
    public bool IsInteractive => InIsTerminal && OutIsTerminal && ErrorIsTerminal;

    /// <summary>Buffered: whoever leaves, waits or hands the streams to a child calls <see cref="Flush"/>.</summary>
    public static Terminal OfProcess() => new()
    {
        In = () => Console.In,
        Out = Writer(StandardStream.Output()),
        Error = Writer(StandardStream.Error()),
        InIsTerminal = !Console.IsInputRedirected,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        // Not the runtime's, which switches the keypad of a terminal for it.
        Size = () => TerminalSize.Look() is var (columns, lines) ? Usable(columns, lines) : Usable(0, 0),
        // https://no-color.org: present and not empty.
        MayColour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
    };

    /// <param name="columns">0: not known.</param>
    /// <param name="lines">0: not known.</param>
    internal static (int Width, int Height) Usable(int columns, int lines) => (columns == 0 ? 80 : Math.Max(columns, 20), lines == 0 ? 24 : Math.Max(lines, 3));

    /// <summary>A sentence of the program's own, on stderr; further lines are indented under it.</summary>
    public void Say(string message)
    {
        Out.Flush();
        Error.WriteLine($"vdeorch: {string.Join("\n         ", message.Split('\n').Select(Ink.Harmless))}");
        Error.Flush();
    }

    public void Flush()
    {
        Out.Flush();
        Error.Flush();
    }

    static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 16 * 1024) { NewLine = "\n" };
}
