using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Rendering;

namespace Vdeorch.Cli.Verbs;

/// <summary>The file as the engine understands it: sugar, replicas and expressions resolved.</summary>
static class RenderVerb
{
    public static Command Create(Session session)
    {
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Yaml, OutputFormat.Json);
        Command verb = new("render", "Print a topology file in its long form, everything resolved") { output };
        InputOptions inputs = InputOptions.AddTo(verb);
        verb.SetAction(parsed => Run(session, inputs.One(parsed), parsed.GetValue(output)));
        return verb;
    }

    static int Run(Session session, InputWords input, OutputFormat format)
    {
        TopologyFile file = FileReader.Read(input);
        if (file.Result.Topology is not { } topology)
        {
            return Invalid.Report(file.Result.Diagnostics, session, format);
        }

        string yaml = TopologyRenderer.Render(topology);
        if (format == OutputFormat.Json)
        {
            RenderReport report = new(JsonFormat.Current, topology.Name, yaml, [.. file.Result.Diagnostics.Select(DiagnosticLine.Of)]);
            DataWriter.Write(session.Terminal.Out, format, report, CliJson.Default.RenderReport);
            return ExitCodes.Ok;
        }

        DiagnosticView.Write(file.Result.Diagnostics, session.Terminal);
        session.Terminal.Out.Write(yaml);
        return ExitCodes.Ok;
    }
}
