using Vdeorch.Cli.Terminals;

namespace Vdeorch.Cli.Consoles;

/// <summary>Reads lines from a terminal while other threads may write to it: what they write goes above the line that is being typed.</summary>
sealed class LineEditor(Terminal terminal, string prompt)
{
    readonly Lock gate = new();
    LineBuffer? typed;

    /// <returns>Null at the end: Ctrl-D in an empty line.</returns>
    public string? Read(IReadOnlyList<string> words, List<string> history)
    {
        LineBuffer line = new(words, history);
        lock (gate)
        {
            typed = line;
            Draw();
        }
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            lock (gate)
            {
                LineOutcome outcome = line.Press(key);
                if (outcome is LineOutcome.Goes)
                {
                    Draw();
                    continue;
                }
                if (outcome is LineOutcome.Listed)
                {
                    terminal.Out.Write($"\n{string.Join("  ", line.Candidates)}\n");
                    Draw();
                    continue;
                }
                typed = null;
                terminal.Out.Write('\n');
                terminal.Out.Flush();
                return outcome is LineOutcome.Ended ? null : line.Text;
            }
        }
    }

    /// <summary>From any thread.</summary>
    public void Write(string text)
    {
        lock (gate)
        {
            terminal.Out.Write(typed is null ? $"{text}\n" : $"\r\e[K{text}\n");
            Draw();
        }
    }

    // One row: what does not fit is not shown, the cursor's surroundings are.
    void Draw()
    {
        if (typed is not null)
        {
            int room = Math.Max(8, terminal.Size().Width - prompt.Length - 1);
            int first = Math.Max(0, typed.Cursor - room);
            string shown = Ink.Harmless(typed.Text[first..Math.Min(typed.Text.Length, first + room)]);
            int back = shown.Length - (typed.Cursor - first);
            terminal.Out.Write($"\r\e[K{prompt}{shown}{(back > 0 ? $"\e[{back}D" : "")}");
        }
        terminal.Out.Flush();
    }
}
