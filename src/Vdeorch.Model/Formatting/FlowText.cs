using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Formatting;

/// <summary>Flow collections as they are written, with the entries of objects in order: entries change places, what stands between them stays where it is.</summary>
internal sealed class FlowText(string text)
{
    /// <returns>The text from <paramref name="syntax"/>'s first character to behind its last.</returns>
    public string Of(Syntax syntax, Node node, ValueSchema? schema) => syntax switch
    {
        CollectionSyntax { IsFlow: true, Entries.IsEmpty: false } flow when node is MapNode or ListNode => OfFlow(flow, node, schema),
        CollectionSyntax flow => text[flow.Start.Offset..flow.End.Offset],
        TextSyntax plain => text[plain.Start.Offset..plain.End.Offset],
        _ => throw new UnreachableException(),
    };

    string OfFlow(CollectionSyntax flow, Node node, ValueSchema? schema)
    {
        ValueSchema? known = schema?.For(node);
        ImmutableArray<(int Start, int End)> spans = [.. flow.Entries.Select(SpanOf)];
        ImmutableArray<string> entries = [.. flow.Entries.Select((entry, at) => EntryOf(entry, spans[at], node, at, known))];
        ImmutableArray<int> order = node is MapNode map && MayMove(flow, spans) ? KeyOrder.Of(flow, map, known) : [.. Enumerable.Range(0, entries.Length)];
        var written = new StringBuilder();
        int from = flow.Start.Offset;
        for (int at = 0; at < entries.Length; at++)
        {
            written.Append(text, from, spans[at].Start - from).Append(entries[order[at]]);
            from = spans[at].End;
        }

        return written.Append(text, from, flow.End.Offset - from).ToString();
    }

    string EntryOf(SyntaxEntry entry, (int Start, int End) span, Node node, int at, ValueSchema? known)
    {
        Node value = node is MapNode map ? map.Entries[at].Value : ((ListNode)node).Items[at];
        if (entry.Value is not CollectionSyntax flow)
        {
            return text[span.Start..span.End];
        }

        ValueSchema? below = node is MapNode keyed ? known?.Below(keyed.Entries[at].Key.Text) : known?.Below(null);
        return $"{text[span.Start..flow.Start.Offset]}{Of(flow, value, below)}";
    }

    // A key without a value ends with its colon, or with itself.
    (int Start, int End) SpanOf(SyntaxEntry entry)
    {
        int end = entry.Value switch
        {
            CollectionSyntax flow => flow.End.Offset,
            TextSyntax plain => plain.End.Offset,
            _ => throw new UnreachableException(),
        };
        if (end > entry.KeyEnd.Offset)
        {
            return (entry.Key.Offset, end);
        }

        end = entry.KeyEnd.Offset + text.AsSpan(entry.KeyEnd.Offset).IndexOfAny(',', '}', ']');
        return (entry.Key.Offset, entry.KeyEnd.Offset + text.AsSpan(entry.KeyEnd.Offset, end - entry.KeyEnd.Offset).TrimEnd().Length);
    }

    // Where a comment stands between entries, it may be about either: everything stays.
    bool MayMove(CollectionSyntax flow, ImmutableArray<(int Start, int End)> spans)
    {
        for (int at = 0; at <= spans.Length; at++)
        {
            int from = at == 0 ? flow.Start.Offset : spans[at - 1].End;
            int to = at == spans.Length ? flow.End.Offset : spans[at].Start;
            if (to < from || text.AsSpan(from, to - from).Contains('#'))
            {
                return false;
            }
        }

        // An anchor of nothing ends with what stands behind it.
        return !flow.Entries.Any(entry => entry.Value is TextSyntax { Anchors.IsEmpty: false } nothing && nothing.End == nothing.Start);
    }
}
