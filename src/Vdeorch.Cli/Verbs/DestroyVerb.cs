using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Cli.Verbs;

/// <summary>Takes a topology down: no process, namespace, device, mount, socket or file of it is left, and no engine that was started for it and has nothing else to keep.</summary>
static class DestroyVerb
{
    public static Command Create(Session session)
    {
        Argument<string> target = Arguments.TopologyOrFile();
        Option<bool> yes = Arguments.Yes();
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new("destroy", "Take a topology down and leave nothing of it") { target, yes, output };
        verb.SetAction((parsed, ct) => RunAsync(session, parsed.GetRequiredValue(target), parsed.GetValue(yes), parsed.GetValue(output), ct));
        return verb;
    }

    static async Task<int> RunAsync(Session session, string target, bool yes, OutputFormat format, CancellationToken ct)
    {
        if (TopologyTarget.Name(target, session) is not { } topology)
        {
            return ExitCodes.Invalid;
        }

        bool wasThere = EngineProcess.IsRunning(session.Run);
        await EngineProcess.StartAsync(session.Run, ct);
        using EngineClient client = session.Client();
        try
        {
            return await RunAsync(session, client, topology, yes, format, ct);
        }
        finally
        {
            if (!wasThere && await client.StopIfIdleAsync(CancellationToken.None))
            {
                await EngineVerb.GoneAsync(client, session.Clock, CancellationToken.None);
            }
        }
    }

    static async Task<int> RunAsync(Session session, EngineClient client, string topology, bool yes, OutputFormat format, CancellationToken ct)
    {
        if (!yes && format != OutputFormat.Json && session.Terminal.IsInteractive)
        {
            StatusReport report = await client.GetStatusAsync(topology, ct);
            if (report.Topologies.FirstOrDefault(it => it.Name == topology) is not { } found)
            {
                return await UnknownTopology.ReportAsync(topology, client, session, ct);
            }

            if (!await ConfirmAsync(session.Terminal, found, ct))
            {
                session.Terminal.Say("not destroyed");
                return ExitCodes.Failed;
            }
        }

        OperationFollower follower = new(session, format) { Closing = (_, _, elapsed) => $"Destroyed {topology} in {elapsed}." };
        try
        {
            return await follower.FollowAsync(session.OperateAsync(stop => client.DestroyAsync(topology, stop)));
        }
        catch (EngineException e) when (e.Status == 404)
        {
            return await UnknownTopology.ReportAsync(topology, client, session, ct);
        }
    }

    static Task<bool> ConfirmAsync(Terminal terminal, TopologyStatus topology, CancellationToken ct)
    {
        foreach (ObjectStatus it in topology.Objects)
        {
            terminal.Out.WriteLine($"  {terminal.Ink.Red("-")} {Ink.Harmless(it.Id.ToString())}");
        }

        return Question.AskAsync(terminal, $"Destroy {topology.Name}, {Words.Count(topology.Objects.Length, "object")}?", ct);
    }
}
