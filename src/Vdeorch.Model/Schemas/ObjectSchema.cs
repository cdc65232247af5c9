using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;

namespace Vdeorch.Model.Schemas;

/// <summary>An object with known keys.</summary>
internal interface IObjectSchema
{
    /// <summary>Where it stands in a file: <c>switches.NAME</c>.</summary>
    string Path { get; }

    ImmutableArray<FieldSchema> Fields { get; }

    /// <summary>Keys the language has and this release has not: another error than an unknown key.</summary>
    ImmutableArray<string> Later { get; }
}

internal static class ObjectSchema
{
    public const string IgnoredPattern = "^x-";

    public static bool IsIgnored(string key) => key.StartsWith("x-", StringComparison.Ordinal);

    /// <summary>Lets every value below be nothing too.</summary>
    public static void LetBeNothing(JsonNode? json)
    {
        switch (json)
        {
            case JsonArray list:
                foreach (JsonNode? item in list)
                {
                    LetBeNothing(item);
                }

                break;
            case JsonObject map:
                foreach (string key in map.Select(entry => entry.Key).ToArray())
                {
                    LetBeNothing(map[key]);
                }

                foreach (JsonObject values in new[] { map["properties"], map["patternProperties"] }.OfType<JsonObject>())
                {
                    foreach (string key in values.Select(entry => entry.Key).Where(key => key != IgnoredPattern).ToArray())
                    {
                        values[key] = OrNothing((JsonObject)values[key]!.DeepClone());
                    }
                }

                break;
        }
    }

    static JsonObject OrNothing(JsonObject value)
    {
        switch (value["type"])
        {
            case JsonValue one:
                value["type"] = new JsonArray(one.DeepClone(), "null");
                (value["enum"] as JsonArray)?.Add(null);
                return value;
            case JsonArray many:
                if (!many.Any(type => (string?)type == "null"))
                {
                    many.Add((JsonNode)"null");
                }

                (value["enum"] as JsonArray)?.Add(null);
                return value;
            default:
                (value["anyOf"] as JsonArray)?.Add((JsonNode)new JsonObject { ["type"] = "null" });
                return value;
        }
    }

    public static JsonObject ToJson(IObjectSchema schema)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (FieldSchema field in schema.Fields)
        {
            properties[field.Key] = field.ToJson();
            if (field.IsRequired)
            {
                required.Add((JsonNode)field.Key);
            }
        }

        var json = new JsonObject { ["properties"] = properties };
        if (required.Count > 0)
        {
            json["required"] = required;
        }

        json["patternProperties"] = new JsonObject { [IgnoredPattern] = new JsonObject() };
        json["additionalProperties"] = false;
        return json;
    }
}

/// <param name="path">Where it stands in a file: <c>switches.NAME</c>.</param>
/// <param name="typeText">"a switch".</param>
/// <param name="build">Reads the keys; it may be called with keys missing or wrong, and still gives an object, so that later rules see it.</param>
internal sealed class ObjectSchema<T>(string path, string typeText, ImmutableArray<FieldSchema> fields, Func<ObjectReader, T> build) : ValueSchema<T>, IObjectSchema
{
    public string Path => path;

    public ImmutableArray<FieldSchema> Fields => fields;

    public ImmutableArray<string> Later { get; init; } = [];

    /// <summary>It lies over templates: anything in it may be nothing, to take away what they say.</summary>
    public bool IsLaidOver { get; init; }

    public override string TypeText => typeText;

    bool HasRequired => fields.Any(one => one.IsRequired);

    public override bool Takes(Node node) => node is MapNode || (node is ScalarNode { Type: CoreType.Null } && !HasRequired);

    public override bool TryRead(Node node, string what, ReadContext context, out T value)
    {
        value = default!;
        if (!Takes(node))
        {
            context.Report(DiagnosticCatalog.WrongType, node.Range, $"{what} takes a map, not {node.Describe()}");
            return false;
        }

        value = build(new ObjectReader(node, this, context));
        return true;
    }

    public override JsonObject ToJson()
    {
        JsonObject json = ObjectSchema.ToJson(this);
        json.Insert(0, "type", HasRequired ? JsonValue.Create("object") : new JsonArray("object", "null"));
        if (IsLaidOver)
        {
            ObjectSchema.LetBeNothing(json);
        }

        return json;
    }
}
