using System.Globalization;
using System.Text;

namespace Vdeorch.Cli.Consoles;

/// <summary>What the console of a switch says.</summary>
enum ConsoleSaying
{
    /// <summary>A line of what a command prints, or of the greeting.</summary>
    Line,

    /// <summary>How a command ended: its text, and its code.</summary>
    Result,

    /// <summary>Something happened, of which we wished to be told.</summary>
    News,

    /// <summary>It waits for a command.</summary>
    Prompt,

    /// <summary>It has closed the session.</summary>
    End,
}

/// <param name="Code">Of a result: 0, or the errno.</param>
readonly record struct ConsoleSaid(ConsoleSaying Saying, string Text, int Code = 0);

/// <summary>Takes apart the stream of vde_switch's management protocol, however it is cut into reads.</summary>
sealed class ConsoleReader
{
    const int CodeDigits = 4;
    const string Prompt = "vde$ ";

    readonly StringBuilder rest = new();
    bool isInData;

    public IReadOnlyList<ConsoleSaid> Take(string text)
    {
        List<ConsoleSaid> said = [];
        rest.Append(text);
        string all = rest.ToString();
        int start = 0;
        for (int end = all.IndexOf('\n', start); end >= 0; end = all.IndexOf('\n', start))
        {
            Take(all[start..end], said);
            start = end + 1;
        }
        rest.Clear().Append(all[start..]);
        // Neither has a line feed behind it.
        string last = WithoutPrompt(rest.ToString(), said);
        rest.Clear().Append(last);
        if (last.StartsWith("9999 ", StringComparison.Ordinal))
        {
            said.Add(new ConsoleSaid(ConsoleSaying.End, last[(CodeDigits + 1)..]));
            rest.Clear();
        }
        return said;
    }

    string WithoutPrompt(string line, List<ConsoleSaid> said)
    {
        if (isInData || !line.StartsWith(Prompt, StringComparison.Ordinal))
        {
            return line;
        }
        said.Add(new ConsoleSaid(ConsoleSaying.Prompt, Prompt));
        return line[Prompt.Length..];
    }

    void Take(string whole, List<ConsoleSaid> said)
    {
        string line = WithoutPrompt(whole, said);
        bool isCoded = line.Length > CodeDigits && line[CodeDigits] == ' ' && line.AsSpan(0, CodeDigits).ContainsAnyExceptInRange('0', '9') is false;
        string text = isCoded ? line[(CodeDigits + 1)..] : line;
        if (isCoded && line[0] == '3')
        {
            said.Add(new ConsoleSaid(ConsoleSaying.News, text));
        }
        else if (isInData ? line == "." : isCoded && line.StartsWith("0000", StringComparison.Ordinal))
        {
            isInData = !isInData;
        }
        else if (!isInData && isCoded && line[0] == '1')
        {
            said.Add(new ConsoleSaid(ConsoleSaying.Result, text, int.Parse(line.AsSpan(1, CodeDigits - 1), NumberStyles.None, CultureInfo.InvariantCulture)));
        }
        else if (isInData || whole.Length > 0)
        {
            said.Add(new ConsoleSaid(ConsoleSaying.Line, line));
        }
    }
}
