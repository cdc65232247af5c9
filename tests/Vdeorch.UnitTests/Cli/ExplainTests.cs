using System.Text.Json;
using Vdeorch.Cli;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Uvdels;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

/// <summary>What explain says, from its subject: cases/views/explain-*/subject.txt, with what is expected beside it.</summary>
public class ExplainTests
{
    public static TheoryData<string> Subjects => Golden.Folders("views", "explain-");

    [Theory]
    [MemberData(nameof(Subjects))]
    public async Task ASubjectIsExplained(string name)
    {
        string folder = Path.Combine(Golden.Cases("views"), name);
        string subject = (await File.ReadAllTextAsync(Path.Combine(folder, "subject.txt"), TestContext.Current.CancellationToken)).TrimEnd('\n');

        Golden.Matches(Path.Combine(folder, "expected.txt"), await Run(subject));
        Golden.Matches(Path.Combine(folder, "expected-json.txt"), await Run(subject, "-o", "json"));
    }

    [Fact]
    public async Task EveryCodeKindKeySchemeAndExampleHasAnExplanation()
    {
        IEnumerable<string> subjects = DiagnosticCatalog.All.Select(code => code.Code.ToLowerInvariant())
            .Concat(KindReference.All.Select(kind => kind.Kind)).Concat(WordReference.All).Concat(UvdelSchemes.All.SelectMany(scheme => new[] { scheme.Name, scheme.Example }));
        foreach (string subject in subjects)
        {
            TestTerminal terminal = new();
            Assert.Equal(ExitCodes.Ok, await CommandLine.RunAsync(terminal.Session("explain", "-o", "json", "--", subject)));
            Assert.Equal(1, JsonDocument.Parse(terminal.Out).RootElement.GetProperty("format").GetInt32());
        }
    }

    static async Task<string> Run(params string[] arguments)
    {
        TestTerminal terminal = new();
        int exitCode = await CommandLine.RunAsync(terminal.Session(["explain", .. arguments]));
        return $"stdout:\n{terminal.Out}stderr:\n{terminal.Error}exit code: {exitCode}\n";
    }
}
