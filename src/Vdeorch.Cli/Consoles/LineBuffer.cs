namespace Vdeorch.Cli.Consoles;

/// <summary>What a key has come to.</summary>
enum LineOutcome
{
    Goes,
    Entered,

    /// <summary>The list of what the line may become is wanted.</summary>
    Listed,
    Ended,
}

/// <summary>A line that is being typed, with the keys of a shell (readline(3), emacs mode, the usual ones), and those before it.</summary>
/// <param name="words">What the first word may be.</param>
/// <param name="history">Earlier lines, the latest last.</param>
sealed class LineBuffer(IReadOnlyList<string> words, List<string> history)
{
    int at = history.Count;
    string kept = "";

    public string Text { get; private set; } = "";

    /// <summary>In front of which character the cursor stands.</summary>
    public int Cursor { get; private set; }

    /// <summary>What the word that is being typed may become, when <see cref="LineOutcome.Listed"/> says so.</summary>
    public IReadOnlyList<string> Candidates { get; private set; } = [];

    public LineOutcome Press(ConsoleKeyInfo key)
    {
        bool isControl = (key.Modifiers & ConsoleModifiers.Control) != 0;
        switch (key.Key)
        {
            case ConsoleKey.Enter:
            case ConsoleKey.J or ConsoleKey.M when isControl:
                return LineOutcome.Entered;
            case ConsoleKey.D when isControl && Text.Length == 0:
                return LineOutcome.Ended;
            case ConsoleKey.Tab:
            case ConsoleKey.I when isControl:
                return Complete();
            case ConsoleKey.Backspace:
            case ConsoleKey.H when isControl:
                Remove(Cursor - 1, Cursor);
                break;
            case ConsoleKey.Delete:
            case ConsoleKey.D when isControl:
                Remove(Cursor, Cursor + 1);
                break;
            case ConsoleKey.LeftArrow:
            case ConsoleKey.B when isControl:
                Cursor = Math.Max(0, Cursor - 1);
                break;
            case ConsoleKey.RightArrow:
            case ConsoleKey.F when isControl:
                Cursor = Math.Min(Text.Length, Cursor + 1);
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when isControl:
                Cursor = 0;
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when isControl:
                Cursor = Text.Length;
                break;
            case ConsoleKey.K when isControl:
                Remove(Cursor, Text.Length);
                break;
            case ConsoleKey.U when isControl:
                Remove(0, Cursor);
                break;
            case ConsoleKey.W when isControl:
                Remove(Text[..Cursor].TrimEnd(' ').LastIndexOf(' ') + 1, Cursor);
                break;
            case ConsoleKey.C or ConsoleKey.G when isControl:
                Set("");
                at = history.Count;
                break;
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when isControl:
                Recall(at - 1);
                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when isControl:
                Recall(at + 1);
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    Text = Text.Insert(Cursor++, key.KeyChar.ToString());
                }
                break;
        }
        return LineOutcome.Goes;
    }

    LineOutcome Complete()
    {
        string typed = Text[..Cursor];
        Candidates = [.. words.Where(word => word.StartsWith(typed, StringComparison.Ordinal))];
        if (Candidates.Count == 0)
        {
            return LineOutcome.Goes;
        }
        string common = Candidates.Aggregate((one, other) => one[..one.AsSpan().CommonPrefixLength(other)]);
        string added = Candidates.Count == 1 ? $"{common} "[typed.Length..] : common[typed.Length..];
        Text = Text.Insert(Cursor, added);
        Cursor += added.Length;
        return added.Length == 0 ? LineOutcome.Listed : LineOutcome.Goes;
    }

    void Recall(int index)
    {
        if (index < 0 || index > history.Count)
        {
            return;
        }
        kept = at == history.Count ? Text : kept;
        at = index;
        Set(at == history.Count ? kept : history[at]);
    }

    void Remove(int from, int to)
    {
        from = Math.Max(0, from);
        to = Math.Min(Text.Length, to);
        if (from < to)
        {
            Text = Text.Remove(from, to - from);
            Cursor = from;
        }
    }

    void Set(string text) => (Text, Cursor) = (text, text.Length);
}
