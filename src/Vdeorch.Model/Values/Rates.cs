using System.Globalization;

namespace Vdeorch.Model.Values;

/// <summary>Rates as topology files write them: a number and one of <c>bit kbit mbit gbit</c>, powers of a thousand, a second.</summary>
public static class Rates
{
    static readonly (string Unit, long Bits)[] s_units = [("kbit", 1_000), ("mbit", 1_000_000), ("gbit", 1_000_000_000), ("bit", 1)];

    /// <param name="rate">Bits a second, at least 1, at most a terabit.</param>
    public static bool TryParse(string text, out long rate)
    {
        rate = 0;
        foreach ((string unit, long bits) in s_units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && decimal.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
            {
                decimal total = number < 1_000_000_000_000 ? number * bits : 0;
                rate = total is >= 1 and <= 1_000_000_000_000 ? (long)total : 0;
                return rate > 0;
            }
        }

        return false;
    }

    /// <summary>In the largest unit that needs no fraction.</summary>
    public static string Print(long rate)
    {
        (string unit, long bits) = s_units.Where(known => rate % known.Bits == 0).MaxBy(known => known.Bits);
        return string.Create(CultureInfo.InvariantCulture, $"{rate / bits}{unit}");
    }
}
