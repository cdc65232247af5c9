using System.Text;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Formatting;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.UnitTests.Reading;
using Vdeorch.UnitTests.Topologies;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace Vdeorch.UnitTests.Formatting;

/// <summary>What holds of a formatted file, whatever it was.</summary>
static class Formatted
{
    /// <summary>Everything of the repository that is written as a topology, an overlay or a fragment, and is right.</summary>
    public static IEnumerable<string> Files =>
        Directory.GetFiles(Path.Combine(Golden.Repository, "topologies"), "*.yaml", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Golden.Cases("render"), "*.yaml", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "vars.yaml"))
            .Order(StringComparer.Ordinal).Select(File.ReadAllText).Concat(PageTopologies.All);

    public static string Format(string text)
    {
        FormatResult result = Result(text);
        return result.Text ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Select(DiagnosticPrinter.Print)));
    }

    public static FormatResult Result(string text) => TopologyFormatter.Format(new InputFile("lab.yaml", "/lab.yaml", Encoding.UTF8.GetBytes(text)));

    /// <summary>The same, and it is not left alone.</summary>
    public static void CheckAll(string text)
    {
        Assert.False(Result(text).IsLeftAlone);
        Check(text);
    }

    /// <summary>Nothing is lost, nothing means something else, and again it is the same.</summary>
    public static void Check(string text)
    {
        string formatted = Format(text);

        Assert.Equal(formatted, Format(formatted));
        Assert.Equal(Comments(text), Comments(formatted));
        Assert.Equal(Meaning(text), Meaning(formatted));
    }

    // Of an overlay or fragment the complaints, without their places.
    static string Meaning(string text)
    {
        ReadResult read = TopologyReader.Read(TopologyInput.Of("lab.yaml", "/lab.yaml", Encoding.UTF8.GetBytes(text)), new CaseInput.Folder(Path.Combine(Golden.Repository, "topologies")));
        return read.Topology is { } topology ? TopologyRenderer.Render(topology) : string.Join('\n', read.Diagnostics.Select(diagnostic => $"{diagnostic.Code} {diagnostic.Message}").Order(StringComparer.Ordinal));
    }

    static string[] Comments(string text)
    {
        var scanner = new Scanner(new StringReader(text), skipComments: false);
        List<string> found = [];
        while (scanner.MoveNext())
        {
            if (scanner.Current is Comment comment)
            {
                found.Add(comment.Value.Trim());
            }
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }
}
