namespace Vdeorch.Cli.Inputs;

/// <summary>Finds what was meant.</summary>
static class Spelling
{
    /// <returns>The candidate with the fewest edits (a swap of neighbours is one), when they are few for its length; else null.</returns>
    public static string? Nearest(string typed, IEnumerable<string> candidates)
    {
        int allowed = Math.Max(1, typed.Length / 3);
        return candidates
            .Select(candidate => (Candidate: candidate, Edits: Distance(typed, candidate)))
            .Where(pair => pair.Edits <= allowed || pair.Candidate.Length > typed.Length && typed.Length >= 3 && pair.Candidate.StartsWith(typed, StringComparison.Ordinal))
            .OrderBy(pair => pair.Edits)
            .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .Select(pair => pair.Candidate)
            .FirstOrDefault();
    }

    static int Distance(string left, string right)
    {
        int[,] edits = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                edits[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(
                        Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1,
                        edits[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[left.Length, right.Length];
    }
}
