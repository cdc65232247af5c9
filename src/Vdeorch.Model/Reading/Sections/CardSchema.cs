using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Network cards of machines in their long form.</summary>
/// <example><code>
/// interfaces:
///   eth0: { to: lan, model: e1000, mac: 52:54:00:00:00:01 }
/// </code></example>
internal static class CardSchema
{
    static readonly FieldSchema<ImmutableArray<Located<InterfaceAddress>>> s_address = new("address", AddressScalars.Address.OneOrMany())
    {
        Description = "The addresses that the guest gives it. Nothing here sets them.",
        Otherwise = "not known",
        Example = "10.0.0.5/24",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<MacAddress>> s_mac = new("mac", AddressScalars.Mac)
    {
        Description = "Its Ethernet address.",
        Otherwise = "derived from topology, machine and card, the same on every run",
        Example = "52:54:00:00:00:01",
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<Located<string>> s_model = new("model", MachineSchema.Word("a card as QEMU calls it"))
    {
        Description = "The card that the guest sees: `virtio-net-pci`, `e1000`, `rtl8139`, whatever `qemu-system-x86_64 -device help` lists.",
        Default = CardSpec.DefaultModel,
        Example = "e1000",
        Cost = OnChange.Restart,
    };

    public static readonly ObjectSchema<InterfaceValues> Card = new("machines.NAME.interfaces.NAME", "a network card", [InterfaceSchema.To, VlanSchema.Vlan, VlanSchema.Trunk, s_address, s_mac, s_model, StpSchema.Port, ShapeSchema.Field, ImpairSchema.Field],
        reader => new InterfaceValues(
            reader.TryGet(InterfaceSchema.To, out Located<SegmentText> to) ? to : default(Located<SegmentText>?),
            reader.List(s_address),
            reader.TryGet(s_mac, out Located<MacAddress> mac) ? mac : default(Located<MacAddress>?),
            null)
        {
            Model = reader.Get(s_model).Value,
            Vlans = VlanSchema.Read(reader),
            Spanning = reader.TryGet(StpSchema.Port, out PortSpanning? spanning) ? spanning : null,
            Impair = ShapeSchema.Over(reader.TryGet(ImpairSchema.Field, out LinkImpairment? impair) ? impair : null, reader),
        });
}
