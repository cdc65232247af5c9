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
        Argument<string[]> files = new(Arguments.FileName) { Description = "Topology files; '-' reads standard input", Arity = ArgumentArity.OneOrMore };
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new("validate", "Check topology files: every error in one run") { files, output };
        verb.SetAction(parsed => Run(session, parsed.GetRequiredValue(files), parsed.GetValue(output)));
        return verb;
    }

    static int Run(Session session, string[] names, OutputFormat format)
    {
        TopologyFile[] files = [.. names.Select(FileReader.Read)];
        ImmutableArray<Diagnostic> diagnostics = [.. files.SelectMany(file => file.Result.Diagnostics)];
        bool valid = files.All(file => file.Result.Topology is not null);
        if (format == OutputFormat.Json)
        {
            DiagnosticsReport report = new(JsonFormat.Current, valid, [.. diagnostics.Select(DiagnosticLine.Of)]);
            DataWriter.Write(session.Terminal.Out, format, report, CliJson.Default.DiagnosticsReport);
        }
        else
        {
            DiagnosticView.Write(diagnostics, session.Terminal);
            string found = DiagnosticView.Count(diagnostics) ?? "no errors";
            session.Terminal.Out.WriteLine($"{Words.Count(files.Length, "file")}: {found}.");
        }

        return valid ? ExitCodes.Ok : ExitCodes.Invalid;
    }
}
