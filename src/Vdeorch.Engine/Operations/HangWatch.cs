using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;

namespace Vdeorch.Engine.Operations;

/// <summary>
/// Asks every runtime now and then whether it answers, and replaces one that has not for several looks in a row. Owns one task; disposing waits for nothing.
/// </summary>
/// <remarks>
/// On a machine that is slow, or was suspended, the engine is late too: a look that came late, or took longer than it may, tells nothing about the
/// runtime, and does not count.
/// </remarks>
internal sealed class HangWatch(TopologyOperations operations, TimeProvider clock) : IDisposable
{
    const int LooksInARow = 3;

    static readonly TimeSpan s_every = TimeSpan.FromSeconds(5);
    static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(500);

    readonly CancellationTokenSource _stop = new();

    /// <summary>Returns at once; nothing is asked before the first interval has passed.</summary>
    public void Start() => _ = LoopAsync();

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    async Task LoopAsync()
    {
        Dictionary<(string Topology, int Pid), int> silent = [];
        CancellationToken ct = _stop.Token;
        try
        {
            while (true)
            {
                TimeSpan pause = silent.Count > 0 ? s_again : s_every;
                long began = clock.GetTimestamp();
                await Task.Delay(pause, clock, ct);
                bool isLate = clock.GetElapsedTime(began) > pause + s_late;
                Dictionary<(string Topology, int Pid), int> now = [];
                foreach ((TopologyKeeper keeper, int pid) in await SilentAsync())
                {
                    int looks = silent.GetValueOrDefault((keeper.Name, pid)) + (isLate ? 0 : 1);
                    if (looks < LooksInARow)
                    {
                        now[(keeper.Name, pid)] = looks;
                    }
                    else
                    {
                        await Task.Run(() => keeper.Runtime.EndHung(pid), CancellationToken.None);
                    }
                }

                silent = now;
            }
        }
        catch (OperationCanceledException)
        {
            // The engine ends.
        }
    }

    // All at once: one that hangs must not make the others' looks late.
    async Task<(TopologyKeeper Keeper, int Pid)[]> SilentAsync()
    {
        (TopologyKeeper Keeper, int Pid)[] all = [.. operations.Keepers.Select(keeper => (keeper, keeper.Runtime.Pid)).Where(one => one.Pid is not null).Select(one => (one.keeper, one.Pid!.Value))];
        bool[] silent = await Task.WhenAll(all.Select(one => Task.Run(() => IsSilent(one.Keeper))));
        return [.. all.Where((_, i) => silent[i])];
    }

    bool IsSilent(TopologyKeeper keeper)
    {
        long began = clock.GetTimestamp();
        try
        {
            using RuntimeClient client = new(keeper.Run.StateSocket(keeper.Name), s_patience);
            client.Hello();
            return false;
        }
        catch (LinuxException refused)
        {
            // One that is gone has its keeper; one that cannot be reached at all is seen by whoever looks at the topology.
            return refused.Errno is Errno.TryAgain or Errno.TimedOut && clock.GetElapsedTime(began) < s_patience + s_late;
        }
    }
}
