using System.Text.Json.Nodes;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Schemas;
using Vdeorch.UnitTests.Reading;

namespace Vdeorch.UnitTests.Schemas;

/// <summary>YAML as a JSON Schema validator sees it.</summary>
static class YamlToJson
{
    public static JsonNode Convert(string text)
    {
        Node? root = NodesOf.Text(text, out ReadContext context);
        return NodeJson.Of(root ?? throw new InvalidOperationException(string.Join('\n', context.Bag.ToImmutable())))!;
    }
}
