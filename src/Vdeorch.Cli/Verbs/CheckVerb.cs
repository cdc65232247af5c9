using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Cli.Verbs;

/// <summary>Runs the checks of the topology as it was applied, inside its namespaces.</summary>
static class CheckVerb
{
    public static Command Create(Session session)
    {
        Argument<string> target = Arguments.TopologyOrFile();
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new("check", "Run a topology's checks; exit 6 when one fails") { target, output };
        verb.SetAction((parsed, ct) => RunAsync(session, parsed.GetRequiredValue(target), parsed.GetValue(output), ct));
        return verb;
    }

    static async Task<int> RunAsync(Session session, string target, OutputFormat format, CancellationToken ct)
    {
        if (TopologyTarget.Name(target, session) is not { } topology)
        {
            return ExitCodes.Invalid;
        }

        await EngineProcess.StartAsync(session.Run, ct);
        using EngineClient client = session.Client();
        OperationFollower follower = new(session, format)
        {
            EveryProbe = true,
            Closing = (_, checks, elapsed) => checks.Count == 0 ? $"{topology} has no checks." : $"{CheckView.Summary(checks)} ({elapsed})",
        };
        try
        {
            return await follower.FollowAsync(session.OperateAsync(stop => client.CheckAsync(topology, stop)));
        }
        catch (EngineException e) when (e.Status == 404)
        {
            return await UnknownTopology.ReportAsync(topology, client, session, ct);
        }
    }
}
