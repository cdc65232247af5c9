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

    /// <summary>An id map as newuidmap(1) takes it: id 0 inside is <paramref name="own"/>, 1 and up are the ranges, one after the other.</summary>
    public static IEnumerable<string> Map(uint own, IEnumerable<(uint First, uint Count)> ranges)
    {
        List<uint> numbers = [0, own, 1];
        uint inside = 1;
        foreach ((uint first, uint count) in ranges)
        {
            numbers.AddRange([inside, first, count]);
            inside += count;
        }

        return numbers.Select(number => number.ToString(CultureInfo.InvariantCulture));
    }
}
