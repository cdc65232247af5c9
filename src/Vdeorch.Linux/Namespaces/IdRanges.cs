using System.Collections.Immutable;
using System.Globalization;

namespace Vdeorch.Linux.Namespaces;

/// <summary>The subordinate ids an account owns: <c>/etc/subuid</c>, <c>/etc/subgid</c>; subuid(5).</summary>
internal static class IdRanges
{
    /// <param name="lines"><c>account:first:count</c>; the account by name or by number; what does not read so is passed over, as shadow does.</param>
    public static IEnumerable<(uint First, uint Count)> Of(IEnumerable<string> lines, string? account, uint uid)
    {
        string number = uid.ToString(CultureInfo.InvariantCulture);
        foreach (string line in lines)
        {
            string[] fields = line.Split(':');
            if (fields.Length == 3
                && (fields[0] == account || fields[0] == number)
                && uint.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint first)
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint count)
                && count > 0)
            {
                yield return (first, count);
            }
        }
    }

    /// <summary>An id map: id 0 inside is <paramref name="own"/>, 1 and up are the ranges, one after the other.</summary>
    public static ImmutableArray<(uint Inside, uint Outside, uint Count)> Of(uint own, IEnumerable<(uint First, uint Count)> ranges)
    {
        ImmutableArray<(uint, uint, uint)>.Builder map = ImmutableArray.CreateBuilder<(uint, uint, uint)>();
        map.Add((0, own, 1));
        uint inside = 1;
        foreach ((uint first, uint count) in ranges)
        {
            map.Add((inside, first, count));
            inside += count;
        }

        return map.ToImmutable();
    }

    /// <summary>That map as newuidmap(1) takes it.</summary>
    public static IEnumerable<string> Map(uint own, IEnumerable<(uint First, uint Count)> ranges) =>
        Of(own, ranges).SelectMany(range => new[] { range.Inside, range.Outside, range.Count }).Select(number => number.ToString(CultureInfo.InvariantCulture));
}
