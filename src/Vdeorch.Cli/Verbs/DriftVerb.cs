using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Notes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Cli.Verbs;

/// <summary>
/// The live world against what was applied, or against a file as if nothing had been applied before: what others have changed. Read-only, without an engine.
/// </summary>
static class DriftVerb
{
    public static Command Create(Session session)
    {
        Argument<string> target = Arguments.TopologyOrFile();
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new("drift", "Show what differs from what was applied; exit 2 when something does") { target, output };
        verb.SetAction((parsed, _) => RunAsync(session, parsed.GetRequiredValue(target), parsed.GetValue(output)));
        return verb;
    }

    static async Task<int> RunAsync(Session session, string target, OutputFormat format)
    {
        // Before anything is read: standard input can be read only once, and it is the one inside that needs it.
        if (await session.ReexecuteInsideAsync() is { } done)
        {
            return done;
        }

        if (TopologyTarget.IsFile(target))
        {
            TopologyFile file = FileReader.Read(target);
            return file.Result.Topology is { } wished
                ? Report(session, wished, file.Path, target, format)
                : Invalid.Report(file.Result.Diagnostics, session, format);
        }

        if (Applied.Read(session.Run, target) is not { } applied)
        {
            return UnknownTopology.Report(target, RunFiles.Topologies(session.Run), session);
        }

        if (applied.Topology is not { } topology)
        {
            session.Terminal.Say($"this version does not read what was applied of '{target}' from {applied.File}; compare with the file: vdeorch drift {applied.File}");
            return ExitCodes.Failed;
        }

        return Report(session, topology, applied.File, $"{applied.File} as it was applied", format);
    }

    static int Report(Session session, Topology topology, string path, string name, OutputFormat format)
    {
        Preview preview = Preview.OfDrift(session.Run, topology);
        PlanOutput.Write(session, preview, path, name, [], format);
        return preview.Plan.IsEmpty ? ExitCodes.Ok : ExitCodes.Differences;
    }
}
