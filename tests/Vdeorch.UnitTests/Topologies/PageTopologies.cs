using System.Text.RegularExpressions;

namespace Vdeorch.UnitTests.Topologies;

/// <summary>The topologies that the README and the pages below docs/ show: what is fenced as YAML and has a section of one at its left margin.</summary>
static partial class PageTopologies
{
    public static IEnumerable<string> All =>
        Directory.GetFiles(Path.Combine(Golden.Repository, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Golden.Repository, "README.md")).Order(StringComparer.Ordinal)
            .SelectMany(page => YamlBlock().Matches(File.ReadAllText(page)))
            .Select(block => block.Groups[1].Value)
            .Where(text => SectionLine().IsMatch(text));

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex("^(switches|namespaces|clouds|plugs|cables|checks|templates|include|vars):", RegexOptions.Multiline)]
    private static partial Regex SectionLine();
}
