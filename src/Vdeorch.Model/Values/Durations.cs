using System.Buffers;
using System.Globalization;

namespace Vdeorch.Model.Values;

/// <summary>Durations as topology files write them: a number and one of <c>us ms s m h d</c>.</summary>
public static class Durations
{
    static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.");
    static readonly (string Unit, long Ticks)[] s_units =
    [
        ("us", TimeSpan.TicksPerMicrosecond), ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour), ("d", TimeSpan.TicksPerDay),
    ];

    /// <summary>The number may have a fraction (<c>1.5s</c>); a bare number has no unit and is refused.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        int split = text.AsSpan().IndexOfAnyExcept(s_number);
        if (split <= 0 || !decimal.TryParse(text.AsSpan(0, split), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            return false;
        }

        foreach ((string unit, long ticks) in s_units)
        {
            if (text.AsSpan(split).SequenceEqual(unit) && number < TimeSpan.FromDays(3650).Ticks / ticks)
            {
                duration = TimeSpan.FromTicks((long)(number * ticks));
                return true;
            }
        }

        return false;
    }

    /// <summary>In the largest unit up to seconds that needs no fraction; parses back to the same value at microsecond grain.</summary>
    public static string Print(TimeSpan duration)
    {
        long us = duration.Ticks / TimeSpan.TicksPerMicrosecond;
        return us % 1_000_000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{us / 1_000_000}s")
            : us % 1000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{us / 1000}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{us}us");
    }
}
