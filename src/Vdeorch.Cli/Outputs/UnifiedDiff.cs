using System.Globalization;
using System.Text;

namespace Vdeorch.Cli.Outputs;

/// <summary>What is between two texts, as patch(1) takes it.</summary>
static class UnifiedDiff
{
    const int Context = 3;

    /// <summary>Beyond so many lines that differ the rest is shown as replaced whole.</summary>
    const int MaxDifferences = 2000;

    /// <returns>Empty when they are the same.</returns>
    public static string Of(string name, string before, string after)
    {
        if (before == after)
        {
            return "";
        }

        string[] old = Lines(before);
        string[] now = Lines(after);
        List<(char Mark, string Line)> script = Script(old, now);
        var text = new StringBuilder($"--- {name}\n+++ {name}\n");
        (int at, int oldStart, int newStart) = (0, 0, 0);
        foreach ((int from, int to) in Hunks(script))
        {
            // Between hunks both texts are the same.
            (oldStart, newStart, at) = (oldStart + from - at, newStart + from - at, to);
            List<(char Mark, string Line)> hunk = script[from..to];
            (int oldCount, int newCount) = (hunk.Count(line => line.Mark != '+'), hunk.Count(line => line.Mark != '-'));
            text.Append(CultureInfo.InvariantCulture, $"@@ -{Range(oldStart, oldCount)} +{Range(newStart, newCount)} @@\n");
            (oldStart, newStart) = (oldStart + oldCount, newStart + newCount);
            foreach ((char mark, string line) in hunk)
            {
                text.Append(mark).Append(line).Append(line.EndsWith('\n') ? "" : "\n\\ No newline at end of file\n");
            }
        }

        return text.ToString();
    }

    // With their ends, since one may be missing.
    static string[] Lines(string text)
    {
        List<string> lines = [];
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[start..end]);
            start = end;
        }

        return [.. lines];
    }

    static string Range(int start, int count) => string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? start : start + 1)},{count}");

    static List<(int From, int To)> Hunks(List<(char Mark, string Line)> script)
    {
        List<(int From, int To)> hunks = [];
        for (int at = 0; at < script.Count; at++)
        {
            if (script[at].Mark == ' ')
            {
                continue;
            }

            (int from, int to) = (Math.Max(0, at - Context), Math.Min(script.Count, at + 1 + Context));
            if (hunks is [.., var last] && from <= last.To)
            {
                hunks[^1] = (last.From, to);
            }
            else
            {
                hunks.Add((from, to));
            }
        }

        return hunks;
    }

    // E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986): the furthest points for each number of differences, then the way back.
    static List<(char Mark, string Line)> Script(string[] old, string[] now)
    {
        int most = Math.Min(old.Length + now.Length, MaxDifferences);
        List<int[]> rounds = [];
        int[] furthest = new int[2 * most + 3];
        for (int differences = 0; differences <= most; differences++)
        {
            rounds.Add([.. furthest]);
            for (int diagonal = -differences; diagonal <= differences; diagonal += 2)
            {
                int at = most + 1 + diagonal;
                int x = diagonal == -differences || (diagonal != differences && furthest[at - 1] < furthest[at + 1]) ? furthest[at + 1] : furthest[at - 1] + 1;
                int y = x - diagonal;
                while (x < old.Length && y < now.Length && old[x] == now[y])
                {
                    x++;
                    y++;
                }

                furthest[at] = x;
                if (x >= old.Length && y >= now.Length)
                {
                    return Way(old, now, rounds, most);
                }
            }
        }

        return [.. old.Select(line => ('-', line)), .. now.Select(line => ('+', line))];
    }

    static List<(char Mark, string Line)> Way(string[] old, string[] now, List<int[]> rounds, int most)
    {
        List<(char Mark, string Line)> script = [];
        (int x, int y) = (old.Length, now.Length);
        for (int differences = rounds.Count - 1; differences >= 0; differences--)
        {
            int[] furthest = rounds[differences];
            int diagonal = x - y;
            int at = most + 1 + diagonal;
            bool isAdded = diagonal == -differences || (diagonal != differences && furthest[at - 1] < furthest[at + 1]);
            int fromX = differences == 0 ? 0 : isAdded ? furthest[at + 1] : furthest[at - 1];
            int fromY = differences == 0 ? 0 : fromX - (isAdded ? diagonal + 1 : diagonal - 1);
            int startX = differences == 0 ? 0 : isAdded ? fromX : fromX + 1;
            for (; x > startX; x--, y--)
            {
                script.Add((' ', old[x - 1]));
            }

            if (differences > 0)
            {
                script.Add(isAdded ? ('+', now[y - 1]) : ('-', old[x - 1]));
                (x, y) = (fromX, fromY);
            }
        }

        script.Reverse();
        return script;
    }
}
