using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vdeorch.Model.Reading.Sections;

namespace Vdeorch.Model.Schemas;

/// <summary>The language as a JSON Schema, for editors and other tools. It knows one object at a time; what must hold between objects is the reader's.</summary>
public static class TopologySchema
{
    /// <returns>Draft-07, which every editor knows; ends in a line break.</returns>
    public static string Generate()
    {
        JsonObject topology = ObjectSchema.ToJson(SectionList.Topology);
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "vdeorch topology",
            ["type"] = "object",
        };
        foreach ((string key, JsonNode? value) in topology.ToList())
        {
            topology.Remove(key);
            schema[key] = value;
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            schema.WriteTo(writer);
        }

        return $"{Encoding.UTF8.GetString(stream.ToArray())}\n";
    }
}
