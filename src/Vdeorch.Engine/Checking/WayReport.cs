using System.Collections.Immutable;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Checking;

/// <summary>What is known to be out of order between those of a probe that failed. Looks at the world once, when the first one asks.</summary>
internal sealed class WayReport(TopologyKeeper keeper, Topology topology)
{
    readonly Lazy<Ways> _ways = new(() => new Ways(topology));
    readonly Lazy<ImmutableSortedDictionary<ResourceId, string>> _down = new(() => Look(keeper, topology));

    /// <returns>For people; null when nothing is known.</returns>
    public string? Explain(Probe probe) => _ways.Value.Explain(probe.From, probe.Target, _down.Value);

    static ImmutableSortedDictionary<ResourceId, string> Look(TopologyKeeper keeper, Topology topology)
    {
        try
        {
            WorldSnapshot world = WorldObserver.Observe(keeper, topology);
            return OutOfOrder.Of(topology, world.Objects, world.Runtime);
        }
        catch (Exception refused) when (refused is ObservationException or LinuxException)
        {
            return ImmutableSortedDictionary<ResourceId, string>.Empty.Add(new ResourceId(Kinds.Runtime, keeper.Name), refused.Message);
        }
    }
}
