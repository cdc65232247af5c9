using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Hosting;

/// <summary>Starting the engine, from a verb that needs one and as the engine itself.</summary>
public static class EngineProcess
{
    /// <summary>In a background engine: the descriptor on which it says, in one line, that it is ready (<c>ok</c>) or why not.</summary>
    internal const string ReadyVariable = "VDEORCH_READY_FD";

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    static readonly TimeSpan s_dying = TimeSpan.FromSeconds(10);

    /// <returns>True when an engine answers. That its socket takes a connection is not enough: one that is being killed still does.</returns>
    public static bool IsRunning(RunDirectory run)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)s_patience.TotalMilliseconds };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(run.ApiSocket));
            // No such call: the shortest answer there is.
            socket.Send("HEAD / HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n"u8);
            return socket.Receive(new byte[1]) > 0;
        }
        catch (SocketException refused)
        {
            // It lives and is too busy to say so.
            return refused.SocketErrorCode == SocketError.TimedOut;
        }
    }

    /// <summary>Starts one in the background when none answers, and waits until it does.</summary>
    /// <exception cref="HostCannotException">This host or user cannot run one.</exception>
    public static async Task StartAsync(RunDirectory run, CancellationToken ct)
    {
        if (IsRunning(run))
        {
            return;
        }

        run.Ensure();
        // Two verbs may come at once; the second finds the first one's engine.
        using FileStream turn = await LockAsync(run.StartLock, ct);
        if (IsRunning(run))
        {
            return;
        }

        await Task.Run(() => Start(run), ct).WaitAsync(s_patience, ct);
    }

    /// <summary>The engine itself. Returns when it is told to stop; what it keeps goes on running.</summary>
    /// <param name="background">Started by a verb: no terminal, and somebody waits to hear that it is ready.</param>
    public static async Task<int> RunAsync(RunDirectory run, bool background, CancellationToken ct)
    {
        run.Ensure();
        if (run.IsRootless && !run.IsInside)
        {
            return await Inside.RunInAnchorAsync(run, AnchorProcess.Ensure(run), Environment.GetCommandLineArgs()[1..]);
        }

        using Fd? ready = int.TryParse(Environment.GetEnvironmentVariable(ReadyVariable), CultureInfo.InvariantCulture, out int number) ? new Fd(number) : null;
        try
        {
            using FileStream held = await HoldAsync(run, ct);
            await StaleEngines.EndAsync(run);
            return await new EngineHost(run).RunAsync(() => Say(ready, "ok"), ct);
        }
        catch (IOException refused) when (IsRunning(run))
        {
            throw new HostCannotException($"an engine runs already in '{run.Path}' ({refused.Message})");
        }
        catch (Exception failed) when (Say(ready, failed.Message))
        {
            throw;
        }
    }

    static void Start(RunDirectory run)
    {
        using Fd log = LogFile.Open(run.EngineLog);
        using Fd nothing = Descriptors.OpenNull();
        (Fd hears, Fd says) = Descriptors.Pipe();
        using (hears)
        {
            using (says)
            {
                using AnchorNamespaces? anchor = run.IsRootless ? AnchorProcess.Ensure(run) : null;
                Spawner.Spawn(new SpawnRequest
                {
                    Program = Environment.ProcessPath!,
                    Arguments = ["vdeorch", "engine", "run", "--background"],
                    Environment = Variables(run, $"{ReadyVariable}=3"),
                    JoinUser = anchor?.User,
                    JoinMount = anchor?.Mount,
                    StandardInput = nothing,
                    StandardOutput = log,
                    StandardError = log,
                    Pass = [says],
                    NewSession = true,
                    Privileges = run.IsRootless ? Privileges.AmbientAll : Privileges.Inherit,
                });
            }

            string answer = Descriptors.ReadToEnd(hears).Trim();
            if (answer != "ok")
            {
                throw new HostCannotException($"the engine did not start: {(answer.Length > 0 ? answer : "it ended without a word")}; vdeorch engine logs says more");
            }
        }
    }

    /// <summary>The environment of a process that goes into the anchor, or that is the engine.</summary>
    internal static ImmutableArray<string> Variables(RunDirectory run, params ReadOnlySpan<string> more)
    {
        List<string> variables = [];
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry.Key is not (Marks.Anchor or "VDEORCH_RUN_DIR" or ReadyVariable))
            {
                variables.Add($"{entry.Key}={entry.Value}");
            }
        }

        variables.Add($"VDEORCH_RUN_DIR={run.Path}");
        if (run.IsRootless)
        {
            variables.Add($"{Marks.Anchor}={run.Path}");
        }

        return [.. variables, .. more];
    }

    static bool Say(Fd? ready, string line)
    {
        if (ready is { IsClosed: false })
        {
            Descriptors.Write(ready, Encoding.UTF8.GetBytes($"{line}\n"));
            ready.Dispose();
        }

        return false;
    }

    // One that was killed holds the lock until the last of its threads is gone; one that was told to stop, until it has put
    // back what it had begun.
    static async Task<FileStream> HoldAsync(RunDirectory run, CancellationToken ct)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return Open(run.EngineLock);
            }
            catch (IOException) when (File.Exists(run.EngineLock) && Stopwatch.GetElapsedTime(began) < s_dying && !IsRunning(run))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), ct);
            }
        }
    }

    static FileStream Open(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    static async Task<FileStream> LockAsync(string path, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return Open(path);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), ct);
            }
        }
    }
}
