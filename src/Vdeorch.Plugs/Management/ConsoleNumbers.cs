using System.Globalization;

namespace Vdeorch.Plugs.Management;

/// <summary>Numbers as C reads them for vde_switch: from the front, as far as they go.</summary>
static class ConsoleNumbers
{
    /// <summary>atoi(3): decimal, and 0 where there is no number at all. Those that do not fit are the nearest that does.</summary>
    public static int Atoi(string text) => Read(text, 10, out _) ?? 0;

    /// <summary>sscanf(3) with as many %i: decimal, 0x and octal; blanks may precede each.</summary>
    /// <returns>Null where there are fewer.</returns>
    public static int[]? Scan(string text, int count)
    {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++)
        {
            string trimmed = text.TrimStart(' ', '\t', '\n', '\r', '\v', '\f');
            string digits = trimmed.TrimStart('+', '-');
            int @base = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? 16 : digits is ['0', ..] ? 8 : 10;
            if (Read(trimmed, @base, out int used) is not { } number)
            {
                return null;
            }
            numbers[i] = number;
            text = trimmed[used..];
        }
        return numbers;
    }

    /// <returns>The n-th word, from 0; empty where there are fewer.</returns>
    public static string Word(string text, int index)
    {
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return index < words.Length ? words[index] : "";
    }

    static int? Read(string text, int @base, out int used)
    {
        used = 0;
        while (used < text.Length && char.IsWhiteSpace(text[used]))
        {
            used++;
        }
        bool isNegative = used < text.Length && text[used] == '-';
        if (used < text.Length && text[used] is '-' or '+')
        {
            used++;
        }
        if (@base == 16)
        {
            used += 2;
        }
        long value = 0;
        int first = used;
        while (used < text.Length && Digit(text[used]) is var digit && digit < @base)
        {
            value = Math.Min(value * @base + digit, 1L + int.MaxValue);
            used++;
        }
        return used == first ? null : (int)Math.Clamp(isNegative ? -value : value, int.MinValue, int.MaxValue);
    }

    static int Digit(char c) => char.IsAsciiHexDigit(c) ? int.Parse([c], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : int.MaxValue;
}
