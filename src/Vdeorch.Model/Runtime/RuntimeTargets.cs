using System.Collections.Immutable;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Runtime;

/// <summary>A thing of a topology that frames pass, as people name it and as its runtime does.</summary>
/// <param name="Switch">All of whose ports it means; null: <paramref name="Ports"/> alone.</param>
public sealed record RuntimeTarget(ResourceId Id, string? Switch, ImmutableArray<string> Ports)
{
    /// <summary>Whether a port, and what it is plugged into, is meant.</summary>
    public bool Means(PortState port) => Ports.Contains(port.Name) || (Switch is not null && port.Switch == Switch);
}

/// <summary>What of a runtime can be named: switches, clouds, plugs and cables, interfaces, and namespaces for all of theirs.</summary>
public static class RuntimeTargets
{
    public static ImmutableArray<RuntimeTarget> Of(RuntimeState state)
    {
        SortedDictionary<ResourceId, RuntimeTarget> targets = [];
        void Add(ResourceId id, string? sw, string? port)
        {
            RuntimeTarget known = targets.GetValueOrDefault(id) ?? new RuntimeTarget(id, null, []);
            targets[id] = known with { Switch = sw ?? known.Switch, Ports = port is null ? known.Ports : known.Ports.Add(port) };
        }

        foreach (SwitchSettings sw in state.Switches)
        {
            Add(RuntimeNames.Segment(sw.Name), sw.Name, null);
        }
        foreach (PortState port in state.Ports)
        {
            if (port.Plug is { } plug)
            {
                ResourceId id = RuntimeNames.Plug(plug.Name);
                Add(id, null, port.Name);
                if (id.Kind == Kinds.Card)
                {
                    Add(new ResourceId(Kinds.Machine, id.Name[..id.Name.IndexOf('/', StringComparison.Ordinal)]), null, port.Name);
                }
            }
            else if (port.Clients is null && port.Name.IndexOf('/', StringComparison.Ordinal) is > 0 and int slash)
            {
                Add(new ResourceId(Kinds.Interface, port.Name), null, port.Name);
                Add(new ResourceId(Kinds.Namespace, port.Name[..slash]), null, port.Name);
            }
        }
        return [.. targets.Values];
    }

    /// <summary>By <c>KIND/NAME</c>, or by the name alone.</summary>
    /// <returns>Several when a name is that of several things; none when it is nobody's.</returns>
    public static ImmutableArray<RuntimeTarget> Find(ImmutableArray<RuntimeTarget> targets, string name)
    {
        ImmutableArray<RuntimeTarget> exact = [.. targets.Where(target => target.Id.ToString() == name)];
        ImmutableArray<RuntimeTarget> named = exact.IsEmpty ? [.. targets.Where(target => target.Id.Name == name)] : exact;
        // The locator that an interface has for itself is called as the interface is.
        return named.FirstOrDefault(target => target.Id.Kind is Kinds.Interface or Kinds.Card) is { } own ? [own] : named;
    }
}
