using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Cli.Inputs;

/// <summary>What apply would do, found out by looking: nothing here can change the world.</summary>
sealed record Preview(Plan Plan, ImmutableArray<string> Notes)
{
    public static Preview Of(RunDirectory run, Topology topology, string path)
    {
        WorldSnapshot world = WorldObserver.Observe(run, topology.Name, topology);
        Plan plan = Planner.Diff(topology.Name, topology.Resources, world.Objects, world.Applied?.Topology?.Resources);
        return world.Applied is { } applied && applied.File != path
            ? new Preview(plan, [$"'{topology.Name}' was applied from {applied.File}, and this is another file", .. world.Notes])
            : new Preview(plan, world.Notes);
    }

    /// <summary>As if the wish were what was applied: whatever differs has drifted.</summary>
    public static Preview OfDrift(RunDirectory run, Topology topology)
    {
        WorldSnapshot world = WorldObserver.Observe(run, topology.Name, topology);
        return new Preview(Planner.Diff(topology.Name, topology.Resources, world.Objects, topology.Resources), world.Notes);
    }
}
