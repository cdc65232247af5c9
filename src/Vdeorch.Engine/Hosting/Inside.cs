using System.Runtime.InteropServices;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Hosting;

/// <summary>Rootless, whoever looks into the namespaces must be inside the anchor: such verbs run themselves again there.</summary>
public static class Inside
{
    /// <returns>The exit code of this same command line run inside; null when the caller may simply go on: as root, inside already, or when nothing runs.</returns>
    public static async Task<int?> ReexecuteAsync(RunDirectory run, string[] args)
    {
        if (!run.IsRootless || run.IsInside)
        {
            return null;
        }

        using AnchorNamespaces? anchor = AnchorProcess.Find(run);
        return anchor is null ? null : await RunInAnchorAsync(run, anchor, args);
    }

    internal static async Task<int> RunInAnchorAsync(RunDirectory run, AnchorNamespaces anchor, string[] args)
    {
        // The terminal sends its signals to both of us; the one inside decides.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, signal => signal.Cancel = true);
        int pid = Spawner.Spawn(new SpawnRequest
        {
            Program = Environment.ProcessPath!,
            Arguments = ["vdeorch", .. args],
            Environment = EngineProcess.Variables(run),
            WorkingDirectory = Environment.CurrentDirectory,
            JoinUser = anchor.User,
            JoinMount = anchor.Mount,
            Privileges = Privileges.AmbientAll,
        });
        using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            process.Signal(Signals.Term);
        });
        return await process.WaitForExitAsync(CancellationToken.None) ?? 1;
    }
}
