namespace Vdeorch.Model.Reading;

/// <summary>Which bracket of a text that is not YAML is the one left open. Knows as much of YAML as that takes: quotes and comments.</summary>
internal static class Brackets
{
    /// <param name="start">Of a collection in brackets; an anchor may stand before its own.</param>
    /// <returns>Null when it is closed, or a quote in it is not: then the quote is what is wrong.</returns>
    public static OpenBracket? FindOpen(string text, int start)
    {
        Stack<int> open = new();
        for (int at = start; at < text.Length; at++)
        {
            char before = at > 0 ? text[at - 1] : '\n';
            switch (text[at])
            {
                case '{' or '[':
                    open.Push(at);
                    break;
                case '}' or ']' when open.Count > 0 && (text[open.Peek()] == '{') != (text[at] == '}'):
                    return new OpenBracket(open.Peek(), at);
                case '}' or ']':
                    if (open.Count <= 1)
                    {
                        return null;
                    }

                    open.Pop();

                    break;
                case '#' when char.IsWhiteSpace(before):
                    at = text.IndexOf('\n', at) is >= 0 and int end ? end : text.Length;
                    break;
                case '"' or '\'' when char.IsWhiteSpace(before) || before is '{' or '[' or ',' or ':':
                    if (EndOfQuote(text, at) is not { } close)
                    {
                        return null;
                    }

                    at = close;
                    break;
            }
        }

        return open.Count > 0 ? new OpenBracket(open.Peek(), null) : null;
    }

    static int? EndOfQuote(string text, int start)
    {
        char quote = text[start];
        for (int at = start + 1; at < text.Length; at++)
        {
            if (quote == '"' && text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == quote)
            {
                // Twice within single quotes is one of the text.
                if (quote == '"' || at + 1 == text.Length || text[at + 1] != quote)
                {
                    return at;
                }

                at++;
            }
        }

        return null;
    }
}

/// <param name="At">Where it opens.</param>
/// <param name="Wrong">A bracket of the other kind where its own is due; null: the text ends.</param>
internal readonly record struct OpenBracket(int At, int? Wrong);
