using System.Buffers;
using System.Globalization;

namespace Vdeorch.Model.Values;

/// <summary>Durations as topology files write them: a number and one of <c>us ms s m h d</c>.</summary>
public static class Durations
{
    static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.");
    static readonly (string Unit, double Seconds)[] s_units = [("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    /// <summary>The number may have a fraction (<c>1.5s</c>); a bare number has no unit and is refused.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        int split = text.AsSpan().IndexOfAnyExcept(s_number);
        if (split <= 0 || !double.TryParse(text.AsSpan(0, split), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return false;
        }

        foreach ((string unit, double seconds) in s_units)
        {
            if (text.AsSpan(split).SequenceEqual(unit) && number * seconds < TimeSpan.FromDays(3650).TotalSeconds)
            {
                duration = TimeSpan.FromSeconds(number * seconds);
                return true;
            }
        }

        return false;
    }

    /// <summary>In the largest unit up to seconds that needs no fraction; parses back to the same value at microsecond grain.</summary>
    public static string Print(TimeSpan duration)
    {
        long us = (long)Math.Round(duration.TotalMicroseconds);
        return us % 1_000_000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{us / 1_000_000}s")
            : us % 1000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{us / 1000}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{us}us");
    }
}
