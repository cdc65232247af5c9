using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Model.Topologies;

/// <summary>Which objects of a topology are known to let nothing through, and how that is said: <c>down</c>, <c>re-plugging: …</c>, <c>missing</c>.</summary>
public static class OutOfOrder
{
    /// <param name="objects">What was found.</param>
    /// <param name="runtime">What the runtime said of itself; null when none answers.</param>
    public static ImmutableSortedDictionary<ResourceId, string> Of(Topology topology, IEnumerable<Observed> objects, RuntimeState? runtime)
    {
        Dictionary<ResourceId, Observed> found = objects.ToDictionary(thing => thing.Id);
        ImmutableSortedDictionary<ResourceId, string>.Builder down = ImmutableSortedDictionary.CreateBuilder<ResourceId, string>();
        foreach (PortState port in runtime?.Ports ?? [])
        {
            ResourceId id = port.Plug is { } plug ? RuntimeNames.Plug(plug.Name) : new ResourceId(Kinds.Interface, port.Name);
            if (port.Clients is null && (port.Fault ?? Impaired(port)) is { } how)
            {
                down.TryAdd(id, how);
            }
        }

        foreach (ResourceId id in topology.Resources.Select(spec => spec.Id).Where(IsOnTheWay))
        {
            if (!found.TryGetValue(id, out Observed? thing))
            {
                down.TryAdd(id, "missing");
            }
            else if (id.Kind == Kinds.Interface && thing.Fields.GetValueOrDefault("state") is not (null or "up") and var state)
            {
                down.TryAdd(id, state);
            }
        }

        return down.ToImmutable();
    }

    /// <summary>Why a link lets nothing through because it was told so: now, in the state it is in, or one way only; null when it does.</summary>
    public static string? Impaired(PortState port) => (IsDown(port.Options.Impair?.Out, port.LinkStates?.Out), IsDown(port.Options.Impair?.In, port.LinkStates?.In)) switch
    {
        (true, true) => "down (impair)",
        (true, false) or (false, true) => "down one way (impair)",
        _ => null,
    };

    /// <param name="way">Null: it is left alone.</param>
    /// <param name="state">The one it is in; null for a way without states.</param>
    public static bool IsDown(Impairment? way, string? state) => way is not null
        && (way.States is { } states ? states.All.FirstOrDefault(one => one.Name == state)?.Impairment.Down ?? false : way.Down);

    static bool IsOnTheWay(ResourceId id) => id.Kind is Kinds.Interface or Kinds.Card or Kinds.Switch or Kinds.Cloud or Kinds.Plug or Kinds.Cable;
}
