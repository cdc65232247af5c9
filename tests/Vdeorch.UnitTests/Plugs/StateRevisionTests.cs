using System.Collections.Immutable;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Runtime;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class StateRevisionTests
{
    static readonly SwitchSettings s_switch = new("lan", 8, 300_000, Hub: false);
    static readonly PortState s_port = new("alice/vde0", "lan", 1, 5, 500, 6, 600, 0) { Clients = [new ClientState("qemu", "alice")] };

    readonly StateRevision _revision = new(startedMs: 7);

    [Fact]
    public void WhatFlowsIsNoChange()
    {
        string first = Of(s_port);

        Assert.Equal(first, Of(s_port with { RxFrames = 6, RxBytes = 600, TxFrames = 7, TxBytes = 700, Dropped = 1, Drops = new PortDrops { Full = 1 }, Held = 3, Clients = [new ClientState("qemu", "alice")] }));
    }

    public static TheoryData<string> Changes => [.. s_changes.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public void WhateverStandsOtherwiseIsOne(string change)
    {
        string first = Of(s_port);
        string second = Of(s_changes[change]);

        Assert.NotEqual(first, second);
        // What it was between two askers must not be taken for what it is.
        Assert.DoesNotContain(Of(s_port), new[] { first, second });
    }

    [Fact]
    public void SwitchesAndComingAndGoingCount()
    {
        HashSet<string> told =
        [
            _revision.Of([s_switch], [s_port], opensLocators: false),
            _revision.Of([s_switch with { Hub = true }], [s_port], opensLocators: false),
            _revision.Of([s_switch], [], opensLocators: false),
            _revision.Of([], [], opensLocators: false),
            _revision.Of([], [], opensLocators: true),
        ];

        Assert.Equal(5, told.Count);
    }

    [Fact]
    public void NoOtherRuntimeGivesTheSame() => Assert.NotEqual(Of(s_port), new StateRevision(startedMs: 8).Of([s_switch], [s_port], opensLocators: false));

    static readonly Dictionary<string, PortState> s_changes = new()
    {
        ["name"] = s_port with { Name = "bob/vde0" },
        ["switch"] = s_port with { Switch = null },
        ["number"] = s_port with { Number = 2 },
        ["fault"] = s_port with { Fault = "its tap was deleted" },
        ["vlans"] = s_port with { Options = new PortOptions { Vlans = new VlanMembership(5, VlanSet.Empty) } },
        ["state of its link"] = s_port with { LinkStates = new PortLinkStates("bad", null) },
        ["plug"] = s_port with { Plug = new PlugSettings("@lan", "lan", "ptp:///tmp/x") },
        ["clients"] = s_port with { Clients = [new ClientState("qemu", "bob")] },
        ["no clients"] = s_port with { Clients = null },
    };

    string Of(PortState port) => _revision.Of([s_switch with { }], ImmutableArray.Create(port), opensLocators: false);
}
