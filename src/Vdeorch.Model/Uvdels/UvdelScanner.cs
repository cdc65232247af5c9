using System.Text;

namespace Vdeorch.Model.Uvdels;

/// <summary>Finds delimiters outside of quotes, and decodes what lies between: the tokenizer that all plugs of libvdeplug with parameters share.</summary>
/// <remarks>
/// Quotes are dropped and make everything in them literal, a backslash included; outside of them a backslash makes the next character literal, and
/// <c>%XX</c> is a byte. Nothing decodes what was decoded. An unterminated quote runs to the end; <c>%00</c> ends the value.
/// </remarks>
static class UvdelScanner
{
    enum State
    {
        Plain,
        Single,
        Double,
        Escape,
        Percent,
        PercentDigit,
    }

    /// <returns>The first of <paramref name="delimiters"/> outside of quotes, or <paramref name="end"/>.</returns>
    public static int First(string text, int start, int end, string delimiters)
    {
        State state = State.Plain;
        for (int at = start; at < end; at++)
        {
            if (Step(ref state, text[at], delimiters))
            {
                return at;
            }
        }

        return end;
    }

    /// <returns>The last one outside of quotes, or -1.</returns>
    public static int Last(string text, int start, int end, char delimiter)
    {
        State state = State.Plain;
        int last = -1;
        string delimiters = delimiter.ToString();
        for (int at = start; at < end; at++)
        {
            if (Step(ref state, text[at], delimiters))
            {
                last = at;
                state = State.Plain;
            }
        }

        return last;
    }

    /// <returns>Where the quote or the backslash stands that nothing ends; -1 when there is none.</returns>
    public static int Unterminated(string text, int start, int end)
    {
        State state = State.Plain;
        int opened = -1;
        for (int at = start; at < end; at++)
        {
            State before = state;
            _ = Step(ref state, text[at], "");
            if (state is State.Single or State.Double or State.Escape && state != before)
            {
                opened = at;
            }
        }

        return state is State.Single or State.Double or State.Escape ? opened : -1;
    }

    public static string Decode(string text, int start, int end)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(end - start)];
        int length = 0;
        State state = State.Plain;
        Span<byte> encoded = stackalloc byte[4];
        for (int at = start; at < end;)
        {
            State before = state;
            _ = Step(ref state, text[at], "");
            bool isDropped = (before is State.Plain or State.Percent or State.PercentDigit && state is State.Single or State.Double or State.Escape)
                || (before is State.Single && text[at] == '\'') || (before is State.Double && text[at] == '"');
            int units = at + 1 < end && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
            if (!isDropped)
            {
                Rune.TryGetRuneAt(text, at, out Rune rune);
                int count = (units == 1 && char.IsSurrogate(text[at]) ? Rune.ReplacementChar : rune).EncodeToUtf8(encoded);
                encoded[..count].CopyTo(bytes.AsSpan(length));
                length += count;
                if (before == State.PercentDigit && state == State.Plain && TryHex(bytes[length - 2], bytes[length - 1], out byte value))
                {
                    length -= 3;
                    bytes[length++] = value;
                }
            }

            at += units;
        }

        ReadOnlySpan<byte> whole = bytes.AsSpan(0, length);
        int nul = whole.IndexOf((byte)0);
        return Encoding.UTF8.GetString(nul < 0 ? whole : whole[..nul]);
    }

    // True for a delimiter.
    static bool Step(ref State state, char c, string delimiters)
    {
        switch (state)
        {
            case State.Single:
                state = c == '\'' ? State.Plain : State.Single;
                return false;
            case State.Double:
                state = c == '"' ? State.Plain : State.Double;
                return false;
            case State.Escape:
                state = State.Plain;
                return false;
        }

        if (delimiters.Contains(c, StringComparison.Ordinal))
        {
            return true;
        }

        state = (c, state) switch
        {
            ('\'', _) => State.Single,
            ('"', _) => State.Double,
            ('\\', _) => State.Escape,
            ('%', _) => State.Percent,
            (_, State.Percent) => State.PercentDigit,
            _ => State.Plain,
        };
        return false;
    }


    static bool TryHex(byte high, byte low, out byte value)
    {
        value = 0;
        if (!char.IsAsciiHexDigit((char)high) || !char.IsAsciiHexDigit((char)low))
        {
            return false;
        }

        value = (byte)((Digit(high) << 4) | Digit(low));
        return true;

        static int Digit(byte c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    }
}
