using System.Collections.Immutable;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Schemas;

/// <summary>What a topology file may say about one kind of object, for people.</summary>
/// <param name="Kind">As in <see cref="Kinds"/>, and <c>check</c>.</param>
/// <param name="Path">Where it stands in a file: <c>switches.NAME</c>.</param>
public sealed record KindReference(string Kind, string Path, ImmutableArray<KeyReference> Keys)
{
    static readonly ImmutableArray<(string Kind, string Path)> s_paths =
    [
        (Kinds.Switch, "switches.NAME"),
        (Kinds.Cloud, "clouds.NAME"),
        (Kinds.Plug, "plugs.NAME"),
        (Kinds.Cable, "cables[]"),
        (Kinds.Namespace, "namespaces.NAME"),
        (Kinds.Interface, "namespaces.NAME.interfaces.NAME"),
        (Kinds.Vnf, "namespaces.NAME.vnfs"),
        (Kinds.Hooks, "namespaces.NAME.exec"),
        (Kinds.Service, "namespaces.NAME.services.NAME"),
        (Kinds.Machine, "machines.NAME"),
        (Kinds.Card, "machines.NAME.interfaces.NAME"),
        ("check", "checks.NAME"),
    ];

    public static ImmutableArray<KindReference> All { get; } =
        [.. s_paths.Select(kind => Of(kind.Kind, SectionList.Objects.Single(schema => schema.Path == kind.Path)))];

    public static KindReference? Find(string kind) => All.FirstOrDefault(known => known.Kind == kind);

    internal static KindReference Of(string kind, IObjectSchema schema) => new(kind, schema.Path, [.. schema.Fields.Select(KeyReference.Of)]);
}

/// <param name="Default">Null: none.</param>
/// <param name="Changing">What a change costs a running topology; null where the question has no answer.</param>
public sealed record KeyReference(string Key, string Takes, string? Default, bool IsRequired, string? Changing, string Description, string Example)
{
    internal static KeyReference Of(FieldSchema field) => new(
        field.Key, field.Value.TypeText, field.IsRequired ? null : field.DefaultText ?? field.Otherwise, field.IsRequired,
        field.Cost?.ToString().ToLowerInvariant(), field.Description, $"{field.Key}: {field.Example}");
}
