using System.Collections.Immutable;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;

namespace Vdeorch.Cli.Views;

/// <summary>A plan as the whole result of a verb.</summary>
static class PlanOutput
{
    /// <param name="path">Absolute, of the file that is compared with.</param>
    /// <param name="name">The same as the user knows it.</param>
    /// <param name="input">With which the plan can be applied; null when it is none to apply.</param>
    public static void Write(Session session, Preview preview, string path, string name, ImmutableArray<Diagnostic> diagnostics, OutputFormat format, TopologyInput? input = null)
    {
        if (format == OutputFormat.Json)
        {
            PlanReport report = Report(preview, path, diagnostics, input);
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

    public static PlanReport Report(Preview preview, string path, ImmutableArray<Diagnostic> diagnostics, TopologyInput? input) =>
        new(JsonFormat.Current, path, PlanSummary.Of(preview.Plan), preview.Plan, [.. diagnostics.Select(DiagnosticLine.Of)], preview.Notes) { Input = input, Selection = preview.Selection };
}
