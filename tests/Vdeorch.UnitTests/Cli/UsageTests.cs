using System.CommandLine;
using Vdeorch.Cli;
using Vdeorch.Engine.Api;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public class UsageTests
{
    [Theory]
    [InlineData("", "vdeorch: a verb is needed")]
    [InlineData("aply lab.yaml", "vdeorch: unknown verb 'aply'; did you mean 'apply'?")]
    [InlineData("frobnicate", "vdeorch: unknown verb 'frobnicate'; known: validate, plan, apply")]
    [InlineData("plan", "vdeorch plan: FILE is missing")]
    [InlineData("plan a b", "vdeorch plan: unexpected argument 'b'")]
    [InlineData("plan --exitcode lab.yaml", "vdeorch plan: unknown option '--exitcode'; did you mean '--exit-code'?")]
    [InlineData("plan lab.yaml --jsn", "vdeorch plan: unknown option '--jsn'")]
    [InlineData("validate --jsn", "vdeorch validate: unknown option '--jsn'")]
    [InlineData("plan -o xml lab.yaml", "vdeorch plan: --output: unknown form 'xml'; known: table, json")]
    [InlineData("plan -o", "vdeorch plan: --output needs a value")]
    [InlineData("apply lab.yaml --timeout 5", "vdeorch apply: --timeout: '5' is not a duration; write a number and a unit, as in 500ms, 60s, 2m")]
    [InlineData("apply lab.yaml --on-failure retry", "vdeorch apply: --on-failure: 'retry' is none of rollback, stop")]
    [InlineData("exec lab", "vdeorch exec: 'lab' is not of the form TOPOLOGY/NAMESPACE")]
    [InlineData("exec lab/alice", "vdeorch exec: CMD is missing")]
    [InlineData("logs ../../etc/x", "vdeorch logs: '../../etc/x' is not of the form TOPOLOGY/NAMESPACE[/VNF]")]
    [InlineData("logs lab/alice --tail many", "vdeorch logs: --tail: 'many' is not a number of lines")]
    [InlineData("completion tcsh", "vdeorch completion: SHELL: 'tcsh' is none of bash, zsh, fish")]
    [InlineData("engine rn", "vdeorch engine: unknown verb 'rn'; did you mean 'run'?")]
    public async Task AMistakeIsNamedWithWhatWouldDo(string line, string said)
    {
        TestTerminal terminal = new();

        int exitCode = await CommandLine.RunAsync(terminal.Session(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Equal(ExitCodes.Usage, exitCode);
        Assert.StartsWith(said, terminal.Error, StringComparison.Ordinal);
        Assert.Contains("--help'.", terminal.Error, StringComparison.Ordinal);
        Assert.Empty(terminal.Out);
    }

    [Theory]
    [InlineData("exec lab/alice -- ls -l --color", "ls -l --color")]
    [InlineData("exec lab/alice ls -l --color", "ls -l --color")]
    [InlineData("exec lab/alice sh -c -- -o", "sh -c -- -o")]
    [InlineData("exec lab/alice -- nc -- -x", "nc -- -x")]
    public void WhatFollowsTheNamespaceIsTheCommandsOwn(string line, string command)
    {
        ParseResult parsed = CommandLine.Parse(CommandLine.Tree(new TestTerminal().Session()), line.Split(' '));

        Assert.Empty(UsageErrors.Of(parsed));
        Assert.Equal(command.Split(' '), parsed.GetValue<string[]>("CMD"));
    }

    [Fact]
    public void AFileMayBeginWithADashAfterTwo() =>
        Assert.Empty(UsageErrors.Of(CommandLine.Parse(CommandLine.Tree(new TestTerminal().Session()), ["plan", "--", "--lab.yaml"])));

    [Fact]
    public async Task HelpIsAResult()
    {
        TestTerminal terminal = new();

        Assert.Equal(ExitCodes.Ok, await CommandLine.RunAsync(terminal.Session("apply", "--help")));
        Assert.Contains("--on-failure <rollback|stop>", terminal.Out, StringComparison.Ordinal);
        Assert.Empty(terminal.Error);
    }
}
