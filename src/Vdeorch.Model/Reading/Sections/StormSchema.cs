using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Storm control of a switch.</summary>
/// <example><code>
/// switches: { lan: { storm: 1000 }, core: { storm: { broadcast: 1000, unknown: 500 } } }
/// </code></example>
internal static class StormSchema
{
    static readonly FieldSchema<Located<int>> s_broadcast = Kind("broadcast", "Frames a second to everybody.", "1000");
    static readonly FieldSchema<Located<int>> s_multicast = Kind("multicast", "Frames a second to groups.", "2000");
    static readonly FieldSchema<Located<int>> s_unknown = Kind("unknown", "Frames a second to one address that was not heard yet; in a hub, to any one address.", "500");

    static readonly ObjectSchema<StormSettings?> s_settings = new("switches.NAME.storm", "a map with `broadcast`, `multicast` and `unknown`", [s_broadcast, s_multicast, s_unknown], reader =>
    {
        StormSettings read = new(Limit(reader, s_broadcast), Limit(reader, s_multicast), Limit(reader, s_unknown));
        return read.Limits.Any() ? read : null;
    });

    public static readonly FieldSchema<StormSettings?> Switch = new("storm",
        new EitherSchema<StormSettings?>(Scalars.Integer(1, StormSettings.Most).As(each => (StormSettings?)new StormSettings(each.Value, each.Value, each.Value)), s_settings) { Words = "an integer, or a map of kinds" })
    {
        Description = "How many frames that go to all ports each port may bring in a second; those beyond are dropped. One number: that many of each kind.",
        Otherwise = "any number",
        Example = "{ broadcast: 1000, multicast: 2000, unknown: 500 }",
        Cost = OnChange.Hot,
    };

    public static ImmutableArray<IObjectSchema> Objects => [s_settings];

    static int? Limit(ObjectReader reader, FieldSchema<Located<int>> field) => reader.TryGet(field, out Located<int> limit) ? limit.Value : null;

    static FieldSchema<Located<int>> Kind(string key, string description, string example) => new(key, Scalars.Integer(1, StormSettings.Most))
    {
        Description = description,
        Otherwise = "any number",
        Example = example,
        Cost = OnChange.Hot,
    };
}
