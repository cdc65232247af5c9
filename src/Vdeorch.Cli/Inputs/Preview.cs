using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Cli.Inputs;

/// <summary>What apply would do, found out by looking: nothing here can change the world.</summary>
sealed record Preview(Plan Plan, ImmutableArray<string> Notes)
{
    /// <summary>Of what the plan is.</summary>
    public Selection Selection { get; private init; } = Selection.Everything;

    /// <summary>What the selection names, or a machine needs, and is not there; null when all is.</summary>
    public string? Complaint { get; private init; }

    /// <exception cref="HostCannotException">Who is to have a switch cannot be told where this user's are made, or a program is missing.</exception>
    public static Preview Of(RunDirectory run, Topology topology, string path, Selection selection)
    {
        WorldSnapshot world = WorldObserver.Observe(run, topology.Name, topology);
        Targets targets = Targets.Of(topology, selection, world.Objects, world.Applied?.Topology);
        if (targets.Complaint is null && (IdsFit.Complaint(run, targets.Wished) ?? Programs.Complaint(targets.Wished)) is { } lacking)
        {
            throw new HostCannotException(lacking);
        }

        string[] other = world.Applied is { } applied && applied.File != path ? [$"'{topology.Name}' was applied from {applied.File}, and this is another file"] : [];
        return new Preview(targets.Plan, [.. other, .. world.Notes]) { Selection = selection, Complaint = targets.Complaint ?? Machines.Complaint(targets.Wished) };
    }

    /// <summary>As if the wish were what was applied: whatever differs has drifted.</summary>
    public static Preview OfDrift(RunDirectory run, Topology topology)
    {
        WorldSnapshot world = WorldObserver.Observe(run, topology.Name, topology);
        return new Preview(Targets.Of(topology, Selection.Everything, world.Objects, topology).Plan, world.Notes);
    }
}
