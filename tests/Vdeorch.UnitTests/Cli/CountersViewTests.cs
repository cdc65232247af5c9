using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Model.Runtime;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public class CountersViewTests
{
    static readonly PortState s_alice = new("alice/vde0", "lan", 2, 10, 1_000, 20, 2_000, 3) { Drops = new PortDrops { Full = 2, Vlan = 1, TooLong = 4 }, Held = 7 };
    static readonly PortState s_wire = new("@cable/lan=wan", "lan", 1, 1, 60, 0, 0, 0);
    static readonly PortState s_loose = new("bob/vde0", null, 0, 5, 300, 0, 0, 5) { Drops = new PortDrops { Unplugged = 5 } };
    static readonly ImmutableArray<(string, MacEntry)> s_macs = [("lan", new MacEntry("02:00:00:00:00:01", "alice/vde0", 4_000) { Vlan = 10 }), ("lan", new MacEntry("02:00:00:00:00:02", "@cable/lan=wan", 0))];

    [Fact]
    public void EachPortHasItsReasons() => Assert.Equal(
        """
        SWITCH  PORT  INTERFACE      RX FRAMES  RX BYTES  TX FRAMES  TX BYTES  HELD  MACS  DROPPED
        lan     1     cable/lan=wan  1          60        0          0               1     0
        lan     2     alice/vde0     10         1000      20         2000      7     1     7 (2 full, 4 too long, 1 vlan)
                      bob/vde0       5          300       0          0               0     5 (5 unplugged)

        SWITCH  MAC                VLAN  INTERFACE      LAST HEARD
        lan     02:00:00:00:00:01  10    alice/vde0     4s ago
        lan     02:00:00:00:00:02        cable/lan=wan  0s ago

        """, Text(CountersView.Report("lab", Look(1, 0, s_alice, s_loose, s_wire), null, null, macs: true)));

    [Fact]
    public void RatesAreOfTheTimeBetweenTwoLooks()
    {
        PortState later = s_alice with { RxFrames = 30, RxBytes = 501_000, TxFrames = 20, Drops = s_alice.Drops! with { Lost = 2 } };

        PortCountersLine line = CountersView.Report("lab", Look(1, 12, later), Look(1, 10, s_alice), null, macs: false).Ports.Single();

        Assert.Equal(new RatesLine(10, 2_000_000, 0, 0, 1), line.Rates);
        Assert.Contains(" 2.0M ", Text(CountersView.Report("lab", Look(1, 12, later), Look(1, 10, s_alice), null, macs: false)), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatCountsAnewHasNoRateAndNoneBelowNought()
    {
        PortState fresh = new("alice/vde0", "lan", 2, 1, 60, 0, 0, 0);

        Assert.Null(CountersView.Report("lab", Look(2, 12, fresh), Look(1, 10, s_alice), null, macs: false).Ports.Single().Rates);
        Assert.Equal(new RatesLine(0, 0, 0, 0, 0), CountersView.Report("lab", Look(1, 12, fresh), Look(1, 10, s_alice), null, macs: false).Ports.Single().Rates);
    }

    [Fact]
    public void ATargetHasItsPortsAlone()
    {
        Counted look = Look(1, 0, s_alice, s_wire, s_loose);

        CountersReport report = CountersView.Report("lab", look, null, new RuntimeTarget(new("interface", "alice/vde0"), null, ["alice/vde0"]), macs: true);

        Assert.Equal("alice/vde0", report.Ports.Single().Name);
        Assert.Equal("02:00:00:00:00:01", report.Macs!.Value.Single().Mac);
    }

    static Counted Look(int pid, double seconds, params PortState[] ports) => new(new RuntimeState(pid, "lab", 0, 1, [], [.. ports]), s_macs, TimeSpan.FromSeconds(seconds));

    static string Text(CountersReport report)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        CountersView.Write(report, text, new Ink(false));
        return text.ToString();
    }
}
