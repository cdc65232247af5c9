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

    KeyShape Shape { get; }
}

internal static class ObjectSchema
{
    public const string IgnoredPattern = "^x-";

    /// <summary>The path of the object that is a whole file.</summary>
    public const string FilePath = "the file";

    public static bool IsIgnored(string key) => key.StartsWith("x-", StringComparison.Ordinal);
}

/// <param name="path">Where it stands in a file: <c>switches.NAME</c>.</param>
/// <param name="typeText">"a switch".</param>
/// <param name="build">Reads the keys; it may be called with keys missing or wrong, and still gives an object, so that later rules see it.</param>
internal sealed class ObjectSchema<T>(string path, string typeText, ImmutableArray<FieldSchema> fields, Func<ObjectReader, T> build) : ValueSchema<T>, IObjectSchema
{
    public string Path => path;

    public ImmutableArray<FieldSchema> Fields => fields;

    public ImmutableArray<string> Later { get; init; } = [];

    public KeyShape Shape { get; init; } = KeyShape.Any;

    public override string TypeText => typeText;

    bool HasRequired => fields.Any(one => one.IsRequired);

    public override bool Takes(Node node) => node is MapNode || (node is ScalarNode { Type: CoreType.Null } && !HasRequired);

    public override ValueSchema? Below(string? key) => fields.FirstOrDefault(field => field.Key == key)?.Value;

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

    public override JsonObject ToJson(JsonPlace place) => place.Definitions.Refer(this, place.IsLaidOver);
}
