using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Watching;

/// <summary>A command that says by its exit code whether something is healthy. What it writes is kept for as long as it runs.</summary>
internal static class HealthCommand
{
    const int ShownLines = 3;

    /// <param name="kind">What it is run for.</param>
    /// <param name="id">Whose health it is: nobody else's runs at the same time.</param>
    /// <param name="patience">Then it and all it started are killed.</param>
    /// <param name="daemon">Whose place it is run in; null: it sees what any program of the namespace sees.</param>
    /// <returns>Null when it exited with 0; else what became of it.</returns>
    public static async Task<string?> RunAsync(RunDirectory run, string topology, string kind, ResourceId id, ImmutableArray<string> command, IEnumerable<KeyValuePair<string, string>> env, TimeSpan patience, ServiceSpec? daemon, CancellationToken ct)
    {
        string printed = ServiceSpec.PrintRun(command);
        string path = $"{run.TopologyDirectory(topology)}/{kind}/{id.Name.Replace('/', '.')}.out";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        try
        {
            using Fd output = LogFile.Open(path);
            using ProcessHandle process = ProcessHandle.TryOpen(ServiceProcess.StartCommand(run, topology, id.Name.Split('/')[0], command, env, output, daemon))!;
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(patience);
            try
            {
                int code = await process.WaitForExitAsync(limit.Token) ?? 1;
                string wrote = LogFile.End(path, 0, ShownLines);
                // What a function says of itself is for people already.
                return code == 0 ? null : daemon is not null && wrote.Length > 0 ? wrote : string.Create(CultureInfo.InvariantCulture, $"`{printed}` exited with {code}{(wrote.Length == 0 ? "" : $": {wrote}")}");
            }
            catch (OperationCanceledException)
            {
                process.SignalGroup(Signals.Kill);
                await process.WaitForExitAsync(CancellationToken.None);
                ct.ThrowIfCancellationRequested();
                return $"`{printed}` had not ended in time, and was killed";
            }
        }
        catch (LinuxException refused)
        {
            return $"`{printed}` cannot be run: {refused.Message}";
        }
        finally
        {
            File.Delete(path);
        }
    }
}
