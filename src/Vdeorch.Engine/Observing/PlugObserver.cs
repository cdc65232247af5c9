using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Observing;

/// <summary>Clouds, plugs and cables, as the runtime tells them: by what its plugs lead to and what its switches are called.</summary>
internal static class PlugObserver
{
    public static IEnumerable<Observed> Observe(RuntimeState state, ResourceId runtime)
    {
        // A cable may have a plug at either end, or none at all: then its wire is all there is of it.
        ILookup<ResourceId, PortState> plugs = state.Ports.Where(port => port.Plug is not null).ToLookup(port => IdOf(port.Plug!));
        IEnumerable<ResourceId> segments = state.Switches.Select(sw => RuntimeNames.Segment(sw.Name)).Where(id => id.Kind != Kinds.Switch);
        return segments.Concat(plugs.Select(group => group.Key)).Distinct().Select(id => Look(id, [.. plugs[id]], runtime));
    }

    static Observed Look(ResourceId id, ImmutableArray<PortState> ports, ResourceId runtime)
    {
        PortState? down = ports.FirstOrDefault(port => port.Fault is not null);
        IEnumerable<ResourceId> carriers = ports.SelectMany(port => new[] { port.Plug!.Switch, port.Plug.Patch }).OfType<string>().Select(RuntimeNames.Segment);
        return new Observed(id, down is null ? Health.Healthy : Health.Degraded)
        {
            Fields = Fields(id, ports).ToImmutableSortedDictionary(pair => pair.Path, pair => pair.Value, StringComparer.Ordinal),
            Reason = down?.Fault,
            DependsOn = [runtime, .. carriers.Where(carrier => carrier != id).Distinct()],
        };
    }

    // The ends of a cable are its name, and so cannot be other ones.
    static IEnumerable<(string Path, string Value)> Fields(ResourceId id, ImmutableArray<PortState> ports)
    {
        if (id.Kind == Kinds.Cable)
        {
            yield break;
        }

        // A segment whose plug was lost is there, and leads nowhere.
        yield return ("uvdel", ports.FirstOrDefault()?.Plug!.Uvdel ?? "");
    }

    static ResourceId IdOf(PlugSettings plug)
    {
        string name = plug.Name[1..].TrimEnd('<', '>');
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? new ResourceId(name[..slash], name[(slash + 1)..]) : new ResourceId(Kinds.Plug, name);
    }
}
