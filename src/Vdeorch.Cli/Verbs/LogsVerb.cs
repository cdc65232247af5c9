using System.CommandLine;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Cli.Verbs;

/// <summary>What services and the consoles of machines wrote: their log files, no engine needed.</summary>
static class LogsVerb
{
    static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(100);

    sealed record Source(string Name, string Label, LogTail Tail);

    public static Command Create(Session session)
    {
        Argument<NamespacePath> target = Arguments.Service();
        Option<bool> follow = new("--follow", "-f") { Description = "Go on as lines are written, until interrupted" };
        Option<int?> tail = new("--tail") { Description = "Only the last N lines of each log", HelpName = "N" };
        tail.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var typed }] && (!int.TryParse(typed, out int lines) || lines < 0))
            {
                result.AddError($"--tail: '{typed}' is not a number of lines");
            }
        });
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new("logs", "Print what services, and the consoles of machines, wrote") { target, follow, tail, output };
        verb.SetAction((parsed, ct) => RunAsync(session, parsed.GetRequiredValue(target), parsed.GetValue(follow), parsed.GetValue(tail), parsed.GetValue(output), ct));
        return verb;
    }

    static async Task<int> RunAsync(Session session, NamespacePath target, bool follow, int? tail, OutputFormat format, CancellationToken ct)
    {
        RunDirectory run = session.Run;
        if (!Directory.Exists(run.TopologyDirectory(target.Topology)))
        {
            return UnknownTopology.Report(target.Topology, RunFiles.Topologies(run), session);
        }

        Source[] sources = [.. Sources(run, target)];
        if (sources.Length == 0)
        {
            session.Terminal.Say($"no log of {target}: no service of that name has been started");
            return ExitCodes.Failed;
        }

        foreach (Source source in sources)
        {
            if (tail is { } lines)
            {
                source.Tail.SeekToTail(lines);
            }
        }

        await CopyAsync(session, sources, follow, format, ct);
        return ExitCodes.Ok;
    }

    static IEnumerable<Source> Sources(RunDirectory run, NamespacePath target)
    {
        if (target.Namespace is not { } ns)
        {
            string log = run.RuntimeLog(target.Topology);
            return File.Exists(log) ? [new Source("runtime", "", new LogTail(log))] : [];
        }

        string[] services = [.. RunFiles.LoggedServices(run, target.Topology, ns).Where(name => target.Service is null || name == target.Service)];
        int widest = services.Select(name => name.Length).DefaultIfEmpty(0).Max();
        return services.Select(name => new Source(
            $"{ns}/{name}",
            services.Length == 1 ? "" : $"{name.PadRight(widest)} | ",
            new LogTail(run.ServiceLog(target.Topology, ns, name))));
    }

    /// <summary>Prints one log, and goes on as it grows if it is to be followed.</summary>
    public static Task CopyAsync(Session session, LogTail log, bool follow, CancellationToken ct) => CopyAsync(session, [new Source("", "", log)], follow, OutputFormat.Table, ct);

    static async Task CopyAsync(Session session, Source[] sources, bool follow, OutputFormat format, CancellationToken ct)
    {
        Terminal terminal = session.Terminal;
        do
        {
            foreach (Source source in sources)
            {
                void Give(string line) => Write(terminal, source, line, format);
                source.Tail.ReadNew(Give);
                if (!follow)
                {
                    source.Tail.Finish(Give);
                }
            }

            terminal.Out.Flush();
            if (follow)
            {
                await Task.Delay(s_lookEvery, session.Clock, ct);
            }
        }
        while (follow);
    }

    // As the program wrote it: its colours are its own.
    static void Write(Terminal terminal, Source source, string line, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            DataWriter.WriteLine(terminal.Out, new LogLine(source.Name, line), CliJson.Default.LogLine);
        }
        else
        {
            terminal.Out.WriteLine($"{terminal.Ink.Cyan(source.Label)}{line}");
        }
    }
}
