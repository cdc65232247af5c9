using System.Collections.Immutable;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>One top-level key of a topology file: what may stand under it, and how it becomes part of the draft.</summary>
internal abstract class Section
{
    public abstract FieldSchema Field { get; }

    /// <summary>The objects below it, for the documentation and for "this key belongs to …".</summary>
    public abstract ImmutableArray<IObjectSchema> Objects { get; }

    /// <summary>Called for every file, in the list's order, whether the key is there or not.</summary>
    public abstract void Read(ObjectReader topology, TopologyDraft draft);
}

/// <summary>The explicit list: a new kind of object is its file and its line here.</summary>
internal static class SectionList
{
    public static readonly FieldSchema<Located<string>> Name = new("topology", Scalars.Name)
    {
        Description = "The topology's name, part of what its namespaces are called outside.",
        Otherwise = "the file's name without its extension",
        Example = "hello",
    };

    public static readonly ImmutableArray<Section> All = [new PolicySection(), new SwitchSection(), new CloudSection(), new PlugSection(), new CableSection(), new NamespaceSection(), new MachineSection(), new CheckSection()];

    public static readonly ObjectSchema<ObjectReader> Topology =
        new(ObjectSchema.FilePath, "a topology", [Name, VarsSchema.Field, IncludeSchema.Field, .. All.SelectMany(section => section is NamespaceSection ? [TemplateSchema.Field, section.Field] : new[] { section.Field })], reader => reader);

    public static readonly ImmutableArray<IObjectSchema> Objects = [Topology, .. VarsSchema.Objects, .. IncludeSchema.Objects, .. All.SelectMany(section => section.Objects)];
}
