using System.Collections.Immutable;
using System.Reflection;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Resources;

namespace Vdeorch.Engine.Operations;

/// <summary>The status report with what only the engine knows: back-offs, restarts, readiness, adoption.</summary>
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

    static ObjectStatus Enrich(ObjectStatus seen, TopologyKeeper keeper)
    {
        if (seen.Id.Kind != Kinds.Service || !keeper.Services.TryGetValue(seen.Id.Name, out ServiceKeeper? service))
        {
            return seen;
        }

        return service.Waiting is { } waiting
            ? seen with { Restarts = service.Restarts, State = "back-off", Health = Health.Failed, Reason = waiting }
            : seen with { Restarts = service.Restarts };
    }
}
