using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>The verbs that need no world, and the shape of all.</summary>
public class CommandLineTests
{
    const string Lan = """
        switches: { lan: {} }
        namespaces:
          n: { replicas: 2, to: lan, address: "10.0.0.{{ index + 1 }}/24" }
        """;

    [Theory]
    [InlineData("--version", 0)]
    [InlineData("--help", 0)]
    [InlineData("--nonsense", 64)]
    public Task TheExitCodeSaysWhetherTheCommandLineWasUnderstood(string argument, int exitCode) => Lab.RunAsync(Who.Root, async lab =>
    {
        Finished ended = (await lab.RunAsync(argument)).Exited(exitCode);

        Assert.Equal(exitCode == 0, ended.Out.Length > 0);
    });

    // Nobody who only writes has a terminal send other keys than it did.
    [Theory]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("plan --help")]
    [InlineData("doctor")]
    [InlineData("status")]
    [InlineData("plan --nonsense")]
    public Task ATerminalIsLeftAsItWas(string verb) => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("script");
        Dictionary<string, string?> environment = new(lab.Environment) { ["TERM"] = "xterm" };

        Finished shown = await Running.ToEndAsync(["script", "-qec", $"{Host.Current.Binary} {verb}", "/dev/null"], environment, lab.Files);

        Assert.NotEmpty(shown.Out);
        Assert.DoesNotContain("\e[?1h", shown.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\e=", shown.Out, StringComparison.Ordinal);
    });

    [Fact]
    public Task RenderingResolvesAllSugarAndReadsBackAsTheSame() => Lab.RunAsync(Who.Root, async lab =>
    {
        Finished long_ = (await lab.RunAsync("render", lab.Write(Lan))).Exited(0);
        string again = Path.Combine(lab.Files, "again.yaml");
        await File.WriteAllTextAsync(again, long_.Out);

        Assert.Contains("10.0.0.2/24", long_.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", long_.Out, StringComparison.Ordinal);
        Assert.Equal(long_.Out, (await lab.RunAsync("render", again)).Exited(0).Out);
    });

    [Fact]
    public Task ARenderedFileIsTheSameTopologyToTheWorld() => Lab.RunAsync(Who.Root, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);

        await File.WriteAllTextAsync(lab.File, (await lab.RunAsync("render", lab.File)).Exited(0).Out);

        await lab.ExpectNothingToDoAsync();
    });

    [Fact]
    public Task TheSchemaIsJson() => Lab.RunAsync(Who.Root, async lab =>
    {
        System.Text.Json.JsonElement schema = Lab.Parse((await lab.RunAsync("schema")).Exited(0));

        Assert.True(schema.GetProperty("$defs").GetProperty("topology").GetProperty("properties").TryGetProperty("namespaces", out _));
    });

    [Fact]
    public Task AFileIsFormatted() => Lab.RunAsync(Who.Root, async lab =>
    {
        string file = lab.Write("switches: { lan: { hub: true, ports: 8 } }   # small\n", "ugly.yaml");

        (await lab.RunAsync("fmt", "--check", file)).Exited(2);
        Assert.Equal($"{file}\n", (await lab.RunAsync("fmt", file)).Exited(0).Out);

        Assert.EndsWith("\nswitches: { lan: { ports: 8, hub: true } }   # small\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        (await lab.RunAsync("fmt", "--check", file)).Exited(0);
    });

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public Task CompletionKnowsTheVerbs(string shell) => Lab.RunAsync(Who.Root, async lab =>
    {
        Finished script = (await lab.RunAsync("completion", shell)).Exited(0);

        foreach (string verb in new[] { "apply", "destroy", "status", "doctor" })
        {
            Assert.Contains(verb, script.Out, StringComparison.Ordinal);
        }
    });

    [Fact]
    public Task TheBashCompletionIsBash() => Lab.RunAsync(Who.Root, async lab =>
        (await Running.ToEndAsync(["bash", "-n"], input: (await lab.RunAsync("completion", "bash")).Exited(0).Out)).Exited(0));

    [Fact]
    public Task StdoutIsTheResultAndNothingElseWhenPiped() => Lab.RunAsync(Who.Root, async lab =>
    {
        Finished applied = (await lab.ApplyAsync(Lan)).Exited(0);

        Assert.DoesNotContain("\e[", applied.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", applied.Err, StringComparison.Ordinal);
        Lab.Parse((await lab.RunAsync("status", "-o", "json")).Exited(0));
    });
}
