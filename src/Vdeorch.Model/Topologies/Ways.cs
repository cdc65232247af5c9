using System.Net;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>
/// What lies between two namespaces of a topology: interfaces, segments, cables, and namespaces that may route. All of them are places, joined to what they
/// touch. The world outside is a place too, which locators and public switches lead to, and is gone through only where there is no way inside.
/// </summary>
public sealed class Ways
{
    static readonly ResourceId s_outside = new("outside", "");

    readonly Topology _topology;
    readonly Dictionary<ResourceId, HashSet<ResourceId>> _inside = [];
    readonly Dictionary<ResourceId, HashSet<ResourceId>> _all;

    public Ways(Topology topology)
    {
        _topology = topology;
        foreach (InterfaceSpec link in topology.Interfaces)
        {
            Join(_inside, link.Id, new ResourceId(Kinds.Namespace, link.Namespace));
            Join(_inside, link.Id, link.To);
        }

        foreach (CardSpec card in topology.Cards)
        {
            Join(_inside, card.Id, new ResourceId(Kinds.Machine, card.Machine));
            Join(_inside, card.Id, card.To);
        }

        foreach (CableSpec cable in topology.Cables)
        {
            Join(_inside, cable.Id, cable.Left.Segment);
            Join(_inside, cable.Id, cable.Right.Segment);
        }

        _all = _inside.ToDictionary(place => place.Key, place => place.Value.ToHashSet());
        IEnumerable<ResourceId> doors = topology.Segments.Select(segment => segment.Id)
            .Concat(topology.Cables.Where(cable => cable.Left.Locator is not null || cable.Right.Locator is not null).Select(cable => cable.Id))
            .Concat(topology.Switches.Where(sw => sw.Public is not null).Select(sw => sw.Id));
        foreach (ResourceId door in doors)
        {
            Join(_all, door, s_outside);
        }
    }

    /// <summary>Why somebody may not be reached, by what is known.</summary>
    /// <param name="from">A namespace.</param>
    /// <param name="target">Of no namespace: somebody outside.</param>
    /// <param name="down">What is out of order, each with how: <c>down (impair)</c>.</param>
    /// <returns><c>on the way: cable/earth=moon is down (impair)</c>, or <c>the file has no way from mars to earth</c>; null when nothing is known.</returns>
    public string? Explain(string from, IPAddress target, IReadOnlyDictionary<ResourceId, string> down)
    {
        string? owner = _topology.Addressed.FirstOrDefault(link => link.Addresses.Any(address => address.Address.Equals(target)))?.Namespace;
        if (owner == from || IPAddress.IsLoopback(target))
        {
            return null;
        }

        ResourceId start = new(Kinds.Namespace, from);
        ResourceId end = owner is null ? s_outside : new ResourceId(_topology.Machines.Any(machine => machine.Name == owner) ? Kinds.Machine : Kinds.Namespace, owner);
        if ((IsWay(_inside, start, end) ? _inside : IsWay(_all, start, end) ? _all : null) is not { } places)
        {
            return $"the file has no way from {from} to {owner ?? target.ToString()}";
        }

        string[] known = [.. down.Where(one => LiesBetween(places, start, end, one.Key)).OrderBy(one => one.Key).Select(one => $"{one.Key} is {one.Value}")];
        return known.Length == 0 ? null : $"on the way: {string.Join(", ", known)}";
    }

    static void Join(Dictionary<ResourceId, HashSet<ResourceId>> places, ResourceId one, ResourceId? other)
    {
        if (other is { } there)
        {
            (places.TryGetValue(one, out HashSet<ResourceId>? near) ? near : places[one] = []).Add(there);
            (places.TryGetValue(there, out HashSet<ResourceId>? far) ? far : places[there] = []).Add(one);
        }
    }

    static bool IsWay(Dictionary<ResourceId, HashSet<ResourceId>> places, ResourceId start, ResourceId end)
    {
        HashSet<ResourceId> seen = [start];
        Queue<ResourceId> next = new(seen);
        while (next.TryDequeue(out ResourceId at))
        {
            if (at == end)
            {
                return true;
            }

            foreach (ResourceId near in places.GetValueOrDefault(at) ?? [])
            {
                if (seen.Add(near))
                {
                    next.Enqueue(near);
                }
            }
        }

        return false;
    }

    // Whether some way from start to end that is nowhere twice goes through it: two ways out of it, one to each end, that share no place (Menger).
    static bool LiesBetween(Dictionary<ResourceId, HashSet<ResourceId>> places, ResourceId start, ResourceId end, ResourceId middle)
    {
        if (middle == start || middle == end)
        {
            return true;
        }

        if (!places.ContainsKey(middle))
        {
            return false;
        }

        // Of each place on the first way: the ones before and after it.
        Dictionary<ResourceId, ResourceId> before = [];
        Dictionary<ResourceId, ResourceId> after = [];
        return Augment(places, middle, [start, end], before, after) && Augment(places, middle, [start, end], before, after);
    }

    // One step of a flow in which each place but the middle has an entry and an exit, and passes once. Takes a way to an end that no way has yet.
    static bool Augment(Dictionary<ResourceId, HashSet<ResourceId>> places, ResourceId middle, ResourceId[] ends, Dictionary<ResourceId, ResourceId> before, Dictionary<ResourceId, ResourceId> after)
    {
        Dictionary<(ResourceId Place, bool IsExit), (ResourceId Place, bool IsExit)> cameFrom = [];
        Queue<(ResourceId Place, bool IsExit)> next = new([(middle, true)]);
        void Try((ResourceId, bool) to, (ResourceId, bool) from)
        {
            if (to != (middle, true) && cameFrom.TryAdd(to, from))
            {
                next.Enqueue(to);
            }
        }

        while (next.TryDequeue(out (ResourceId Place, bool IsExit) at))
        {
            bool isUsed = before.ContainsKey(at.Place);
            if (!at.IsExit && !isUsed && ends.Contains(at.Place))
            {
                Take(at.Place, middle, cameFrom, before, after);
                return true;
            }

            if (at.IsExit)
            {
                foreach (ResourceId near in places[at.Place].Where(near => near != middle && !(before.TryGetValue(near, out ResourceId was) && was == at.Place)))
                {
                    Try((near, false), at);
                }

                if (at.Place != middle && isUsed)
                {
                    Try((at.Place, false), at);
                }
            }
            else if (!isUsed)
            {
                Try((at.Place, true), at);
            }
            else
            {
                // Only backwards along the way that is there.
                Try((before[at.Place], true), at);
            }
        }

        return false;
    }

    static void Take(ResourceId end, ResourceId middle, Dictionary<(ResourceId Place, bool IsExit), (ResourceId Place, bool IsExit)> cameFrom, Dictionary<ResourceId, ResourceId> before, Dictionary<ResourceId, ResourceId> after)
    {
        List<(ResourceId From, ResourceId To)> taken = [], givenBack = [];
        for ((ResourceId Place, bool IsExit) at = (end, false); at != (middle, true); at = cameFrom[at])
        {
            (ResourceId Place, bool IsExit) from = cameFrom[at];
            if (from.IsExit && !at.IsExit && from.Place != at.Place)
            {
                taken.Add((from.Place, at.Place));
            }
            else if (!from.IsExit && at.IsExit && from.Place != at.Place)
            {
                givenBack.Add((at.Place, from.Place));
            }
        }

        foreach ((ResourceId from, ResourceId to) in givenBack)
        {
            before.Remove(to);
            after.Remove(from);
        }

        foreach ((ResourceId from, ResourceId to) in taken)
        {
            before[to] = from;
            after[from] = to;
        }
    }
}
