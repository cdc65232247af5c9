using System.Collections.Immutable;

namespace Vdeorch.Model.Reading;

/// <summary>YAML with positions. An alias is its anchor's node itself, shared.</summary>
/// <param name="range">What to underline: a scalar or flow collection whole, a block collection's first line.</param>
internal abstract class Node(TextRange range)
{
    public TextRange Range { get; } = range;

    /// <summary>Nodes in this tree, itself and what aliases stand for included.</summary>
    public int Size { get; protected init; } = 1;

    /// <summary>1 for a scalar.</summary>
    public int Height { get; protected init; } = 1;

    public abstract string Describe();
}

internal sealed class ScalarNode : Node
{
    readonly int _bodyStart;

    public ScalarNode(TextRange range, string text, bool isPlain, int bodyStart) : base(range)
    {
        Text = text;
        IsPlain = isPlain;
        _bodyStart = bodyStart;
        Type = isPlain ? CoreTypes.Of(text) : CoreType.String;
        HasExpression = text.Contains("{{", StringComparison.Ordinal);
    }

    public string Text { get; }

    public bool IsPlain { get; }

    public CoreType Type { get; }

    public bool HasExpression { get; }

    /// <summary>Parsed at its first evaluation, used by every replica.</summary>
    public Expression? Expression { get; set; }

    /// <summary>Where a part of <see cref="Text"/> stands in the file; the whole scalar when escapes or folding make that a guess.</summary>
    public TextRange Slice(int offset, int length) => _bodyStart < 0 ? Range : Range with { Start = _bodyStart + offset, Length = Math.Max(length, 1) };

    /// <summary>The same place under another name.</summary>
    public ScalarNode Named(string text) => new(Range, text, isPlain: true, bodyStart: -1);

    public override string Describe() => Type == CoreType.Null ? "nothing" : CoreTypes.Describe(Type);
}

internal readonly record struct MapEntry(ScalarNode Key, Node Value);

internal sealed class MapNode : Node
{
    public MapNode(TextRange range, ImmutableArray<MapEntry> entries) : base(range)
    {
        Entries = entries;
        int size = 1;
        int height = 0;
        foreach (MapEntry entry in entries)
        {
            size += 1 + entry.Value.Size;
            height = Math.Max(height, entry.Value.Height);
        }

        Size = size;
        Height = 1 + height;
    }

    public ImmutableArray<MapEntry> Entries { get; }

    /// <returns>Null when there is no such key.</returns>
    public MapEntry? Find(string key)
    {
        foreach (MapEntry entry in Entries)
        {
            if (entry.Key.Text == key)
            {
                return entry;
            }
        }

        return null;
    }

    public override string Describe() => "a map";
}

internal sealed class ListNode : Node
{
    public ListNode(TextRange range, ImmutableArray<Node> items) : base(range)
    {
        Items = items;
        Size = 1 + items.Sum(item => item.Size);
        Height = 1 + (items.IsEmpty ? 0 : items.Max(item => item.Height));
    }

    public ImmutableArray<Node> Items { get; }

    public override string Describe() => "a list";
}
