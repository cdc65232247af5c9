using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Supervising;

namespace Vdeorch.Engine.Operations;

/// <summary>
/// Takes back what was applied under the condition that somebody confirms it, when nobody does in time: whoever has cut
/// off the way on which he applies gets it back. Owns a timer for each topology that waits; the note on disk decides.
/// </summary>
internal sealed class Confirmations(RunDirectory run, TopologyOperations operations, ILogger log, TimeProvider clock) : IDisposable
{
    // While another operation holds the topology.
    static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(200);

    // Timers know no less.
    static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    readonly ConcurrentDictionary<string, ITimer> _timers = new();

    /// <summary>Takes up what the last engine left waiting; what is overdue is taken back now.</summary>
    public void Resume()
    {
        foreach (string directory in Directory.EnumerateDirectories(run.Topologies))
        {
            string topology = Path.GetFileName(directory);
            if (Pending.Read(run, topology) is { } pending)
            {
                Arm(topology, pending.Until - clock.GetUtcNow());
            }
        }
    }

    /// <param name="before">To go back to; where one waits already, that one's stays.</param>
    public void Ask(string topology, TimeSpan patience, Applied? before)
    {
        AppliedNote? back = Pending.Read(run, topology) is { } waiting ? waiting.Before : before is null ? null : AppliedNote.Of(before);
        new Pending(clock.GetUtcNow() + patience, back).Write(run, topology);
        Arm(topology, patience);
    }

    /// <returns>False when nothing waits, or it is too late.</returns>
    public bool Confirm(string topology)
    {
        if (Pending.Read(run, topology) is not { } pending || pending.Until <= clock.GetUtcNow())
        {
            return false;
        }

        Forget(topology);
        return true;
    }

    /// <summary>Nothing of it waits any more.</summary>
    public void Forget(string topology)
    {
        Disarm(topology);
        Pending.Forget(run, topology);
    }

    public void Dispose()
    {
        foreach (string topology in _timers.Keys)
        {
            Disarm(topology);
        }
    }

    void Arm(string topology, TimeSpan due)
    {
        Disarm(topology);
        _timers[topology] = clock.CreateTimer(_ => _ = RevertAsync(topology), null, due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    void Disarm(string topology)
    {
        if (_timers.TryRemove(topology, out ITimer? timer))
        {
            timer.Dispose();
        }
    }

    async Task RevertAsync(string topology)
    {
        try
        {
            (IDisposable turn, TopologyKeeper keeper) = operations.Begin(topology, "revert");
            using (turn)
            {
                // Null: confirmed at the last moment.
                if (Pending.Read(run, topology) is not { } pending)
                {
                    return;
                }

                // Asked for longer; or the timer's clock is a little ahead of the one that tells the time.
                if (pending.Until - clock.GetUtcNow() is var left && left > TimeSpan.Zero)
                {
                    Arm(topology, left + s_tick);
                }
                else
                {
                    string? why = await operations.RevertAsync(keeper, pending.Before?.ToApplied());
                    log.Reverted(topology, why ?? "as it was before");
                }
            }
        }
        catch (RefusedException refused) when (refused.ExitCode == ExitCodes.Busy)
        {
            Arm(topology, s_again);
        }
        catch (RefusedException)
        {
            // It was destroyed meanwhile.
        }
        catch (Exception broke)
        {
            // The boundary of the operation: the engine and its other topologies live on.
            log.OperationBroke(topology, "revert", broke);
        }
    }
}
