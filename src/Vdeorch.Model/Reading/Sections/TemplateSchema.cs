using System.Collections.Immutable;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>What namespaces, or machines, have in common.</summary>
/// <example><code>
/// templates:
///   leaf: { to: lan, gateway: 10.0.0.1 }
///   guest: { to: lan, memory: 256M, disk: images/alpine.qcow2 }
/// </code></example>
internal static class TemplateSchema
{
    public const string Key = "templates";

    public static readonly FieldSchema<ImmutableArray<MapItem<NamespaceDraft>>> Field = new(Key, new MapSchema<NamespaceDraft>(Scalars.NameKey, new LaidOverSchema<NamespaceDraft>(
        new EitherSchema<NamespaceDraft>(new KnownKeysSchema<NamespaceDraft>(NamespaceSection.Object), new KnownKeysSchema<NamespaceDraft>(MachineSection.Object), NamespaceSection.Object) { Words = "what a namespace, or a machine, has" })))
    {
        Description = "What namespaces or machines have in common, by name: each `use`s what it needs.",
        Example = "{ leaf: { to: lan, gateway: 10.0.0.1 } }",
    };
}
