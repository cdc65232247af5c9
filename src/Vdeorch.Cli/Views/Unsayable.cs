using System.Collections.Immutable;
using System.Text;
using Vdeorch.Engine.Observing;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Reading;

namespace Vdeorch.Cli.Views;

/// <summary>What is live and has no words in the language: an interface that somebody took down, say. The file does not have it, and says so.</summary>
static class Unsayable
{
    /// <param name="yaml">The live state, rendered.</param>
    public static ImmutableArray<string> Of(WorldSnapshot world, string yaml)
    {
        ReadResult read = TopologyReader.Read(Encoding.UTF8.GetBytes(yaml), $"{world.Topology}.yaml");
        if (read.Topology is not { } said)
        {
            return [.. read.Diagnostics.Select(diagnostic => $"no file can say this: {diagnostic.Message}")];
        }

        Plan plan = Planner.Diff(world.Topology, said.Resources, world.Objects);
        return
        [
            .. plan.Changes.Select(step => step.Changes.IsEmpty || step.Action is PlanAction.Create or PlanAction.Delete
                ? $"no file can say that {step.Id} is {(step.Action == PlanAction.Delete ? "there" : "not there")}"
                : $"no file can say of {step.Id}: {string.Join(", ", step.Changes.Select(change => $"{change.Path} '{change.Before}'"))}"),
        ];
    }
}
