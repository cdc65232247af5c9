using System.Globalization;
using System.Text.Json.Nodes;
using Vdeorch.Model.Reading;

namespace Vdeorch.Model.Schemas;

/// <summary>Nodes as a validator of JSON sees them: types by YAML's core schema, expressions left as the strings they are.</summary>
internal static class NodeJson
{
    /// <returns>Null for nothing, as JSON's null is.</returns>
    public static JsonNode? Of(Node node) => node switch
    {
        MapNode map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Of(entry.Value)))),
        ListNode list => new JsonArray([.. list.Items.Select(Of)]),
        ScalarNode { Type: CoreType.Null } => null,
        ScalarNode { Type: CoreType.Boolean } scalar => JsonValue.Create(bool.Parse(scalar.Text)),
        ScalarNode { Type: CoreType.Integer } scalar when CoreTypes.TryInteger(scalar.Text, out long number) => JsonValue.Create(number),
        ScalarNode { Type: CoreType.Float } scalar when double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => JsonValue.Create(number),
        ScalarNode scalar => JsonValue.Create(scalar.Text),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <param name="yaml">One value, as a field's default and example are.</param>
    public static JsonNode? OfText(string yaml)
    {
        var context = new ReadContext();
        Node? root = NodeReader.Read(context.Sources.Add(new SourceText(0, "", "/", yaml) { Part = new Part("", null) }), context);
        return Of(root ?? throw new System.Diagnostics.UnreachableException($"'{yaml}' is no YAML"));
    }
}
