using System.Collections.Immutable;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Fragments: files whose objects become part of this topology, each time under another name and with other values.</summary>
/// <example><code>
/// include:
///   left:  { file: branch.yaml, with: { uplink: core, net: 10.1.0.0/24 } }      # its lan is left-lan here
///   right: { file: branch.yaml, with: { uplink: core, net: 10.2.0.0/24 } }
/// </code></example>
internal static class IncludeSchema
{
    static readonly FieldSchema<Located<string>> s_file = new("file", Scalars.Text)
    {
        Description = "The fragment, relative to the file this stands in.",
        IsRequired = true,
        Example = "branch.yaml",
    };

    static readonly FieldSchema<ImmutableArray<MapItem<Located<string>>>> s_with = new("with", new MapSchema<Located<string>>(Scalars.VarKey, Scalars.Text))
    {
        Description = "Values for the `vars` of the fragment, by name.",
        Otherwise = "their defaults",
        Example = "{ uplink: core, net: 10.1.0.0/24 }",
    };

    static readonly ObjectSchema<Inclusion> s_inclusion = new("include.NAME", "a map with `file`", [s_file, s_with],
        reader => new Inclusion(reader.TryGet(s_file, out Located<string> file) ? file : (Located<string>?)null, reader.List(s_with)));

    static readonly MapSchema<Inclusion> s_inclusions =
        new(Scalars.NameKey, new EitherSchema<Inclusion>(Scalars.Text.As(file => new Inclusion(file, [])), s_inclusion) { Words = "a file's name, or a map with `file`" });

    public static readonly FieldSchema<ImmutableArray<MapItem<Inclusion>>> Field = new("include", s_inclusions)
    {
        Description = "Fragments, by the name that comes before those of their objects.",
        Example = "{ left: { file: branch.yaml, with: { uplink: core } } }",
    };

    public static ImmutableArray<IObjectSchema> Objects => [s_inclusion];
}

/// <param name="File">Null: it could not be read, which has been said.</param>
internal sealed record Inclusion(Located<string>? File, ImmutableArray<MapItem<Located<string>>> With);
