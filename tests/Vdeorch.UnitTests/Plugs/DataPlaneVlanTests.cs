using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Runtime;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>VLANs of ports that change while their workers run. What the ports lead to is held here by its other end.</summary>
public sealed class DataPlaneVlanTests : IDisposable
{
    readonly PlaneBench bench = new(1, PlaneBench.Lan, "abc");

    DataPlane Plane => bench.Plane;

    [Fact]
    public void APortThatIsPutIntoAVlanLeavesTheOthersAndComesBack()
    {
        Assert.Equal("bc", HearWhatIsSentBy("a"));

        Assert.Null(Plane.Replug([Port("b", new VlanMembership(10, VlanSet.Empty))]));
        Assert.Equal("c", HearWhatIsSentBy("a"));
        Assert.Equal(new VlanMembership(10, VlanSet.Empty), Plane.Ports.Single(port => port.Name == "b").Options.Vlans);

        Assert.Null(Plane.Replug([Port("b", null)]));
        Assert.Equal("bc", HearWhatIsSentBy("a"));
    }

    [Fact]
    public void WhatWasLearnedOnAPortIsForgottenWhenItsVlansChange()
    {
        HearWhatIsSentBy("a");
        Assert.Contains(Plane.Macs("lan")!.Value, entry => entry is { Port: "a", Vlan: null });

        Assert.Null(Plane.Replug([Port("a", new VlanMembership(10, VlanSet.Of([20])))]));
        Assert.DoesNotContain(Plane.Macs("lan")!.Value, entry => entry.Port == "a");
        HearWhatIsSentBy("a");

        Assert.Contains(Plane.Macs("lan")!.Value, entry => entry is { Port: "a", Vlan: 10 });
    }

    [Fact]
    public void APortThatIsShutIsShutInThoseVlansAloneAndAlsoWhereNobodyHasVlans()
    {
        Plane.Spanned.SetDiscarding("lan", number => number == 2 ? VlanSet.Of([0]) : VlanSet.Empty);
        Assert.Equal("c", HearWhatIsSentBy("a"));
        Assert.Equal("", HearWhatIsSentBy("b"));

        Assert.Null(Plane.Replug([Port("a", new VlanMembership(10, VlanSet.Empty)), Port("b", new VlanMembership(10, VlanSet.Empty))]));
        Assert.Equal("b", HearWhatIsSentBy("a"));

        Plane.Spanned.SetDiscarding("lan", _ => VlanSet.Empty);
        Assert.Null(Plane.Replug([Port("a", null), Port("b", null)]));
        Assert.Equal("bc", HearWhatIsSentBy("a"));
    }

    [Fact]
    public void ASwitchThatDeclaresVlansLooksAtTagsAndOneThatDoesNotPassesThemOn()
    {
        Assert.Equal("bc", HearWhatIsSentBy("a", tag: 10));

        Assert.Null(Plane.SetSwitch(PlaneBench.Lan with { Vlans = VlanSet.Of([10]) }));

        Assert.Equal("", HearWhatIsSentBy("a", tag: 10));
        Assert.Equal("bc", HearWhatIsSentBy("a"));
    }

    [Fact]
    public void AHubLooksAtNothing()
    {
        Assert.Null(Plane.SetSwitch(PlaneBench.Lan with { Hub = true, Vlans = VlanSet.Of([10]) }));
        Assert.Null(Plane.Replug([Port("b", new VlanMembership(20, VlanSet.Empty))]));

        Assert.Equal("bc", HearWhatIsSentBy("a", tag: 10));
    }

    public void Dispose() => bench.Dispose();

    static PortSettings Port(string name, VlanMembership? vlans) => PlaneBench.Port(name, vlans);

    /// <returns>Who was given a broadcast of this one.</returns>
    string HearWhatIsSentBy(string name, int tag = VlanBench.Untagged) => string.Concat(bench.Hear(name, tag: tag).Split(' ').Select(heard => heard.Split(':')[0]));
}
