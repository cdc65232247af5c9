using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Observing;
using Vdeorch.Model.Rendering;

namespace Vdeorch.Cli.Verbs;

/// <summary>The live world as a topology file: one of which the plan is empty. Read-only, without an engine.</summary>
static class GetVerb
{
    public static Command Create(Session session)
    {
        Argument<string> target = Arguments.TopologyOrFile();
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Yaml, OutputFormat.Json);
        Command verb = new("get", "Print a running topology as a topology file, as it is now") { target, output };
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

        if (TopologyTarget.Name(target, session) is not { } name)
        {
            return ExitCodes.Invalid;
        }

        WorldSnapshot world = WorldObserver.Observe(session.Run, name);
        if (world.Objects.IsEmpty)
        {
            return UnknownTopology.Report(name, RunFiles.Topologies(session.Run), session);
        }

        string yaml = TopologyRenderer.Render(LiveTopology.Of(world));
        foreach (string note in Unsayable.Of(world, yaml))
        {
            session.Terminal.Say(note);
        }

        if (format == OutputFormat.Json)
        {
            DataWriter.Write(session.Terminal.Out, format, new RenderReport(JsonFormat.Current, name, yaml, []), CliJson.Default.RenderReport);
            return ExitCodes.Ok;
        }

        session.Terminal.Out.Write(yaml);
        return ExitCodes.Ok;
    }
}
