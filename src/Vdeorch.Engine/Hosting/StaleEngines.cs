using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Hosting;

/// <summary>
/// Engines that lost their run directory: somebody deleted its files, so nobody can reach them, and they would go on
/// restarting what their successor ends.
/// </summary>
internal static class StaleEngines
{
    /// <summary>Kills them: what they supervised stays, and is adopted.</summary>
    /// <remarks>Only for who holds the run directory's lock; every other engine of it is stale then.</remarks>
    public static async Task EndAsync(RunDirectory run)
    {
        int parent = ParentOf(Environment.ProcessId);
        foreach (int pid in ProcFs.Pids().Where(pid => pid != Environment.ProcessId && pid != parent && IsEngineOf(run, pid)))
        {
            using ProcessHandle? stale = ProcessHandle.TryOpen(pid);
            if (stale is not null && IsEngineOf(run, pid))
            {
                stale.Signal(Signals.Kill);
                await stale.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    // A background engine is told its run directory in its environment; one in the foreground may have come by the default.
    static bool IsEngineOf(RunDirectory run, int pid) =>
        ProcFs.CommandLine(pid) is [_, "engine", "run", ..]
        && ProcFs.Uid(pid) == ProcFs.Uid(Environment.ProcessId)
        && ProcFs.Environment(pid) is { } environment
        && run.Path == (Given(environment, "VDEORCH_RUN_DIR") ?? Given(environment, Marks.Anchor) ?? RunDirectory.Default(run.IsRootless));

    static string? Given(ImmutableDictionary<string, string> environment, string name) => environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    // Without root a foreground engine is the child of the process that was started: proc_pid_stat(5), the second field after the name.
    static int ParentOf(int pid)
    {
        string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
