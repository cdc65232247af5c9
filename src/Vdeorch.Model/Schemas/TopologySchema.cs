using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vdeorch.Model.Reading.Sections;

namespace Vdeorch.Model.Schemas;

/// <summary>The language as a JSON Schema, for editors and other tools. It knows one object at a time; what must hold between objects is the reader's.</summary>
public static class TopologySchema
{
    /// <summary>What an overlay alone is valid by: a file that is laid over others with <c>-f</c>.</summary>
    public const string Overlay = "#/$defs/topology-laid-over";

    /// <returns>Draft 2020-12, each object once; ends in a line break.</returns>
    public static string Generate()
    {
        var definitions = new JsonDefinitions();
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "vdeorch topology",
            ["description"] = $"A file of `vdeorch apply`. `{JsonDefinitions.CostKey}` says what changing a key costs a running topology: `hot` (nothing notices), `reload` (a daemon reads its configuration again), "
                + "`replug` (what is behind an interface is swapped, the interface stays), `restart` (of one process) or `replace` (deleted and made anew). "
                + $"A file that is laid over others is described by `{Overlay}`.",
        };
        schema["$ref"] = definitions.Refer(SectionList.Topology, isLaidOver: false)["$ref"]!.DeepClone();
        _ = definitions.Refer(SectionList.Topology, isLaidOver: true);
        schema["$defs"] = definitions.ToJson();
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            schema.WriteTo(writer);
        }

        return $"{Encoding.UTF8.GetString(stream.ToArray())}\n";
    }
}
