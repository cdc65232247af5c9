using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Reading;

namespace Vdeorch.Cli.Verbs;

/// <summary>
/// 1. the file is read here, so that one with errors starts nothing, unless a running engine can do that alone; 2. an engine is there or is started; 3. on a
/// terminal the plan is shown and asked about; 4. the engine plans again, does it, and streams what it does.
/// </summary>
static class ApplyVerb
{
    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    sealed record Wishes(InputWords Input, Selection Only, bool Yes, TimeSpan Timeout, bool Wait, bool? Rollback, TimeSpan? Confirm, OutputFormat Format);

    public static Command Create(Session session)
    {
        Option<bool> yes = Arguments.Yes();
        Option<TimeSpan?> timeout = Arguments.Timeout(s_timeout);
        Option<bool> noWait = new("--no-wait") { Description = "Do not wait for services to be ready or for anything to be healthy, run no checks" };
        Option<string> onFailure = Arguments.Choice("--on-failure", "When a step fails, put back what was, or stop there (default: as the policy of the file says, else rollback)", "rollback", "stop");
        Option<TimeSpan?> confirm = Arguments.Duration("--confirm", "Take it back after this long, unless 'vdeorch confirm' comes before", TimeSpan.FromHours(24));
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Option<Selection> only = SelectionOption.Create();
        Command verb = new("apply", "Make the live world match a topology file, or carry out a saved plan") { only, yes, timeout, noWait, onFailure, confirm, output };
        InputOptions inputs = InputOptions.AddTo(verb);
        verb.SetAction((parsed, ct) => RunAsync(
            session,
            new Wishes(
                inputs.One(parsed), parsed.GetValue(only)!, parsed.GetValue(yes), parsed.GetValue(timeout) ?? s_timeout, !parsed.GetValue(noWait),
                parsed.GetValue(onFailure) is { } asked ? asked != "stop" : null, parsed.GetValue(confirm), parsed.GetValue(output)),
            ct));
        return verb;
    }

    static async Task<int> RunAsync(Session session, Wishes wishes, CancellationToken ct)
    {
        if (SavedPlan.TryRead(wishes.Input.Files[0]) is { } saved)
        {
            return await RunSavedAsync(session, wishes, saved, ct);
        }

        bool isAsked = !wishes.Yes && wishes.Format != OutputFormat.Json && session.Terminal.IsInteractive;
        LoadedFiles loaded = FileReader.Load(wishes.Input);
        if (!isAsked && loaded.Wrong.IsEmpty && EngineProcess.IsRunning(session.Run))
        {
            try
            {
                return await AskAsync(session, wishes, loaded.Input, wishes.Only, expected: null, isShown: false, isUnread: true);
            }
            catch (EngineException refused) when (refused.WantsReading)
            {
                // There is something to say of it.
            }
        }

        TopologyFile file = FileReader.Read(loaded);
        if (file.Result.Topology is not { } topology)
        {
            return Invalid.Report(file.Result.Diagnostics, session, wishes.Format);
        }

        await EngineProcess.StartAsync(session.Run, ct);
        Plan? confirmed = null;
        if (isAsked)
        {
            // Inside, this same command finds the engine started and asks there.
            if (await session.ReexecuteInsideAsync() is { } done)
            {
                return done;
            }

            Preview preview = Preview.Of(session.Run, topology, file.Path, wishes.Only);
            if (preview.Complaint is { } complaint)
            {
                session.Terminal.Say(complaint);
                return ExitCodes.Failed;
            }

            if (!preview.Plan.IsEmpty && !await ConfirmAsync(session.Terminal, preview, wishes.Input.ToString(), ct))
            {
                session.Terminal.Say("not applied");
                return ExitCodes.Failed;
            }

            confirmed = preview.Plan;
        }

        if (wishes.Format != OutputFormat.Json)
        {
            DiagnosticView.Write(file.Result.Diagnostics, session.Terminal);
        }

        return await AskAsync(session, wishes, file.Result.Input, wishes.Only, confirmed, isShown: confirmed is not null);
    }

    // Nobody is asked: the plan was made to be looked at.
    static async Task<int> RunSavedAsync(Session session, Wishes wishes, PlanReport saved, CancellationToken ct)
    {
        if (!wishes.Only.IsEverything || wishes.Input.Files.Length + wishes.Input.VariableFiles.Length + wishes.Input.Set.Length > 1)
        {
            session.Terminal.Say($"'{wishes.Input.Files[0]}' is a saved plan, which has its files, its values and its part of the topology already: give it alone");
            return ExitCodes.Usage;
        }

        await EngineProcess.StartAsync(session.Run, ct);
        return await AskAsync(session, wishes, saved.Input!, saved.Selection, saved.Plan, isShown: false);
    }

    static async Task<int> AskAsync(Session session, Wishes wishes, TopologyInput input, Selection only, Plan? expected, bool isShown, bool isUnread = false)
    {
        OperationFollower follower = new(session, wishes.Format)
        {
            File = wishes.Input.ToString(),
            IsShown = isShown,
            Closing = (plan, checks, elapsed) => Closing(wishes.Input.ToString(), plan, checks, elapsed),
        };
        ApplyRequest request = new(input, wishes.Wait, (long)wishes.Timeout.TotalMilliseconds, wishes.Rollback) { Selection = only, Expected = expected, IsUnread = isUnread, ConfirmMs = (long?)wishes.Confirm?.TotalMilliseconds };
        using EngineClient client = session.Client();
        return await follower.FollowAsync(session.OperateAsync(stop => client.ApplyAsync(request, stop)));
    }

    static Task<bool> ConfirmAsync(Terminal terminal, Preview preview, string file, CancellationToken ct)
    {
        foreach (string note in preview.Notes)
        {
            terminal.Say(note);
        }

        PlanView.Write(preview.Plan, file, terminal.Out, terminal.Ink);
        return Question.AskAsync(terminal, "Apply this plan?", ct);
    }

    static string Closing(string file, Plan? plan, IReadOnlyCollection<CheckResult> checks, string elapsed)
    {
        string proved = checks.Count == 0 ? "" : $" {CheckView.Summary(checks)}";
        if (plan is null || plan.IsEmpty)
        {
            return $"{PlanView.NoChanges(file)}{proved} ({elapsed})";
        }

        string[] done = [.. plan.Changes.GroupBy(step => step.Action).OrderBy(group => group.Key).Select(group => FormattableString.Invariant($"{group.Count()} {Words.Past(group.Key)}"))];
        return $"Applied {plan.Topology}: {string.Join(", ", done)} in {elapsed}.{proved}";
    }
}
