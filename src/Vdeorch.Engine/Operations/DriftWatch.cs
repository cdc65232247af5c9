using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Operations;

/// <summary>
/// The standing loop: looks again and again at every topology, and puts back, or only says (<see cref="Policy.Drift"/>), what others have
/// changed. What differs at two looks in a row has drifted: what is on its way is not drift. Owns one task; disposing waits for nothing.
/// </summary>
/// <remarks>
/// Processes that ended are not its business: the runtime and services have keepers, which start them again as their `restart` says, whatever
/// the policy. While a runtime is not there, all of its topology waits for it.
/// </remarks>
internal sealed class DriftWatch(RunDirectory run, TopologyOperations operations, ILogger log, TimeProvider clock) : IDisposable
{
    /// <summary>How often it looks, a duration; <c>0s</c>: never.</summary>
    public const string EveryVariable = "VDEORCH_DRIFT_EVERY";

    public static readonly TimeSpan DefaultEvery = TimeSpan.FromSeconds(30);

    // Of the time, to look may take one part of so many: many namespaces are looked at less often.
    const int Share = 20;

    readonly CancellationTokenSource _stop = new();

    // By topology: what differed at the last look, and what has been said of it.
    readonly Dictionary<string, string> _last = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _said = new(StringComparer.Ordinal);

    /// <summary>Returns at once; nothing is looked at before the first interval has passed.</summary>
    public void Start(TimeSpan every) => _ = every > TimeSpan.Zero ? LoopAsync(every) : Task.CompletedTask;

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    async Task LoopAsync(TimeSpan every)
    {
        CancellationToken ct = _stop.Token;
        TimeSpan pause = every;
        try
        {
            while (true)
            {
                await Task.Delay(pause, clock, ct);
                long began = clock.GetTimestamp();
                foreach (TopologyKeeper keeper in operations.Keepers)
                {
                    await TryLookAsync(keeper);
                }

                TimeSpan took = clock.GetElapsedTime(began);
                pause = took * Share > every ? took * Share : every;
            }
        }
        catch (OperationCanceledException)
        {
            // The engine ends.
        }
    }

    async Task TryLookAsync(TopologyKeeper keeper)
    {
        try
        {
            await LookAsync(keeper);
        }
        catch (Exception refused) when (refused is ObservationException or LinuxException or IOException or UnauthorizedAccessException)
        {
            // The next look may see more; `status` says what cannot be looked at.
            _last.Remove(keeper.Name);
        }
        catch (Exception broke)
        {
            // The boundary of the operation: the engine and its other topologies live on.
            log.OperationBroke(keeper.Name, "heal", broke);
        }
    }

    async Task LookAsync(TopologyKeeper keeper)
    {
        if (keeper.Busy is not null || keeper.IsHalfway)
        {
            _last.Remove(keeper.Name);
            return;
        }

        WorldSnapshot world = WorldObserver.Observe(run, keeper.Name);
        PlanStep[] drift = world.Applied?.Topology is { } wished ? Of(wished, world) : [];
        string what = string.Join("; ", drift.Select(Describe));
        bool isSame = _last.GetValueOrDefault(keeper.Name) == what;
        _last[keeper.Name] = what;
        if (drift.Length == 0)
        {
            _said.Remove(keeper.Name);
        }
        else if (isSame && world.Applied!.Topology!.Policy.Drift == DriftPolicy.Heal)
        {
            await HealAsync(keeper, what);
        }
        else if (isSame && _said.GetValueOrDefault(keeper.Name) != what)
        {
            log.Drifted(keeper.Name, what);
            _said[keeper.Name] = what;
        }
    }

    static PlanStep[] Of(Topology wished, WorldSnapshot world) => world.Runtime is null ? []
        : [.. Planner.Diff(world.Topology, wished.Resources, world.Objects, wished.Resources, policy: wished.Policy).Changes.Where(step => IsOurs(step, wished))];

    // A service in a network namespace that was removed under it goes on there, cut off; that no keeper sees.
    static bool IsOurs(PlanStep step, Topology wished) => step.Action == PlanAction.Delete || (!IsMachine(step, wished) && IsOurs(step, wished.Services.FirstOrDefault(spec => spec.Id == step.Id)));

    static bool IsOurs(PlanStep step, ServiceSpec? service) => service is null
        || step.Changes.Any(change => change is { Path: "state", Before: ServiceObserver.Lost })
        || (service.Daemon is not null && step.Action == PlanAction.Update && step.Changes.Any(change => change.Path.StartsWith(DaemonSpec.FilePaths, StringComparison.Ordinal)));

    static bool IsMachine(PlanStep step, Topology wished) => wished.Machines.Any(spec => spec.Id == step.Id && !spec.IsExternal);

    async Task HealAsync(TopologyKeeper keeper, string what)
    {
        IDisposable turn;
        try
        {
            (turn, _) = operations.Begin(keeper.Name, TopologyOperations.Healing);
        }
        catch (RefusedException)
        {
            // Somebody applies, which heals too, or has destroyed it.
            return;
        }

        using (turn)
        {
            // Seen again in our own turn: an apply may have come in between.
            WorldSnapshot world = WorldObserver.Observe(run, keeper.Name);
            if (world.Applied?.Topology is not { Policy.Drift: DriftPolicy.Heal } wished || Of(wished, world) is not { Length: > 0 } drift || string.Join("; ", drift.Select(Describe)) != what)
            {
                return;
            }

            Adoption.Complete(keeper, wished, world);
            string? why = await Rollback.RunAsync(keeper, wished, drift.Select(step => step.Id).ToImmutableHashSet(), _ => { });
            if (why is null)
            {
                log.Healed(keeper.Name, what);
            }
            else
            {
                log.NotHealed(keeper.Name, what, why);
            }

            _last.Remove(keeper.Name);
        }
    }

    static string Describe(PlanStep step) => step.Action switch
    {
        PlanAction.Create => $"{step.Id} has gone",
        PlanAction.Delete => $"{step.Id} was not asked for",
        _ => $"{step.Id}: {string.Join(", ", step.Changes.Select(change => $"{change.Path} is {change.Before ?? "missing"}, was applied as {change.After ?? "nothing"}"))}",
    };
}
