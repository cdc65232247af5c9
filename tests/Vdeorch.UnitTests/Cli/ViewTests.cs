using System.Collections.Immutable;
using System.Text.Json;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Planning;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

/// <summary>What people see, from the JSON of the API: cases/views/.</summary>
public class ViewTests
{
    static readonly DateTimeOffset s_now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static TheoryData<string> Plans => Golden.Folders("views", "plan-");

    public static TheoryData<string> Statuses => Golden.Folders("views", "status-");

    public static TheoryData<string> Diagnostics => Golden.Folders("views", "diagnostics-");

    public static TheoryData<string> Operations => Golden.Folders("views", "operation-");

    [Theory]
    [MemberData(nameof(Plans))]
    public void APlanIsShownFieldByField(string name)
    {
        Plan plan = Input(name, ApiJson.Default.Plan);

        Golden.Matches(Path.Combine(Golden.Cases("views"), name, "expected.txt"), Written(into => PlanView.Write(plan, "lab.yaml", into, new Ink(false))));
        Assert.Contains("\e[", Written(into => PlanView.Write(plan, "lab.yaml", into, new Ink(!plan.IsEmpty))) + (plan.IsEmpty ? "\e[" : ""), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public void StatusHasATableForAllAndATableForOne(string name)
    {
        StatusReport report = Input(name, ApiJson.Default.StatusReport);
        string folder = Path.Combine(Golden.Cases("views"), name);

        Golden.Matches(Path.Combine(folder, "expected-all.txt"), Written(into => new StatusView(s_now, wide: false).WriteAll(report, into, new Ink(false))));
        foreach (TopologyStatus topology in report.Topologies)
        {
            Golden.Matches(Path.Combine(folder, $"expected-{topology.Name}.txt"), Written(into => new StatusView(s_now, wide: false).WriteOne(report.Engine, topology, into, new Ink(false))));
            Golden.Matches(Path.Combine(folder, $"expected-{topology.Name}-wide.txt"), Written(into => new StatusView(s_now, wide: true).WriteOne(report.Engine, topology, into, new Ink(false))));
        }

        Golden.Matches(Path.Combine(folder, "expected.yaml"), Written(into => DataWriter.Write(into, OutputFormat.Yaml, report, ApiJson.Default.StatusReport)));
    }

    [Theory]
    [MemberData(nameof(Diagnostics))]
    public void DiagnosticsAreThoseOfACompiler(string name)
    {
        DiagnosticsReport report = Input(name, CliJson.Default.DiagnosticsReport);
        ImmutableArray<Diagnostic> diagnostics = [.. report.Diagnostics.Select(line => new Diagnostic(
            line.Code, line.Severity == "error" ? Severity.Error : Severity.Warning, line.File, new SourceSpan(line.Line, line.Column, line.Length), line.Message, line.Suggestion)
        { Excerpt = line.Excerpt, Note = line.Note })];
        TestTerminal terminal = new();

        DiagnosticView.Write(diagnostics, terminal.Terminal(isTerminal: false));

        Golden.Matches(Path.Combine(Golden.Cases("views"), name, "expected.txt"), $"{terminal.Error}{DiagnosticView.Count(diagnostics)}\n");
        Assert.Equal(report.Diagnostics, diagnostics.Select(DiagnosticLine.Of));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task AnOperationIsFollowedLineByLineWhenPiped(string name)
    {
        string folder = Path.Combine(Golden.Cases("views"), name);
        TestTerminal terminal = new();
        OperationFollower follower = new(terminal.Session(), OutputFormat.Table) { File = "lab.yaml", Closing = (plan, checks, _) => $"{plan?.Changes.Count()} changes. {CheckView.Summary(checks)}" };

        int exitCode = await follower.FollowAsync(Events(Path.Combine(folder, "input.ndjson")));

        // The time an operation took is the one thing here that is never the same.
        string shown = System.Text.RegularExpressions.Regex.Replace($"stdout:\n{terminal.Out}stderr:\n{terminal.Error}exit code: {exitCode}\n", @"\(after [^)]*\)", "(after TIME)");
        Golden.Matches(Path.Combine(folder, "expected.txt"), shown);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task JsonIsTheEventsThemselves(string name)
    {
        string file = Path.Combine(Golden.Cases("views"), name, "input.ndjson");
        TestTerminal terminal = new();

        await new OperationFollower(terminal.Session(), OutputFormat.Json) { Closing = (_, _, _) => "" }.FollowAsync(Events(file));

        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), terminal.Out);
        Assert.Empty(terminal.Error);
    }

    [Fact]
    public void ATerminalShowsEscapesOfAFileInsteadOfObeyingThem() =>
        Assert.Equal("a\\x1b[31mb\\nc", Ink.Harmless("a\e[31mb\nc"));

    [Fact]
    public void OnATerminalALineLivesUntilItsObjectIsDone()
    {
        TestTerminal terminal = new();
        ProgressView progress = new(terminal.Terminal(isTerminal: true));
        StepProgress lan = new(new("switch", "lan"), PlanAction.Create, "started", 0, null);

        progress.Show(lan);
        progress.Show(lan with { Phase = "done", ElapsedMs = 2 });
        progress.Clear();

        Assert.Equal("\e[2m  creating switch/lan …\e[0m\n\e[1A\e[J  created switch/lan in 2.0 ms\n", terminal.Error);
    }

    [Fact]
    public void LiveLinesFitTheTerminal()
    {
        TestTerminal terminal = new();
        ProgressView progress = new(terminal.Terminal(isTerminal: true));

        for (int i = 0; i < 100; i++)
        {
            progress.Show(new(new("namespace", new string((char)('a' + i % 26), 200)), PlanAction.Create, "waiting", 0, null));
        }

        string[] last = terminal.Error.Split("\e[J")[^1].TrimEnd('\n').Split('\n');
        Assert.Equal(22, last.Length);
        Assert.EndsWith("… and 5 more\e[0m", last[^1], StringComparison.Ordinal);
        Assert.All(last, line => Assert.True(line.Length < 80 + "\e[2m\e[0m".Length));
    }

    [Fact]
    public void ALongFieldIsNotWrapped()
    {
        TextTable table = new("A", "B");
        table.Add(new string('x', 500), "y");

        Assert.Contains($"{new string('x', 500)}  y\n", Written(into => table.Write(into, new Ink(false))), StringComparison.Ordinal);
    }

    static async IAsyncEnumerable<ProgressEvent> Events(string file)
    {
        foreach (string line in await File.ReadAllLinesAsync(file))
        {
            yield return JsonSerializer.Deserialize(line, ApiJson.Default.ProgressEvent)!;
        }
    }

    static T Input<T>(string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(Golden.Cases("views"), name, "input.json")), type)!;

    static string Written(Action<TextWriter> write)
    {
        StringWriter writer = new() { NewLine = "\n" };
        write(writer);
        return writer.ToString();
    }
}
