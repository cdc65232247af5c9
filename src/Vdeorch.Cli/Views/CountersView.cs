using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Cli.Views;

/// <summary>One look at a runtime's counters.</summary>
/// <param name="At">On a clock that only goes forward.</param>
sealed record Counted(RuntimeState State, ImmutableArray<(string Switch, MacEntry Entry)> Macs, TimeSpan At);

/// <summary>Counters for people, and what programs get of them.</summary>
static class CountersView
{
    static readonly string[] s_heldHeadings = ["HELD"];
    static readonly string[] s_rateHeadings = ["RX FRAMES/S", "RX BITS/S", "TX FRAMES/S", "TX BITS/S", "DROPS/S"];

    /// <param name="before">An earlier look, for rates; null: none.</param>
    /// <param name="target">Null: all ports.</param>
    public static CountersReport Report(string topology, Counted now, Counted? before, RuntimeTarget? target, bool macs)
    {
        // Another runtime has counted from nought; so has a port that is new.
        Dictionary<string, PortState> earlier = before is null || before.State.Pid != now.State.Pid ? [] : before.State.Ports.ToDictionary(port => port.Name, StringComparer.Ordinal);
        double seconds = before is null ? 0 : (now.At - before.At).TotalSeconds;
        PortState[] ports = [.. now.State.Ports.Where(port => target is null || target.Means(port))];
        ILookup<string, MacEntry> learned = now.Macs.Select(pair => pair.Entry).ToLookup(entry => entry.Port, StringComparer.Ordinal);
        return new CountersReport(
            JsonFormat.Current, topology,
            [
                .. ports.OrderBy(port => port.Switch is null).ThenBy(port => port.Switch, StringComparer.Ordinal).ThenBy(port => port.Number)
                    .Select(port => Line(port, learned[port.Name].Count(), earlier.GetValueOrDefault(port.Name), seconds)),
            ],
            macs ? [.. now.Macs.Where(pair => ports.Any(port => port.Name == pair.Entry.Port)).Select(pair => new MacLine(pair.Switch, RuntimeNames.Shown(pair.Entry.Port), pair.Entry.Mac, pair.Entry.Vlan, pair.Entry.AgeMs))] : null);
    }

    public static void Write(CountersReport report, TextWriter into, Ink ink)
    {
        bool hasRates = report.Ports.Any(port => port.Rates is not null);
        bool hasHeld = report.Ports.Any(port => port.Held is not null);
        TextTable table = new([
            "SWITCH", "PORT", "INTERFACE", "RX FRAMES", "RX BYTES", "TX FRAMES", "TX BYTES", .. hasRates ? s_rateHeadings : [], .. hasHeld ? s_heldHeadings : [], "MACS", "DROPPED",
        ]);
        foreach (PortCountersLine port in report.Ports)
        {
            Cell[] rates = hasRates ? Rates(port.Rates) : [];
            Cell[] held = hasHeld ? [Number(port.Held)] : [];
            table.Add([
                port.Switch ?? "", port.Switch is null ? "" : Number(port.Port), port.Name, Number(port.RxFrames), Number(port.RxBytes), Number(port.TxFrames), Number(port.TxBytes), .. rates, .. held, Number(port.Macs), Drops(port),
            ]);
        }

        table.Write(into, ink);
        if (report.Macs is { } macs)
        {
            TextTable addresses = new("SWITCH", "MAC", "VLAN", "INTERFACE", "LAST HEARD");
            foreach (MacLine mac in macs)
            {
                addresses.Add(mac.Switch, mac.Mac, Number(mac.Vlan), mac.Port, $"{Words.Age(TimeSpan.FromMilliseconds(mac.AgeMs))} ago");
            }

            into.WriteLine();
            addresses.Write(into, ink);
        }
    }

    static PortCountersLine Line(PortState port, int macs, PortState? earlier, double seconds) => new(
        port.Switch, port.Number, RuntimeNames.Shown(port.Name), port.RxFrames, port.RxBytes, port.TxFrames, port.TxBytes, Reasons(port).Values.Sum(), Reasons(port), port.Held, macs,
        earlier is null || seconds <= 0 ? null : Rate(port, earlier, seconds));

    static RatesLine Rate(PortState port, PortState earlier, double seconds)
    {
        // A port that was made anew counts from nought.
        double PerSecond(long now, long before) => Math.Round(Math.Max(0, now - before) / seconds, 1);
        return new RatesLine(
            PerSecond(port.RxFrames, earlier.RxFrames), PerSecond(8 * port.RxBytes, 8 * earlier.RxBytes), PerSecond(port.TxFrames, earlier.TxFrames), PerSecond(8 * port.TxBytes, 8 * earlier.TxBytes),
            PerSecond(Reasons(port).Values.Sum(), Reasons(earlier).Values.Sum()));
    }

    static ImmutableSortedDictionary<string, long> Reasons(PortState port) => port.Drops is not { } drops
        ? ImmutableSortedDictionary<string, long>.Empty
        : new (string Reason, long Frames)[]
        {
            ("full", drops.Full), ("unplugged", drops.Unplugged), ("malformed", drops.Malformed), ("vlan", drops.Vlan), ("discarding", drops.Discarding), ("storm", drops.Storm), ("mirror", drops.Mirror),
            ("lost", drops.Lost), ("tooLong", drops.TooLong), ("congested", drops.Congested),
        }.Where(pair => pair.Frames > 0).ToImmutableSortedDictionary(pair => pair.Reason, pair => pair.Frames, StringComparer.Ordinal);

    static Cell Drops(PortCountersLine port) => new(
        port.Drops.IsEmpty ? "0" : string.Create(CultureInfo.InvariantCulture, $"{port.Dropped} ({string.Join(", ", port.Drops.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {Word(pair.Key)}")))})"),
        port.Drops.IsEmpty ? Colour.Plain : Colour.Attention);

    static string Word(string reason) => reason == "tooLong" ? "too long" : reason;

    static Cell[] Rates(RatesLine? rates) => rates is null
        ? ["", "", "", "", ""]
        : [Rate(rates.RxFrames), Rate(rates.RxBits), Rate(rates.TxFrames), Rate(rates.TxBits), Rate(rates.Dropped)];

    /// <summary><c>12</c>, <c>3.4k</c>, <c>5.6M</c>, <c>7.8G</c>.</summary>
    static string Rate(double perSecond) => perSecond switch
    {
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0}"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e3:0.0}k"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e6:0.0}M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e9:0.0}G"),
    };

    static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
