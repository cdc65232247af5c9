using System.Collections.Immutable;

namespace Vdeorch.Model.Reading.Expanding;

/// <summary>The one rule by which files and templates lie over each other: maps merge, anything else replaces, and nothing (<c>null</c>, <c>~</c>) takes away.</summary>
internal static class Overlay
{
    /// <param name="over">Wins. Its places are those of what is merged.</param>
    public static Node Merge(Node under, Node over) => under is MapNode low && over is MapNode high ? Merge(low, high) : over;

    /// <remarks>Keys stay where they stood first. Where there is nothing to take away, nothing is a value like any other.</remarks>
    public static MapNode Merge(MapNode under, MapNode over)
    {
        if (under.Entries.IsEmpty || over.Entries.IsEmpty)
        {
            return under.Entries.IsEmpty ? over : new MapNode(over.Range, under.Entries);
        }

        Dictionary<string, MapEntry> above = over.Entries.ToDictionary(entry => entry.Key.Text, StringComparer.Ordinal);
        ImmutableArray<MapEntry>.Builder merged = ImmutableArray.CreateBuilder<MapEntry>(under.Entries.Length + above.Count);
        foreach (MapEntry low in under.Entries)
        {
            if (!above.Remove(low.Key.Text, out MapEntry high))
            {
                merged.Add(low);
            }
            else if (high.Value is not ScalarNode { Type: CoreType.Null })
            {
                merged.Add(new MapEntry(high.Key, Merge(low.Value, high.Value)));
            }
        }

        merged.AddRange(over.Entries.Where(entry => above.ContainsKey(entry.Key.Text)));
        return new MapNode(over.Range, merged.DrainToImmutable());
    }
}
