using System.Collections.Immutable;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Who waits for himself by way of others.</summary>
internal static class Circles
{
    /// <param name="names">All of them, in the order in which to look.</param>
    /// <param name="edges">Whom one waits for; all of them in <paramref name="names"/>.</param>
    /// <returns>The first circle, its first name again at the end; null when there is none.</returns>
    public static ImmutableArray<string>? Find(ImmutableArray<string> names, Func<string, ImmutableArray<string>> edges)
    {
        HashSet<string> done = new(StringComparer.Ordinal);
        HashSet<string> open = new(StringComparer.Ordinal);

        // A stack of our own: a chain may be as long as the file.
        Stack<(string Name, ImmutableArray<string> Edges, int Next)> way = new();
        foreach (string start in names.Where(start => !done.Contains(start)))
        {
            way.Push((start, edges(start), 0));
            open.Add(start);
            while (way.TryPop(out (string Name, ImmutableArray<string> Edges, int Next) at))
            {
                if (at.Next == at.Edges.Length)
                {
                    open.Remove(at.Name);
                    done.Add(at.Name);
                    continue;
                }

                string next = at.Edges[at.Next];
                way.Push(at with { Next = at.Next + 1 });
                if (open.Contains(next))
                {
                    return [.. way.Reverse().Select(step => step.Name).SkipWhile(name => name != next), next];
                }

                if (!done.Contains(next))
                {
                    way.Push((next, edges(next), 0));
                    open.Add(next);
                }
            }
        }

        return null;
    }
}
