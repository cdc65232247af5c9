using System.CommandLine;
using System.Diagnostics;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Capturing;
using Vdeorch.Linux;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Cli.Verbs;

/// <summary>What has passed each port, and what has not and why: as its plug runtime counts it, no engine needed.</summary>
static class CountersVerb
{
    static readonly TimeSpan s_watchEvery = TimeSpan.FromSeconds(1);

    sealed record Wishes(TargetPath Target, bool Watch, bool Macs, OutputFormat Format);

    public static Command Create(Session session)
    {
        Argument<string> target = new(Arguments.TopologyOrTargetName) { Description = "A topology, or a switch, cloud, plug, cable, interface or namespace of it" };
        Option<bool> watch = new("--watch") { Description = "Again every second, with rates, until interrupted" };
        Option<bool> macs = new("--macs") { Description = "The addresses that switches have learned, too" };
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml);
        Command verb = new("counters", "Show what has passed each port, and what was dropped and why") { target, watch, macs, output };
        verb.SetAction((parsed, ct) => RunAsync(
            session, new Wishes(TargetPath.Parse(parsed.GetRequiredValue(target)), parsed.GetValue(watch), parsed.GetValue(macs), parsed.GetValue(output)), ct));
        return verb;
    }

    static async Task<int> RunAsync(Session session, Wishes wishes, CancellationToken ct)
    {
        string topology = wishes.Target.Topology;
        if (!RunFiles.Topologies(session.Run).Contains(topology))
        {
            return UnknownTopology.Report(topology, RunFiles.Topologies(session.Run), session);
        }

        Counted? before = null;
        while (true)
        {
            Counted? now = Look(session, topology);
            if (now is null && before is null)
            {
                session.Terminal.Say($"no plug runtime of '{topology}' answers; 'vdeorch status {topology}' says more");
                return ExitCodes.Failed;
            }

            if (now is not null)
            {
                RuntimeTarget? target = null;
                if (wishes.Target.Name is not null && (target = wishes.Target.Find(RuntimeTargets.Of(now.State), out string wrong)) is null)
                {
                    session.Terminal.Say(wrong);
                    return ExitCodes.Failed;
                }

                Write(session, CountersView.Report(topology, now, before, target, wishes.Macs), wishes);
                before = now;
            }

            if (!wishes.Watch)
            {
                return ExitCodes.Ok;
            }

            await Task.Delay(s_watchEvery, session.Clock, ct);
        }
    }

    /// <returns>Null when no runtime answers: in between, while it is watched.</returns>
    static Counted? Look(Session session, string topology)
    {
        try
        {
            return RuntimeView.State(session.Run, topology) is { } state
                ? new Counted(state, RuntimeView.Macs(session.Run, topology, state.Switches.Select(sw => sw.Name)), Stopwatch.GetElapsedTime(0))
                : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    static void Write(Session session, CountersReport report, Wishes wishes)
    {
        Terminal terminal = session.Terminal;
        if (wishes is { Format: OutputFormat.Json, Watch: true })
        {
            DataWriter.WriteLine(terminal.Out, report, CliJson.Default.CountersReport);
            return;
        }

        if (wishes.Format is OutputFormat.Json or OutputFormat.Yaml)
        {
            terminal.Out.Write(wishes.Watch ? "---\n" : "");
            DataWriter.Write(terminal.Out, wishes.Format, report, CliJson.Default.CountersReport);
            terminal.Out.Flush();
            return;
        }

        // Home and erase below: the picture is replaced, the scrollback is left alone.
        terminal.Out.Write(wishes.Watch && terminal.OutIsTerminal && terminal.MayColour ? "\e[H\e[2J" : "");
        CountersView.Write(report, terminal.Out, terminal.Ink);
        terminal.Out.Write(wishes.Watch ? "\n" : "");
        terminal.Out.Flush();
    }
}
