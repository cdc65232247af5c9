using System.Collections.Immutable;
using System.Text;

namespace Vdeorch.Plugs.Streams;

/// <summary>The words of a command line that no shell reads, as libexecs cuts them.</summary>
/// <remarks>
/// Blanks separate. Between single quotes everything is itself. Between double quotes a backslash keeps the next character from ending them, and stays. Outside,
/// it makes the next character ordinary, and goes. A <c>$NAME</c> at the start of a word goes with its name, within one only the dollar does. A semicolon ends it all.
/// </remarks>
public static class CommandWords
{
    public static ImmutableArray<string> Split(string line)
    {
        ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
        StringBuilder? word = null;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            switch (c)
            {
                case ' ' or '\t' or '\n' or '\r':
                    End(words, ref word);
                    continue;
                case ';':
                    End(words, ref word);
                    return words.ToImmutable();
                case '\\':
                    i++;
                    word = (word ?? new()).Append(i < line.Length ? line[i] : null);
                    continue;
                case '\'' or '"':
                    word ??= new();
                    i = Quoted(line, i, word);
                    continue;
                case '$' when word is null:
                    word = new();
                    while (i + 1 < line.Length && (char.IsAsciiLetterOrDigit(line[i + 1]) || line[i + 1] == '_'))
                    {
                        i++;
                    }
                    continue;
                case '$':
                    continue;
                default:
                    word = (word ?? new()).Append(c);
                    continue;
            }
        }
        End(words, ref word);
        return words.ToImmutable();
    }

    /// <returns>Where the closing quote is, or past the end.</returns>
    static int Quoted(string line, int open, StringBuilder into)
    {
        int i = open + 1;
        for (; i < line.Length && line[i] != line[open]; i++)
        {
            into.Append(line[i]);
            if (line[open] == '"' && line[i] == '\\' && i + 1 < line.Length)
            {
                into.Append(line[++i]);
            }
        }
        return i;
    }

    static void End(ImmutableArray<string>.Builder words, ref StringBuilder? word)
    {
        if (word is not null)
        {
            words.Add(word.ToString());
            word = null;
        }
    }
}
