using System.Text.Json.Nodes;
using Vdeorch.Model.Reading;

namespace Vdeorch.Model.Schemas;

/// <summary>An object that takes only maps of whose keys it knows every one: of several objects, the one that is meant.</summary>
internal sealed class KnownKeysSchema<T>(ObjectSchema<T> inner) : ValueSchema<T>
{
    public override string TypeText => inner.TypeText;

    public override bool Takes(Node node) => inner.Takes(node)
        && ((node as MapNode)?.Entries ?? []).All(entry => ObjectSchema.IsIgnored(entry.Key.Text) || inner.Fields.Any(field => field.Key == entry.Key.Text));

    public override ValueSchema For(Node node) => inner.For(node);

    public override bool TryRead(Node node, string what, ReadContext context, out T value) => inner.TryRead(node, what, context, out value!);

    public override JsonObject ToJson(JsonPlace place) => inner.ToJson(place);
}
