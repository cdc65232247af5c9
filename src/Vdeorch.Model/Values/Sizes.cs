using System.Globalization;

namespace Vdeorch.Model.Values;

/// <summary>Sizes of memory as topology files write them: a whole number and one of <c>M G T</c>, powers of 1024. Whole pages everywhere, so no kernel rounds them.</summary>
public static class Sizes
{
    static readonly (char Unit, long Bytes)[] s_units = [('T', 1L << 40), ('G', 1L << 30), ('M', 1L << 20)];

    /// <param name="bytes">1 MiB to 1024 TiB.</param>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        foreach ((char unit, long factor) in s_units)
        {
            if (text.EndsWith(unit) && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number is > 0 and <= 1 << 20 && number <= (1L << 50) / factor)
            {
                bytes = number * factor;
                return true;
            }
        }

        return false;
    }

    /// <summary>In the largest unit that needs no fraction; bytes, when not even the smallest does.</summary>
    public static string Print(long bytes)
    {
        foreach ((char unit, long factor) in s_units)
        {
            if (bytes > 0 && bytes % factor == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / factor}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
    }
}
