using System.Text;
using System.Text.Json.Nodes;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public sealed class InputTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("vdeorch-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void AMissingFileIsADiagnosticWithWhatIsThere()
    {
        File.WriteAllText(Path.Combine(folder, "lab.yaml"), "");

        Diagnostic missing = Assert.Single(FileReader.Read(Path.Combine(folder, "lba.yaml")).Result.Diagnostics);

        Assert.Equal("VDE0001", missing.Code);
        Assert.Equal("did you mean 'lab.yaml'?", missing.Suggestion);
    }

    [Fact]
    public void DiagnosticsAreResultsOfTheScanningFormat()
    {
        string file = Path.Combine(folder, "my lab.yaml");
        File.WriteAllText(file, "topology: lab\nswitches: { lan: { ports: 0 } }\nnamespaces: { web: { replicas: 2, to: lna } }\n");

        JsonNode run = SarifWriter.Of(FileReader.Read(file).Result.Diagnostics)["runs"]![0]!;

        Assert.Equal(["VDE1107", "VDE1301"], run["tool"]!["driver"]!["rules"]!.AsArray().Select(rule => (string?)rule!["id"]));
        JsonNode unknown = run["results"]![1]!;
        Assert.Equal(("VDE1301", 1, "error"), ((string?)unknown["ruleId"], (int)unknown["ruleIndex"]!, (string?)unknown["level"]));
        Assert.Equal("namespace/web-0: there is no switch 'lna' (while expanding web-0 and 1 more) Help: did you mean 'lan'?", (string?)unknown["message"]!["text"]);
        JsonNode place = unknown["locations"]![0]!["physicalLocation"]!;
        Assert.EndsWith("/my%20lab.yaml", (string?)place["artifactLocation"]!["uri"], StringComparison.Ordinal);
        Assert.Equal((3, 39, 42), ((int)place["region"]!["startLine"]!, (int)place["region"]!["startColumn"]!, (int)place["region"]!["endColumn"]!));
    }

    [Fact]
    public void ADirectoryIsNotAFile() =>
        Assert.Equal("VDE0003", Assert.Single(FileReader.Read(folder).Result.Diagnostics).Code);

    [Fact]
    public void NoMoreIsReadThanATopologyMayHave()
    {
        string path = Path.Combine(folder, "big.yaml");
        using (FileStream big = File.Create(path))
        {
            big.SetLength(TopologyReader.MaxBytes + 1L);
        }

        Assert.Equal("VDE0004", Assert.Single(FileReader.Read(path).Result.Diagnostics).Code);
        // Endless, and of no length that could be asked for.
        Assert.Equal("VDE0004", Assert.Single(FileReader.Read("/dev/zero").Result.Diagnostics).Code);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "three")]
    [InlineData(2, "two,three")]
    [InlineData(9, "one,two,three")]
    public void ATailIsTheLastLines(int lines, string expected)
    {
        string path = Path.Combine(folder, "log");
        File.WriteAllText(path, "one\ntwo\nthree\n");
        LogTail tail = new(path);
        List<string> given = [];

        tail.SeekToTail(lines);
        tail.ReadNew(given.Add);

        Assert.Equal(expected, string.Join(',', given));
    }

    [Fact]
    public void AFollowedLogGivesWholeLinesAndBeginsAgainWhenItIsCut()
    {
        string path = Path.Combine(folder, "log");
        File.WriteAllText(path, "one\ntw");
        LogTail tail = new(path);
        List<string> given = [];

        tail.ReadNew(given.Add);
        Assert.Equal(["one"], given);
        File.AppendAllText(path, "o\n");
        tail.ReadNew(given.Add);
        Assert.Equal(["one", "two"], given);
        File.WriteAllText(path, "new\n");
        tail.ReadNew(given.Add);
        Assert.Equal(["one", "two", "new"], given);
    }

    [Fact]
    public void ATailAcrossBlocksStillCountsLines()
    {
        string path = Path.Combine(folder, "log");
        File.WriteAllText(path, string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n")));
        LogTail tail = new(path);
        List<string> given = [];

        tail.SeekToTail(20_000);
        tail.ReadNew(given.Add);

        Assert.Equal(20_000, given.Count);
        Assert.Equal("line 30000", given[0]);
    }

    [Theory]
    [InlineData("aply", "apply")]
    [InlineData("stauts", "status")]
    [InlineData("comp", "completion")]
    [InlineData("zzz", null)]
    public void TheNearestWordIsFound(string typed, string? meant) =>
        Assert.Equal(meant, Spelling.Nearest(typed, ["apply", "status", "completion"]));

    [Theory]
    [InlineData("lab", false)]
    [InlineData("lab.yaml", true)]
    [InlineData("./lab", true)]
    [InlineData("-", true)]
    public void ANameHasNeitherDotNorSlash(string typed, bool isFile) => Assert.Equal(isFile, TopologyTarget.IsFile(typed));

    [Theory]
    [InlineData("""{"a":{"b":[1,"x",{"c":null,"d":[]}]}}""", "a:\n  b:\n    - 1\n    - x\n    - c: null\n      d: []\n")]
    [InlineData("""{"no":"yes","t":"10.0.0.1/24","e":"","n":"a: b","l":"x\ny"}""", "\"no\": \"yes\"\nt: \"10.0.0.1/24\"\ne: \"\"\n\"n\": \"a: b\"\nl: \"x\\ny\"\n")]
    [InlineData("[]", "[]\n")]
    public void YamlSaysWhatTheJsonSaid(string json, string yaml)
    {
        StringWriter writer = new() { NewLine = "\n" };
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetBytes(json));

        YamlWriter.Write(writer, document.RootElement);

        Assert.Equal(yaml, writer.ToString());
    }
}
