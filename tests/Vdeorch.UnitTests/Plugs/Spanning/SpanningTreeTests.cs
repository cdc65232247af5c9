using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Spanning;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Spanning;

public class SpanningTreeTests
{
    const int Settled = 2_000;

    /// <summary>Three hellos that were missed, and the time until a port opens.</summary>
    const int Noticed = 12_000 + Settled;

    [Fact]
    public void OfTwoCablesBetweenTwoSwitchesOneIsShutAtOneEnd()
    {
        Bridges bridges = new Bridges().Switch("a").Switch("b");
        Cable first = bridges.Join("a", "b");
        Cable second = bridges.Join("a", "b");

        bridges.Run(Settled);

        Assert.True(bridges.Passes(first, 0));
        Assert.Equal((SpanningRole.Designated, SpanningStatus.Forwarding), RoleAt(bridges, "a", second.LeftPort));
        Assert.Equal((SpanningRole.Alternate, SpanningStatus.Discarding), RoleAt(bridges, "b", second.RightPort));
        Assert.Equal((SpanningRole.Root, SpanningStatus.Forwarding), RoleAt(bridges, "b", first.RightPort));
        SpanningVlan seen = bridges["b"].State(bridges.Now).Vlans.Single();
        Assert.Equal(("80:00:02:00:00:00:00:01", "80:00:02:00:00:00:00:01", first.RightPort, 20_000_000L), (seen.Root, seen.Designated!, seen.RootPort, seen.Cost));
    }

    [Fact]
    public void ACableThatIsCutIsReplacedAtOnceAndOneThatFallsSilentAfterThreeHellos()
    {
        Bridges bridges = new Bridges().Switch("a").Switch("b");
        Cable first = bridges.Join("a", "b");
        Cable second = bridges.Join("a", "b");
        Cable third = bridges.Join("a", "b");
        bridges.Run(10_000);

        bridges.Cut(first);
        bridges.Run(SpanningTimesHold + 10);
        Assert.True(bridges.Passes(second, 0));
        bridges.AssertIsTree(0);

        bridges.Break(second);
        bridges.Run(7_000);
        Assert.False(bridges.Passes(third, 0));
        bridges.Run(Noticed - 7_000 + 4_000);
        Assert.True(bridges.Passes(third, 0));
    }

    [Fact]
    public void ALinkThatGoesDownIsReplacedAtOnceAndWaitsLikeANewOneWhenItIsBack()
    {
        Bridges bridges = new Bridges().Switch("a").Switch("b");
        Cable first = bridges.Join("a", "b");
        Cable second = bridges.Join("a", "b");
        bridges.Run(10_000);
        Assert.False(bridges.Passes(second, 0));

        SetDown(true);
        Assert.Equal((SpanningRole.Disabled, SpanningStatus.Discarding), RoleAt(bridges, "b", first.RightPort));
        Assert.True(bridges.IsShut("a", first.LeftPort, 0));
        bridges.Run(SpanningTimesHold + 10);
        Assert.True(bridges.Passes(second, 0));
        Assert.Equal((SpanningRole.Root, SpanningStatus.Forwarding), RoleAt(bridges, "b", second.RightPort));

        SetDown(false);
        for (int step = 0; step < Settled; step++)
        {
            bridges.Run(1);
            Assert.False(bridges.HasLoop(0));
        }
        Assert.True(bridges.Passes(first, 0));
        Assert.Equal((SpanningRole.Alternate, SpanningStatus.Discarding), RoleAt(bridges, "b", second.RightPort));

        void SetDown(bool isDown)
        {
            bridges.Set("a", first.LeftPort, port => port with { IsDown = isDown, Shut = VlanSet.Of([0]) });
            bridges.Set("b", first.RightPort, port => port with { IsDown = isDown, Shut = VlanSet.Of([0]) });
        }
    }

    [Fact]
    public void WhatComesAtAPortThatIsDownIsNotBelievedAndAnEdgeIsOpenAgainAtOnce()
    {
        Bridges bridges = new Bridges().Switch("a");
        int port = bridges.Plug("a");
        int edge = bridges.Plug("a", spanning: new PortSpanning { Edge = VlanSet.All });
        bridges.Set("a", port, known => known with { IsDown = true });
        bridges.Set("a", edge, known => known with { IsDown = true });

        bridges.Hear("a", port, new Bpdu(null, new PathToRoot(default, 0, default, 0x8001), SpanningRole.Designated, SpanningStatus.Forwarding, 0));

        Assert.Equal(0, bridges["a"].State(bridges.Now).Vlans.Single().RootPort);
        Assert.Equal((SpanningRole.Disabled, SpanningStatus.Discarding), RoleAt(bridges, "a", edge));
        bridges.Set("a", edge, known => known with { IsDown = false, Shut = VlanSet.All });
        Assert.Equal((SpanningRole.Edge, SpanningStatus.Forwarding), RoleAt(bridges, "a", edge));
    }

    [Fact]
    public void InARingOneCableIsShutAndTheSwitchWithTheLowestPriorityIsTheRoot()
    {
        Bridges bridges = new Bridges().Switch("a").Switch("b").Switch("c", priority: 4096);
        bridges.Join("a", "b");
        Cable toRoot = bridges.Join("b", "c");
        bridges.Join("c", "a");

        bridges.Run(Settled);
        bridges.AssertIsTree(0);
        Assert.All(["a", "b", "c"], name => Assert.Equal("10:00:02:00:00:00:00:03", bridges[name].State(bridges.Now).Vlans.Single().Root));

        bridges.Cut(toRoot);
        bridges.Run(Settled);
        bridges.AssertIsTree(0);
        Assert.Equal(40_000_000, bridges["b"].State(bridges.Now).Vlans.Single().Cost);
    }

    [Fact]
    public void ARingIsNeverALoopWhileItComesUpAndNothingIsSaidMoreThanNeeded()
    {
        Bridges bridges = new Bridges().Switch("a").Switch("b").Switch("c").Switch("d");
        bridges.Join("a", "b");
        bridges.Join("b", "c");
        bridges.Join("c", "d");
        bridges.Run(Settled);
        bridges.Join("d", "a");
        for (int step = 0; step < 2_000; step++)
        {
            bridges.Run(1);
            Assert.False(bridges.HasLoop(0));
        }

        int before = bridges.Frames;
        bridges.Run(40_000);
        // Ten hellos: one each way over a cable of the tree, one on the last.
        Assert.InRange(bridges.Frames - before, 40, 90);
    }

    [Fact]
    public void EachVlanHasATreeOfItsOwnThatABonusLeadsElsewhere()
    {
        VlanMembership both = new(10, VlanSet.Of([20]));
        Bridges bridges = new Bridges().Switch("a").Switch("b");
        Cable first = bridges.Join("a", "b", both, new PortSpanning());
        Cable second = bridges.Join("a", "b", both, new PortSpanning { Bonuses = [new PortBonus(20, 10_000_000)] });

        bridges.Run(Settled);

        Assert.Equal((true, false), (bridges.Passes(first, 10), bridges.Passes(second, 10)));
        Assert.Equal((false, true), (bridges.Passes(first, 20), bridges.Passes(second, 20)));
        Assert.Equal([10, 20], bridges["b"].State(bridges.Now).Vlans.Select(tree => tree.Vlan));
        Assert.Equal(10_000_000, bridges["b"].State(bridges.Now).Vlans[1].Cost);
        Assert.True(bridges.Port("b", second.RightPort, 20).IsTagged);
        Assert.Equal("10: Alternate, 20: Root", string.Join(", ", bridges["b"].RolesOf(second.RightPort).Select(role => $"{role.Vlans}: {role.Role}")));
    }

    [Fact]
    public void AnEdgeForwardsAtOnceSaysNothingAndHearsNothing()
    {
        Bridges bridges = new Bridges().Switch("a");
        int edge = bridges.Plug("a", null, new PortSpanning { Edge = VlanSet.All });
        int other = bridges.Plug("a");

        Assert.Equal((SpanningRole.Edge, SpanningStatus.Forwarding), RoleAt(bridges, "a", edge));
        Assert.Equal((SpanningRole.Designated, SpanningStatus.Discarding), RoleAt(bridges, "a", other));
        int before = bridges.Frames;
        bridges.Hear("a", edge, Better);
        Assert.Equal(before, bridges.Frames);
        Assert.Equal(0, bridges["a"].State(0).Vlans.Single().RootPort);

        bridges.Hear("a", other, Better);
        Assert.Equal(other, bridges["a"].State(0).Vlans.Single().RootPort);
    }

    [Fact]
    public void ACableFromASwitchToItselfIsShut()
    {
        Bridges bridges = new Bridges().Switch("a");
        Cable loop = bridges.Join("a", "a");

        bridges.Run(Settled);

        Assert.False(bridges.Passes(loop, 0));
        Assert.Equal(SpanningRole.Backup, bridges.Port("a", loop.RightPort).Role);
    }

    [Fact]
    public void WhereTheOtherSideSaysItHasShutTheLinkOursStaysOpen()
    {
        Bridges bridges = new Bridges().Switch("a").Switch("b");
        bridges.Join("a", "b");
        int toReal = bridges.Plug("b");
        bridges.Run(Settled);
        BridgeId root = new(0x8000, new MacAddress(0x0200_0000_0001));
        Bpdu bpdu = new(null, new PathToRoot(root, 20_000_000, new BridgeId(0x8000, new MacAddress(0x0200_0000_0000)), 0x8002), SpanningRole.Designated, SpanningStatus.Forwarding, 1);

        bridges.Hear("b", toReal, bpdu);
        Assert.Equal((SpanningRole.Alternate, SpanningStatus.Discarding), RoleAt(bridges, "b", toReal));

        bridges.Hear("b", toReal, bpdu with { Role = SpanningRole.Backup, Status = SpanningStatus.Discarding });
        bridges.Run(Settled);
        Assert.Equal((SpanningRole.Designated, SpanningStatus.Forwarding), RoleAt(bridges, "b", toReal));
    }

    [Fact]
    public void AChangeIsToldToOthersAndWhatWasLearnedElsewhereIsForgotten()
    {
        Bridges bridges = new Bridges().Switch("a").Switch("b").Switch("c");
        Cable left = bridges.Join("a", "b");
        Cable right = bridges.Join("b", "c");
        bridges.Run(20_000);
        Assert.All(["a", "b", "c"], name => bridges.FlushedBy(name).Clear());

        bridges.Plug("a");
        bridges.Run(SpanningTimesHold + 10);

        Assert.Contains(new Flushed(0, left.RightPort), bridges.FlushedBy("b"));
        Assert.Contains(new Flushed(0, right.RightPort), bridges.FlushedBy("c"));
        bridges.Run(20_000);
        int before = bridges.FlushedBy("c").Count;
        bridges.Run(40_000);
        Assert.Equal(before, bridges.FlushedBy("c").Count);
    }

    [Fact]
    public void AChangeThatVdeSwitchTellsBackRoundTwoCablesDoesNotRunInCircles()
    {
        Bridges bridges = new Bridges().Switch("a");
        int one = bridges.Plug("a");
        int two = bridges.Plug("a");
        bridges.Run(20_000);
        BridgeId root = new(0x8000, new MacAddress(0x0200_0000_0001));
        Bpdu told = new(null, new PathToRoot(root, 20_000_000, new BridgeId(0x8000, new MacAddress(0x0200_0000_0009)), 0x8001), SpanningRole.Root, SpanningStatus.Forwarding, 1) { HasChanged = true };
        bridges.Hear("a", one, told);
        bridges.FlushedBy("a").Clear();
        int before = bridges.Frames;

        bridges.Hear("a", two, told with { Role = SpanningRole.Backup, Status = SpanningStatus.Discarding });
        Assert.Empty(bridges.FlushedBy("a"));
        for (int again = 0; again < 100; again++)
        {
            bridges.Hear("a", one, told);
        }
        Assert.InRange(bridges.Frames - before, 0, 3);
    }

    [Fact]
    public void WhatIsNotForAPortOrTooOldIsAsIfItHadNotCome()
    {
        Bridges bridges = new Bridges().Switch("a");
        int port = bridges.Plug("a", new VlanMembership(10, VlanSet.Empty));

        bridges.Hear("a", port, Better with { Tag = 20 });
        bridges.Hear("a", port, Better with { AgeSeconds = 20 });
        bridges["a"].Receive(99, Better.Write(), 0);
        bridges["a"].Receive(port, new byte[60], 0);
        Assert.Equal(0, bridges["a"].State(0).Vlans.Single().RootPort);

        bridges.Hear("a", port, Better);
        Assert.Equal(port, bridges["a"].State(0).Vlans.Single().RootPort);
    }

    [Fact]
    public void ANewPriorityMovesTheRoot()
    {
        Bridges bridges = new Bridges().Switch("a").Switch("b");
        bridges.Join("a", "b");
        Cable second = bridges.Join("a", "b");
        bridges.Run(Settled);

        bridges["b"].Be(new MacAddress(0x0200_0000_0002), new StpSettings(1), bridges.Now);
        bridges.Run(5_000);

        Assert.Equal("00:01:02:00:00:00:00:02", bridges["a"].State(bridges.Now).Vlans.Single().Root);
        Assert.True(bridges.IsShut("a", second.LeftPort, 0));
        bridges.AssertIsTree(0);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void WhateverIsJoinedIsATreeInEachVlanOnceItHasSettledAndAgainAfterCuts(int seed)
    {
        Random random = new(seed);
        Bridges bridges = new();
        string[] names = [.. Enumerable.Range(0, random.Next(2, 8)).Select(index => $"s{index}")];
        foreach (string name in names)
        {
            bridges.Switch(name, random.Next(3) * 4096);
        }
        List<Cable> cables = [];
        for (int count = random.Next(names.Length, names.Length * 3); count > 0; count--)
        {
            VlanMembership vlans = random.Next(3) switch
            {
                0 => VlanMembership.Default,
                1 => new VlanMembership(10, VlanSet.Of([0])),
                _ => new VlanMembership(0, VlanSet.Of([10])),
            };
            cables.Add(bridges.Join(names[random.Next(names.Length)], names[random.Next(names.Length)], vlans, new PortSpanning { Bonuses = [new PortBonus(10, random.Next(4) * 1_000_000)] }));
            bridges.Run(random.Next(50));
        }
        bridges.Run(5_000);
        AssertAreTrees(bridges);

        for (int cut = random.Next(1, cables.Count); cut > 0; cut--)
        {
            Cable cable = cables[random.Next(cables.Count)];
            cables.Remove(cable);
            bridges.Cut(cable);
            bridges.Run(random.Next(2_000));
            Assert.False(bridges.HasLoop(0) || bridges.HasLoop(10));
        }
        // What is not true any more may be passed on for as long as it is young enough.
        bridges.Run(20_000 + Noticed);
        AssertAreTrees(bridges);
        int before = bridges.Frames;
        bridges.Run(8_000);
        Assert.InRange(bridges.Frames - before, 0, 20 * cables.Count + names.Length);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    const int SpanningTimesHold = 500;

    static Bpdu Better => new(null, new PathToRoot(default, 0, default, 0x8001), SpanningRole.Designated, SpanningStatus.Forwarding, 0);

    static (SpanningRole, SpanningStatus) RoleAt(Bridges bridges, string name, int port) => (bridges.Port(name, port).Role, bridges.Port(name, port).Status);

    static void AssertAreTrees(Bridges bridges)
    {
        bridges.AssertIsTree(0);
        bridges.AssertIsTree(10);
    }
}
