using System.Collections.Immutable;
using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Cli.Verbs;

/// <summary>Reads files and says what is wrong with them, and with the permissions of the key files they name. Touches nothing else.</summary>
static class ValidateVerb
{
    public static Command Create(Session session)
    {
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json, OutputFormat.Sarif);
        Command verb = new("validate", "Check topology files: every error in one run") { output };
        InputOptions inputs = InputOptions.AddTo(verb, several: true);
        verb.SetAction(parsed => Run(session, inputs.All(parsed), parsed.GetValue(output)));
        return verb;
    }

    static int Run(Session session, InputWords[] inputs, OutputFormat format)
    {
        TopologyFile[] files = [.. inputs.Select(FileReader.Read)];
        ImmutableArray<Diagnostic> diagnostics = [.. files.SelectMany(file => file.Result.Diagnostics)];
        bool valid = files.All(file => file.Result.Topology is not null);
        if (format == OutputFormat.Json)
        {
            DiagnosticsReport report = new(JsonFormat.Current, valid, [.. diagnostics.Select(DiagnosticLine.Of)]);
            DataWriter.Write(session.Terminal.Out, format, report, CliJson.Default.DiagnosticsReport);
        }
        else if (format == OutputFormat.Sarif)
        {
            DataWriter.Write(session.Terminal.Out, SarifWriter.Of(diagnostics));
        }
        else
        {
            DiagnosticView.Write(diagnostics, session.Terminal);
            string found = DiagnosticView.Count(diagnostics) ?? "no errors";
            session.Terminal.Out.WriteLine($"{Words.Count(inputs.Sum(input => input.Files.Length), "file")}: {found}.");
        }

        return valid ? ExitCodes.Ok : ExitCodes.Invalid;
    }
}
