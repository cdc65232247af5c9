using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Machines;

/// <summary>What QEMU is started with for a machine, and what a user's own is to be started with to join.</summary>
public static class QemuCommand
{
    public const string Program = "qemu-system-x86_64";
    public const string Package = "qemu-system-x86";

    const long MiB = 1L << 20;

    /// <param name="place">Where its sockets are.</param>
    /// <param name="isKvm">Whether the processor runs it, or QEMU's translator.</param>
    /// <param name="user">Who it becomes once all is open; null: it stays who it is.</param>
    public static ImmutableArray<string> Of(MachineSpec machine, MachinePlace place, bool isKvm, string? user) =>
    [
        Program,
        "-name", $"guest={Escape($"{machine.Topology}/{machine.Name}")}",
        "-nodefaults", "-no-user-config", "-display", "none",
        // Who is to become another user must not be kept from it. Afterwards it has no privileges and can get none: the filter needs no_new_privs.
        "-sandbox", $"on,obsolete=deny{(user is null ? ",elevateprivileges=deny" : "")},spawn=deny,resourcecontrol=deny",
        .. user is null ? [] : new[] { "-runas", user },
        "-machine", $"{machine.Type},accel={(isKvm ? "kvm" : "tcg")}",
        "-cpu", isKvm ? "host" : "max",
        "-smp", machine.Cpus.ToString(CultureInfo.InvariantCulture),
        "-m", string.Create(CultureInfo.InvariantCulture, $"{machine.Memory / MiB}M"),
        "-qmp", $"unix:{Escape(place.Qmp)},server=on,wait=off",
        .. machine.Console ? new[] { "-chardev", $"socket,id=console,path={Escape(place.Console)},server=on,wait=off,logfile={Escape(place.ConsoleLog)},logappend=on", "-serial", "chardev:console" } : [],
        .. machine.Disks.SelectMany((disk, at) => Disk(disk, at)),
        .. machine.Cdrom is { } cdrom ? new[] { "-drive", $"file={Escape(cdrom)},media=cdrom,readonly=on" } : [],
        .. machine.Kernel is { } kernel ? new[] { "-kernel", kernel } : [],
        .. machine.Initrd is { } initrd ? new[] { "-initrd", initrd } : [],
        .. machine.Append.Length > 0 ? new[] { "-append", machine.Append } : [],
        "-boot", $"order={Order(machine.Boot)}",
        .. machine.Cards.SelectMany(card => Card(card, place, machine.Boot == BootFrom.Network)),
        .. machine.Args,
    ];

    /// <summary>What whoever starts an external machine adds to his own command line, for a shell.</summary>
    /// <param name="socket">Where the runtime looks for it.</param>
    public static string Join(CardSpec card, string socket) => ServiceSpec.PrintRun(["-netdev", Netdev(card, socket), "-device", $"{card.Model},netdev={card.Name},mac={card.Mac}"]);

    /// <summary>A guest of one sector, by KVM as machines are.</summary>
    /// <param name="port">What the program in the sector writes to, to end it.</param>
    public static ImmutableArray<string> Trial(string disk, int port) =>
    [
        Program, "-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc,accel=kvm", "-cpu", "host", "-m", "16M",
        "-device", string.Create(CultureInfo.InvariantCulture, $"isa-debug-exit,iobase={port},iosize=1"), "-drive", $"file={Escape(disk)},format=raw,if=ide,readonly=off",
    ];

    static string[] Card(CardSpec card, MachinePlace place, bool boots) =>
    [
        "-netdev", Netdev(card, place.Card(card.Name)),
        // The ROMs that boot from the network are in a package of their own.
        "-device", $"{card.Model},netdev={card.Name},mac={card.Mac}{(boots ? "" : ",romfile=")}",
    ];

    // QEMU listens: it takes the next caller when one has left, and of itself it would call once only.
    static string Netdev(CardSpec card, string socket) => $"stream,id={card.Name},server=on,addr.type=unix,addr.path={Escape(socket)}";

    static string[] Disk(MachineDisk disk, int at) =>
    [
        "-drive", string.Create(CultureInfo.InvariantCulture, $"file={Escape(disk.Path)},format={disk.Format},if=virtio,index={at},snapshot={(disk.IsSnapshot ? "on" : "off")}"),
    ];

    static string Order(BootFrom boot) => boot switch
    {
        BootFrom.Cdrom => "dc",
        BootFrom.Network => "nc",
        _ => "cd",
    };

    // A comma in an option's value is written twice.
    static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);
}

/// <summary>Where a machine is met on the host.</summary>
/// <param name="Directory">Of its sockets; short, for their paths are.</param>
/// <param name="ConsoleLog">What its serial console said.</param>
public sealed record MachinePlace(string Directory, string ConsoleLog)
{
    public string Qmp => $"{Directory}/qmp";

    public string Console => $"{Directory}/console";

    /// <param name="name">With a sign that keeps a card called console apart.</param>
    public string Card(string name) => $"{Directory}/+{name}";
}
