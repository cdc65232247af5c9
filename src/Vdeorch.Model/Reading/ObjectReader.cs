using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading;

/// <summary>One map of the file, its keys checked against an object's field list.</summary>
internal sealed class ObjectReader
{
    readonly Node _node;

    public ObjectReader(Node node, IObjectSchema schema, ReadContext context)
    {
        _node = node;
        Context = context;
        foreach (MapEntry entry in node is MapNode map ? map.Entries : [])
        {
            CheckKey(entry.Key, schema);
        }

        foreach (FieldSchema field in schema.Fields)
        {
            if (field.IsRequired && !Has(field))
            {
                context.Report(DiagnosticCatalog.MissingKey, node.Range, $"{field.Key} is missing; it takes {field.Value.TypeText}", $"for example {field.Key}: {field.Example}");
            }
        }
    }

    public ReadContext Context { get; }

    public bool Has(FieldSchema field) => Find(field) is not null;

    /// <summary>Where the key stands; the whole object when it does not.</summary>
    public TextRange At(FieldSchema field) => Find(field)?.Key.Range ?? _node.Range;

    public Node? ValueOf(FieldSchema field) => Find(field)?.Value;

    public bool TryGet<T>(FieldSchema<T> field, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        return Find(field) is { } entry && field.Schema.TryRead(entry.Value, field.Key, Context, out value);
    }

    public T Get<T>(FieldSchema<T> field) => TryGet(field, out T? value) ? value : field.Default!;

    /// <returns>Empty when the key is absent or its value is wrong.</returns>
    public ImmutableArray<T> List<T>(FieldSchema<ImmutableArray<T>> field) => TryGet(field, out ImmutableArray<T> read) ? read : [];

    MapEntry? Find(FieldSchema field) => (_node as MapNode)?.Find(field.Key);

    void CheckKey(ScalarNode key, IObjectSchema schema)
    {
        foreach (FieldSchema field in schema.Fields)
        {
            if (field.Key == key.Text)
            {
                return;
            }
        }

        if (ObjectSchema.IsIgnored(key.Text))
        {
            return;
        }

        if (schema.Later.Contains(key.Text))
        {
            Context.Report(DiagnosticCatalog.NotYet, key.Range, $"{Quoted.Text(key.Text)} is not supported by this release", "remove it, or put x- before it to have it ignored");
            return;
        }

        if (key.HasExpression)
        {
            Context.Report(DiagnosticCatalog.ExpressionInKey, key.Range, $"the key {Quoted.Text(key.Text)} has an expression in it", "expressions stand in values");
            return;
        }

        string known = string.Join(", ", schema.Fields.Select(field => field.Key));
        string? elsewhere = Sections.SectionList.Objects.FirstOrDefault(other => other != schema && other.Fields.Any(field => field.Key == key.Text))?.Path;
        Context.Report(DiagnosticCatalog.UnknownKey, key.Range, $"unknown key {Quoted.Text(key.Text)}",
            elsewhere is not null ? $"'{key.Text}' belongs to {elsewhere}; known here: {known}"
                : Context.DidYouMean(key.Text, [.. schema.Fields.Select(field => field.Key)]) ?? $"known here: {known}");
    }
}
