using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>Runs a command of a namespace to its end. What it writes is in the log <c>exec</c> of the namespace.</summary>
internal static class HookProcess
{
    const string LogName = "exec";

    /// <param name="ct">When it is cancelled, the command and all it started are killed, if they are still of its process group.</param>
    /// <param name="interrupted">Cancelled when <paramref name="ct"/> was by somebody, and not by the end of the time there was.</param>
    /// <returns>Null when it exited with 0; else what became of it, with the end of what it wrote.</returns>
    public static async Task<string?> RunAsync(RunDirectory run, string topology, string ns, ImmutableArray<string> command, CancellationToken interrupted, CancellationToken ct)
    {
        string path = run.ServiceLog(topology, ns, LogName);
        string printed = ServiceSpec.PrintRun(command);
        long before = long.MaxValue;
        string how;
        try
        {
            using Fd log = LogFile.Open(path);
            File.AppendAllText(path, $"$ {printed}\n");
            before = new FileInfo(path).Length;
            using ProcessHandle process = ProcessHandle.TryOpen(ServiceProcess.StartCommand(run, topology, ns, command, [], log))!;
            try
            {
                int code = await process.WaitForExitAsync(ct) ?? 1;
                if (code == 0)
                {
                    return null;
                }

                how = string.Create(CultureInfo.InvariantCulture, $"exited with {code}");
            }
            catch (OperationCanceledException)
            {
                process.SignalGroup(Signals.Kill);
                await process.WaitForExitAsync(CancellationToken.None);
                how = interrupted.IsCancellationRequested ? "was interrupted, and killed" : "had not ended in the time there was, and was killed";
            }
        }
        catch (Exception refused) when (refused.IsRefusal())
        {
            how = $"cannot be run: {refused.Message}";
        }

        // What a daemon of an earlier hook writes meanwhile is in it too.
        string wrote = LogFile.End(path, before);
        TryNote(path, how);
        return $"`{printed}` {how}{(wrote.Length == 0 ? "" : $": {wrote}")}";
    }

    static void TryNote(string path, string how)
    {
        try
        {
            File.AppendAllText(path, $"vdeorch: {how}\n");
        }
        catch (Exception refused) when (refused.IsRefusal())
        {
            // Whoever asked is told.
        }
    }
}
