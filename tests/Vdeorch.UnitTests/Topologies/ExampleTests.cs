using System.Text.RegularExpressions;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.UnitTests.Reading;
using Vdeorch.UnitTests.Rendering;
using Xunit;

namespace Vdeorch.UnitTests.Topologies;

public partial class ExampleTests
{
    public static TheoryData<string> Examples =>
        [.. Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path)).Where(path => !path.StartsWith("fragments/", StringComparison.Ordinal) && !path.StartsWith("edits/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Edits => [.. Directory.GetFiles(Path.Combine(Folder, "edits")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    static string Folder => Path.Combine(Golden.Repository, "topologies");

    [Theory]
    [MemberData(nameof(Examples))]
    public void AnExampleIsReadWithoutAWord(string file)
    {
        ReadResult read = TopologyReader.Read(TopologyInput.Of($"topologies/{file}", $"/{file}", File.ReadAllBytes(Path.Combine(Folder, file))), new CaseInput.Folder(Folder));

        Assert.Equal("", string.Join('\n', read.Diagnostics.Select(DiagnosticPrinter.Print)));
        Assert.Equal(Path.GetFileNameWithoutExtension(file), read.Topology!.Name);
        Assert.NotEmpty(read.Topology.Checks);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void AnExampleReadsBackFromItsLongForm(string file)
    {
        string rendered = TopologyRenderer.Render(RenderCases.Read($"topology: example\n{WithoutName(File.ReadAllText(Path.Combine(Folder, file)))}", Folder));

        Assert.Equal(rendered, TopologyRenderer.Render(RenderCases.Read(rendered)));
    }

    [Theory]
    [MemberData(nameof(Edits))]
    public void AnEditIsReadOverItsExampleWithoutAWord(string file)
    {
        TopologyInput input = TopologyInput.Of($"topologies/{file}", $"/{file}", File.ReadAllBytes(Path.Combine(Folder, file)));
        TopologyInput edit = TopologyInput.Of($"topologies/edits/{file}", $"/edits/{file}", File.ReadAllBytes(Path.Combine(Folder, "edits", file)));

        ReadResult read = TopologyReader.Read(input with { Files = [.. input.Files, .. edit.Files] }, new CaseInput.Folder(Folder));

        Assert.Equal("", string.Join('\n', read.Diagnostics.Select(DiagnosticPrinter.Print)));
        Assert.Equal(Path.GetFileNameWithoutExtension(file), read.Topology!.Name);
    }

    [Fact]
    public void EveryExampleOfThePagesIsRead()
    {
        string docs = Path.Combine(Golden.Repository, "docs");
        Match[] blocks = [.. new[] { Path.Combine(docs, "language.md") }.Concat(Directory.GetFiles(Path.Combine(docs, "vnfs"))).SelectMany(page => YamlBlock().Matches(File.ReadAllText(page)))];

        Assert.True(blocks.Length >= 5, $"{blocks.Length} examples");
        Assert.All(blocks, block => RenderCases.Read($"topology: example\n{WithoutName(block.Groups[1].Value)}", Folder));
    }

    [Fact]
    public void EveryScenarioIsOnThePageAndEveryOneOfThePageIsThere()
    {
        string page = File.ReadAllText(Path.Combine(Golden.Repository, "docs", "talk.md"));

        Assert.Equal(
            Directory.GetFiles(Path.Combine(Folder, "talk"), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal),
            ScenarioLink().Matches(page).Select(link => link.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryExampleIsOnThePageOfTheFolder()
    {
        string page = File.ReadAllText(Path.Combine(Folder, "README.md"));

        Assert.Equal(
            Directory.GetFiles(Folder, "*.yaml").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal),
            ExampleLink().Matches(page).Select(link => link.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    static string WithoutName(string text) => NameLine().Replace(text, "");

    [GeneratedRegex("^topology:.*\n", RegexOptions.Multiline)]
    private static partial Regex NameLine();

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex YamlBlock();

    [GeneratedRegex(@"^\| \[[a-z0-9-]+\]\(([a-z0-9-]+\.yaml)\)", RegexOptions.Multiline)]
    private static partial Regex ExampleLink();

    [GeneratedRegex(@"\(\.\./topologies/talk/([a-z0-9-]+)\.yaml\)")]
    private static partial Regex ScenarioLink();
}
