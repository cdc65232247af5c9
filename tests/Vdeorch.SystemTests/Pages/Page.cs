using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace Vdeorch.SystemTests.Pages;

/// <summary>One page of docs/plugs, read for its examples: every fenced block but those of "text".</summary>
sealed record Page(string Name, IReadOnlyList<PageBlock> Blocks)
{
    const string Fence = "```";

    static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "plugs"));

    public static IEnumerable<string> Names => Directory.GetFiles(Folder, "*.md").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static Page Read(string name)
    {
        List<PageBlock> blocks = [];
        string? language = null;
        int indent = 0;
        List<string> lines = [];
        foreach (string line in File.ReadLines(Path.Combine(Folder, $"{name}.md")))
        {
            if (!line.TrimStart().StartsWith(Fence, StringComparison.Ordinal))
            {
                lines.Add(line[Math.Min(indent, line.Length)..]);
            }
            else if (language is null)
            {
                // In a list a block stands under its item.
                indent = line.Length - line.TrimStart().Length;
                language = line[(indent + Fence.Length)..];
                lines = [];
            }
            else
            {
                blocks.Add(new PageBlock(language, lines));
                (language, indent, lines) = (null, 0, []);
            }
        }
        Assert.Null(language);
        return new Page(name, [.. blocks.Where(block => block.Language != "text")]);
    }

    static string ThisFile([CallerFilePath] string path = "") => path;
}

/// <summary>What stands between two fences.</summary>
sealed record PageBlock(string Language, IReadOnlyList<string> Lines)
{
    const string NeedsModule = "# needs the kernel module ";

    public string Text => string.Join('\n', Lines) + "\n";

    /// <summary>What the first line says that it cannot be run without; null: nothing that a test could not provide.</summary>
    public string? Module => Lines[0].StartsWith(NeedsModule, StringComparison.Ordinal) ? Lines[0][NeedsModule.Length..].Trim() : null;

    /// <summary>Commands: all lines but comments and empty ones.</summary>
    public IEnumerable<PageLine> Commands => Lines.Where(line => line.Length > 0 && line[0] != '#').Select(PageLine.Of);
}

/// <summary>A command as the reader types it.</summary>
/// <param name="Host">1, or 2 where the comment behind it says that it is another host's.</param>
/// <param name="Words">As a shell reads it.</param>
/// <param name="Plugs">Each vdeorch in it that joins two ends.</param>
/// <param name="Network">Of "vdeorch ns": what it plugs into; null for other commands.</param>
sealed record PageLine(string Text, int Host, string[] Words, IReadOnlyList<PagePlug> Plugs, string? Network)
{
    static readonly string[] s_elsewhere = ["on another host", "on 192.0.2.7"];

    /// <summary>Of "vdeorch ns": what runs inside.</summary>
    public string[] Inside => [.. Words.Skip(3).SkipWhile(word => word == "--")];

    public static PageLine Of(string line)
    {
        (string[] words, string comment) = Split(line);
        int host = s_elsewhere.Any(phrase => comment.Contains(phrase, StringComparison.Ordinal)) ? 2 : 1;
        return new PageLine(line, host, words, [.. PlugsOf(words)], words is ["vdeorch", "ns", var network, ..] ? network : null);
    }

    static IEnumerable<PagePlug> PlugsOf(string[] words) => words switch
    {
        ["vdeorch", "plug", .. var rest] => [PagePlug.Of(rest)],
        // Commands in words of other commands.
        ["sg", _, "-c", var command] => PlugsOf(Split(command).Words),
        ["dpipe", .. var commands] => Between(commands, "=").SelectMany(PlugsOf),
        ["socat", .. var addresses] => addresses.SelectMany(address => PlugsOf(Split(address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..address.LastIndexOf(',')]).Words)),
        _ => [],
    };

    static IEnumerable<string[]> Between(IEnumerable<string> words, string mark)
    {
        List<string> part = [];
        foreach (string word in words.Append(mark))
        {
            if (word != mark)
            {
                part.Add(word);
                continue;
            }
            yield return [.. part];
            part = [];
        }
    }

    // Quotes, a backslash, and "#" for the rest of the line.
    static (string[] Words, string Comment) Split(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
                _ = quote == '\0' ? word : word!.Append(c);
            }
            else if (c is '\'' or '"')
            {
                (quote, word) = (c, word ?? new());
            }
            else if (c == '#' && word is null)
            {
                return ([.. words], line[i..]);
            }
            else if (c != ' ')
            {
                word = (word ?? new()).Append(c == '\\' ? line[++i] : c);
            }
            else if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }
        return (word is null ? [.. words] : [.. words, word.ToString()], "");
    }
}

/// <summary>The ends of one "vdeorch plug": locators, and <see cref="Standard"/>.</summary>
sealed record PagePlug(string[] Ends)
{
    /// <summary>Standard input and output.</summary>
    public const string Standard = "-";

    /// <summary>The default network.</summary>
    public const string Default = "";

    /// <param name="words">Behind "vdeorch plug"; no options.</param>
    public static PagePlug Of(string[] words) => new(words switch
    {
        [] => [Default, Standard],
        [var one] => [one, Standard],
        ["=", .. var command] => [Default, $"cmd://{string.Join(' ', command)}"],
        [var one, var two] => [one, two],
        [var one, "=", .. var command] => [one, $"cmd://{string.Join(' ', command)}"],
        _ => throw new InvalidOperationException($"these are no two ends: {string.Join(' ', words)}"),
    });
}
