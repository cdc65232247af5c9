using System.Collections.Immutable;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>The last text of a topology's /etc/hosts, which is not put together again for the very same interfaces and the same lines of the host. For any thread.</summary>
internal sealed class HostsMemory
{
    Known? _last;

    sealed record Known(string Topology, ImmutableArray<InterfaceSpec> Interfaces, ImmutableArray<CardSpec> Cards, string[] HostLines, string Text)
    {
        public bool IsOf(Topology topology, string[] hostLines) => Topology == topology.Name && HostLines.AsSpan().SequenceEqual(hostLines)
            && Interfaces.SequenceEqual(topology.Interfaces, ReferenceEquals) && Cards.SequenceEqual(topology.Cards, ReferenceEquals);
    }

    /// <inheritdoc cref="HostNames.Print"/>
    public string Print(Topology topology, string[] hostLines)
    {
        if (_last is not { } last || !last.IsOf(topology, hostLines))
        {
            _last = last = new Known(topology.Name, topology.Interfaces, topology.Cards, hostLines, HostNames.Print(topology.Name, topology.Addressed, hostLines));
        }

        return last.Text;
    }
}
