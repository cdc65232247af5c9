using System.Collections.Immutable;
using Vdeorch.Cli.Importing;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

/// <summary>What Debian's vde_switch says of itself, in its own words, becomes a switch of the language.</summary>
public class ForeignSwitchTests
{
    static readonly ImmutableDictionary<string, IReadOnlyList<string>> s_answers = new Dictionary<string, IReadOnlyList<string>>
    {
        ["showinfo"] = ["VDE switch V.2.3.2", "", "pid 7468 MAC 00:ff:49:13:0d:29 uptime 5", "mgmt /tmp/sw.mgmt perm 0600"],
        ["ds/showinfo"] = ["ctl dir /tmp/sw", "std mode 0660"],
        ["port/showinfo"] = ["Numports=40", "HUB=false", "counters=true"],
        ["hash/showinfo"] = ["Hash size 128", "GC interval 2 secs", "GC expire 77 secs", "Min persistence 3 secs"],
        ["fstp/showinfo"] = ["MAC 00:ff:49:13:0d:29 Priority 32768 (0x8000)", "FSTP=false"],
        ["port/allprint"] =
        [
            "Port 0001 untagged_vlan=0000 ACTIVE - Unnamed Allocatable",
            " Current User: root Access Control: (User: NONE - Group: NONE)",
            "  -- endpoint ID 0007 module tap         : tap0",
            "Port 0003 untagged_vlan=0005 INACTIVE - NOT Unnamed Allocatable",
            " Current User: NONE Access Control: (User: nobody - Group: NONE)",
            " IN:  pkts          0          bytes                    0",
            "Port 0004 untagged_vlan=0000 ACTIVE - Unnamed Allocatable",
            " Current User: root Access Control: (User: NONE - Group: users)",
            "  -- endpoint ID 0008 module unix prog   : vde_plug user=root pid=12",
        ],
        ["vlan/allprint"] = ["VLAN 0000", " -- Port 0004 tagged=0 active=1 status=Forwarding", "VLAN 0005", " -- Port 0003 tagged=0 active=0 status=Learning", " -- Port 0004 tagged=1 active=1 status=Forwarding"],
    }.ToImmutableDictionary();

    static string Text(IReadOnlyDictionary<string, IReadOnlyList<string>> answers, string? group = null) =>
        TopologyRenderer.Render(new Topology { Name = "sw", Switches = [ForeignSwitch.Of("sw", "sw", answers, group).Switch] });

    [Fact]
    public void ItHasItsSocketConsoleVlansAndPorts() => Assert.Contains(
        "sw: { ports: 40, mac-age: 77s, min-persistence: 3s, hub: false, socket: /tmp/sw, mode: \"0660\", group: users, console: { path: /tmp/sw.mgmt, mode: \"0600\" }, "
        + "numbered: { 3: { vlan: 5, user: nobody, reserved: true }, 4: { trunk: [5], group: users } }, vlans: { 5: vlan5 } }",
        Text(s_answers, "users"), StringComparison.Ordinal);

    [Fact]
    public void ATapInItIsSaid() => Assert.Equal(["port 1 holds tap tap0: plug that in with `plugs`"], ForeignSwitch.Of("sw", "sw", s_answers, null).Unsaid);

    [Fact]
    public void ItsTreesAndThatItIsAHubAreRead()
    {
        Assert.Contains("stp: { priority: 4096 }", Text(s_answers.SetItem("fstp/showinfo", ["MAC 00:ff:49:13:0d:29 Priority 4096 (0x1000)", "FSTP=true"])), StringComparison.Ordinal);
        Assert.Contains("hub: true", Text(s_answers.SetItem("port/showinfo", ["Numports=32", "HUB=true"])), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatDoesNotAnswerAsASwitchDoesIsRefused()
    {
        FormatException strange = Assert.Throws<FormatException>(() => ForeignSwitch.Of("sw", "sw", s_answers.SetItem("hash/showinfo", ["go away"]), null));
        Assert.Contains("does not answer 'hash/showinfo' as vde_switch does: 'go away'", strange.Message, StringComparison.Ordinal);
    }
}
