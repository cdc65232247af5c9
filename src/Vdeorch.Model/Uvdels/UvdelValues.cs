using System.Globalization;

namespace Vdeorch.Model.Uvdels;

/// <summary>
/// Numbers in locators, for all schemes: compatibly as the C plugins read them (strtol, atoi and strtoul take what a text begins with, and 0 where that is
/// nothing), strictly as a whole number within its range.
/// </summary>
public static class UvdelValues
{
    const int MaxMode = 0xFFF;

    /// <summary>In place of a radix, as in strtol: 0x is hexadecimal, 0 octal, else decimal.</summary>
    public const int AnyRadix = 0;

    /// <summary>As strtol: blanks, a sign, digits up to what is none; 0 without any, and the nearest there is where they are too many.</summary>
    public static long Prefix(ReadOnlySpan<char> text, int radix)
    {
        text = text.TrimStart(" \t\n\v\f\r");
        bool isNegative = text.StartsWith("-");
        text = isNegative || text.StartsWith("+") ? text[1..] : text;
        bool isHex = radix is AnyRadix or 16 && text is ['0', 'x' or 'X', var first, ..] && char.IsAsciiHexDigit(first);
        text = isHex ? text[2..] : text;
        radix = isHex ? 16 : radix != AnyRadix ? radix : text.StartsWith("0") ? 8 : 10;
        Int128 number = 0;
        foreach (char letter in text)
        {
            int digit = char.IsAsciiDigit(letter) ? letter - '0' : char.IsAsciiHexDigit(letter) ? (letter | 0x20) - 'a' + 10 : radix;
            if (digit >= radix)
            {
                break;
            }
            number = Int128.Min(number * radix + digit, long.MaxValue);
        }
        return (long)(isNegative ? -number : number);
    }

    /// <summary>As atoi; outside of the range, or without a value, it counts as absent.</summary>
    public static int Number(string? text, int fallback, int least, int most) =>
        !string.IsNullOrEmpty(text) && Prefix(text, 10) is var number && number >= least && number <= most ? (int)number : fallback;

    /// <summary>As strtol in base 8.</summary>
    public static int Mode(string text) => (int)(Prefix(text, 8) & MaxMode);

    /// <summary>Bytes: as strtoull in base 0, and letters that multiply it (k, m, g, t); other letters do nothing.</summary>
    public static int Size(string? text, int fallback)
    {
        if (string.IsNullOrEmpty(text) || !char.IsAsciiDigit(text[0]))
        {
            return fallback;
        }
        double size = Prefix(text, AnyRadix);
        foreach (char letter in text.AsSpan().TrimStart(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? "0123456789abcdefxABCDEFX" : "0123456789"))
        {
            size *= char.ToLowerInvariant(letter) switch
            {
                'k' => 1L << 10,
                'm' => 1L << 20,
                'g' => 1L << 30,
                't' => 1L << 40,
                _ => 1,
            };
        }
        return (int)Math.Min(size, int.MaxValue / 2);
    }

    /// <summary>Strict: what is wrong with a decimal number; null when nothing is.</summary>
    public static string? CheckNumber(string text, int least, int most) =>
        IsDecimal(text, out uint number) && number >= least && number <= most ? null : $"'{text}' is no number {least}..{most}";

    /// <summary>Strict: a decimal number, or a hexadecimal one with 0x. With a 0 in front it would be octal to the C plugins, and is none here.</summary>
    public static bool IsWhole(string text, out uint number) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : IsDecimal(text, out number) && (text.Length == 1 || text[0] != '0');

    public static bool IsDecimal(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Strict: what is wrong with permissions.</summary>
    public static string? CheckMode(string text) =>
        text.Length is > 0 and <= 4 && text.All(digit => digit is >= '0' and <= '7') ? null : $"'{text}' is no octal mode; for example 0660";

    /// <summary>Strict: what is wrong with a size.</summary>
    public static string? CheckSize(string text) =>
        IsWhole(text.Length > 1 && text[^1] is 'k' or 'K' or 'm' or 'M' or 'g' or 'G' ? text[..^1] : text, out _) && Size(text, 0) > 0 ? null : $"'{text}' is no size; 512k or 2M would do";

    /// <summary>A parameter that is a decimal number of a range.</summary>
    internal static UvdelParameterSchema WithRange(this UvdelParameterSchema schema, int least, int most) => schema with
    {
        ValueText = schema.ValueText ?? $"a number {least}..{most}",
        Check = text => CheckNumber(text, least, most),
        Read = text => Number(text, int.MinValue, least, most) is var number && number != int.MinValue ? number.ToString(CultureInfo.InvariantCulture) : null,
    };

    /// <summary>A parameter that is permissions.</summary>
    internal static UvdelParameterSchema WithMode(this UvdelParameterSchema schema) => schema with
    {
        ValueText = "an octal mode",
        Check = CheckMode,
        Read = text => Convert.ToString(Mode(text), 8),
    };
}
