using System.Globalization;
using System.Text.Json.Nodes;
using Vdeorch.Model.Reading;
using Vdeorch.UnitTests.Reading;

namespace Vdeorch.UnitTests.Schemas;

/// <summary>YAML as a JSON Schema validator sees it: types by the core schema, expressions left as strings.</summary>
static class YamlToJson
{
    public static JsonNode Convert(string text)
    {
        Node? root = NodesOf.Text(text, out ReadContext context);
        return Convert(root ?? throw new InvalidOperationException(string.Join('\n', context.Bag.ToImmutable())))!;
    }

    static JsonNode? Convert(Node node) => node switch
    {
        MapNode map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Convert(entry.Value)))),
        ListNode list => new JsonArray([.. list.Items.Select(Convert)]),
        ScalarNode { Type: CoreType.Null } => null,
        ScalarNode { Type: CoreType.Boolean } scalar => JsonValue.Create(bool.Parse(scalar.Text)),
        ScalarNode { Type: CoreType.Integer } scalar when CoreTypes.TryInteger(scalar.Text, out long number) => JsonValue.Create(number),
        ScalarNode { Type: CoreType.Float } scalar => JsonValue.Create(double.Parse(scalar.Text, CultureInfo.InvariantCulture)),
        ScalarNode scalar => JsonValue.Create(scalar.Text),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
