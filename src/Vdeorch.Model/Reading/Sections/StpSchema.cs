using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Spanning trees: of a switch, and of what is plugged into one.</summary>
/// <example><code>
/// switches: { core: { stp: true }, annexe: { stp: { priority: 4096 } } }
/// cables: [ { ends: [core, annexe], trunk: [10, 20], stp: { bonus: { 20: 5000000 } } } ]
/// </code></example>
internal static class StpSchema
{
    static readonly FieldSchema<Located<int>> s_priority = new("priority", Scalars.Integer(0, ushort.MaxValue))
    {
        Description = "Of switches that are joined, the one with the lowest is the root of their trees.",
        Default = StpSettings.DefaultPriority,
        Example = "4096",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<bool>> s_edge = new("edge", Scalars.Boolean)
    {
        Description = "No switch is behind it: it forwards at once, and neither says nor hears anything of spanning trees.",
        Default = false,
        Example = "true",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<MapItem<Located<int>>>> s_bonus = new("bonus", new MapSchema<Located<int>>(VlanScalars.TreeKey, Scalars.Integer(0, SpanningPort.FullCost - 1)))
    {
        Description = "By VLAN, what is taken off the cost of this way, which is 20,000,000. VLAN 0 is that of frames of no other.",
        Otherwise = "none",
        Example = "{ 20: 5000000 }",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<StpSettings> s_settings = new("switches.NAME.stp", "a map with `priority`", [s_priority], reader => new StpSettings(reader.Get(s_priority).Value));

    static readonly ObjectSchema<PortSpanning> s_port = new("stp", "a map of what it is in spanning trees", [s_edge, s_bonus], ReadPort);

    public static readonly FieldSchema<StpSettings?> Switch = new("stp",
        new EitherSchema<StpSettings?>(Scalars.Boolean.As(on => on.Value ? new StpSettings() : null), s_settings.As(settings => (StpSettings?)settings)) { Words = "true, false, or a map with `priority`" })
    {
        Description = "Keep loops of cables open by spanning trees, one for each VLAN, as vde_switch does with `--fstp`.",
        Otherwise = "`false`",
        Example = "{ priority: 4096 }",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<PortSpanning> Port = new("stp", s_port)
    {
        Description = "What it is in the spanning trees of its switch.",
        Otherwise = "an ordinary port",
        Example = "{ edge: true }",
        Cost = OnChange.Hot,
    };

    public static ImmutableArray<IObjectSchema> OfSwitches => [s_settings];

    public static ImmutableArray<IObjectSchema> OfPorts => [s_port];

    static PortSpanning ReadPort(ObjectReader reader) => new()
    {
        Edge = reader.Get(s_edge).Value ? VlanSet.All : VlanSet.Empty,
        Bonuses = [.. reader.List(s_bonus).Select(bonus => new PortBonus(int.Parse(bonus.Key.Value, CultureInfo.InvariantCulture), bonus.Value.Value)).OrderBy(bonus => bonus.Vlan)],
    };
}
