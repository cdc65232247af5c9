using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Management;

/// <summary>What has changed between two looks at the spanning trees of a switch, as its console tells it.</summary>
static class TreeNews
{
    public static ImmutableArray<(DebugCategory Category, string Text)> Of(SpanningState? before, SpanningState? now)
    {
        ImmutableArray<(DebugCategory, string)>.Builder news = ImmutableArray.CreateBuilder<(DebugCategory, string)>();
        foreach (int vlan in Vlans(before).Union(Vlans(now)).Order())
        {
            SpanningVlan? old = Find(before, vlan);
            SpanningVlan? grown = Find(now, vlan);
            Dictionary<int, SpanningPort> was = Ports(old);
            Dictionary<int, SpanningPort> isNow = Ports(grown);
            news.AddRange(was.Keys.Except(isNow.Keys).Order().Select(port => (DebugMenu.TreePortGone, Place(port, vlan))));
            news.AddRange(isNow.Keys.Except(was.Keys).Order().Select(port => (DebugMenu.TreePort, Place(port, vlan))));
            if (grown is not null && (old?.Root != grown.Root || old.RootPort != grown.RootPort))
            {
                news.Add((DebugMenu.TreeRoot, $"{Place(grown.RootPort, vlan)} -> {grown.Root}"));
            }
            news.AddRange(isNow.Values.Where(port => was.GetValueOrDefault(port.Number)?.Status != port.Status).OrderBy(port => port.Number)
                .Select(port => (DebugMenu.TreeStatus, $"{Place(port.Number, vlan)} {Status(port.Status)}")));
        }
        return news.ToImmutable();
    }

    static IEnumerable<int> Vlans(SpanningState? state) => state?.Vlans.Select(known => known.Vlan) ?? [];

    static SpanningVlan? Find(SpanningState? state, int vlan) => state?.Vlans.FirstOrDefault(known => known.Vlan == vlan);

    static Dictionary<int, SpanningPort> Ports(SpanningVlan? vlan) => vlan?.Ports.ToDictionary(port => port.Number) ?? [];

    // The VLAN is written as its two bytes lie in memory.
    static string Place(int port, int vlan) => string.Create(CultureInfo.InvariantCulture, $"Port {port:D4} VLAN {vlan & 0xff:x2}:{vlan >> 8:x2}");

    static string Status(SpanningStatus status) => status switch
    {
        SpanningStatus.Discarding => "discarding",
        SpanningStatus.Learning => "learning",
        _ => "learning+forwarding",
    };
}
