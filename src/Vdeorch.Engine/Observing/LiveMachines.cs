using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Observing;

/// <summary>Machines as they are: what their QEMU carries with it, and what their plugs say of their cards.</summary>
static class LiveMachines
{
    /// <param name="known">As it was applied; null: nothing is known but what its process says.</param>
    public static MachineSpec Of(Observed thing, WorldSnapshot world, MachineSpec? known)
    {
        MachineSpec machine = known ?? new MachineSpec(thing.Id.Name) { Topology = world.Topology, IsExternal = Text(thing, "external") == "true" };
        return machine.IsExternal || !thing.Fields.ContainsKey("cpus") ? machine : machine with
        {
            Accel = Enum.GetValues<Accelerator>().FirstOrDefault(accel => MachineSpec.Print(accel) == Text(thing, "accel")),
            Append = Text(thing, "append"),
            Args = ServiceSpec.ParseRun(Text(thing, "args")),
            Boot = Enum.GetValues<BootFrom>().FirstOrDefault(boot => MachineSpec.Print(boot) == Text(thing, "boot")),
            Cdrom = Path(thing, "cdrom"),
            Console = Text(thing, "console") == "true",
            Cpus = int.Parse(Text(thing, "cpus"), CultureInfo.InvariantCulture),
            Disks = [.. thing.Fields.Where(field => field.Key.StartsWith(MachineSpec.DiskPaths, StringComparison.Ordinal)).OrderBy(field => field.Key, Comparer<string>.Create(NaturalOrder.Compare)).Select(field => MachineDisk.Parse(field.Value))],
            Initrd = Path(thing, "initrd"),
            Kernel = Path(thing, "kernel"),
            Memory = Sizes.TryParse(Text(thing, "memory"), out long bytes) ? bytes : machine.Memory,
            Type = Text(thing, "machine"),
        };
    }

    /// <returns>Null of one that the machine does not show: only its plug is left.</returns>
    public static CardSpec? Card(Observed thing, WorldSnapshot world, CardSpec? known)
    {
        string[] name = thing.Id.Name.Split('/');
        if ((known ?? Found(name, world)) is not { } card)
        {
            return null;
        }

        PortState? port = world.Runtime?.Ports.FirstOrDefault(port => port.Name == RuntimeNames.Port(thing.Id));
        ResourceId? to = port?.Plug?.Switch is { } plugged && plugged != RuntimeNames.Switch(thing.Id) ? RuntimeNames.Segment(plugged) : null;
        return card with { To = to, Vlans = port?.Options.Vlans, Spanning = port?.Options.Spanning, Impair = LinkImpairment.FromPort(port?.Options.Impair, isFirst: false) };
    }

    static CardSpec? Found(string[] name, WorldSnapshot world)
    {
        Observed? machine = world.Objects.FirstOrDefault(thing => thing.Id == new ResourceId(Kinds.Machine, name[0]));
        string[] words = machine?.Fields.GetValueOrDefault($"{MachineSpec.CardPaths}{name[1]}")?.Split(' ') ?? [];
        return words.Length == 2 && MacAddress.TryParse(words[1], out MacAddress mac) ? new CardSpec(name[0], name[1], null, mac, words[0]) { Topology = world.Topology } : null;
    }

    static string Text(Observed thing, string path) => thing.Fields.GetValueOrDefault(path, "");

    static string? Path(Observed thing, string path) => Text(thing, path) is { Length: > 0 } text ? text : null;
}
