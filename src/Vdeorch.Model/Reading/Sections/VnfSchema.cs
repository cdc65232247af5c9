using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Network functions of a namespace, by kind.</summary>
/// <example><code>
/// vnfs: { router: {}, nat: { masquerade: vde0 } }
/// </code></example>
internal static class VnfSchema
{
    static readonly ObjectSchema<ImmutableArray<VnfDraft>> s_vnfs = new("namespaces.NAME.vnfs", "a map: kinds of network functions to what each takes", [.. VnfKinds.All.Select(kind => kind.Field)], Build);

    public static readonly FieldSchema<ImmutableArray<VnfDraft>> Vnfs = new("vnfs", s_vnfs)
    {
        Description = "Network functions, ready to use, by kind.",
        Otherwise = "it has none",
        Example = "{ router: {}, nat: { masquerade: vde0 } }",
    };

    public static ImmutableArray<IObjectSchema> Objects => [s_vnfs, .. VnfKinds.All.SelectMany(kind => kind.Objects)];

    public static ImmutableArray<VnfDraft> Read(ObjectReader reader) => reader.List(Vnfs);

    // In the order of the list of kinds, whatever the file's.
    static ImmutableArray<VnfDraft> Build(ObjectReader reader)
    {
        ImmutableArray<VnfDraft>.Builder drafts = ImmutableArray.CreateBuilder<VnfDraft>();
        ResourceId? subject = reader.Context.Subject;
        foreach (VnfKind kind in VnfKinds.All)
        {
            reader.Context.Subject = new ResourceId(Kinds.Vnf, $"{reader.Context.Scope.Namespace}/{kind.Name}");
            if (reader.TryGet(kind.Field, out VnfDraft? draft) && draft is not null)
            {
                draft.At = reader.At(kind.Field);
                drafts.Add(draft);
            }
        }

        reader.Context.Subject = subject;
        return drafts.DrainToImmutable();
    }
}
