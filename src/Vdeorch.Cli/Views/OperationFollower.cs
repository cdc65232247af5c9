using System.Diagnostics;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Planning;

namespace Vdeorch.Cli.Views;

/// <summary>Follows an operation of the engine to its end: progress on stderr, plan, probes and closing line on stdout; or every event as a line of JSON.</summary>
sealed class OperationFollower(Session session, OutputFormat format)
{
    readonly List<CheckResult> checks = [];
    Plan? plan;

    /// <summary>How the user named the file; null where no plan is to be shown.</summary>
    public string? File { get; init; }

    /// <summary>The user has seen the plan, and no other will be carried out.</summary>
    public bool IsShown { get; init; }

    /// <summary>A line for each probe, not one for each check that passed.</summary>
    public bool EveryProbe { get; init; }

    /// <summary>Gives the closing sentence of a success from the plan and the time it took.</summary>
    public required Func<Plan?, IReadOnlyCollection<CheckResult>, string, string> Closing { get; init; }

    /// <returns>What the verb exits with.</returns>
    public async Task<int> FollowAsync(IAsyncEnumerable<ProgressEvent> events)
    {
        Stopwatch watch = Stopwatch.StartNew();
        await using IAsyncEnumerator<ProgressEvent> next = events.GetAsyncEnumerator();
        using CancellationTokenRegistration stopping = session.Stopping.Register(() =>
            session.Terminal.Say("interrupted: waiting for the engine to leave things in order (once more, and it does so alone)"));
        OperationEnd end;
        try
        {
            end = format == OutputFormat.Json ? await PassAsync(next) : await ShowAsync(next);
        }
        catch (OperationCanceledException)
        {
            session.Terminal.Say("interrupted; what was begun is left to the engine: 'vdeorch status' shows how it came out");
            return ExitCodes.Interrupted;
        }

        if (format != OutputFormat.Json)
        {
            Close(end, Words.Elapsed(watch.Elapsed));
        }

        return end.ExitCode;
    }

    async Task<OperationEnd> PassAsync(IAsyncEnumerator<ProgressEvent> events)
    {
        while (await events.MoveNextAsync())
        {
            DataWriter.WriteLine(session.Terminal.Out, events.Current, ApiJson.Default.ProgressEvent);
            if (events.Current.End is { } end)
            {
                return end;
            }
        }

        throw new UnreachableException("the client ends a stream with an end or an exception");
    }

    async Task<OperationEnd> ShowAsync(IAsyncEnumerator<ProgressEvent> events)
    {
        ProgressView progress = new(session.Terminal);
        try
        {
            while (await events.MoveNextAsync())
            {
                if (Take(events.Current, progress) is { } end)
                {
                    return end;
                }
            }
        }
        finally
        {
            progress.Clear();
        }

        throw new UnreachableException("the client ends a stream with an end or an exception");
    }

    OperationEnd? Take(ProgressEvent taken, ProgressView progress)
    {
        if (taken.Plan is not null)
        {
            plan = taken.Plan;
            progress.Clear();
            ShowPlan(plan);
        }

        if (taken.Step is { } step)
        {
            progress.Show(step);
        }

        if (taken.Check is { } check)
        {
            checks.Add(check);
        }

        return taken.End;
    }

    void ShowPlan(Plan arrived)
    {
        // An empty one is said by the closing line.
        if (File is null || arrived.IsEmpty || IsShown)
        {
            return;
        }

        Terminal terminal = session.Terminal;
        PlanView.Write(arrived, File, terminal.Out, terminal.Ink);
        terminal.Out.Flush();
    }

    void Close(OperationEnd end, string elapsed)
    {
        Terminal terminal = session.Terminal;
        CheckView.Write(checks, EveryProbe, terminal.Out, terminal.Ink);
        if (end.ExitCode == ExitCodes.Ok)
        {
            terminal.Out.WriteLine(Closing(plan, checks, elapsed));
            if (!string.IsNullOrEmpty(end.Message))
            {
                terminal.Out.WriteLine(end.Message);
            }

            return;
        }

        terminal.Say($"{end.Message ?? Meaning(end.ExitCode)} (after {elapsed})");
    }

    static string Meaning(int exitCode) => exitCode switch
    {
        ExitCodes.RolledBack => "failed; everything is as it was before",
        ExitCodes.NotRolledBack => "failed, and not everything could be put back",
        ExitCodes.Unhealthy => "something is not healthy",
        ExitCodes.Interrupted => "interrupted",
        _ => "failed",
    };
}
