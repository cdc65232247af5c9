using System.Collections.Immutable;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Formatting;

/// <summary>
/// Writes block collections anew: each entry with the comments before it, two columns for each level, the entries of objects in order. Blank lines stay where they
/// are between entries; what is right of a key stays as it is written.
/// </summary>
/// <param name="lines">Of the text, without their ends.</param>
internal sealed class BlockWriter(ImmutableArray<string> lines, string text)
{
    const int Step = 2;

    readonly FlowText _flows = new(text);

    /// <summary>Collections that, as they are written now, end with a text that would take blank lines behind it for its own.</summary>
    readonly HashSet<Syntax> _endInText = new(ReferenceEqualityComparer.Instance);

    /// <summary>All lines of the document.</summary>
    public List<string> Write(DocumentSyntax document, Node root, ValueSchema schema) => document.Root.IsFlow
        ?
        [
            .. Comments(document.FirstLine, document.Root.Start.Line, 0),
            .. Flow(document.Root, document.Root.Start, root, schema, 0, document.Root.Start.Column),
            .. Comments(document.Root.LastLine + 1, document.EndLine, 0),
        ]
        : Collection(document.Root, root, schema, document.FirstLine, document.EndLine, 0, keepsFirst: true).Lines;

    /// <param name="from">The first line that is its own, with the comments before its first entry.</param>
    /// <param name="to">Behind the last that is.</param>
    /// <param name="keepsFirst">What stands before the first entry is about all of it, and stays there.</param>
    /// <returns>How many of the lines stand before the first entry, and the lines.</returns>
    (int Leading, List<string> Lines) Collection(CollectionSyntax syntax, Node node, ValueSchema? schema, int from, int to, int indent, bool keepsFirst = false)
    {
        ValueSchema? known = schema?.For(node);
        ImmutableArray<SyntaxEntry> entries = syntax.Entries;
        var leading = new List<string>[entries.Length];
        var blanks = new int[entries.Length];
        var written = new List<string>[entries.Length];
        List<string> trailing = [];
        for (int at = 0; at < entries.Length; at++)
        {
            int first = at == 0 ? from : OwnEnd(entries[at - 1], syntax.Column, entries[at].Key.Line);
            leading[at] = [.. Comments(first, entries[at].Key.Line, indent)];
            blanks[at] = keepsFirst && at == 0 ? leading[at].Count : leading[at].TakeWhile(line => line.Length == 0).Count();
            int next = at + 1 < entries.Length ? entries[at + 1].Key.Line : to;
            int end = OwnEnd(entries[at], syntax.Column, next);
            Node value = node is MapNode map ? map.Entries[at].Value : ((ListNode)node).Items[at];
            ValueSchema? below = known?.Below(node is MapNode keyed ? keyed.Entries[at].Key.Text : null);
            written[at] = syntax.IsMap ? Entry(entries[at], value, below, end, indent) : Item(entries[at], value, below, end, indent, leading[at]);
            trailing = at + 1 < entries.Length ? trailing : [.. Comments(end, to, indent)];
        }

        ImmutableArray<int> order = node is MapNode keys ? KeyOrder.Of(syntax, keys, known) : [.. Enumerable.Range(0, entries.Length)];
        List<string> all = [];
        int before = 0;
        for (int slot = 0; slot < entries.Length; slot++)
        {
            int at = order[slot];
            bool wouldBeText = slot > 0 && TakesBlankLines(entries[order[slot - 1]].Value);
            all.AddRange(wouldBeText ? [] : leading[slot].Take(blanks[slot]));
            all.AddRange(leading[at].Skip(blanks[at]));
            before = slot == 0 ? all.Count : before;
            all.AddRange(written[at]);
        }

        if (TakesBlankLines(entries[order[^1]].Value))
        {
            trailing = [.. trailing.SkipWhile(line => line.Length == 0)];
            _ = trailing.Count > 0 || _endInText.Add(syntax);
        }

        // Blank lines at the beginning and the end of a file are about nothing.
        all.AddRange(keepsFirst ? trailing.Take(trailing.FindLastIndex(line => line.Length > 0) + 1) : trailing);
        int blank = keepsFirst && from == 0 ? all.FindIndex(line => line.Length > 0) : 0;
        return (before, all[blank..]);
    }

    List<string> Entry(SyntaxEntry entry, Node value, ValueSchema? schema, int end, int indent)
    {
        if (entry.Value is CollectionSyntax { IsFlow: false } below)
        {
            return [Head(entry, indent), .. Collection(below, value, schema, entry.Key.Line + 1, end, indent + Step).Lines];
        }

        return entry.Value switch
        {
            BlockTextSyntax block => BlockText(entry, block, indent),
            _ => Text(entry, value, schema, entry.Key, indent),
        };
    }

    List<string> Item(SyntaxEntry entry, Node value, ValueSchema? schema, int end, int indent, List<string> leading)
    {
        if (entry.Value is not CollectionSyntax { IsFlow: false } below)
        {
            List<string> item = entry.Value is BlockTextSyntax block ? BlockText(entry, block, indent) : Text(entry, value, schema, entry.Key, indent);
            string behind = item[0][(indent + 1)..].TrimStart(' ');
            item[0] = Indented(indent, behind.Length == 0 ? "-" : behind[0] == '#' ? item[0][indent..] : $"- {behind}");
            return item;
        }

        (int before, List<string> written) = Collection(below, value, schema, entry.Key.Line + 1, end, indent + Step);
        string head = Head(entry, indent);
        if (below.Entries[0].Key.Line != entry.Key.Line && head.Length > indent + 1)
        {
            return [head, .. written];
        }

        // It begins on the line of the dash: comments before what comes first then are comments before the item.
        leading.AddRange(written.Take(before).Select(line => Indented(indent, line.TrimStart())));
        List<string> own = [.. written.Skip(before)];
        own[0] = Indented(indent, $"- {own[0].TrimStart()}");
        return own;
    }

    bool TakesBlankLines(Syntax value) => value is BlockTextSyntax { KeepsBlankLines: true } || _endInText.Contains(value);

    string Head(SyntaxEntry entry, int indent) => Indented(indent, lines[entry.Key.Line][entry.Key.Column..].TrimEnd());

    List<string> BlockText(SyntaxEntry entry, BlockTextSyntax block, int indent)
    {
        List<string> written = Shifted(lines[entry.Key.Line..(block.HeadLine + 1)], entry.Key.Column, indent);
        written[^1] = written[^1].TrimEnd();
        int shift = block is { Indent: { } own, IsGiven: false } ? indent + Step - own : indent - entry.Key.Column;
        foreach (string line in lines[(block.HeadLine + 1)..(block.LastLine + 1)])
        {
            int blank = line.AsSpan().IndexOfAnyExcept(' ');
            // A line of blanks is text where it is longer than the indentation.
            written.Add(blank >= 0 ? Indented(blank + shift, line[blank..]) : line.Length > block.Indent ? new string(' ', line.Length + shift) : "");
        }

        return written;
    }

    // From the key, or the dash, to the end of the line of the value's last character.
    List<string> Text(SyntaxEntry entry, Node value, ValueSchema? schema, Place start, int indent)
    {
        if (entry.Value is CollectionSyntax { IsFlow: true } flow)
        {
            return Flow(flow, start, value, schema, indent, start.Column);
        }

        return Trimmed(Shifted(lines[start.Line..(entry.LastLine + 1)], start.Column, indent));
    }

    List<string> Flow(CollectionSyntax flow, Place start, Node value, ValueSchema? schema, int indent, int column)
    {
        string line = lines[flow.End.Line];
        string written = $"{text[start.Offset..flow.Start.Offset]}{_flows.Of(flow, value, schema)}{line[flow.End.Column..]}";
        ImmutableArray<string> own = [.. written.Split('\n')];
        return Trimmed(Shifted(own.SetItem(0, $"{new string(' ', column)}{own[0]}"), column, indent));
    }

    static List<string> Trimmed(List<string> written)
    {
        written[^1] = written[^1].TrimEnd();
        return written;
    }

    // The first of them begins in the column; the others are moved as it is, and stay right of it.
    static List<string> Shifted(ImmutableArray<string> own, int column, int indent)
    {
        List<string> written = [Indented(indent, own[0][column..])];
        foreach (string line in own.Skip(1))
        {
            string rest = line.TrimStart(' ');
            int least = rest is [']' or '}', ..] ? indent : indent + 1;
            written.Add(rest.Trim().Length == 0 ? "" : Indented(Math.Max(least, line.Length - rest.Length + indent - column), rest));
        }

        return written;
    }

    /// <summary>Where an entry ends: behind its value, and behind those comments after it that are indented as what is in the value.</summary>
    /// <param name="next">The line of what follows.</param>
    int OwnEnd(SyntaxEntry entry, int column, int next)
    {
        int end = entry.LastLine + 1;
        if (entry.Value is not CollectionSyntax { IsFlow: false })
        {
            return end;
        }

        for (int line = end; line < next; line++)
        {
            int indent = lines[line].AsSpan().IndexOfAnyExcept(' ', '\t');
            if (indent >= 0 && indent <= column)
            {
                break;
            }

            end = indent < 0 ? end : line + 1;
        }

        return end;
    }

    IEnumerable<string> Comments(int from, int to, int indent) => lines[from..Math.Max(from, to)].Select(line => Indented(indent, line.Trim()));

    static string Indented(int indent, string line) => line.Length == 0 ? "" : $"{new string(' ', indent)}{line}";
}
