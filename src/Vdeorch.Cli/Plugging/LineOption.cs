using System.Collections.Immutable;
using System.CommandLine;

namespace Vdeorch.Cli.Plugging;

/// <summary>An option of a verb that reads its line itself. The command tree has it too, for help and completion.</summary>
/// <param name="Name">With its two dashes.</param>
/// <param name="Short">With its dash; null: none.</param>
/// <param name="Value">What it takes, as help has it; null: nothing.</param>
sealed record LineOption(string Name, string? Short, string? Value, string Description)
{
    public bool IsHidden { get; init; }

    public Option ToOption()
    {
        string[] aliases = Short is null ? [] : [Short];
        return Value is null
            ? new Option<bool>(Name, aliases) { Description = Description, Hidden = IsHidden }
            : new Option<string>(Name, aliases) { Description = Description, HelpName = Value, Hidden = IsHidden };
    }
}

/// <summary>
/// A line as getopt_long(3) with a leading '+' reads it: options up to the first word that is none, or to "--"; short ones may stand together, long ones may be cut
/// short while they mean one only. The command line framework knows no such border, and the words behind it are another program's.
/// </summary>
sealed record ParsedLine(ImmutableArray<(string Option, string Value)> Options, ImmutableArray<string> Operands, string? Problem)
{
    /// <summary>Whether the operands stand behind a "--".</summary>
    public bool IsSetOff { get; init; }

    public const string Help = "--help";

    /// <param name="oneDashWillDo">As getopt_long_only(3): <c>-numports 8</c> is a long option, unless it is a short one or nothing but short ones.</param>
    public static ParsedLine Read(ReadOnlySpan<string> words, ImmutableArray<LineOption> known, bool oneDashWillDo = false)
    {
        List<(string, string)> found = [];
        int at = 0;
        string? problem = null;
        bool isSetOff = false;
        while (problem is null && at < words.Length && words[at] is ['-', _, ..] word)
        {
            at++;
            if (word == "--")
            {
                isSetOff = true;
                break;
            }

            if (oneDashWillDo && IsLong(word, known))
            {
                word = $"-{word}";
            }

            problem = word.StartsWith("--", StringComparison.Ordinal) ? Long(word, words, ref at, known, found) : Short(word, words, ref at, known, found);
        }

        return new ParsedLine([.. found], [.. words[at..]], problem) { IsSetOff = isSetOff };
    }

    public bool Has(LineOption option) => Options.Any(given => given.Option == option.Name);

    /// <returns>What was given last.</returns>
    public string? Find(LineOption option) => Options.LastOrDefault(given => given.Option == option.Name).Value;

    public bool AsksForHelp => Options.Any(given => given.Option == Help);

    static bool IsLong(string word, ImmutableArray<LineOption> known)
    {
        string name = $"-{word.Split('=')[0]}";
        return word is ['-', not '-', _, ..] && (Help == name || known.Any(option => option.Name == name || (!option.IsHidden && option.Name.StartsWith(name, StringComparison.Ordinal))));
    }

    static string? Long(string word, ReadOnlySpan<string> words, ref int at, ImmutableArray<LineOption> known, List<(string, string)> found)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? word : word[..equals];
        LineOption[] meant = [.. known.Where(option => option.Name == name)];
        meant = meant.Length > 0 ? meant : [.. known.Where(option => !option.IsHidden && option.Name.StartsWith(name, StringComparison.Ordinal))];
        if (meant is not [{ } one])
        {
            return meant.Length == 0 && Help.StartsWith(name, StringComparison.Ordinal) ? Found(Help, "", found)
                : meant.Length == 0 ? $"unknown option '{name}'{Inputs.Spelling.Nearest(name, known.Where(option => !option.IsHidden).Select(option => option.Name)) switch { { } near => $"; did you mean '{near}'?", null => "" }}"
                : $"option '{name}' may be {string.Join(" or ", meant.Select(option => $"'{option.Name}'"))}";
        }

        return one.Value is null
            ? equals < 0 ? Found(one.Name, "", found) : $"{one.Name} takes no value"
            : equals >= 0 ? Found(one.Name, word[(equals + 1)..], found)
            : at < words.Length ? Found(one.Name, words[at++], found)
            : $"{one.Name} needs a value";
    }

    static string? Short(string word, ReadOnlySpan<string> words, ref int at, ImmutableArray<LineOption> known, List<(string, string)> found)
    {
        for (int i = 1; i < word.Length; i++)
        {
            string name = $"-{word[i]}";
            if (name == "-h")
            {
                Found(Help, "", found);
                continue;
            }

            if (known.FirstOrDefault(option => option.Short == name) is not { } one)
            {
                return $"unknown option '{name}'";
            }

            if (one.Value is null)
            {
                Found(one.Name, "", found);
                continue;
            }

            return i + 1 < word.Length ? Found(one.Name, word[(i + 1)..], found)
                : at < words.Length ? Found(one.Name, words[at++], found)
                : $"{one.Name} needs a value";
        }

        return null;
    }

    static string? Found(string option, string value, List<(string, string)> found)
    {
        found.Add((option, value));
        return null;
    }
}
