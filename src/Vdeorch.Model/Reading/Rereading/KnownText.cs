using System.Collections.Immutable;

namespace Vdeorch.Model.Reading.Rereading;

/// <summary>
/// A text of which there was nothing to say, and its nodes. Another that differs from it within one section is read by reading the entries that differ: all others
/// are the very same nodes. Those have their places in this text and not in the other, so that whoever has something to say of that one reads it whole.
/// </summary>
internal sealed class KnownText
{
    readonly string _text;
    readonly MapNode _root;
    readonly ImmutableArray<KnownSection> _sections;

    KnownText(string text, MapNode root, ImmutableArray<KnownSection> sections) => (_text, _root, _sections) = (text, root, sections);

    /// <returns>Null when its parts are not lines of their own: then each text like it is read whole.</returns>
    /// <param name="hasAnchors">Whether a part may be another one's.</param>
    public static KnownText? Of(SourceText source, MapNode root, bool hasAnchors) =>
        !hasAnchors && Starts(source.Text, root, indent: 0) is { } starts
            ? new KnownText(source.Text, root, [.. starts.Zip(root.Entries, (start, entry) => KnownSection.Of(source.Text, start, entry.Value))])
            : null;

    /// <param name="source">The other text.</param>
    /// <returns>Null when it has to be read whole, or has something in it that has to be said.</returns>
    public (KnownText Known, MapNode Root)? Read(SourceText source, ReadContext context)
    {
        TextChange change = TextChange.Between(_text, source.Text);
        if (change.IsNone)
        {
            return (this, _root);
        }

        return Place(change) is (var at, var range)
            && Slice(source.Text, range.From, range.To + change.Growth, _sections[at].Indent) is { } slice
            && TryRead(slice, source, context, _sections[at].Indent, out ImmutableArray<MapEntry> entries, out ImmutableArray<int> starts)
            ? Replace(source.Text, at, range, change.Growth, entries, starts)
            : null;
    }

    /// <returns>The section, and its entries that the change is in with where they begin and end in the known text; null when it is not all in entries of one section.</returns>
    (int Section, KnownRange Range)? Place(TextChange change)
    {
        // What is put in where a section begins is the end of the one before.
        int at = _sections.Length - 1;
        while (at > 0 && (_sections[at].Start > change.From || (_sections[at].Start == change.From && change.To == change.From)))
        {
            at--;
        }

        int end = at + 1 < _sections.Length ? _sections[at + 1].Start : _text.Length;
        ImmutableArray<int> starts = _sections[at].Entries;
        if (starts.IsEmpty || starts[0] > change.From || end < change.To)
        {
            return null;
        }

        int first = starts.BinarySearch(change.From);
        first = first < 0 ? ~first - 1 : first;
        int next = first + 1;
        while (next < starts.Length && starts[next] < change.To)
        {
            next++;
        }

        return (at, new KnownRange(first, next, starts[first], next < starts.Length ? starts[next] : end));
    }

    // Whole lines, each an entry's first, or deeper, or a comment: so it means the same alone as between its neighbours. What ends YAML's lines and not ours is read whole.
    static string? Slice(string text, int from, int to, int indent)
    {
        string slice = text[from..to];
        if (slice.Length == 0)
        {
            return slice;
        }

        if (slice.AsSpan().ContainsAny("\t\r\u0085\u2028\u2029") || (slice[^1] != '\n' && to != text.Length))
        {
            return null;
        }

        bool isFirst = true;
        foreach (ReadOnlySpan<char> line in slice.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> rest = line.TrimStart(' ');
            int depth = line.Length - rest.Length;
            if (isFirst ? depth != indent || rest.IsEmpty || rest[0] == '#' : depth < indent && !rest.IsEmpty && rest[0] != '#')
            {
                return null;
            }

            isFirst = false;
        }

        return slice;
    }

    static bool TryRead(string slice, SourceText source, ReadContext context, int indent, out ImmutableArray<MapEntry> entries, out ImmutableArray<int> starts)
    {
        (entries, starts) = ([], []);
        if (slice.Length == 0)
        {
            return true;
        }

        SourceText part = new(source.Number, source.File, source.Directory, slice) { Part = source.Part };
        if (NodeReader.Read(part, context, depth: 2, out bool hasAnchors) is not MapNode map || hasAnchors || Starts(slice, map, indent) is not { } found)
        {
            return false;
        }

        (entries, starts) = (map.Entries, found);
        return true;
    }

    (KnownText, MapNode)? Replace(string text, int at, KnownRange range, int growth, ImmutableArray<MapEntry> entries, ImmutableArray<int> starts)
    {
        var map = (MapNode)_root.Entries[at].Value;
        if (map.Entries.Length - (range.Next - range.First) + entries.Length == 0 || IsTaken(map, range, entries))
        {
            return null;
        }

        MapNode section = new(map.Range, [.. map.Entries.Take(range.First), .. entries, .. map.Entries.Skip(range.Next)]);
        MapNode root = new(_root.Range, _root.Entries.SetItem(at, new MapEntry(_root.Entries[at].Key, section)));
        KnownSection known = _sections[at];
        return (new KnownText(text, root,
        [
            .. _sections.Take(at),
            known with { Entries = [.. known.Entries.Take(range.First), .. starts.Select(start => range.From + start), .. known.Entries.Skip(range.Next).Select(start => start + growth)] },
            .. _sections.Skip(at + 1).Select(section => section.Moved(growth)),
        ]), root);
    }

    static bool IsTaken(MapNode map, KnownRange range, ImmutableArray<MapEntry> entries)
    {
        HashSet<string> names = new(entries.Select(entry => entry.Key.Text), StringComparer.Ordinal);
        return map.Entries.Where((_, at) => at < range.First || at >= range.Next).Any(entry => names.Contains(entry.Key.Text));
    }

    /// <returns>Where the lines of a block map's keys begin; null when not each begins one, at that depth.</returns>
    internal static ImmutableArray<int>? Starts(string text, MapNode map, int indent)
    {
        // A key in brackets may begin a line, too.
        if (map.Entries.IsEmpty || map.Range.Start < 0 || text[map.Range.Start] is '{')
        {
            return null;
        }

        ImmutableArray<int>.Builder starts = ImmutableArray.CreateBuilder<int>(map.Entries.Length);
        foreach (MapEntry entry in map.Entries)
        {
            int start = entry.Key.Range.Start - indent;
            if (start < 0 || (start > 0 && text[start - 1] != '\n') || text.AsSpan(start, indent).ContainsAnyExcept(' '))
            {
                return null;
            }

            starts.Add(start);
        }

        return starts.DrainToImmutable();
    }
}

/// <param name="Start">Where its line begins.</param>
/// <param name="Entries">Where the lines of its entries begin; none when not each has lines of its own.</param>
internal sealed record KnownSection(int Start, int Indent, ImmutableArray<int> Entries)
{
    public static KnownSection Of(string text, int start, Node value)
    {
        if (value is MapNode { Entries: [var first, ..] } map)
        {
            int line = text.LastIndexOf('\n', Math.Max(0, first.Key.Range.Start - 1)) + 1;
            int indent = first.Key.Range.Start - line;
            if (indent > 0 && KnownText.Starts(text, map, indent) is { } entries)
            {
                return new KnownSection(start, indent, entries);
            }
        }

        return new KnownSection(start, 0, []);
    }

    public KnownSection Moved(int by) => this with { Start = Start + by, Entries = [.. Entries.Select(entry => entry + by)] };
}

/// <summary>The entries from <paramref name="First"/> to before <paramref name="Next"/>, and where their lines begin and end.</summary>
internal readonly record struct KnownRange(int First, int Next, int From, int To);

/// <summary>What the one text has in place of a stretch of the other.</summary>
/// <param name="From">Where the stretch begins in the other.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Growth">How much longer the one is.</param>
internal readonly record struct TextChange(int From, int To, int Growth)
{
    public bool IsNone => From == To && Growth == 0;

    public static TextChange Between(string before, string now)
    {
        int head = before.AsSpan().CommonPrefixLength(now);
        int most = Math.Min(before.Length, now.Length) - head;
        int tail = 0;
        while (tail < most && before[^(tail + 1)] == now[^(tail + 1)])
        {
            tail++;
        }

        return new TextChange(head, before.Length - tail, now.Length - before.Length);
    }
}
