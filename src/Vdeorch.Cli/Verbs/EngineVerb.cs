using System.CommandLine;
using System.Globalization;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Cli.Verbs;

/// <summary>The engine itself: in the foreground, asked, ended. What it supervises outlives it.</summary>
static class EngineVerb
{
    static readonly TimeSpan s_stopWithin = TimeSpan.FromSeconds(10);

    public static Command Create(Session session) => new("engine", "Run, ask or stop the engine") { Run(session), Status(session), Logs(session), Stop(session) };

    static Command Run(Session session)
    {
        // How apply starts it: detached, and quiet once it listens.
        Option<bool> background = new("--background") { Hidden = true };
        Command verb = new("run", "Run the engine in the foreground, logs on stderr") { background };
        verb.SetAction((parsed, ct) => EngineProcess.RunAsync(session.Run, parsed.GetValue(background), ct));
        return verb;
    }

    static Command Status(Session session)
    {
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml);
        Command verb = new("status", "Say whether an engine runs; exit 1 when none does") { output };
        verb.SetAction((parsed, ct) => StatusAsync(session, parsed.GetValue(output), ct));
        return verb;
    }

    static Command Logs(Session session)
    {
        Option<bool> follow = new("--follow", "-f") { Description = "Go on as lines are written, until interrupted" };
        Command verb = new("logs", "Print what the engines of the run directory have said") { follow };
        verb.SetAction((parsed, ct) => LogsAsync(session, parsed.GetValue(follow), ct));
        return verb;
    }

    static async Task<int> LogsAsync(Session session, bool follow, CancellationToken ct)
    {
        string log = session.Run.EngineLog;
        if (!File.Exists(log))
        {
            session.Terminal.Say($"no engine has written a log in '{session.Run.Path}': one that is started by a verb does; `vdeorch engine run` has it on its stderr");
            return ExitCodes.Failed;
        }

        await LogsVerb.CopyAsync(session, new LogTail(log), follow, ct);
        return ExitCodes.Ok;
    }

    static Command Stop(Session session)
    {
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new("stop", "End the engine; topologies go on, and the next engine adopts them") { output };
        verb.SetAction((parsed, ct) => StopAsync(session, parsed.GetValue(output), ct));
        return verb;
    }

    static async Task<int> StatusAsync(Session session, OutputFormat format, CancellationToken ct)
    {
        using EngineClient client = session.Client();
        EngineStatus? engine = await client.FindEngineAsync(ct);
        Terminal terminal = session.Terminal;
        if (format != OutputFormat.Table)
        {
            DataWriter.Write(terminal.Out, format, new EngineReport(JsonFormat.Current, engine), CliJson.Default.EngineReport);
        }
        else
        {
            new StatusView(session.Clock.GetUtcNow(), wide: false).WriteEngine(engine, terminal.Out, terminal.Ink);
        }

        return engine is null ? ExitCodes.Failed : ExitCodes.Ok;
    }

    static async Task<int> StopAsync(Session session, OutputFormat format, CancellationToken ct)
    {
        using EngineClient client = session.Client();
        EngineStatus? engine = await client.FindEngineAsync(ct);
        if (engine is not null)
        {
            await client.StopAsync(ct);
            if (!await GoneAsync(client, session.Clock, ct))
            {
                session.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"the engine (pid {engine.Pid}) still answers {s_stopWithin.TotalSeconds} s after it was asked to stop"));
                return ExitCodes.Failed;
            }
        }

        if (format == OutputFormat.Json)
        {
            DataWriter.Write(session.Terminal.Out, format, new StopReport(JsonFormat.Current, engine is not null), CliJson.Default.StopReport);
        }
        else
        {
            session.Terminal.Out.WriteLine(engine is null ? "No engine runs." : string.Create(CultureInfo.InvariantCulture, $"Stopped the engine, pid {engine.Pid}; what it ran goes on."));
        }

        return ExitCodes.Ok;
    }

    /// <summary>Waits for an engine that was told to stop, with patience.</summary>
    /// <returns>False when it still answers.</returns>
    public static async Task<bool> GoneAsync(EngineClient client, TimeProvider clock, CancellationToken ct)
    {
        long asked = clock.GetTimestamp();
        while (clock.GetElapsedTime(asked) < s_stopWithin)
        {
            if (await client.FindEngineAsync(ct) is null)
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), clock, ct);
        }

        return false;
    }
}
