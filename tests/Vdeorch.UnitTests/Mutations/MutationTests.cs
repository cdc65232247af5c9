using System.Text;
using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Schemas;
using Vdeorch.UnitTests.Reading;
using Vdeorch.UnitTests.Schemas;
using Vdeorch.UnitTests.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Mutations;

/// <summary>Every example with every single mistake of <see cref="MutationClass"/> in it: the program says so where the mistake is, and the JSON Schema says so where it can.</summary>
public class MutationTests
{
    static readonly string s_folder = Path.Combine(Golden.Repository, "topologies");

    public static TheoryData<string> Examples => ExampleTests.Examples;

    [Theory]
    [MemberData(nameof(Examples))]
    public void EveryMistakeIsCaughtAndWhatMeansTheSameIsNot(string file) => Check(file, file);

    // What examples have no need of stands in these.
    [Theory]
    [InlineData("clouds-plugs-and-cables")]
    [InlineData("everything")]
    [InlineData("mirrors")]
    [InlineData("public-switches")]
    [InlineData("spanning-trees")]
    [InlineData("states-of-links")]
    [InlineData("storm-control")]
    [InlineData("vlans")]
    public void EveryMistakeInACaseIsCaughtToo(string folder) => Check($"../tests/Vdeorch.UnitTests/cases/render/{folder}/input.yaml", $"../tests/Vdeorch.UnitTests/cases/render/{folder}/input.yaml");

    [Fact]
    public void EveryMistakeInAFragmentIsCaughtToo() => Check("branches.yaml", "fragments/branch.yaml");

    static void Check(string file, string changed)
    {
        string text = File.ReadAllText(Path.Combine(s_folder, changed));
        string meaning = TopologyRenderer.Render(Read(file, changed, text).Topology!);

        string[] missed = [.. Mutator.Of(text, (MapNode)NodesOf.Text(text, out _)!).SelectMany(mutation => Missed(mutation, Read(file, changed, mutation.Text), changed, meaning).Select(why => $"{mutation}: {why}"))];

        Assert.True(missed.Length == 0, string.Join('\n', missed.Take(60)));
    }

    [Fact]
    public void EveryClassOfMistakesIsMade()
    {
        IEnumerable<MutationClass> made = Directory.GetFiles(s_folder, "*.yaml", SearchOption.AllDirectories).Select(File.ReadAllText)
            .SelectMany(text => Mutator.Of(text, (MapNode)NodesOf.Text(text, out _)!)).Select(mutation => mutation.Class);

        Assert.Equal(Enum.GetValues<MutationClass>(), made.Distinct().Order());
    }

    static IEnumerable<string> Missed(Mutation mutation, ReadResult read, string file, string meaning)
    {
        if (!mutation.Catchers.HasFlag(Catchers.Program))
        {
            if (read.Topology is not { } topology)
            {
                yield return $"the program refuses it: {DiagnosticPrinter.Print(read.Diagnostics[0])}";
            }
            else if (TopologyRenderer.Render(topology) != meaning)
            {
                yield return "it means something else";
            }
        }
        else if (!read.HasErrors)
        {
            yield return "the program takes it";
        }
        else if (!read.Diagnostics.Any(diagnostic => IsAt(diagnostic, mutation, file)))
        {
            yield return $"the program points elsewhere: {string.Join("; ", read.Diagnostics.Select(DiagnosticPrinter.Print))}";
        }

        // What cannot be read as nodes no validator sees.
        if (NodesOf.Text(mutation.Text, out ReadContext context) is MapNode root && !context.Bag.HasErrors)
        {
            bool takes = Validator.OfFiles.Takes(Pruned(root, mutation.Path));
            if (takes == mutation.Catchers.HasFlag(Catchers.Schema) && (takes || mutation.Catchers == Catchers.None))
            {
                yield return takes ? "the schema takes it" : "the schema refuses it";
            }
        }
    }

    static bool IsAt(Diagnostic diagnostic, Mutation mutation, string file)
    {
        if (diagnostic.Severity == Severity.Error && mutation.Former is { } name && diagnostic.Excerpt?.Substring(diagnostic.Span.Column - 1, diagnostic.Span.Length).Contains(name, StringComparison.Ordinal) == true)
        {
            return true;
        }

        if (diagnostic.Severity != Severity.Error || diagnostic.File != $"topologies/{file}" || diagnostic.Span.Line == 0)
        {
            return false;
        }

        string[] before = mutation.Text.Split('\n')[..(diagnostic.Span.Line - 1)];
        int start = before.Sum(line => line.Length + 1) + diagnostic.Span.Column - 1;
        return mutation.Places.Any(place => start <= place.Start + place.Length && start + diagnostic.Span.Length >= place.Start);
    }

    /// <param name="changed">The file, or one that it includes, which has another text.</param>
    static ReadResult Read(string file, string changed, string text)
    {
        byte[] main = file == changed ? Encoding.UTF8.GetBytes(text) : File.ReadAllBytes(Path.Combine(s_folder, file));
        TopologyInput input = TopologyInput.Of($"topologies/{file}", $"/{file}", main) with { Fragments = file == changed ? [] : [new InputFile($"topologies/{changed}", $"/{changed}", text)] };
        return TopologyReader.Read(input, new CaseInput.Folder(s_folder));
    }

    // A validator looks at each object by itself; the others only cost time.
    static JsonNode? Pruned(MapNode root, (string Section, string? Name) path) =>
        root.Find(path.Section) is not { } section ? NodeJson.Of(root)
        : path.Name is null || (section.Value as MapNode)?.Find(path.Name) is not { } entry ? new JsonObject { [path.Section] = NodeJson.Of(section.Value) }
        : new JsonObject { [path.Section] = new JsonObject { [path.Name] = NodeJson.Of(entry.Value) } };
}
