using System.Collections.Immutable;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Supervising;

/// <summary>The processes that a daemon has serve in its place: those of its session but itself.</summary>
/// <param name="Each">The process and when it started.</param>
internal sealed record Workers(ImmutableArray<(int Pid, ulong Started)> Each)
{
    static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(20);

    public static Workers None { get; } = new([]);

    /// <param name="daemon">The leader of its session.</param>
    public static Workers Of(int daemon) => new([.. ProcFs.Pids().Where(pid => pid != daemon && ProcFs.Session(pid) == daemon).Select(pid => (pid, ProcFs.StartTime(pid) ?? 0))]);

    /// <summary>Returns when none of them is there any more, or the time is up.</summary>
    public async Task EndAsync(TimeSpan patience, TimeProvider clock, CancellationToken ct)
    {
        long began = clock.GetTimestamp();
        while (Each.Any(one => ProcFs.StartTime(one.Pid) == one.Started && !ProcFs.IsZombie(one.Pid)) && clock.GetElapsedTime(began) < patience)
        {
            await Task.Delay(s_between, clock, ct);
        }
    }
}
