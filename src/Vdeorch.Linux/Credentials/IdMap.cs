using System.Collections.Immutable;
using System.Globalization;

namespace Vdeorch.Linux.Credentials;

/// <summary>Which ids of the host a user namespace has, and what they are called inside.</summary>
/// <param name="Ranges">The first inside, the first outside, how many.</param>
/// <param name="Overflows">Ids that it has not are all one to who looks from inside: <see cref="Unmapped"/>.</param>
/// <remarks>user_namespaces(7)</remarks>
public sealed record IdMap(ImmutableArray<(uint Inside, uint Outside, uint Count)> Ranges, bool Overflows)
{
    /// <summary>The kernel's overflowuid and overflowgid, as they are set everywhere.</summary>
    public const uint Unmapped = 65534;

    /// <summary>Of who is in no namespace of ours: ids mean inside what they mean outside.</summary>
    public static IdMap Same { get; } = new([(0, 0, uint.MaxValue)], Overflows: false);

    /// <summary>Every id is there, and means the same inside.</summary>
    public bool IsSame => Ranges is [(0, 0, uint.MaxValue)];

    /// <param name="lines">Of uid_map or gid_map; what does not read so is passed over.</param>
    public static IdMap Parse(IEnumerable<string> lines)
    {
        ImmutableArray<(uint, uint, uint)>.Builder ranges = ImmutableArray.CreateBuilder<(uint, uint, uint)>();
        foreach (string line in lines)
        {
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 3 && TryRead(words[0], out uint inside) && TryRead(words[1], out uint outside) && TryRead(words[2], out uint count))
            {
                ranges.Add((inside, outside, count));
            }
        }

        return new IdMap(ranges.ToImmutable(), Overflows: ranges is not [(0, _, uint.MaxValue)]);
    }

    /// <returns>The host's id; null where it stands for everybody whom the namespace has not.</returns>
    public uint? Outside(uint inside) => Overflows && inside == Unmapped ? null : Own(inside);

    /// <summary>Like <see cref="Outside"/> for an id that is certain not to stand for others: one's own.</summary>
    public uint? Own(uint inside)
    {
        foreach ((uint first, uint outside, uint count) in Ranges)
        {
            if (inside >= first && inside - first < count)
            {
                return outside + (inside - first);
            }
        }

        return null;
    }

    /// <returns>What an id of the host is called inside; null where the namespace has it not.</returns>
    public uint? Inside(uint outside)
    {
        foreach ((uint inside, uint first, uint count) in Ranges)
        {
            if (outside >= first && outside - first < count)
            {
                return inside + (outside - first);
            }
        }

        return null;
    }

    static bool TryRead(string word, out uint number) => uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
