using System.Globalization;
using System.Reflection;
using Vdeorch.Cli;
using Vdeorch.Cli.Completions;
using Vdeorch.Engine.Api;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

/// <summary>docs/cli.md against the command tree and the exit codes: neither may have what the other has not.</summary>
public class DocumentationTests
{
    static readonly string s_text = File.ReadAllText(Path.Combine(Golden.Repository, "docs", "cli.md"));
    static readonly VerbWords[] s_verbs = [.. VerbWords.Of(CommandLine.Tree(new TestTerminal().Session())).Where(verb => verb.Path.Length > 0 && verb.Subverbs.IsEmpty)];

    [Fact]
    public void EveryVerbHasASectionAndEverySectionAVerb()
    {
        string[] sections = [.. Sections().Keys];

        Assert.Equal(s_verbs.Select(verb => verb.Path), sections);
    }

    [Fact]
    public void ASectionNamesExactlyItsVerbsOptions()
    {
        Dictionary<string, string> sections = Sections();

        Assert.All(s_verbs, verb =>
        {
            IEnumerable<string> known = verb.Options.SelectMany(option => option.Names).Where(name => name.StartsWith("--", StringComparison.Ordinal) && name is not ("--help" or "--version"));
            IEnumerable<string> documented = sections[verb.Path].Split(' ', '\n', '`', '(', ')', ',', '|', '[', ']', '.', ';', ':').Where(word => word.StartsWith("--", StringComparison.Ordinal) && word.Length > 2);
            Assert.Equal(known.Order(), documented.Distinct().Order());
        });
    }

    [Fact]
    public void TheExitCodesAreThoseOfTheCode()
    {
        IEnumerable<string> known = typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => ((int)field.GetRawConstantValue()!).ToString(CultureInfo.InvariantCulture));
        string table = s_text[s_text.IndexOf("## Exit codes", StringComparison.Ordinal)..];
        IEnumerable<string> documented = table.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|')[1].Trim()).Where(cell => int.TryParse(cell, out _));

        Assert.Equal(known, documented);
    }

    // "### `vdeorch engine run`" and what follows it; the words up to the first that is not a verb's name.
    static Dictionary<string, string> Sections() =>
        s_text.Split("\n### `vdeorch ").Skip(1).ToDictionary(
            section => string.Join(' ', section[..section.IndexOf('`', StringComparison.Ordinal)].Split(' ').TakeWhile(word => word.All(char.IsAsciiLetterLower))),
            section => section.Split("\n## ")[0]);
}
