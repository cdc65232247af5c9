using System.Collections.Immutable;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Plugs.Spanning;

/// <summary>A port as a tree knows it.</summary>
/// <param name="Number">In its switch, from 1; 0 for the management port.</param>
/// <param name="Vlans">Which it is in.</param>
public sealed record SpanningMember(int Number, VlanMembership Vlans, PortSpanning Spanning)
{
    /// <summary>Those in which it does not forward to begin with.</summary>
    public VlanSet Shut { get; init; } = VlanSet.Empty;

    /// <summary>Its link is down: nothing comes and nothing goes. Once it is not any more it is a port that has just come.</summary>
    public bool IsDown { get; init; }
}

/// <summary>A frame to be sent.</summary>
public readonly record struct Said(int Port, byte[] Frame);

/// <summary>What was learned in this VLAN on any other port is to be forgotten.</summary>
/// <param name="But">A port; -1: none.</param>
public readonly record struct Flushed(int Vlan, int But);

/// <summary>
/// What one switch knows of the spanning trees it is in, one for each VLAN that a port of it is in: says what it must, and which ports are shut where. It has
/// no socket and no clock; whoever drives it tells it what comes and what time it is, and takes <see cref="Said"/>, <see cref="Flushed"/> and
/// <see cref="Shut"/> from it afterwards.
/// </summary>
/// <remarks>
/// Roles are those of IEEE 802.1Q, 13.10, from what was heard last at each port. A port that comes to forward waits <see cref="SpanningTimes.HoldMs"/>; one
/// that is shut is shut at once. All times are milliseconds of a monotonic clock.
/// </remarks>
public sealed class SpanningTree
{
    readonly SortedDictionary<int, VlanTree> trees = [];
    readonly SortedDictionary<int, SpanningMember> members = [];
    readonly TreeNews news = new();
    BridgeId self;
    long nextHello;

    public SpanningTree(MacAddress mac, StpSettings settings, long now)
    {
        self = new BridgeId(settings.Priority, mac);
        nextHello = now + SpanningTimes.HelloMs;
    }

    /// <summary>When <see cref="Tick"/> is wanted next.</summary>
    public long NextTick => trees.Values.Select(tree => tree.NextTick).Append(nextHello).Min();

    public void Be(MacAddress mac, StpSettings settings, long now)
    {
        BridgeId wanted = new(settings.Priority, mac);
        if (wanted != self)
        {
            self = wanted;
            foreach (VlanTree tree in trees.Values)
            {
                tree.Be(self, now);
            }
        }
    }

    /// <summary>The ports there are, with what they are in. Those that were there before stay what they have become.</summary>
    public void SetMembers(IEnumerable<SpanningMember> wanted, long now)
    {
        Dictionary<int, SpanningMember> there = wanted.ToDictionary(member => member.Number);
        foreach (int gone in members.Keys.Where(number => !there.ContainsKey(number)).ToList())
        {
            Leave(members[gone], VlansOf(members[gone]), now);
            members.Remove(gone);
            news.HasMoved = true;
        }
        foreach (SpanningMember member in there.Values.OrderBy(member => member.Number))
        {
            SpanningMember? before = members.GetValueOrDefault(member.Number);
            members[member.Number] = member;
            if (before is not null && before.Vlans == member.Vlans && before.Spanning == member.Spanning && before.IsDown == member.IsDown)
            {
                continue;
            }
            news.HasMoved = true;
            HashSet<int> vlans = VlansOf(member);
            Leave(member, before is null ? [] : VlansOf(before).Except(vlans), now);
            foreach (int vlan in vlans)
            {
                if (!trees.TryGetValue(vlan, out VlanTree? tree))
                {
                    trees[vlan] = tree = new VlanTree(vlan, self, news);
                }
                int bonus = member.Spanning.Bonuses.FirstOrDefault(one => one.Vlan == vlan)?.Cost ?? 0;
                tree.Set(member.Number, vlan != member.Vlans.Untagged, member.Spanning.Edge.Contains(vlan), bonus, member.Shut.Contains(vlan), member.IsDown, now);
            }
        }
    }

    /// <param name="frame">Anything; what is no such frame, or none of this port, is as if it had not come.</param>
    public void Receive(int port, ReadOnlySpan<byte> frame, long now)
    {
        if (members.TryGetValue(port, out SpanningMember? member) && Bpdu.TryRead(frame, out Bpdu heard)
            && trees.TryGetValue(heard.Tag ?? member.Vlans.Untagged, out VlanTree? tree))
        {
            tree.Receive(port, heard, now);
        }
    }

    public void Tick(long now)
    {
        bool isHello = now >= nextHello;
        if (isHello)
        {
            nextHello = now + SpanningTimes.HelloMs;
        }
        foreach (VlanTree tree in trees.Values)
        {
            tree.Tick(isHello, now);
        }
    }

    /// <summary>Whether <see cref="Shut"/> may have changed, once.</summary>
    public bool TakeMoved()
    {
        bool moved = news.HasMoved;
        news.HasMoved = false;
        return moved;
    }

    /// <summary>What is to be sent, once.</summary>
    public ImmutableArray<Said> TakeSaid() => Take(news.Said);

    /// <summary>What is to be forgotten, once.</summary>
    public ImmutableArray<Flushed> TakeFlushed() => Take(news.Flushed);

    /// <summary>The VLANs in which the port must not forward.</summary>
    public VlanSet Shut(int port) =>
        members.TryGetValue(port, out SpanningMember? member) ? VlanSet.Of(VlansOf(member).Where(vlan => trees[vlan].IsShut(port))) : VlanSet.Empty;

    /// <summary>What the port is, in as few pieces as it makes.</summary>
    public ImmutableArray<PortRole> RolesOf(int port) =>
    [
        .. trees.Values.Select(tree => (tree.Vlan, Port: tree.Describe(port)))
            .Where(one => one.Port is not null)
            .GroupBy(one => (one.Port!.Role, one.Port.Status), one => one.Vlan)
            .Select(group => new PortRole(VlanSet.Of(group), group.Key.Role, group.Key.Status)),
    ];

    /// <summary>Where they lead, in as few pieces as it makes.</summary>
    /// <param name="name">What the switch is called.</param>
    public IEnumerable<TreeRoot> Roots(string name) => trees.Values.GroupBy(tree => tree.Way, tree => tree.Vlan)
        .Select(group => new TreeRoot(name, self.ToString(), VlanSet.Of(group), group.Key.Root.ToString(), group.Key.Designated?.ToString(), group.Key.RootPort, group.Key.Cost));

    public SpanningState State(long now) =>
        new(self.ToString(), self.Mac.ToString(), (int)(self.Bits >> 48), [.. trees.Values.Select(tree => tree.State(now))]);

    void Leave(SpanningMember member, IEnumerable<int> vlans, long now)
    {
        foreach (int vlan in vlans)
        {
            trees[vlan].Remove(member.Number, now);
            if (trees[vlan].IsEmpty)
            {
                trees.Remove(vlan);
            }
        }
    }

    static HashSet<int> VlansOf(SpanningMember member) => [.. member.Vlans.Tagged.With(member.Vlans.Untagged).Without(VlanMembership.None).Members];

    static ImmutableArray<T> Take<T>(List<T> list)
    {
        ImmutableArray<T> taken = [.. list];
        list.Clear();
        return taken;
    }
}
