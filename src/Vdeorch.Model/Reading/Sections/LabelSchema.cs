using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>What objects are called by, to pick them out.</summary>
/// <example><code>
/// labels: { tier: web, owner: alice }
/// </code></example>
internal static class LabelSchema
{
    static readonly ScalarSchema<string> s_key = new("a label's key", ReadKey, value => value, () => Scalars.Pattern(Labels.KeyPattern));

    static readonly ScalarSchema<string> s_value = new("a label's value", ReadValue, value => value, () => new System.Text.Json.Nodes.JsonObject
    {
        ["type"] = new System.Text.Json.Nodes.JsonArray("string", "number", "boolean"),
        ["pattern"] = $"^{Labels.ValuePattern}$",
    });

    public static readonly FieldSchema<ImmutableArray<MapItem<Located<string>>>> Field = new("labels", new MapSchema<Located<string>>(s_key, s_value))
    {
        Description = "Keys and values to pick it out by: `vdeorch status -l tier=web`, `vdeorch apply --only @tier=web`.",
        Example = "{ tier: web, owner: alice }",
        Cost = OnChange.Hot,
    };

    public static ImmutableSortedDictionary<string, string> Read(ObjectReader reader) => !reader.Has(Field) ? Labels.None
        : reader.List(Field).ToImmutableSortedDictionary(item => item.Key.Value, item => item.Value.Value, StringComparer.Ordinal);

    static Problem? ReadKey(ScalarText text, out string value)
    {
        value = text.Text;
        return Labels.IsKey(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadLabel, $"{Quoted.Text(text.Text)} is not a label's key: 1 to {Labels.MaxLength} letters, digits, '.', '_', '/' and '-'", "such as tier, or example.org/tier");
    }

    static Problem? ReadValue(ScalarText text, out string value)
    {
        value = text.Text;
        return Labels.IsValue(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadLabel, $"{Quoted.Text(text.Text)} is not a label's value: up to {Labels.MaxLength} letters, digits, '.', '_', '/', ':', '@', '+' and '-'", "a longer text can stand in a comment, or under a key that begins with x-");
    }
}
