using System.Collections.Immutable;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Formatting;

/// <summary>
/// In which order the keys of an object stand: the schema's. A key that it does not know (<c>x-…</c>, or a mistake) goes with the key before it. Names that
/// people give stay as they are, since order may have a meaning there (<c>to</c>, <c>states</c>).
/// </summary>
internal static class KeyOrder
{
    /// <param name="schema">What the map is read by; null: nobody knows.</param>
    /// <returns>Numbers of entries, in the order they are to be written.</returns>
    public static ImmutableArray<int> Of(CollectionSyntax syntax, MapNode map, ValueSchema? schema)
    {
        ImmutableArray<int> asWritten = [.. Enumerable.Range(0, syntax.Entries.Length)];
        if (schema is not IObjectSchema known)
        {
            return asWritten;
        }

        string[] keys = [.. known.Fields.Select(field => field.Key)];
        int[] ranks = new int[asWritten.Length];
        int rank = -1;
        foreach (int at in asWritten)
        {
            int found = Array.IndexOf(keys, map.Entries[at].Key.Text);
            ranks[at] = rank = found >= 0 ? found : rank;
        }

        ImmutableArray<int> sorted = [.. asWritten.OrderBy(at => ranks[at])];
        return syntax.Anchors.IsEmpty || KeepsAnchors(syntax.Entries, sorted) ? sorted : asWritten;
    }

    // An alias stands for the last anchor of its name before it: no two entries that speak of one anchor may change places.
    static bool KeepsAnchors(ImmutableArray<SyntaxEntry> entries, ImmutableArray<int> order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            for (int j = i + 1; j < order.Length; j++)
            {
                if (order[i] > order[j] && entries[order[i]].Anchors.Any(one => entries[order[j]].Anchors.Any(other => one.Name == other.Name && !(one.IsAlias && other.IsAlias))))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
