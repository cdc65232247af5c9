using System.Collections.Immutable;
using System.Text;
using Vdeorch.Model.Uvdels;
using Xunit;

namespace Vdeorch.UnitTests.Uvdels;

/// <summary>docs/plugs against the schemes: neither may have what the other has not.</summary>
public class UvdelPagesTests
{
    const string Begin = "<!-- table -->\n";
    const string End = "<!-- /table -->";

    static readonly string s_folder = Path.Combine(Golden.Repository, "docs", "plugs");

    // About all schemes, and about those that are not ours.
    static readonly string[] s_others = ["README", "libvdeplug"];

    [Fact]
    public void EverySchemeHasAPageAndEveryPageAScheme() =>
        Assert.Equal(
            UvdelSchemes.All.Select(scheme => scheme.Name).Order(StringComparer.Ordinal),
            Directory.GetFiles(s_folder, "*.md").Select(page => Path.GetFileNameWithoutExtension(page)).Except(s_others).Order(StringComparer.Ordinal));

    [Fact]
    public void TheTablesAreTheSchemes()
    {
        Hold("README", UvdelTables.Schemes());
        foreach (UvdelScheme scheme in UvdelSchemes.All.Where(scheme => File.Exists(PathOf(scheme.Name))))
        {
            Hold(scheme.Name, UvdelTables.Of(scheme));
        }
    }

    [Fact]
    public void EveryExampleHasLocatorsThatParse()
    {
        int found = 0;
        foreach (string page in Directory.GetFiles(s_folder, "*.md").Where(page => Path.GetFileNameWithoutExtension(page) != "libvdeplug"))
        {
            foreach (string line in File.ReadLines(page).Where(line => line.StartsWith("vdeorch plug ", StringComparison.Ordinal) || line.StartsWith("vdeorch ns ", StringComparison.Ordinal)))
            {
                foreach (string locator in Locators(line))
                {
                    found++;
                    _ = UvdelParser.ParseStrict(locator, out ImmutableArray<UvdelProblem> problems);
                    Assert.True(problems.IsEmpty, $"{Path.GetFileName(page)}: {line}\n{locator}: {string.Join("; ", problems.Select(problem => problem.Message))}");
                }
            }
        }

        Assert.True(found > 10);
    }

    static void Hold(string name, string table)
    {
        string page = File.ReadAllText(PathOf(name));
        int start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(start >= Begin.Length && end >= start, $"docs/plugs/{name}.md has no place for its table");
        Golden.Matches(PathOf(name), $"{page[..start]}{table}{page[end..]}");
    }

    static string PathOf(string name) => Path.Combine(s_folder, $"{name}.md");

    // Up to "=" or "--", behind which is another program's line; so is a word that begins with "=".
    static IEnumerable<string> Locators(string line) =>
        Words(line).Skip(2).TakeWhile(word => word is not ("=" or "--")).Where(word => word.StartsWith('/') || (word.Contains("://", StringComparison.Ordinal) && !word.StartsWith('-') && !word.StartsWith('=')));

    // As a shell: quotes, and "#" for the rest of the line.
    static IEnumerable<string> Words(string line)
    {
        StringBuilder word = new();
        char quote = '\0';
        bool isQuoted = false;
        foreach (char c in line.Append(' '))
        {
            if (quote != '\0')
            {
                _ = c == quote ? word : word.Append(c);
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '\'' or '"')
            {
                (quote, isQuoted) = (c, true);
            }
            else if (c == '#' && word.Length == 0)
            {
                yield break;
            }
            else if (c != ' ')
            {
                word.Append(c);
            }
            else if (word.Length > 0 || isQuoted)
            {
                yield return word.ToString();
                word.Clear();
                isQuoted = false;
            }
        }
    }
}
