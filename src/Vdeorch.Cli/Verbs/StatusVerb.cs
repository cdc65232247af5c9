using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Observing;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;

namespace Vdeorch.Cli.Verbs;

/// <summary>What runs, and how it differs from what was applied: from the engine, or by looking when there is none. Starts nothing.</summary>
static class StatusVerb
{
    static readonly TimeSpan s_watchEvery = TimeSpan.FromSeconds(1);

    public static Command Create(Session session)
    {
        Argument<string?> topology = new(Arguments.TopologyName) { Description = "One topology in full; without it, a line for each", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> watch = new("--watch", "-w") { Description = "Again every second, until interrupted" };
        Option<bool> exitCode = new("--exit-code") { Description = "Exit 2 when something differs from what was applied, 6 when something is not well, or not yet" };
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Wide, OutputFormat.Json, OutputFormat.Yaml);
        Option<LabelSelector> labels = LabelOption.Create();
        Command verb = new("status", "Show what runs and how it differs from what was applied") { topology, labels, watch, exitCode, output };
        verb.SetAction((parsed, ct) => RunAsync(session, parsed.GetValue(topology), parsed.GetValue(labels)!, parsed.GetValue(watch), parsed.GetValue(exitCode), parsed.GetValue(output), ct));
        return verb;
    }

    static async Task<int> RunAsync(Session session, string? topology, LabelSelector labels, bool watch, bool exitCode, OutputFormat format, CancellationToken ct)
    {
        using EngineClient client = session.Client();
        EngineStatus? engine = await client.FindEngineAsync(ct);
        if (engine is null && await session.ReexecuteInsideAsync() is { } done)
        {
            return done;
        }

        int code;
        do
        {
            StatusReport report = await AskAsync(session, client, topology, ct);
            if (topology is not null && report.Topologies.All(it => it.Name != topology))
            {
                return await ReportUnknownAsync(session, client, topology, ct);
            }

            report = report.Where(labels);
            if (topology is not null && report.Topologies.IsEmpty)
            {
                session.Terminal.Say($"nothing of '{topology}' has the labels {labels}");
                return ExitCodes.Failed;
            }

            Write(session, report, topology, watch, format);
            code = !exitCode ? ExitCodes.Ok
                : report.Topologies.Any(it => it.Differences > 0) ? ExitCodes.Differences
                : report.Topologies.Any(it => it.Objects.Any(thing => thing.Health is Health.Starting or Health.Degraded or Health.Unhealthy or Health.Failed)) ? ExitCodes.Unhealthy
                : ExitCodes.Ok;
            if (watch)
            {
                await Task.Delay(s_watchEvery, session.Clock, ct);
            }
        }
        while (watch);

        return code;
    }

    // An engine may come or go while we watch.
    static async Task<StatusReport> AskAsync(Session session, EngineClient client, string? topology, CancellationToken ct)
    {
        try
        {
            return await client.GetStatusAsync(topology, ct);
        }
        catch (EngineException e) when (e.IsUnreachable)
        {
            return StatusBuilder.Build(session.Run, topology, engine: null);
        }
        catch (EngineException e) when (e.Status == 404)
        {
            return new StatusReport(StatusReport.CurrentFormat, null, []);
        }
    }

    static async Task<int> ReportUnknownAsync(Session session, EngineClient client, string topology, CancellationToken ct)
    {
        StatusReport all = await AskAsync(session, client, null, ct);
        return UnknownTopology.Report(topology, [.. all.Topologies.Select(it => it.Name)], session);
    }

    static void Write(Session session, StatusReport report, string? topology, bool watch, OutputFormat format)
    {
        Terminal terminal = session.Terminal;
        if (format is OutputFormat.Json && watch)
        {
            DataWriter.WriteLine(terminal.Out, report, ApiJson.Default.StatusReport);
            return;
        }

        if (format is OutputFormat.Json or OutputFormat.Yaml)
        {
            terminal.Out.Write(watch ? "---\n" : "");
            DataWriter.Write(terminal.Out, format, report, ApiJson.Default.StatusReport);
            terminal.Out.Flush();
            return;
        }

        // Home and erase below: the picture is replaced, the scrollback is left alone.
        terminal.Out.Write(watch && terminal.OutIsTerminal && terminal.MayColour ? "\e[H\e[2J" : "");
        StatusView view = new(session.Clock.GetUtcNow(), wide: format == OutputFormat.Wide);
        if (topology is null)
        {
            view.WriteAll(report, terminal.Out, terminal.Ink);
        }
        else
        {
            view.WriteOne(report.Engine, report.Topologies.First(it => it.Name == topology), terminal.Out, terminal.Ink);
        }

        terminal.Out.Write(watch ? "\n" : "");
        terminal.Out.Flush();
    }
}
