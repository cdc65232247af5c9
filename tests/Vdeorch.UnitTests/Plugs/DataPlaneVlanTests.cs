using System.Diagnostics;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>VLANs of ports that change while their workers run. What the ports lead to is held here by its other end.</summary>
public sealed class DataPlaneVlanTests : IDisposable
{
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    readonly DataPlane plane = new(1, _ => { });
    readonly Dictionary<string, IPlug> ends = [];

    public DataPlaneVlanTests()
    {
        Assert.Null(plane.SetSwitch(new SwitchSettings("lan", 8, 100_000, Hub: false)));
        Add("a", null);
        Add("b", null);
        Add("c", null);
    }

    [Fact]
    public void APortThatIsPutIntoAVlanLeavesTheOthersAndComesBack()
    {
        Assert.Equal("bc", HearWhatIsSentBy("a"));

        Assert.Null(plane.Replug([Port("b", new VlanMembership(10, VlanSet.Empty))]));
        Assert.Equal("c", HearWhatIsSentBy("a"));
        Assert.Equal(new VlanMembership(10, VlanSet.Empty), plane.Ports.Single(port => port.Name == "b").Options.Vlans);

        Assert.Null(plane.Replug([Port("b", null)]));
        Assert.Equal("bc", HearWhatIsSentBy("a"));
    }

    [Fact]
    public void WhatWasLearnedOnAPortIsForgottenWhenItsVlansChange()
    {
        HearWhatIsSentBy("a");
        Assert.Contains(plane.Macs("lan")!.Value, entry => entry is { Port: "a", Vlan: null });

        Assert.Null(plane.Replug([Port("a", new VlanMembership(10, VlanSet.Of([20])))]));
        Assert.DoesNotContain(plane.Macs("lan")!.Value, entry => entry.Port == "a");
        HearWhatIsSentBy("a");

        Assert.Contains(plane.Macs("lan")!.Value, entry => entry is { Port: "a", Vlan: 10 });
    }

    [Fact]
    public void APortThatIsShutIsShutInThoseVlansAloneAndAlsoWhereNobodyHasVlans()
    {
        plane.SetDiscarding("lan", number => number == 2 ? VlanSet.Of([0]) : VlanSet.Empty);
        Assert.Equal("c", HearWhatIsSentBy("a"));
        Assert.Equal("", HearWhatIsSentBy("b"));

        Assert.Null(plane.Replug([Port("a", new VlanMembership(10, VlanSet.Empty)), Port("b", new VlanMembership(10, VlanSet.Empty))]));
        Assert.Equal("b", HearWhatIsSentBy("a"));

        plane.SetDiscarding("lan", _ => VlanSet.Empty);
        Assert.Null(plane.Replug([Port("a", null), Port("b", null)]));
        Assert.Equal("bc", HearWhatIsSentBy("a"));
    }

    [Fact]
    public void ASwitchThatDeclaresVlansLooksAtTagsAndOneThatDoesNotPassesThemOn()
    {
        Assert.Equal("bc", HearWhatIsSentBy("a", tag: 10));

        Assert.Null(plane.SetSwitch(new SwitchSettings("lan", 8, 100_000, Hub: false) { Vlans = VlanSet.Of([10]) }));

        Assert.Equal("", HearWhatIsSentBy("a", tag: 10));
        Assert.Equal("bc", HearWhatIsSentBy("a"));
    }

    [Fact]
    public void AHubLooksAtNothing()
    {
        Assert.Null(plane.SetSwitch(new SwitchSettings("lan", 8, 100_000, Hub: true) { Vlans = VlanSet.Of([10]) }));
        Assert.Null(plane.Replug([Port("b", new VlanMembership(20, VlanSet.Empty))]));

        Assert.Equal("bc", HearWhatIsSentBy("a", tag: 10));
    }

    public void Dispose()
    {
        plane.Dispose();
        foreach (IPlug end in ends.Values)
        {
            end.Dispose();
        }
    }

    static PortSettings Port(string name, VlanMembership? vlans) => new(name, "lan") { Options = new PortOptions { Vlans = vlans } };

    void Add(string name, VlanMembership? vlans)
    {
        (IPlug near, IPlug far) = PatchPlug.Pair();
        Assert.Null(plane.AddPorts([Port(name, vlans)], [near]));
        ends.Add(name, far);
    }

    /// <returns>Who was given a broadcast of this one.</returns>
    string HearWhatIsSentBy(string name, int tag = VlanBench.Untagged)
    {
        FrameBatch batch = new();
        long before = plane.Ports.Single(port => port.Name == name).RxFrames;
        batch.AddPlain(VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host(name[0]), tag));
        ends[name].Send(batch, [0]);
        // Given out in the same turn: whoever joins the wiring that is published next has finished with it.
        long began = Stopwatch.GetTimestamp();
        while (plane.Ports.Single(port => port.Name == name).RxFrames == before)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < s_longest, "the frame was not received");
            Thread.Yield();
        }
        Assert.Null(plane.Replug([]));
        return string.Concat(ends.Where(end => end.Key != name).Where(end =>
        {
            batch.Clear();
            return end.Value.Receive(batch).Frames > 0;
        }).Select(end => end.Key).Order());
    }
}
