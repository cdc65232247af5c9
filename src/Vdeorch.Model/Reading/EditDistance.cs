namespace Vdeorch.Model.Reading;

/// <summary>Did-you-mean.</summary>
internal static class EditDistance
{
    /// <returns>The candidate the word was most likely meant to be; null when none is near.</returns>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        int limit = Math.Max(1, Math.Min(3, word.Length / 2)) + 1;
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - word.Length) < limit && Between(word, candidate) is int distance && distance < limit)
            {
                limit = distance;
                best = candidate;
            }
        }

        return best;
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), case ignored.</summary>
    static int Between(string left, string right)
    {
        Span<int> before = stackalloc int[right.Length + 1];
        Span<int> previous = stackalloc int[right.Length + 1];
        Span<int> current = stackalloc int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                bool same = Same(left[i - 1], right[j - 1]);
                current[j] = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            Span<int> oldest = before;
            before = previous;
            previous = current;
            current = oldest;
        }

        return previous[right.Length];
    }

    static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
