using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Cli.Verbs;

/// <summary>What <c>apply --confirm</c> did stays.</summary>
static class ConfirmVerb
{
    public static Command Create(Session session)
    {
        Argument<string> target = Arguments.TopologyOrFile();
        Command verb = new("confirm", "Keep what 'apply --confirm' has applied") { target };
        verb.SetAction((parsed, ct) => RunAsync(session, parsed.GetRequiredValue(target), ct));
        return verb;
    }

    static async Task<int> RunAsync(Session session, string target, CancellationToken ct)
    {
        if (TopologyTarget.Name(target, session) is not { } topology)
        {
            return ExitCodes.Invalid;
        }

        // The note on disk is what counts, and an engine reads it when it starts.
        await EngineProcess.StartAsync(session.Run, ct);
        using EngineClient client = session.Client();
        await client.ConfirmAsync(topology, ct);
        session.Terminal.Out.WriteLine($"Confirmed {topology}: it stays.");
        return ExitCodes.Ok;
    }
}
