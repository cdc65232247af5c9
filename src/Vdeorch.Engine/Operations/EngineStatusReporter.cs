using System.Collections.Immutable;
using System.Reflection;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Supervising;
using Vdeorch.Engine.Watching;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Resources;

namespace Vdeorch.Engine.Operations;

/// <summary>The status report with what only the engine knows: back-offs, restarts, health, adoption.</summary>
internal sealed class EngineStatusReporter(RunDirectory run, TopologyOperations operations, DateTimeOffset startedAt)
{
    /// <summary>Set once, when adoption has ended.</summary>
    public ImmutableArray<string> Adopted { get; set; } = [];

    public static string Version { get; } =
        typeof(EngineStatusReporter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public EngineStatus Engine() =>
        new(Version, Environment.ProcessId, startedAt, !run.IsRootless, run.Path, Adopted, ProcFs.PssKiB(Environment.ProcessId) ?? 0);

    public StatusReport Report(string? topology)
    {
        StatusReport seen = StatusBuilder.Build(run, topology, Engine());
        return seen with { Topologies = [.. seen.Topologies.Select(Enrich)] };
    }

    TopologyStatus Enrich(TopologyStatus seen) => operations.Known(seen.Name) is not { } keeper ? seen : seen with
    {
        Busy = keeper.Busy,
        Runtime = seen.Runtime is { } runtime ? runtime with { Restarts = keeper.Runtime.Restarts, Adopted = keeper.Runtime.IsAdopted } : null,
        Objects = [.. seen.Objects.Select(thing => Enrich(thing, keeper))],
    };

    static ObjectStatus Enrich(ObjectStatus seen, TopologyKeeper keeper) => Asked(Supervised(seen, keeper), keeper);

    static ObjectStatus Supervised(ObjectStatus seen, TopologyKeeper keeper) => keeper.Kept(seen.Id) switch
    {
        null => seen,
        { Waiting: { } waiting } kept => seen with { Restarts = kept.Restarts, State = "back-off", Health = Health.Failed, Reason = waiting },
        { Looping: { } looping } kept when seen.Health == Health.Healthy => seen with { Restarts = kept.Restarts, Health = Health.Degraded, Reason = looping },
        { } kept => seen with { Restarts = kept.Restarts },
    };

    // What is missing, or differs, is that before it is unhealthy.
    static ObjectStatus Asked(ObjectStatus seen, TopologyKeeper keeper)
    {
        // What a card waits for nobody here asks.
        if (seen.Id.Kind == Kinds.Card || seen.Health is not (Health.Healthy or Health.Unknown or Health.Starting))
        {
            return seen;
        }

        if (keeper.Health.FindReady(seen.Id)?.Now is { State: not HealthState.Healthy } late)
        {
            return seen with { Health = Health.Starting, HealthSince = late.Since, Reason = StatusBuilder.NotReady(late.Why) };
        }

        if (keeper.Health.Find(seen.Id) is not { } watch)
        {
            return seen.Health == Health.Starting ? seen with { Health = Health.Healthy, Reason = null } : seen;
        }

        (HealthState state, DateTimeOffset since, string? why) = watch.Now;
        return seen with
        {
            Health = state switch { HealthState.Healthy => Health.Healthy, HealthState.Starting => Health.Starting, _ => Health.Unhealthy },
            HealthSince = since,
            Reason = why ?? (state == HealthState.Starting ? "not healthy yet" : null),
        };
    }
}
