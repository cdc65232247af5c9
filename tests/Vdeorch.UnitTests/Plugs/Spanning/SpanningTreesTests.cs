using System.Diagnostics;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Spanning;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Spanning;

/// <summary>Spanning trees of a data plane whose workers run. What the ports lead to is held here by its other end.</summary>
public sealed class SpanningTreesTests : IDisposable
{
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);
    static readonly SwitchSettings s_lan = new("lan", 8, 100_000, Hub: false) { Stp = new StpSettings(), Mac = "02:00:00:00:00:01" };

    readonly DataPlane plane = new(1, _ => { });
    readonly SpanningTrees trees;
    readonly List<IPlug> ends = [];

    public SpanningTreesTests()
    {
        trees = new SpanningTrees(plane);
        Assert.Null(plane.SetSwitch(s_lan));
    }

    [Fact]
    public void AnEdgeForwardsAtOnceAndAnyOtherPortOnceItsTimeHasCome()
    {
        Add("edge", new PortSpanning { Edge = VlanSet.All });
        Add("port", null);
        trees.Serve();

        Assert.Equal((SpanningRole.Edge, SpanningStatus.Forwarding), RoleOf("edge"));
        Assert.Equal((SpanningRole.Designated, SpanningStatus.Discarding), RoleOf("port"));
        Until(() => RoleOf("port").Status == SpanningStatus.Forwarding);

        Assert.Equal("80:00:02:00:00:00:00:01", trees.StateOf("lan")!.Id);
        // What the switch said itself is counted with the rest.
        Assert.InRange(plane.Ports.Single(port => port.Name == "port").TxFrames, 3, 4);
        Assert.Equal(0, plane.Ports.Single(port => port.Name == "edge").TxFrames);
    }

    [Fact]
    public void WhatIsHeardGoesToTheTreeAndNowhereElseAndTwoWaysToTheRootAreOne()
    {
        Add("a", null);
        Add("b", null);
        trees.Serve();
        Bpdu better = new(null, new PathToRoot(default, 0, default, 0x8001), SpanningRole.Designated, SpanningStatus.Forwarding, 0);

        Send(0, better);
        Send(1, better with { Path = better.Path with { Port = 0x8002 } });

        Until(() => RoleOf("b").Role == SpanningRole.Alternate);
        Assert.Equal(SpanningRole.Root, RoleOf("a").Role);
        Assert.Equal(0, plane.Ports.Sum(port => port.Dropped));
        Until(() => RoleOf("a").Status == SpanningStatus.Forwarding);
        Assert.Equal(SpanningStatus.Discarding, RoleOf("b").Status);

        TreeRoot root = trees.Roots.Single();
        Assert.Equal(("lan", "80:00:02:00:00:00:00:01", "0", "00:00:00:00:00:00:00:00", 1, 20_000_000L), (root.Switch, root.Bridge, root.Vlans.ToString(), root.Root, root.RootPort, root.Cost));

        Assert.Null(plane.SetSwitch(s_lan with { Stp = null }));
        trees.Serve();
        Assert.Null(trees.StateOf("lan"));
        Assert.All(trees.Describe(plane.Ports), port => Assert.Null(port.Spanning));
    }

    [Fact]
    public void ALinkThatIsDownIsNoPortAtEitherEndOfACableAndIsOneAgainAfterwards()
    {
        PortImpairment down = new(new Impairment { Down = true }, new Impairment { Down = true });
        (IPlug near, IPlug far) = PatchPlug.Pair();
        Assert.Null(plane.SetSwitch(s_lan with { Name = "wan", Mac = "02:00:00:00:00:02" }));
        Assert.Null(plane.AddPorts([new PortSettings("near", "lan"), new PortSettings("far", "wan")], [near, far]));
        trees.Serve();
        Until(() => RoleOf("near").Status == SpanningStatus.Forwarding && RoleOf("far") == (SpanningRole.Root, SpanningStatus.Forwarding));

        Assert.Null(plane.Replug([Impaired("near", down)]));
        trees.Serve();
        Assert.Equal((SpanningRole.Disabled, SpanningStatus.Discarding), RoleOf("near"));
        Assert.Equal((SpanningRole.Disabled, SpanningStatus.Discarding), RoleOf("far"));
        Assert.Equal(0, trees.StateOf("wan")!.Vlans.Single().RootPort);

        // One way only is not noticed like that.
        Assert.Null(plane.Replug([Impaired("near", down with { In = null })]));
        trees.Serve();
        Assert.Equal((SpanningRole.Designated, SpanningStatus.Discarding), RoleOf("far"));

        Assert.Null(plane.Replug([Impaired("near", null)]));
        Until(() => RoleOf("far") == (SpanningRole.Root, SpanningStatus.Forwarding));
    }

    [Fact]
    public void ALinkThatFlapsIsFollowed()
    {
        Impairment flap = new() { FlapUp = 200, FlapDown = 200 };
        (IPlug near, IPlug far) = PatchPlug.Pair();
        ends.Add(far);
        Assert.Null(plane.AddPorts([Impaired("port", new PortImpairment(flap, flap))], [near]));

        // By its own timer, which its descriptor shows.
        Follow(SpanningRole.Disabled);
        Follow(SpanningRole.Designated);
        Follow(SpanningRole.Disabled);

        void Follow(SpanningRole role)
        {
            using Epoll epoll = new();
            epoll.Add(trees.Readiness, 0, Interest.Readable);
            long began = Stopwatch.GetTimestamp();
            trees.Serve();
            while (RoleOf("port").Role != role)
            {
                Assert.True(Stopwatch.GetElapsedTime(began) < s_longest, $"it did not become {role}");
                epoll.Wait(new Ready[1], (int)s_longest.TotalMilliseconds);
                trees.Serve();
            }
        }
    }

    public void Dispose()
    {
        trees.Dispose();
        plane.Dispose();
        ends.ForEach(end => end.Dispose());
    }

    void Add(string name, PortSpanning? spanning)
    {
        (IPlug near, IPlug far) = PatchPlug.Pair();
        Assert.Null(plane.AddPorts([new PortSettings(name, "lan") { Options = new PortOptions { Spanning = spanning } }], [near]));
        ends.Add(far);
    }

    static PortSettings Impaired(string name, PortImpairment? impair) => new(name, "lan") { Options = new PortOptions { Impair = impair } };

    void Send(int end, Bpdu bpdu)
    {
        FrameBatch batch = new();
        batch.AddPlain(bpdu.Write());
        ends[end].Send(batch, [0]);
    }

    (SpanningRole Role, SpanningStatus Status) RoleOf(string name)
    {
        PortRole role = trees.Describe(plane.Ports).Single(port => port.Name == name).Spanning!.Value.Single();
        return (role.Role, role.Status);
    }

    void Until(Func<bool> condition)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < s_longest, "it did not come true");
            trees.Serve();
            Thread.Yield();
        }
    }
}
