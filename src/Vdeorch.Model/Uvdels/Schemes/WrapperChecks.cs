using System.Globalization;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary>Numbers as strtoul reads them in base 0, for the schemes that are put around others.</summary>
static class WrapperChecks
{
    /// <summary>Leniently: 0x for hexadecimal, 0 for octal; ends where the digits end, and is 0 without any.</summary>
    public static uint ReadNumber(ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        if (text.StartsWith("+"))
        {
            text = text[1..];
        }
        int radix = 10;
        if (text.Length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' && char.IsAsciiHexDigit(text[2]))
        {
            radix = 16;
            text = text[2..];
        }
        else if (text.Length > 1 && text[0] == '0')
        {
            radix = 8;
        }
        uint number = 0;
        foreach (char letter in text)
        {
            int digit = char.IsAsciiHexDigit(letter) ? Convert.ToInt32(letter.ToString(), 16) : radix;
            if (digit >= radix)
            {
                break;
            }
            number = (uint)Math.Min((ulong)number * (uint)radix + (uint)digit, uint.MaxValue);
        }
        return number;
    }

    /// <summary>Strict: a number and nothing behind it.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out uint number) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
