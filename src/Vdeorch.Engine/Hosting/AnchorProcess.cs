using System.Globalization;
using System.Text;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Hosting;

/// <summary>The namespaces everything rootless lives in, held open.</summary>
/// <param name="Pid">A process inside.</param>
internal sealed record AnchorNamespaces(int Pid, Fd User, Fd Mount) : IDisposable
{
    public void Dispose()
    {
        User.Dispose();
        Mount.Dispose();
    }
}

/// <summary>
/// Finds or makes the do-nothing process that keeps the user and mount namespace of a run directory alive. Whatever carries
/// its mark serves as the way in, so that killing the anchor itself loses nothing while an engine or runtime lives.
/// </summary>
internal static class AnchorProcess
{
    /// <returns>Null when nothing of this run directory runs: an empty world.</returns>
    public static AnchorNamespaces? Find(RunDirectory run)
    {
        byte[] mark = Encoding.UTF8.GetBytes($"{Marks.Anchor}={run.Path}");
        if (File.Exists(run.AnchorPid) && int.TryParse(File.ReadAllText(run.AnchorPid), CultureInfo.InvariantCulture, out int hint) && TryEnter(hint, mark) is { } anchor)
        {
            return anchor;
        }

        foreach (int pid in ProcFs.Pids().Where(pid => pid != Environment.ProcessId))
        {
            if (TryEnter(pid, mark) is { } other)
            {
                return other;
            }
        }

        return RuntimePids(run).Select(TryEnter).FirstOrDefault(found => found is not null);
    }

    /// <summary>The anchors themselves, by their name and mark: the note of the pid may be lost.</summary>
    public static IEnumerable<int> Pids(RunDirectory run)
    {
        byte[] mark = Encoding.UTF8.GetBytes($"{Marks.Anchor}={run.Path}");
        return ProcFs.Pids().Where(pid => ProcFs.CommandLine(pid) is [Anchor.Name, ..] && ProcFs.EnvironmentContains(pid, mark));
    }

    /// <exception cref="HostCannotException">The kernel refuses this user a user namespace.</exception>
    public static AnchorNamespaces Ensure(RunDirectory run)
    {
        if (Find(run) is { } found)
        {
            return found;
        }

        try
        {
            int pid = Anchor.Start(run.Path);
            File.WriteAllText(run.AnchorPid, pid.ToString(CultureInfo.InvariantCulture));
            return new AnchorNamespaces(pid,
                ProcFs.OpenNamespace(pid, "user") ?? throw new LinuxException(Errno.NoEntry, "open", $"/proc/{pid}/ns/user"),
                ProcFs.OpenNamespace(pid, "mnt") ?? throw new LinuxException(Errno.NoEntry, "open", $"/proc/{pid}/ns/mnt"));
        }
        catch (LinuxException refused)
        {
            throw new HostCannotException($"no user namespace could be made: {refused.Message}; `vdeorch doctor` says what this host lacks");
        }
    }

    // With subordinate ids a runtime is nobody's inside, and its environment is closed to us; but it answers on its socket,
    // which only we can have put there.
    static IEnumerable<int> RuntimePids(RunDirectory run)
    {
        foreach (string directory in Directory.Exists(run.Topologies) ? Directory.EnumerateDirectories(run.Topologies) : [])
        {
            int pid;
            try
            {
                using RuntimeClient client = new(run.StateSocket(Path.GetFileName(directory)));
                pid = client.State().Pid;
            }
            catch (Exception gone) when (gone is LinuxException or RuntimeRefusedException)
            {
                continue;
            }

            yield return pid;
        }
    }

    static AnchorNamespaces? TryEnter(int pid, byte[] mark) => ProcFs.EnvironmentContains(pid, mark) ? TryEnter(pid) : null;

    static AnchorNamespaces? TryEnter(int pid)
    {
        if (ProcFs.OpenNamespace(pid, "user") is not { } user)
        {
            return null;
        }

        if (ProcFs.OpenNamespace(pid, "mnt") is { } mount)
        {
            return new AnchorNamespaces(pid, user, mount);
        }

        user.Dispose();
        return null;
    }
}
