using System.Collections.Immutable;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Cli.Inputs;

/// <summary>The end of every verb whose file has an error.</summary>
static class Invalid
{
    public static int Report(ImmutableArray<Diagnostic> diagnostics, Session session, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            DiagnosticsReport report = new(JsonFormat.Current, Valid: false, [.. diagnostics.Select(DiagnosticLine.Of)]);
            DataWriter.Write(session.Terminal.Out, format, report, CliJson.Default.DiagnosticsReport);
        }
        else
        {
            DiagnosticView.Write(diagnostics, session.Terminal);
            session.Terminal.Say($"{DiagnosticView.Count(diagnostics)}; nothing was touched");
        }

        return ExitCodes.Invalid;
    }
}
