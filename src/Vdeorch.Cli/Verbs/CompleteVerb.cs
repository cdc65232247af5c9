using System.CommandLine;
using Vdeorch.Cli.Completions;
using Vdeorch.Engine.Api;

namespace Vdeorch.Cli.Verbs;

/// <summary>What completion scripts ask: the names of a kind, one a line. Not for people.</summary>
static class CompleteVerb
{
    public static Command Create(Session session)
    {
        Argument<string> kind = new("KIND");
        Command verb = new("__complete") { kind };
        verb.Hidden = true;
        verb.SetAction(parsed =>
        {
            foreach (string name in CompletionNames.Of(parsed.GetRequiredValue(kind), session.Run))
            {
                session.Terminal.Out.WriteLine(name);
            }

            return ExitCodes.Ok;
        });
        return verb;
    }
}
