using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Asks a daemon what it knows of itself, over a socket in the directory that is its <c>/run</c>.</summary>
internal static class DaemonQuestion
{
    // Of status, which people wait for.
    static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    /// <returns>How it is and why; null when it says nothing of that, or does not answer.</returns>
    public static (Health Health, string Why)? Ask(RunDirectory run, string topology, ResourceId id, DaemonSpec daemon)
    {
        string[] name = id.Name.Split('/');
        return daemon.Report is { } report && UnixQuestion.Ask($"{run.Daemon(topology, name[0], name[1])}/run", report.Socket, report.Question, s_patience) is { } answer ? report.Read(answer) : null;
    }
}
