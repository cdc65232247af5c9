using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Vdeorch.Model.Schemas;

/// <summary>Which keys of an object go together. For the JSON Schema: the reader has words of its own for each.</summary>
internal sealed record KeyShape
{
    public static readonly KeyShape Any = new();

    /// <summary>Of each set, one key has to be there and no other may.</summary>
    public ImmutableArray<ImmutableArray<string>> ExactlyOne { get; init; } = [];

    /// <summary>The first only beside the second.</summary>
    public ImmutableArray<(string Key, string Needs)> Needs { get; init; } = [];

    /// <summary>No two of them.</summary>
    public ImmutableArray<(string Key, string Other)> Excludes { get; init; } = [];

    /// <returns>Keywords and what they say. Nothing has no key, and is refused where one has to be there.</returns>
    public IEnumerable<(string Keyword, JsonNode Rule)> ToJson()
    {
        List<(string, JsonNode)> rules = [];
        JsonNode[] all =
        [
            .. ExactlyOne.Select(set => new JsonObject { ["oneOf"] = new JsonArray([.. set.Select(key => Require(key))]) }),
            .. Excludes.Select(pair => new JsonObject { ["not"] = Require(pair.Key, pair.Other) }),
        ];
        if (all.Length > 0)
        {
            rules.Add(("allOf", new JsonArray(all)));
        }

        if (!Needs.IsEmpty)
        {
            rules.Add(("dependentRequired", new JsonObject(Needs.GroupBy(pair => pair.Key)
                .Select(pairs => KeyValuePair.Create(pairs.Key, (JsonNode?)JsonDefinitions.ToArray(pairs.Select(pair => pair.Needs)))))));
        }

        return rules;
    }

    // Of an object alone: of anything else `required` holds, and then `not` would refuse it.
    static JsonObject Require(params IEnumerable<string> keys) => new() { ["type"] = "object", ["required"] = JsonDefinitions.ToArray(keys) };
}
