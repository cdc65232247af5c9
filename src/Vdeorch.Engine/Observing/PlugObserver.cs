using System.Collections.Immutable;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Engine.Observing;

/// <summary>Clouds, plugs and cables, as the runtime tells them: by what its plugs lead to and what its switches are called.</summary>
internal static class PlugObserver
{
    const string Enforced = "enforced";

    public static IEnumerable<Observed> Observe(RuntimeState state, ResourceId runtime)
    {
        // A cable may have a plug at either end, or none at all: then its wire is all there is of it.
        ILookup<ResourceId, PortState> plugs = state.Ports.Where(port => port.Plug is not null).ToLookup(port => RuntimeNames.Plug(port.Plug!.Name));
        IEnumerable<ResourceId> segments = state.Switches.Select(sw => RuntimeNames.Segment(sw.Name)).Where(id => id.Kind != Kinds.Switch);
        return segments.Concat(plugs.Select(group => group.Key)).Distinct().Select(id => Look(id, [.. plugs[id]], runtime));
    }

    /// <summary>Looks at what keeps strangers out of clouds, too, where that is the engine's business.</summary>
    public static IEnumerable<Observed> WithRules(IEnumerable<Observed> segments, CloudGuard guard) => segments.Select(thing =>
        thing.Fields.ContainsKey(Enforced) && UvdelParser.ParseStrict(thing.Fields["uvdel"], out _) is { } locator
            && guard.FaultAsync(thing.Id, locator, CancellationToken.None).GetAwaiter().GetResult() is { } fault
            ? thing with { Fields = thing.Fields.SetItem(Enforced, $"no, rules {fault}") }
            : thing);

    static Observed Look(ResourceId id, ImmutableArray<PortState> ports, ResourceId runtime)
    {
        PortState? down = ports.FirstOrDefault(port => port.Fault is not null);
        IEnumerable<ResourceId> carriers = ports.SelectMany(port => new[] { port.Plug!.Switch, port.Plug.Patch }).OfType<string>().Select(RuntimeNames.Segment);
        return new Observed(id, down is null ? Health.Healthy : Health.Degraded)
        {
            Fields = Fields(id, ports).ToImmutableSortedDictionary(pair => pair.Path, pair => pair.Value, StringComparer.Ordinal),
            Enumerated = id.Kind is Kinds.Cable or Kinds.Card ? [.. VlanFields.Paths, .. LinkImpairment.Paths] : [],
            Reason = down?.Fault,
            DependsOn = [runtime, .. id.Kind == Kinds.Card ? new[] { new ResourceId(Kinds.Machine, id.Name.Split('/')[0]) } : [], .. carriers.Where(carrier => carrier != id).Distinct()],
        };
    }

    // The ends of a cable are its name, and so cannot be other ones.
    static IEnumerable<(string Path, string Value)> Fields(ResourceId id, ImmutableArray<PortState> ports)
    {
        if (id.Kind == Kinds.Cable)
        {
            foreach (Field field in VlanFields.Of(
                ports.Select(port => port.Options.Vlans).FirstOrDefault(vlans => vlans is not null),
                ports.Select(port => port.Options.Spanning).FirstOrDefault(spanning => spanning is not null)))
            {
                yield return (field.Path, field.Value);
            }

            // Not of a wire between interfaces. The plug at the left end is named after it, and what is plugged in there is the link's first end.
            if (ports.OrderBy(port => port.Name, StringComparer.Ordinal).FirstOrDefault() is { } port)
            {
                foreach (Field field in LinkImpairment.Fields(LinkImpairment.FromPort(port.Options.Impair, isFirst: !port.Name.EndsWith('<'))))
                {
                    yield return (field.Path, field.Value);
                }
            }

            yield break;
        }

        if (id.Kind == Kinds.Card)
        {
            if (ports is not [var port, ..])
            {
                yield break;
            }

            // One that is plugged in nowhere has a switch of its own.
            yield return ("to", port.Plug!.Switch == RuntimeNames.Switch(id) ? "" : InterfaceSpec.PrintTo(RuntimeNames.Segment(port.Plug.Switch)));
            foreach (Field field in VlanFields.Of(port.Options.Vlans, port.Options.Spanning).Concat(LinkImpairment.Fields(LinkImpairment.FromPort(port.Options.Impair, isFirst: false))))
            {
                yield return (field.Path, field.Value);
            }

            yield break;
        }

        // A segment whose plug was lost is there, and leads nowhere.
        PlugSettings? plug = ports.FirstOrDefault()?.Plug;
        yield return ("uvdel", plug?.Uvdel ?? "");
        if (plug?.Uvdel?.StartsWith($"{SegmentSpec.EnforcedScheme}://", StringComparison.Ordinal) == true)
        {
            yield return (Enforced, SegmentSpec.PrintEnforced(plug.IsUnenforcedAllowed));
        }
    }
}
