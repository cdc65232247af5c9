using Vdeorch.Engine.Supervising;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Watching;

/// <summary>Waits until everything whose health is asked is healthy, or is known not to be.</summary>
internal static class HealthProof
{
    static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(50);

    /// <param name="began">Called for each that is not healthy yet; then <paramref name="ended"/> when it is.</param>
    /// <returns>Null when all are; else which are not, and why. Also when <paramref name="ct"/> is cancelled.</returns>
    public static async Task<string?> RunAsync(TopologyKeeper keeper, Topology topology, Action<ResourceId, HealthSpec> began, Action<ResourceId> ended, CancellationToken ct)
    {
        IEnumerable<(ResourceId Id, HealthSpec Spec)> asked =
        [
            .. topology.Namespaces.Where(spec => spec.Health is not null).Select(spec => (spec.Id, spec.Health!)),
            .. topology.Services.Where(spec => spec.Health is not null).Select(spec => (spec.Id, spec.Health!)),
        ];
        string[] wrong = [.. (await Task.WhenAll(asked.Select(one => WaitAsync(keeper, one.Id, one.Spec, began, ended, ct)))).OfType<string>()];
        return wrong.Length == 0 ? null : string.Join("; ", wrong);
    }

    static async Task<string?> WaitAsync(TopologyKeeper keeper, ResourceId id, HealthSpec spec, Action<ResourceId, HealthSpec> began, Action<ResourceId> ended, CancellationToken ct)
    {
        if (keeper.Health.Find(id) is not { } watch)
        {
            return null;
        }

        int tries = watch.Tries;
        string? why = watch.Complaint;
        if (why is null)
        {
            return null;
        }

        began(id, spec);
        try
        {
            while ((why = watch.Complaint) is not null && !watch.IsHopelessSince(tries))
            {
                await Task.Delay(s_between, keeper.Clock, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The last answer is the reason.
        }

        if (why is null)
        {
            ended(id);
            return null;
        }

        return $"{id} {why}";
    }
}
