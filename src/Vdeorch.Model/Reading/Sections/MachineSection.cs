using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Virtual machines.</summary>
/// <example><code>
/// machines:
///   vm:  { replicas: 2, to: sw, memory: 512M, disk: images/alpine.qcow2 }
///   pxe: { to: lan, boot: network, disk: { file: images/pxe.raw, snapshot: true } }
///   byo: { external: true, to: sw }
/// </code></example>
internal sealed class MachineSection : Section
{
    public const string Key = "machines";

    public static readonly FieldSchema<Located<int>> Replicas = new(NamespaceSection.Replicas.Key, NamespaceSection.Replicas.Schema)
    {
        Description = "Make NAME-0, NAME-1, … instead of NAME; `{{ index }}` is the number.",
        Otherwise = "one machine, NAME itself",
        Example = "2",
    };

    public static readonly FieldSchema<ToValue> To = new(NamespaceSection.To.Key, NamespaceSection.To.Schema)
    {
        Description = "Short for `interfaces`: a switch, cloud, plug or locator for one card `eth0`, or a map of them to addresses for `eth0`, `eth1`, … in that order.",
        Example = "lan",
        Cost = OnChange.Replug,
    };

    public static readonly FieldSchema<ImmutableArray<Located<Values.InterfaceAddress>>> Address = new(NamespaceSection.Address.Key, NamespaceSection.Address.Schema)
    {
        Description = "The addresses that the guest gives `eth0`, beside a `to` that names one switch: for /etc/hosts, checks and names. Nothing here sets them.",
        Otherwise = "not known",
        Example = "10.0.0.5/24",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<ImmutableArray<MapItem<InterfaceValues>>> Interfaces = new(NamespaceSection.Interfaces.Key, new MapSchema<InterfaceValues>(Scalars.InterfaceKey, CardSchema.Card))
    {
        Description = "Network cards by name, in that order in the guest: the long form, in place of `to` and `address`.",
        Example = "{ eth0: { to: lan, model: e1000 } }",
    };

    static readonly ObjectSchema<NamespaceDraft> s_machine = new("machines.NAME", "a machine",
        [
            NamespaceSection.Use, Replicas, MachineSchema.External, To, Address, Interfaces, MachineSchema.Cpus, MachineSchema.Memory, MachineSchema.Disk, MachineSchema.Disks, MachineSchema.Cdrom,
            MachineSchema.Kernel, MachineSchema.Initrd, MachineSchema.Append, MachineSchema.Boot, MachineSchema.Type, MachineSchema.Accel, MachineSchema.Console, MachineSchema.Shutdown, MachineSchema.Restart,
            MachineSchema.Args, LabelSchema.Field, MachineSchema.DependsOn,
        ], Build)
    {
        Shape = new KeyShape { Needs = [("address", "to"), ("initrd", "kernel"), ("append", "kernel")], Excludes = [("to", "interfaces"), ("address", "interfaces"), ("disk", "disks")] },
        Later = ["health", "limits", "arch", "uefi", "cloud-init"],
    };

    static readonly FieldSchema<ImmutableArray<MapItem<NamespaceDraft>>> s_field = new(Key, new MapSchema<NamespaceDraft>(Scalars.NameKey, new LaidOverSchema<NamespaceDraft>(s_machine, when: "use")))
    {
        Description = "Virtual machines (QEMU), by name.",
        Example = "{ vm: { to: lan, disk: images/alpine.qcow2 } }",
    };

    /// <summary>What stands under a name.</summary>
    public static ObjectSchema<NamespaceDraft> Object => s_machine;

    public override FieldSchema Field => s_field;

    public override ImmutableArray<IObjectSchema> Objects => [s_machine, CardSchema.Card, MachineSchema.DiskObject];

    public override void Read(ObjectReader topology, TopologyDraft draft)
    {
        if (topology.ValueOf(s_field) is { } node)
        {
            new Replication(Kinds.Machine, s_machine, Build, topology.Context, draft).Read(((MapSchema<NamespaceDraft>)s_field.Schema).Entries(node, s_field.Key, topology.Context));
        }
    }

    static NamespaceDraft Build(ObjectReader reader)
    {
        string name = reader.Context.Scope.Namespace!;
        ImmutableArray<InterfaceDraft> cards = new InterfaceReading(Interfaces, "eth", CardSpec.DefaultModel).Read(reader, name);
        return new NamespaceDraft
        {
            Name = name,
            Note = reader.Context.Scope.Note,
            Interfaces = cards,
            Routes = [],
            Rules = [],
            Sysctls = ImmutableSortedDictionary<string, string>.Empty,
            Labels = LabelSchema.Read(reader),
            Limits = Limits.None,
            Dns = [],
            Hooks = null,
            Files = [],
            DependsOn = reader.List(MachineSchema.DependsOn),
            Services = [],
            MainAddress = InterfaceReading.MainAddress(cards),
            Machine = MachineSchema.Read(reader, name),
        };
    }
}
