using System.Text.Json.Nodes;
using Json.Schema;
using Vdeorch.Model.Schemas;

namespace Vdeorch.UnitTests.Schemas;

/// <summary>The JSON Schema of topologies, in the hands of a validator that is not ours.</summary>
sealed class Validator
{
    static readonly EvaluationOptions s_options = new() { OutputFormat = OutputFormat.List };

    // One schema evaluated by several tests at once takes, now and then, what it should refuse.
    static readonly Lock s_turn = new();

    readonly JsonSchema _schema;

    Validator(JsonObject schema) => _schema = JsonSchema.FromText(schema.ToJsonString());

    public static JsonObject Text { get; } = (JsonObject)JsonNode.Parse(TopologySchema.Generate())!;

    public static Validator OfFiles { get; } = new(Text);

    public static Validator OfOverlays { get; } = Of(new JsonObject { ["$ref"] = TopologySchema.Overlay });

    /// <summary>By a part of the schema, which may refer to its definitions.</summary>
    public static Validator Of(JsonObject part)
    {
        var schema = (JsonObject)part.DeepClone();
        schema["$schema"] = Text["$schema"]!.DeepClone();
        schema["$defs"] = Text["$defs"]!.DeepClone();
        return new Validator(schema);
    }

    public bool Takes(JsonNode? document)
    {
        lock (s_turn)
        {
            return _schema.Evaluate(document).IsValid;
        }
    }

    /// <returns>Empty when the document is valid.</returns>
    public IEnumerable<string> Errors(JsonNode? document)
    {
        EvaluationResults results;
        lock (s_turn)
        {
            results = _schema.Evaluate(document, s_options);
        }

        return results.IsValid ? [] : [.. results.Details.Where(detail => detail.Errors is not null).SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"))];
    }
}
