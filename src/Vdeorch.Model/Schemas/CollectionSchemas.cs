using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;

namespace Vdeorch.Model.Schemas;

/// <summary>Items that could not be read are left out; their reasons are in the bag.</summary>
internal sealed class ListSchema<T>(ValueSchema<T> item) : ValueSchema<ImmutableArray<T>>
{
    public ValueSchema<T> Item => item;

    /// <summary>For the JSON Schema: who reads a list has words of his own for one that is too short or too long.</summary>
    public int Fewest { get; init; }

    /// <inheritdoc cref="Fewest"/>
    public int Most { get; init; } = int.MaxValue;

    public override string TypeText => $"a list, each item {item.TypeText}";

    public override bool Takes(Node node) => node is ListNode;

    public override ValueSchema Below(string? key) => item;

    public override bool TryRead(Node node, string what, ReadContext context, out ImmutableArray<T> value)
    {
        value = [];
        if (node is not ListNode list)
        {
            context.Report(DiagnosticCatalog.WrongType, node.Range, $"{what} takes {TypeText}, not {node.Describe()}");
            return false;
        }

        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>(list.Items.Length);
        foreach (Node element in list.Items)
        {
            if (item.TryRead(element, what, context, out T read))
            {
                items.Add(read);
            }
        }

        value = items.DrainToImmutable();
        return true;
    }

    // A list replaces another whole: what is in it lies over nothing.
    public override JsonObject ToJson(JsonPlace place)
    {
        JsonObject json = new() { ["type"] = "array", ["items"] = item.ToJson(place with { IsLaidOver = false }) };
        if (Fewest > 0)
        {
            json["minItems"] = Fewest;
        }

        if (Most < int.MaxValue)
        {
            json["maxItems"] = Most;
        }

        return json;
    }
}

internal readonly record struct MapItem<T>(Located<string> Key, T Value);

/// <summary>A map keyed by what the user calls things. Nothing at all is an empty map.</summary>
internal sealed class MapSchema<T>(ScalarSchema<string> key, ValueSchema<T> value) : ValueSchema<ImmutableArray<MapItem<T>>>
{
    public ValueSchema<T> Value => value;

    public override string TypeText => $"a map: {key.TypeText} to {value.TypeText}";

    public override bool Takes(Node node) => node is MapNode or ScalarNode { Type: CoreType.Null };

    public override ValueSchema Below(string? key) => value;

    public override bool TryRead(Node node, string what, ReadContext context, out ImmutableArray<MapItem<T>> items)
    {
        ImmutableArray<MapItem<T>>.Builder read = ImmutableArray.CreateBuilder<MapItem<T>>();
        foreach ((Located<string> name, Node entry) in Entries(node, what, context))
        {
            if (value.TryRead(entry, name.Value, context, out T item))
            {
                read.Add(new MapItem<T>(name, item));
            }
        }

        items = read.DrainToImmutable();
        return true;
    }

    /// <summary>The entries with good keys, and of names the wrong ones too, as what they are; wrong keys are reported, and what is wrong below them.</summary>
    public ImmutableArray<(Located<string> Key, Node Value)> Entries(Node node, string what, ReadContext context)
    {
        if (!Takes(node))
        {
            context.Report(DiagnosticCatalog.WrongType, node.Range, $"{what} takes a map, not {node.Describe()}");
            return [];
        }

        ImmutableArray<(Located<string>, Node)>.Builder good = ImmutableArray.CreateBuilder<(Located<string>, Node)>();
        foreach (MapEntry entry in node is MapNode map ? map.Entries : [])
        {
            if (ObjectSchema.IsIgnored(entry.Key.Text))
            {
                continue;
            }

            if (key.TryReadKey(entry.Key, what, context, out Located<string> name))
            {
                good.Add((name, entry.Value));
            }
            else if (key.IsName)
            {
                good.Add((new Located<string>(entry.Key.Text, entry.Key.Range), entry.Value));
            }
            else
            {
                value.TryRead(entry.Value, entry.Key.Text, context, out _);
            }
        }

        return good.DrainToImmutable();
    }

    public override JsonObject ToJson(JsonPlace place)
    {
        string pattern = (string)key.LiteralJson()["pattern"]!;
        JsonObject entry = value.ToJson(place);
        return new JsonObject
        {
            ["type"] = new JsonArray("object", "null"),
            ["patternProperties"] = new JsonObject { [ObjectSchema.IgnoredPattern] = new JsonObject(), [$"^(?!x-)(?:{pattern})$"] = place.IsLaidOver ? JsonDefinitions.OrNothing(entry) : entry },
            ["additionalProperties"] = false,
        };
    }
}

/// <summary>Several ways to write one thing, told apart by the kind of node.</summary>
internal sealed class EitherSchema<T>(params ImmutableArray<ValueSchema<T>> ways) : ValueSchema<T>
{
    /// <summary>Where the ways' own words would repeat each other.</summary>
    public string? Words { get; init; }

    public override string TypeText => Words ?? string.Join(", or ", ways.Select(way => way.TypeText));

    public override bool Takes(Node node) => ways.Any(way => way.Takes(node));

    public override ValueSchema For(Node node) => ways.FirstOrDefault(way => way.Takes(node))?.For(node) ?? this;

    public override bool TryRead(Node node, string what, ReadContext context, out T value)
    {
        foreach (ValueSchema<T> way in ways)
        {
            if (way.Takes(node))
            {
                return way.TryRead(node, what, context, out value);
            }
        }

        // The first way's complaint is the most useful one: it knows about nothing and about unquoted expressions.
        value = default!;
        if (node is ScalarNode || (node is MapNode && ways[0] is not ListSchema<T>))
        {
            return ways[0].TryRead(node, what, context, out value);
        }

        context.Report(DiagnosticCatalog.WrongType, node.Range, $"{what} takes {TypeText}, not {node.Describe()}");
        return false;
    }

    public override JsonObject ToJson(JsonPlace place) => new() { ["anyOf"] = new JsonArray([.. ways.Select(way => way.ToJson(place))]) };
}

/// <summary>The same text, as something else.</summary>
internal sealed class ConvertedSchema<TFrom, T>(ValueSchema<TFrom> inner, Func<TFrom, T> convert) : ValueSchema<T>
{
    public override string TypeText => inner.TypeText;

    public override bool Takes(Node node) => inner.Takes(node);

    public override ValueSchema For(Node node) => inner.For(node);

    public override bool TryRead(Node node, string what, ReadContext context, out T value)
    {
        bool read = inner.TryRead(node, what, context, out TFrom from);
        value = read ? convert(from) : default!;
        return read;
    }

    public override JsonObject ToJson(JsonPlace place) => inner.ToJson(place);
}

/// <summary>Nothing (<c>lan:</c>, <c>~</c>) is a value of its own.</summary>
internal sealed class OrNothingSchema<T>(ValueSchema<T> inner, T nothing) : ValueSchema<T>
{
    public override string TypeText => $"{inner.TypeText}, or nothing";

    public override bool Takes(Node node) => node is ScalarNode { Type: CoreType.Null } || inner.Takes(node);

    public override ValueSchema For(Node node) => inner.For(node);

    public override bool TryRead(Node node, string what, ReadContext context, out T value)
    {
        value = nothing;
        return node is ScalarNode { Type: CoreType.Null } || inner.TryRead(node, what, context, out value);
    }

    public override JsonObject ToJson(JsonPlace place) => new() { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "null" }, inner.ToJson(place)) };
}

internal static class SchemaExtensions
{
    public static ValueSchema<TTo> As<TFrom, TTo>(this ValueSchema<TFrom> schema, Func<TFrom, TTo> convert) => new ConvertedSchema<TFrom, TTo>(schema, convert);

    public static ValueSchema<ImmutableArray<T>> OneOrMany<T>(this ValueSchema<T> item) =>
        new EitherSchema<ImmutableArray<T>>(item.As(one => ImmutableArray.Create(one)), new ListSchema<T>(item)) { Words = $"{item.TypeText}, or a list of them" };

    public static ValueSchema<T> OrNothing<T>(this ValueSchema<T> schema, T nothing) => new OrNothingSchema<T>(schema, nothing);
}
