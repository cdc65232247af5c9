using Vdeorch.Cli;
using Vdeorch.Cli.Completions;
using Vdeorch.Engine.Api;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public class CompletionTests
{
    static readonly VerbWords[] s_verbs = [.. VerbWords.Of(CommandLine.Tree(new TestTerminal().Session()))];

    [Fact]
    public void HiddenVerbsAndOptionsAreNotOffered()
    {
        Assert.DoesNotContain(s_verbs, verb => verb.Path.StartsWith('_') || verb.Options.Any(option => option.Names.Contains("--background")));
        Assert.Contains(s_verbs, verb => verb.Path == "engine run");
    }

    [Fact]
    public void EveryOptionWithWordsOffersThem()
    {
        VerbWords apply = s_verbs.Single(verb => verb.Path == "apply");

        Assert.Equal(["rollback", "stop"], apply.Options.Single(option => option.Names.Contains("--on-failure")).Values.Order());
        Assert.Equal(["json", "table"], apply.Options.Single(option => option.Names.Contains("-o")).Values.Order());
        Assert.Empty(apply.Options.Single(option => option.Names.Contains("--yes")).Values);
    }

    [Theory]
    [InlineData("plan", "File")]
    [InlineData("destroy", "TopologyOrFile")]
    [InlineData("status", "Topology")]
    [InlineData("shell", "Namespace")]
    [InlineData("logs", "Service")]
    [InlineData("capture", "Target")]
    [InlineData("counters", "TopologyOrTarget")]
    public void AnArgumentCompletesToWhatItIs(string verb, string kind) =>
        Assert.Equal(kind, s_verbs.Single(it => it.Path == verb).Argument.ToString());

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task AScriptHasEveryVerbAndOption(string shell)
    {
        TestTerminal terminal = new();

        Assert.Equal(ExitCodes.Ok, await CommandLine.RunAsync(terminal.Session("completion", shell)));

        IEnumerable<string> options = s_verbs.SelectMany(verb => verb.Options).SelectMany(option => option.Names)
            .Select(name => shell != "fish" ? name : name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}");
        Assert.All(s_verbs.SelectMany(verb => verb.Subverbs).Concat(options), word => Assert.Contains(word, terminal.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "apply")]
    [InlineData("a", "apply")]
    [InlineData("apply --", "--on-failure")]
    [InlineData("apply --on-failure r", "rollback")]
    [InlineData("status -o ", "wide")]
    [InlineData("engine ", "stop")]
    [InlineData("engine status -", "--output")]
    [InlineData("completion ", "fish")]
    [InlineData("explain vxv", "vxvde")]
    [InlineData("explain name", "namespace")]
    public async Task BashOffersIt(string typed, string offered)
    {
        string[] words = ["vdeorch", .. typed.Split(' ')];
        string script = $"""
            {BashScript.Of(s_verbs)}
            compopt() {"{ :; }"}
            COMP_WORDS=({string.Join(' ', words.Select(word => $"'{word}'"))}) COMP_CWORD={words.Length - 1}
            _vdeorch
            printf '%s\n' "${"{COMPREPLY[@]}"}"
            """;
        using System.Diagnostics.Process bash = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", ["--norc", "-c", script]) { RedirectStandardOutput = true })!;
        string output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains(offered, output.Split('\n'));
    }
}
