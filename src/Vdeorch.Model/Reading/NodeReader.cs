using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Vdeorch.Model.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Vdeorch.Model.Reading;

/// <summary>
/// YamlDotNet's events to <see cref="Node"/>s. Every limit is checked on the event, before anything is built from it: its own
/// loader overflows the stack on deep input and expands alias bombs.
/// </summary>
internal sealed class NodeReader
{
    public const int MaxDepth = 64;
    public const int MaxAliasNodes = 10_000;

    readonly SourceText _source;
    readonly ReadContext _context;
    readonly Parser _parser;
    readonly Dictionary<string, Node?> _anchors = new(StringComparer.Ordinal);
    readonly Stack<Mark> _openBrackets = new();
    int _aliasNodes;
    bool _hasAnchors;

    NodeReader(SourceText source, ReadContext context)
    {
        _source = source;
        _context = context;
        _parser = new Parser(new Scanner(new StringReader(source.Text), skipComments: true));
    }

    /// <returns>Null when the text cannot be read to its end; the bag says why.</returns>
    public static Node? Read(SourceText source, ReadContext context) => Read(source, context, depth: 1, out _);

    /// <param name="depth">Of its outermost map: 1, but for a part of a text.</param>
    /// <param name="hasAnchors">Whether a part of it may be another one's.</param>
    /// <inheritdoc cref="Read(SourceText, ReadContext)"/>
    public static Node? Read(SourceText source, ReadContext context, int depth, out bool hasAnchors)
    {
        var reader = new NodeReader(source, context);
        Node? root = reader.TryRead(depth);
        hasAnchors = reader._hasAnchors;
        return root;
    }

    Node? TryRead(int depth)
    {
        try
        {
            return ReadStream(depth);
        }
        catch (UnreadableException)
        {
            return null;
        }
        catch (YamlException wrong)
        {
            // Some come without a place.
            long at = wrong.End.Index > 0 ? wrong.Start.Index : _parser.Current?.End.Index ?? 0;
            ReportSyntax(at, Math.Max(at, wrong.End.Index), wrong.Message.TrimEnd('.').Replace("  ", " ", StringComparison.Ordinal));
            return null;
        }
        // YamlDotNet 18.1 throws these too on malformed text, from Scanner, Parser, TagName and AnchorName.
        catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            long at = _parser.Current?.End.Index ?? 0;
            ReportSyntax(at, at, null);
            return null;
        }
    }

    Node? ReadStream(int depth)
    {
        Next();
        if (Next() is not DocumentStart)
        {
            _context.Report(DiagnosticCatalog.Empty, _source.All, "the file is empty", "a topology needs at least `switches: {}`");
            return null;
        }

        Node root = ReadNode(Next(), depth);
        Next();
        if (Next() is DocumentStart another)
        {
            _context.Report(DiagnosticCatalog.SeveralDocuments, Range(another.Start, 3), "a second document begins here; one file describes one topology",
                "put it into a file of its own");
        }

        return root;
    }

    ParsingEvent Next() => _parser.MoveNext() ? _parser.Current! : throw new UnreadableException();

    Node ReadNode(ParsingEvent current, int depth)
    {
        if (current is AnchorAlias alias)
        {
            return ReadAlias(alias, depth);
        }

        // On malformed text YamlDotNet 18.1 may also end a collection where a value is due.
        if (current is not NodeEvent start)
        {
            throw Stop(DiagnosticCatalog.Syntax, Range(current.Start, 1), "this is not YAML: a value is missing here");
        }

        if (depth > MaxDepth)
        {
            throw Stop(DiagnosticCatalog.TooDeep, Range(start.Start, 1), string.Create(CultureInfo.InvariantCulture, $"maps and lists are nested more than {MaxDepth} deep here"));
        }

        if (!start.Tag.IsEmpty)
        {
            TextRange at = _source.RestOfLine((int)start.Start.Index);
            _context.Report(DiagnosticCatalog.Tag, at with { Length = Math.Min(at.Length, start.Tag.Value.Length) }, "YAML tags have no meaning here",
                "remove it; quote a value to make it a string");
        }

        string? anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
        if (anchor is not null)
        {
            _hasAnchors = true;
            _anchors[anchor] = null;
        }

        bool isFlow = start is SequenceStart { Style: SequenceStyle.Flow } or MappingStart { Style: MappingStyle.Flow };
        if (isFlow)
        {
            _openBrackets.Push(start.Start);
        }

        Node node = start switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart list => ReadList(list, depth),
            _ => ReadMap((MappingStart)start, depth),
        };
        if (isFlow)
        {
            _openBrackets.Pop();
        }

        if (anchor is not null)
        {
            _anchors[anchor] = node;
        }

        return node;
    }

    Node ReadAlias(AnchorAlias alias, int depth)
    {
        var at = _source.Range((int)alias.Start.Index, (int)(alias.End.Index - alias.Start.Index));
        if (!_anchors.TryGetValue(alias.Value.Value, out Node? target) || target is null)
        {
            throw Stop(DiagnosticCatalog.Alias, at, _anchors.ContainsKey(alias.Value.Value)
                ? $"the alias *{alias.Value.Value} stands inside the value it names"
                : $"the alias *{alias.Value.Value} has no anchor &{alias.Value.Value} before it",
                _anchors.ContainsKey(alias.Value.Value) ? null : _context.DidYouMean(alias.Value.Value, _anchors.Keys));
        }

        _aliasNodes += target.Size;
        if (_aliasNodes > MaxAliasNodes)
        {
            throw Stop(DiagnosticCatalog.TooManyAliases, at, string.Create(CultureInfo.InvariantCulture, $"the file's aliases stand for more than {MaxAliasNodes:N0} values"),
                "use replicas for many namespaces that are alike");
        }

        return depth - 1 + target.Height <= MaxDepth
            ? target
            : throw Stop(DiagnosticCatalog.TooDeep, at, string.Create(CultureInfo.InvariantCulture, $"with what *{alias.Value.Value} stands for, maps and lists are nested more than {MaxDepth} deep"));
    }

    ScalarNode ReadScalar(Scalar scalar)
    {
        int start = (int)scalar.Start.Index;
        int end = (int)scalar.End.Index;
        string value = scalar.Value;
        bool isPlain = scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty;
        if (scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded)
        {
            return new ScalarNode(_source.RestOfLine(start), value, isPlain, bodyStart: -1);
        }

        // An anchor may stand before the value; what is right of it is the value itself unless escapes or folding changed it.
        int quote = scalar.Style == ScalarStyle.Plain ? 0 : 1;
        int body = end - quote - value.Length;
        bool asWritten = body - quote >= start && string.CompareOrdinal(_source.Text, body, value, 0, value.Length) == 0
            && (quote == 0 || _source.Text[body - 1] is '"' or '\'');
        TextRange range = asWritten ? _source.Range(body - quote, value.Length + 2 * quote) : _source.Range(start, end - start);
        return new ScalarNode(range, value, isPlain, asWritten ? body : -1);
    }

    ListNode ReadList(SequenceStart start, int depth)
    {
        ImmutableArray<Node>.Builder items = ImmutableArray.CreateBuilder<Node>();
        ParsingEvent current;
        while ((current = Next()) is not SequenceEnd)
        {
            items.Add(ReadNode(current, depth + 1));
        }

        return new ListNode(CollectionRange(start.Start, start.Style == SequenceStyle.Flow, current), items.DrainToImmutable());
    }

    MapNode ReadMap(MappingStart start, int depth)
    {
        ImmutableArray<MapEntry>.Builder entries = ImmutableArray.CreateBuilder<MapEntry>();
        List<Node>? merged = null;
        Dictionary<string, ScalarNode>? index = null;
        ParsingEvent current;
        while ((current = Next()) is not MappingEnd)
        {
            Node key = ReadNode(current, depth + 1);
            Node value = ReadNode(Next(), depth + 1);
            if (key is ScalarNode { Text: "<<", IsPlain: true })
            {
                _context.Report(DiagnosticCatalog.MergeKey, key.Range, "merge keys (<<) are not part of YAML 1.2", "write the keys out, or use replicas");
                (merged ??= []).Add(value);
            }
            else if (IsGood(key, entries, ref index, out ScalarNode? name))
            {
                index?.Add(name.Text, name);
                entries.Add(new MapEntry(name, value));
            }
        }

        // What was meant is clear, so that what follows is not called missing.
        foreach (MapEntry entry in merged is null ? [] : merged.OfType<MapNode>().SelectMany(map => map.Entries))
        {
            if (Find(entry.Key.Text, entries, ref index) is null)
            {
                index?.Add(entry.Key.Text, entry.Key);
                entries.Add(entry);
            }
        }

        return new MapNode(CollectionRange(start.Start, start.Style == MappingStyle.Flow, current), entries.DrainToImmutable());
    }

    bool IsGood(Node key, ImmutableArray<MapEntry>.Builder entries, ref Dictionary<string, ScalarNode>? index, [NotNullWhen(true)] out ScalarNode? name)
    {
        name = key as ScalarNode;
        if (name is null)
        {
            bool looksLikeExpression = _source.Text.AsSpan(Math.Max(key.Range.Start - 1, 0)).StartsWith("{{");
            _context.Report(DiagnosticCatalog.KeyNotScalar, key.Range, $"{key.Describe()} cannot be a key",
                looksLikeExpression ? "quote the expression: \"{{ … }}\"" : null);
            return false;
        }

        if (Find(name.Text, entries, ref index) is { } first)
        {
            int line = _source.Span(first.Range).Line;
            _context.Report(DiagnosticCatalog.DuplicateKey, name.Range, string.Create(CultureInfo.InvariantCulture, $"the key {Quoted.Text(name.Text)} stands twice; first in line {line}"),
                "keep one of them");
            return false;
        }

        return true;
    }

    // Most maps have a handful of keys; a dictionary for each is most of what a large file costs.
    static ScalarNode? Find(string key, ImmutableArray<MapEntry>.Builder entries, ref Dictionary<string, ScalarNode>? index)
    {
        if (index is null && entries.Count <= 8)
        {
            foreach (MapEntry entry in entries)
            {
                if (entry.Key.Text == key)
                {
                    return entry.Key;
                }
            }

            return null;
        }

        index ??= entries.ToDictionary(entry => entry.Key.Text, entry => entry.Key, StringComparer.Ordinal);
        return index.GetValueOrDefault(key);
    }

    TextRange CollectionRange(Mark start, bool isFlow, ParsingEvent end) =>
        isFlow ? _source.Range((int)start.Index, (int)(end.Start.Index + 1 - start.Index)) : _source.RestOfLine((int)start.Index);

    /// <param name="said">By YamlDotNet; null when it did not find words.</param>
    void ReportSyntax(long from, long to, string? said)
    {
        int start = (int)Math.Min(from, _source.Text.Length);
        int end = (int)Math.Min(to, _source.Text.Length);
        bool isQuote = said?.Contains("quoted", StringComparison.Ordinal) == true;
        int bracket = _openBrackets.Count > 0 ? (int)_openBrackets.Last().Index : NextBracket(start);
        if (!isQuote && bracket >= 0 && Brackets.FindOpen(_source.Text, bracket) is { } open)
        {
            ReportOpen(open);
        }
        else if (TabIn(start, said?.Contains(" tab ", StringComparison.Ordinal) == true ? _source.Text.Length : end) is { } tab)
        {
            _context.Report(DiagnosticCatalog.Syntax, _source.Range(tab, 1), "this is not YAML: there is a tab in the indentation", "indent with spaces");
        }
        else if (_openBrackets.Count == 0 && !isQuote && end < _source.Text.Length && _source.Text[end] is ('}' or ']'))
        {
            _context.Report(DiagnosticCatalog.Syntax, _source.Range(end, 1), $"this is not YAML: the '{_source.Text[end]}' closes nothing", "remove it, or open the bracket; quote a value with brackets in it");
        }
        else
        {
            ReportSyntax(start, end, said is null ? "this is not YAML from here on" : $"this is not YAML: {said}");
        }
    }

    // What begins a list's item has not been given out yet when the text goes wrong behind it.
    int NextBracket(int at)
    {
        while (at < _source.Text.Length && _source.Text[at] is (' ' or '-'))
        {
            at++;
        }

        return at < _source.Text.Length && _source.Text[at] is ('{' or '[') ? at : -1;
    }

    void ReportOpen(OpenBracket open)
    {
        char bracket = _source.Text[open.At];
        SourceSpan wrong = open.Wrong is { } at ? _source.Span(_source.Range(at, 1)) : default;
        _context.Report(DiagnosticCatalog.Syntax, _source.Range(open.At, 1), open.Wrong is null
            ? $"this is not YAML: the '{bracket}' that opens here is not closed"
            : string.Create(CultureInfo.InvariantCulture, $"this is not YAML: the '{bracket}' that opens here is not closed before the '{_source.Text[open.Wrong.Value]}' in line {wrong.Line}, column {wrong.Column}"));
    }

    // In the line where it stopped, or in the one above: a line may be indented well and differ from its neighbour by a tab.
    int? TabIn(int start, int end)
    {
        int line = LineOf(Math.Min(start, _source.Text.AsSpan().TrimEnd().Length));
        for (; line <= end; line = NextLine(line))
        {
            if (TabAt(line) is { } tab)
            {
                return tab;
            }
        }

        // Within brackets tabs do no harm.
        return _openBrackets.Count == 0 && LineOf(end) is > 0 and int below ? TabAt(LineOf(below - 1)) : null;
    }

    int LineOf(int at) => at == 0 ? 0 : _source.Text.LastIndexOf('\n', at - 1) + 1;

    int NextLine(int at) => _source.Text.IndexOf('\n', at) is >= 0 and int end ? end + 1 : int.MaxValue;

    int? TabAt(int line)
    {
        int first = line;
        while (first < _source.Text.Length && _source.Text[first] == ' ')
        {
            first++;
        }

        return first < _source.Text.Length && _source.Text[first] == '\t' ? first : null;
    }

    void ReportSyntax(int start, int end, string message)
    {
        // At the end of the file there is nothing to look at.
        bool isAtEnd = _source.Text.AsSpan(end).Trim().IsEmpty;
        TextRange at = _source.Range(isAtEnd ? start : end, 1);
        string line = _source.Excerpt(_source.Span(at)) ?? "";
        _context.Report(DiagnosticCatalog.Syntax, at, message,
            line.Contains("{{", StringComparison.Ordinal) ? "quote values with expressions: \"{{ … }}\""
            : message.Contains("invalid mapping", StringComparison.Ordinal) ? "quote the value if it contains ': '"
            : null);
    }

    TextRange Range(Mark start, int length) => _source.Range((int)start.Index, length);

    UnreadableException Stop(DiagnosticCode code, TextRange at, string message, string? suggestion = null)
    {
        _context.Report(code, at, message, suggestion);
        return new UnreadableException();
    }

    /// <summary>Leaves the recursion once the diagnostic is in the bag. Never leaves this class.</summary>
    sealed class UnreadableException : Exception;
}
