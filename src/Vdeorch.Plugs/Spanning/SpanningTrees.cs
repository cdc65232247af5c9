using System.Diagnostics;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Spanning;

/// <summary>
/// The spanning trees of a data plane, driven on its control thread:
/// 1. switches and ports that have come, gone or changed, or whose links went up or down, are told to their trees;
/// 2. so is what has been heard, and that time has passed;
/// 3. what the trees say is sent, ports are shut and opened, what was learned is forgotten.
/// </summary>
public sealed class SpanningTrees : IAttendant, IDisposable
{
    const ulong InboxToken = 0;
    const ulong TimerToken = 1;

    /// <summary>Nanoseconds. Links that flap faster than this are not followed each time.</summary>
    const long LinksEvery = 50_000_000;

    readonly DataPlane plane;
    readonly Epoll epoll = new();
    readonly TimerFd timer = new();
    readonly SortedDictionary<string, SpanningTree> trees = new(StringComparer.Ordinal);

    /// <param name="plane">Outlives it.</param>
    public SpanningTrees(DataPlane plane)
    {
        this.plane = plane;
        epoll.Add(plane.Bpdus.Readiness, InboxToken, Interest.Readable);
        epoll.Add(timer.Fd, TimerToken, Interest.Readable);
    }

    public Fd Readiness => epoll.Fd;

    /// <summary>Null where the switch has none.</summary>
    public SpanningState? StateOf(string sw) => trees.TryGetValue(sw, out SpanningTree? tree) ? tree.State(Now) : null;

    /// <summary>Where the trees of all switches lead.</summary>
    public IEnumerable<TreeRoot> Roots => trees.SelectMany(pair => pair.Value.Roots(pair.Key));

    /// <summary>The ports, with what they are in the trees of their switches.</summary>
    public IEnumerable<PortState> Describe(IEnumerable<PortState> ports) =>
        ports.Select(port => port is { Switch: { } sw } && trees.TryGetValue(sw, out SpanningTree? tree) ? port with { Spanning = tree.RolesOf(port.Number) } : port);

    public void Serve()
    {
        timer.TryClear();
        plane.Bpdus.Clear();
        Meet();
        while (plane.Bpdus.TryTake(out Port port, out byte[] frame))
        {
            // One that has gone since has nothing more to say.
            if (plane.Spanned.PlaceOf(port) is { Switch: { } sw } place && trees.TryGetValue(sw, out SpanningTree? tree))
            {
                tree.Receive(place.Number, frame, Now);
            }
        }
        foreach (SpanningTree tree in trees.Values.Where(tree => tree.NextTick <= Now))
        {
            tree.Tick(Now);
        }
        Act();
        if (trees.Count > 0)
        {
            long now = Stopwatch.GetTimestamp();
            long tick = now + Math.Max(0, trees.Values.Min(tree => tree.NextTick) - Now) * 1_000_000;
            timer.Arm(Math.Min(tick, Math.Max(plane.Spanned.NextLinkChange, now + LinksEvery)));
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        epoll.Dispose();
    }

    void Meet()
    {
        Dictionary<string, SwitchSettings> wanted = plane.Switches.Where(SpannedSwitches.HasTrees).ToDictionary(settings => settings.Name, StringComparer.Ordinal);
        foreach (string gone in trees.Keys.Where(name => !wanted.ContainsKey(name)).ToList())
        {
            trees.Remove(gone);
        }
        foreach (SwitchSettings settings in wanted.Values)
        {
            MacAddress mac = settings.Mac is { } text && MacAddress.TryParse(text, out MacAddress own) ? own : default;
            if (trees.TryGetValue(settings.Name, out SpanningTree? tree))
            {
                tree.Be(mac, settings.Stp!, Now);
            }
            else
            {
                trees[settings.Name] = tree = new SpanningTree(mac, settings.Stp!, Now);
            }
            tree.SetMembers(plane.Spanned.MembersOf(settings.Name), Now);
        }
    }

    void Act()
    {
        foreach ((string sw, SpanningTree tree) in trees)
        {
            // Shut first: what is said may make somebody else open.
            if (tree.TakeMoved())
            {
                plane.Spanned.SetDiscarding(sw, tree.Shut);
            }
            foreach (Flushed flushed in tree.TakeFlushed().Distinct())
            {
                plane.Spanned.ForgetVlan(sw, flushed.Vlan, flushed.But);
            }
            foreach (Said said in tree.TakeSaid())
            {
                plane.Spanned.Send(sw, said.Port, said.Frame);
            }
        }
    }

    static long Now => Environment.TickCount64;
}
