using System.Collections.Immutable;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Cli.Views;

/// <summary>A plan as the whole result of a verb.</summary>
static class PlanOutput
{
    /// <param name="path">Absolute, of the file that is compared with.</param>
    /// <param name="name">The same as the user knows it.</param>
    public static void Write(Session session, Preview preview, string path, string name, ImmutableArray<Diagnostic> diagnostics, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            PlanReport report = new(JsonFormat.Current, path, PlanSummary.Of(preview.Plan), preview.Plan, [.. diagnostics.Select(DiagnosticLine.Of)], preview.Notes);
            DataWriter.Write(session.Terminal.Out, format, report, CliJson.Default.PlanReport);
            return;
        }

        DiagnosticView.Write(diagnostics, session.Terminal);
        foreach (string note in preview.Notes)
        {
            session.Terminal.Say(note);
        }

        PlanView.Write(preview.Plan, name, session.Terminal.Out, session.Terminal.Ink);
    }
}
