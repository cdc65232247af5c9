using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Spanning;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Spanning;

/// <summary>Switches, cables between them, and a clock that goes as fast as it is read. A frame takes a millisecond from one end of a cable to the other.</summary>
sealed class Bridges
{
    readonly SortedDictionary<string, (SpanningTree Tree, SortedDictionary<int, SpanningMember> Ports)> switches = new(StringComparer.Ordinal);
    readonly List<Cable> cables = [];
    readonly List<(long At, string Switch, int Port, byte[] Frame, Cable Cable)> under = [];
    int macs;

    public long Now { get; private set; }

    public int Frames { get; private set; }

    public List<Flushed> FlushedBy(string name) => flushed.TryGetValue(name, out List<Flushed>? list) ? list : flushed[name] = [];

    readonly Dictionary<string, List<Flushed>> flushed = [];

    public Bridges Switch(string name, int priority = StpSettings.DefaultPriority)
    {
        switches.Add(name, (new SpanningTree(new MacAddress(0x0200_0000_0000UL + (ulong)++macs), new StpSettings(priority), Now), []));
        return this;
    }

    public SpanningTree this[string name] => switches[name].Tree;

    /// <summary>A cable from one switch to another, each end with a port of its own.</summary>
    public Cable Join(string left, string right, VlanMembership? vlans = null, PortSpanning? spanning = null)
    {
        (int leftPort, int rightPort) = left == right ? (NextPort(left), NextPort(left) + 1) : (NextPort(left), NextPort(right));
        Cable cable = new(left, leftPort, right, rightPort, vlans ?? VlanMembership.Default);
        cables.Add(cable);
        Plug(left, vlans, spanning);
        Plug(right, vlans, spanning);
        return cable;
    }

    public int Plug(string name, VlanMembership? vlans = null, PortSpanning? spanning = null)
    {
        int number = NextPort(name);
        switches[name].Ports[number] = new SpanningMember(number, vlans ?? VlanMembership.Default, spanning ?? new PortSpanning()) { Shut = VlanSet.All };
        Tell(name);
        return number;
    }

    public void Set(string name, int port, Func<SpanningMember, SpanningMember> change)
    {
        switches[name].Ports[port] = change(switches[name].Ports[port]);
        Tell(name);
    }

    /// <summary>Both ends notice.</summary>
    public void Cut(Cable cable)
    {
        cables.Remove(cable);
        switches[cable.Left].Ports.Remove(cable.LeftPort);
        switches[cable.Right].Ports.Remove(cable.RightPort);
        Tell(cable.Left);
        Tell(cable.Right);
    }

    /// <summary>Nobody notices, but nothing gets through any more.</summary>
    public void Break(Cable cable) => cables.Remove(cable);

    /// <summary>Something comes in at a port, whoever sent it.</summary>
    public void Hear(string name, int port, Bpdu bpdu)
    {
        switches[name].Tree.Receive(port, bpdu.Write(), Now);
        Collect(name);
    }

    public void Run(long milliseconds)
    {
        for (long end = Now + milliseconds; Now < end; Now++)
        {
            foreach ((long at, string name, int port, byte[] frame, Cable cable) in under.Where(one => one.At <= Now).ToList())
            {
                if (cables.Contains(cable))
                {
                    switches[name].Tree.Receive(port, frame, Now);
                    Collect(name);
                }
            }
            under.RemoveAll(one => one.At <= Now);
            foreach (string name in switches.Keys.Where(name => switches[name].Tree.NextTick <= Now))
            {
                switches[name].Tree.Tick(Now);
                Collect(name);
            }
        }
    }

    /// <summary>The switches and the cables over which frames of the VLAN pass are a tree, for each piece of what is joined at all.</summary>
    public void AssertIsTree(int vlan)
    {
        Dictionary<string, string> all = switches.Keys.ToDictionary(name => name);
        int joins = cables.Count(cable => cable.IsIn(vlan) && Merge(all, cable));
        Dictionary<string, string> open = switches.Keys.ToDictionary(name => name);
        List<Cable> passing = [.. cables.Where(cable => cable.IsIn(vlan) && Passes(cable, vlan))];
        foreach (Cable cable in passing)
        {
            Assert.True(Merge(open, cable), $"VLAN {vlan}: {cable} closes a loop of {string.Join(", ", passing)}");
        }
        Assert.True(joins == passing.Count, $"VLAN {vlan}: {passing.Count} cables pass, {joins} are needed:{string.Concat(cables.Where(cable => cable.IsIn(vlan)).Select(cable => Describe(cable, vlan)))}");
    }

    public bool HasLoop(int vlan)
    {
        Dictionary<string, string> open = switches.Keys.ToDictionary(name => name);
        return cables.Where(cable => cable.IsIn(vlan) && Passes(cable, vlan)).Any(cable => !Merge(open, cable));
    }

    public bool Passes(Cable cable, int vlan) => !IsShut(cable.Left, cable.LeftPort, vlan) && !IsShut(cable.Right, cable.RightPort, vlan);

    public bool IsShut(string name, int port, int vlan) => switches[name].Tree.Shut(port).Contains(vlan);

    public SpanningPort Port(string name, int port, int vlan = 0) =>
        switches[name].Tree.State(Now).Vlans.Single(one => one.Vlan == vlan).Ports.Single(one => one.Number == port);

    int NextPort(string name) => switches[name].Ports.Keys.DefaultIfEmpty().Max() + 1;

    string Describe(Cable cable, int vlan) => $"\n{cable} {Port(cable.Left, cable.LeftPort, vlan)} {Port(cable.Right, cable.RightPort, vlan)}";

    static bool Merge(Dictionary<string, string> groups, Cable cable)
    {
        (string left, string right) = (groups[cable.Left], groups[cable.Right]);
        foreach (string name in groups.Keys.Where(name => groups[name] == left).ToList())
        {
            groups[name] = right;
        }
        return left != right;
    }

    void Tell(string name)
    {
        switches[name].Tree.SetMembers(switches[name].Ports.Values, Now);
        Collect(name);
    }

    void Collect(string name)
    {
        foreach (Said said in switches[name].Tree.TakeSaid())
        {
            Frames++;
            if (cables.FirstOrDefault(cable => cable.HasEnd(name, said.Port)) is { } cable)
            {
                (string far, int port) = cable.Opposite(name, said.Port);
                under.Add((Now + 1, far, port, said.Frame, cable));
            }
        }
        FlushedBy(name).AddRange(switches[name].Tree.TakeFlushed());
    }
}

sealed record Cable(string Left, int LeftPort, string Right, int RightPort, VlanMembership Vlans)
{
    public bool IsIn(int vlan) => Vlans.Untagged == vlan || Vlans.Tagged.Contains(vlan);

    public bool HasEnd(string name, int port) => (Left, LeftPort) == (name, port) || (Right, RightPort) == (name, port);

    public (string, int) Opposite(string name, int port) => (Left, LeftPort) == (name, port) ? (Right, RightPort) : (Left, LeftPort);

    public override string ToString() => $"{Left}:{LeftPort}-{Right}:{RightPort}";
}
