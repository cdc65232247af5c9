using System.Diagnostics;
using System.Text.Json.Nodes;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Schemas;

/// <summary>Where in a JSON Schema something is described.</summary>
/// <param name="IsLaidOver">It lies over something that may say the rest: every key may be missing, and nothing takes away.</param>
internal readonly record struct JsonPlace(JsonDefinitions Definitions, bool IsLaidOver);

/// <summary>The <c>$defs</c> of a JSON Schema: each object of the language is described once, and referred to wherever it may stand.</summary>
internal sealed class JsonDefinitions
{
    public const string CostKey = "x-cost-class";

    readonly SortedDictionary<string, (IObjectSchema Schema, JsonObject? Json)> _made = new(StringComparer.Ordinal);

    /// <summary>What leads to the object, with no keyword beside it that refuses anything: validators of draft-07, which skip what is beside a <c>$ref</c>, say the same.</summary>
    public JsonObject Refer(IObjectSchema schema, bool isLaidOver)
    {
        string name = NameOf(schema, isLaidOver);
        if (!_made.TryGetValue(name, out (IObjectSchema Schema, JsonObject? Json) known))
        {
            _made[name] = (schema, null);
            _made[name] = (schema, Describe(schema, isLaidOver));
        }
        else if (known.Schema != schema)
        {
            throw new UnreachableException($"two objects are called {name}");
        }

        return new JsonObject { ["$ref"] = $"#/$defs/{name}" };
    }

    public JsonObject ToJson() => new(_made.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value.Json)));

    /// <summary>Adds nothing to what is taken.</summary>
    public static JsonObject OrNothing(JsonObject json)
    {
        // An object that is laid over may be nothing already.
        if (json.ContainsKey("$ref"))
        {
            return json;
        }

        switch (json["type"])
        {
            case JsonArray many when !many.Any(type => (string?)type == "null"):
                many.Add((JsonNode)"null");
                break;
            case JsonValue one:
                json["type"] = new JsonArray(one.DeepClone(), "null");
                break;
            case null:
                ((JsonArray)json["anyOf"]!).Add((JsonNode)new JsonObject { ["type"] = "null" });
                break;
        }

        (json["enum"] as JsonArray)?.Add(null);
        return json;
    }

    JsonObject Describe(IObjectSchema schema, bool isLaidOver)
    {
        var place = new JsonPlace(this, isLaidOver);
        string[] required = isLaidOver ? [] : [.. schema.Fields.Where(field => field.IsRequired).Select(field => field.Key)];
        var json = new JsonObject
        {
            ["type"] = required.Length > 0 ? JsonValue.Create("object") : new JsonArray("object", "null"),
            ["properties"] = new JsonObject(schema.Fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Describe(field, schema, place)))),
        };
        if (required.Length > 0)
        {
            json["required"] = ToArray(required);
        }

        foreach ((string keyword, JsonNode rule) in isLaidOver ? [] : schema.Shape.ToJson())
        {
            json[keyword] = rule;
        }

        json["patternProperties"] = new JsonObject { [ObjectSchema.IgnoredPattern] = new JsonObject() };
        json["additionalProperties"] = false;
        return json;
    }

    JsonObject Describe(FieldSchema field, IObjectSchema of, JsonPlace place)
    {
        JsonObject json = field.Value.ToJson(place);
        if (place.IsLaidOver)
        {
            // What is the same but for nothing is not said again.
            if (JsonNode.DeepEquals(json, field.Value.ToJson(place with { IsLaidOver = false })))
            {
                JsonObject same = Refer(of, isLaidOver: false);
                same["$ref"] = $"{same["$ref"]}/properties/{field.Key}";
                return new JsonObject { ["anyOf"] = new JsonArray(same, new JsonObject { ["type"] = "null" }) };
            }

            json = OrNothing(json);
        }

        string cost = field.Cost is { } change ? $" Changing it: {Word(change)}." : "";
        json["description"] = $"{field.Description}{(field.Otherwise is { } otherwise ? $" Default: {otherwise}." : "")}{cost}";
        if (field.DefaultText is { } text)
        {
            json["default"] = NodeJson.OfText(text);
        }

        json["examples"] = new JsonArray(NodeJson.OfText(field.Example));
        if (field.Cost is { } known)
        {
            json[CostKey] = Word(known);
        }

        return json;
    }

    /// <summary><c>switches.NAME.plugs[]</c> is <c>switches-plugs</c>.</summary>
    static string NameOf(IObjectSchema schema, bool isLaidOver)
    {
        string name = schema.Path == ObjectSchema.FilePath ? "topology"
            : string.Join('-', schema.Path.Replace("[]", "", StringComparison.Ordinal).Split('.').Where(part => !part.All(char.IsAsciiLetterUpper)));
        return isLaidOver ? $"{name}-laid-over" : name;
    }

    static string Word(OnChange cost) => cost.ToString().ToLowerInvariant();

    internal static JsonArray ToArray(IEnumerable<string> keys) => new([.. keys.Select(key => (JsonNode)key)]);
}
