using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Planning;

namespace Vdeorch.Cli.Verbs;

/// <summary>Shows what apply would do. Observes by itself, read-only, and neither needs nor starts an engine.</summary>
static class PlanVerb
{
    public static Command Create(Session session)
    {
        Option<bool> exitCode = new("--exit-code") { Description = "Exit 2 when there are differences" };
        Option<Selection> only = SelectionOption.Create();
        Option<FormatOrFile> output = OutputOption.OrFile("to save the plan in", OutputFormat.Table, OutputFormat.Json);
        Command verb = new("plan", "Show what apply would do to the live world") { exitCode, only, output };
        InputOptions inputs = InputOptions.AddTo(verb);
        verb.SetAction((parsed, _) => RunAsync(session, inputs.One(parsed), parsed.GetValue(only)!, parsed.GetValue(exitCode), parsed.GetValue(output)));
        return verb;
    }

    static async Task<int> RunAsync(Session session, InputWords input, Selection only, bool exitCode, FormatOrFile output)
    {
        // Before anything is read: standard input can be read only once, and it is the one inside that needs it.
        if (await session.ReexecuteInsideAsync() is { } done)
        {
            return done;
        }

        TopologyFile file = FileReader.Read(input);
        if (file.Result.Topology is not { } topology)
        {
            return Invalid.Report(file.Result.Diagnostics, session, output.Format);
        }

        Preview preview = Preview.Of(session.Run, topology, file.Path, only);
        if (preview.Complaint is { } complaint)
        {
            session.Terminal.Say(complaint);
            return ExitCodes.Failed;
        }

        PlanOutput.Write(session, preview, file.Path, input.ToString(), file.Result.Diagnostics, output.Format, file.Result.Input);
        if (output.File is { } saved)
        {
            SavedPlan.Write(saved, PlanOutput.Report(preview, file.Path, file.Result.Diagnostics, file.Result.Input));
            session.Terminal.Say($"saved: 'vdeorch apply {saved}' does just this, or nothing");
        }

        return exitCode && !preview.Plan.IsEmpty ? ExitCodes.Differences : ExitCodes.Ok;
    }
}
