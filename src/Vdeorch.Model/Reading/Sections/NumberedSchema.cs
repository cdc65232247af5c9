using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>A port of a public switch by its number: whose it is, and its VLANs.</summary>
/// <example><code>
/// numbered: { 5: { vlan: staff, user: alice }, 6: { trunk: [staff, 20], group: lab, reserved: true } }
/// </code></example>
internal static class NumberedSchema
{
    static readonly FieldSchema<Located<string>> s_user = new("user", SwitchScalars.User)
    {
        Description = "The user it is for, by name or number; root may always.",
        Otherwise = "anybody who may join, unless `group` says who",
        Example = "alice",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_group = new("group", SwitchScalars.Group)
    {
        Description = "The group whose members it is for, by name or number.",
        Otherwise = "anybody who may join, unless `user` says who",
        Example = "lab",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<bool>> s_reserved = new("reserved", Scalars.Boolean)
    {
        Description = "Only for whoever asks for it by its number.",
        Default = false,
        Example = "true",
        Cost = OnChange.Hot,
    };

    /// <summary>Its number is set where the entry's key is known.</summary>
    public static readonly ObjectSchema<NumberedDraft> Port = new("switches.NAME.numbered.N", "a numbered port", [VlanSchema.Vlan, VlanSchema.Trunk, StpSchema.Port, s_user, s_group, s_reserved], Build);

    static NumberedDraft Build(ObjectReader reader) => new(
        new NumberedPort(0)
        {
            User = reader.TryGet(s_user, out Located<string> user) ? user.Value : null,
            Group = reader.TryGet(s_group, out Located<string> group) ? group.Value : null,
            IsReserved = reader.Get(s_reserved).Value,
            Options = new PortOptions { Spanning = reader.TryGet(StpSchema.Port, out PortSpanning? spanning) ? spanning : null },
        },
        VlanSchema.Read(reader));
}
