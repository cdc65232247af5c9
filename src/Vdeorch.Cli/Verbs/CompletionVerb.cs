using System.CommandLine;
using Vdeorch.Cli.Completions;
using Vdeorch.Cli.Inputs;
using Vdeorch.Engine.Api;

namespace Vdeorch.Cli.Verbs;

/// <summary>Prints a completion script made from the command tree itself.</summary>
static class CompletionVerb
{
    static readonly Dictionary<string, Func<IReadOnlyList<VerbWords>, string>> s_shells = new()
    {
        ["bash"] = BashScript.Of,
        ["zsh"] = ZshScript.Of,
        ["fish"] = FishScript.Of,
    };

    public static Command Create(Session session)
    {
        Argument<string> shell = Arguments.Choice("SHELL", [.. s_shells.Keys]);
        Command verb = new("completion", "Print a completion script for your shell") { shell };
        verb.SetAction(parsed =>
        {
            session.Terminal.Out.Write(s_shells[parsed.GetRequiredValue(shell)]([.. VerbWords.Of(CommandLine.Tree(session))]));
            return ExitCodes.Ok;
        });
        return verb;
    }
}
