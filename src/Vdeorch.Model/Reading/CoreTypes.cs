using System.Buffers;
using System.Globalization;

namespace Vdeorch.Model.Reading;

internal enum CoreType
{
    String,
    Null,
    Boolean,
    Integer,
    Float,
}

/// <summary>What a plain scalar is in the core schema of YAML 1.2 (section 10.3.2): <c>yes</c> and <c>on</c> are strings, <c>0o17</c> is 15, <c>017</c> is 17.</summary>
internal static class CoreTypes
{
    static readonly SearchValues<char> s_decimal = SearchValues.Create("0123456789");
    static readonly SearchValues<char> s_octal = SearchValues.Create("01234567");
    static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdefABCDEF");

    public static CoreType Of(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => CoreType.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => CoreType.Boolean,
        ".nan" or ".NaN" or ".NAN" => CoreType.Float,
        _ when IsInteger(text) => CoreType.Integer,
        _ when IsFloat(text) => CoreType.Float,
        _ => CoreType.String,
    };

    public static bool TryInteger(string text, out long value)
    {
        value = 0;
        if (!IsInteger(text))
        {
            return false;
        }

        return text.StartsWith("0x", StringComparison.Ordinal) ? TryRadix(text.AsSpan(2), 16, out value)
            : text.StartsWith("0o", StringComparison.Ordinal) ? TryRadix(text.AsSpan(2), 8, out value)
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    public static string Describe(CoreType type) => type switch
    {
        CoreType.Null => "nothing",
        CoreType.Boolean => "a boolean",
        CoreType.Integer => "an integer",
        CoreType.Float => "a number with a fraction",
        _ => "a string",
    };

    static bool IsInteger(ReadOnlySpan<char> text) =>
        text.StartsWith("0o") ? Only(text[2..], s_octal)
        : text.StartsWith("0x") ? Only(text[2..], s_hex)
        : Only(WithoutSign(text), s_decimal);

    // [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
    static bool IsFloat(ReadOnlySpan<char> text)
    {
        text = WithoutSign(text);
        if (text is ".inf" or ".Inf" or ".INF")
        {
            return true;
        }

        int exponent = text.IndexOfAny('e', 'E');
        if (exponent >= 0)
        {
            if (!Only(WithoutSign(text[(exponent + 1)..]), s_decimal))
            {
                return false;
            }

            text = text[..exponent];
        }

        int point = text.IndexOf('.');
        return point < 0 ? Only(text, s_decimal)
            : point == 0 ? Only(text[1..], s_decimal)
            : Only(text[..point], s_decimal) && !text[(point + 1)..].ContainsAnyExcept(s_decimal);
    }

    static bool TryRadix(ReadOnlySpan<char> digits, int radix, out long value)
    {
        value = 0;
        foreach (char digit in digits)
        {
            int next = char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
            if (value > (long.MaxValue - next) / radix)
            {
                return false;
            }

            value = value * radix + next;
        }

        return true;
    }

    static ReadOnlySpan<char> WithoutSign(ReadOnlySpan<char> text) => text.StartsWith('-') || text.StartsWith('+') ? text[1..] : text;

    static bool Only(ReadOnlySpan<char> text, SearchValues<char> allowed) => !text.IsEmpty && !text.ContainsAnyExcept(allowed);
}
