using System.Text.Json.Nodes;
using Vdeorch.Model.Reading;

namespace Vdeorch.Model.Schemas;

/// <summary>What a key takes, described once: the reader, the JSON Schema and the documentation are made from it.</summary>
internal abstract class ValueSchema
{
    /// <summary>As messages and tables say it: "an integer 1..65535".</summary>
    public abstract string TypeText { get; }

    /// <summary>A JSON Schema of its own, which the caller may add to.</summary>
    public abstract JsonObject ToJson(JsonPlace place);

    /// <summary>What a node of this kind is read by, where there are several ways.</summary>
    public virtual ValueSchema For(Node node) => this;

    /// <summary>What reads the values below it.</summary>
    /// <param name="key">Of a map; null for the items of a list.</param>
    /// <returns>Null when nobody does.</returns>
    public virtual ValueSchema? Below(string? key) => null;

    /// <returns>True when the node's kind is one this schema reads; what it holds may still be wrong.</returns>
    public abstract bool Takes(Node node);
}

internal abstract class ValueSchema<T> : ValueSchema
{
    /// <returns>False when nothing could be read; then the reason is in the context's bag.</returns>
    /// <param name="what">The key, for messages.</param>
    public abstract bool TryRead(Node node, string what, ReadContext context, out T value);

    /// <summary>As a file would write it; only what has a default needs it.</summary>
    public virtual string Print(T value) => throw new System.Diagnostics.UnreachableException();
}

/// <summary>A value and where it stands, for rules that look at it later.</summary>
internal readonly record struct Located<T>(T Value, TextRange At)
{
    public static implicit operator Located<T>(T value) => new(value, TextRange.WholeFile);
}
