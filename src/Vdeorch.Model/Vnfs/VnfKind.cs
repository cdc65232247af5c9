using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Vnfs;

/// <summary>
/// A network function of the language: what a file may say of it, and what that comes to. Pure: what is run, loaded and written is text, so that a plan can
/// compare it. One file each, beside its templates, and one line in <see cref="VnfKinds"/>.
/// </summary>
internal abstract class VnfKind(string name)
{
    public string Name => name;

    /// <summary>Its key below <c>vnfs</c>.</summary>
    public abstract FieldSchema<VnfDraft?> Field { get; }

    /// <summary>What it needs of the host; null: the kernel alone.</summary>
    public virtual VnfProgram? Program => null;

    public abstract ImmutableArray<IObjectSchema> Objects { get; }

    /// <summary>Where its parameters stand in a file.</summary>
    protected string Path => $"namespaces.NAME.vnfs.{name}";

    protected FieldSchema<VnfDraft?> Key(IObjectSchema parameters, string description, string example) => new(name, (ValueSchema<VnfDraft?>)parameters)
    {
        Description = description,
        Otherwise = "there is none",
        Example = example,
        Cost = OnChange.Hot,
    };
}
