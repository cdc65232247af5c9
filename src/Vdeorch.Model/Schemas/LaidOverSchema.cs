using System.Text.Json.Nodes;
using Vdeorch.Model.Reading;

namespace Vdeorch.Model.Schemas;

/// <summary>An object that lies over others, so that it need not be whole, and takes away what they say with nothing (<c>~</c>).</summary>
/// <param name="when">The key that says so; null: it always does.</param>
internal sealed class LaidOverSchema<T>(ValueSchema<T> inner, string? when = null) : ValueSchema<T>
{
    public override string TypeText => inner.TypeText;

    public override bool Takes(Node node) => inner.Takes(node);

    public override ValueSchema For(Node node) => inner.For(node);

    public override bool TryRead(Node node, string what, ReadContext context, out T value) => inner.TryRead(node, what, context, out value);

    public override JsonObject ToJson(JsonPlace place) => place.IsLaidOver || when is null
        ? inner.ToJson(place with { IsLaidOver = true })
        : new JsonObject
        {
            ["if"] = new JsonObject { ["type"] = "object", ["required"] = new JsonArray(when) },
            ["then"] = inner.ToJson(place with { IsLaidOver = true }),
            ["else"] = inner.ToJson(place),
        };
}
