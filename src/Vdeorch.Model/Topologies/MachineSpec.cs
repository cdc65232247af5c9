using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A virtual machine of QEMU's, its cards on segments of the topology; or one that the user starts, for which there is room.</summary>
/// <example><code>
/// machines:
///   vm: { replicas: 2, to: sw, memory: 512M, disk: images/alpine.qcow2 }
///   byo: { external: true, to: sw }
/// </code></example>
public sealed record MachineSpec(string Name) : IResourceSpec
{
    public const int DefaultCpus = 1;
    public const long DefaultMemory = 512L << 20;
    public const string DefaultType = "q35";
    public const string Running = "running";
    public const string Expected = "expected";
    public static readonly TimeSpan DefaultShutdown = TimeSpan.FromSeconds(10);

    public required string Topology { get; init; }

    /// <summary>The user starts it: nothing is run here.</summary>
    public bool IsExternal { get; init; }

    public int Cpus { get; init; } = DefaultCpus;

    /// <summary>Bytes.</summary>
    public long Memory { get; init; } = DefaultMemory;

    /// <summary>What QEMU calls the board: <c>q35</c>, <c>pc</c>, <c>microvm</c>.</summary>
    public string Type { get; init; } = DefaultType;

    public Accelerator Accel { get; init; }

    /// <summary>In the file's order, which is the guest's.</summary>
    public ImmutableArray<MachineDisk> Disks { get; init; } = [];

    /// <summary>Absolute; null: none, like the next two.</summary>
    public string? Cdrom { get; init; }

    public string? Kernel { get; init; }

    public string? Initrd { get; init; }

    /// <summary>The kernel's command line.</summary>
    public string Append { get; init; } = "";

    public BootFrom Boot { get; init; }

    /// <summary>Whether it has a serial console.</summary>
    public bool Console { get; init; } = true;

    /// <summary>More of QEMU's own options, after ours.</summary>
    public ImmutableArray<string> Args { get; init; } = [];

    public RestartPolicy Restart { get; init; } = RestartPolicy.OnFailure;

    /// <summary>How long it has from its power button to its end.</summary>
    public TimeSpan Shutdown { get; init; } = DefaultShutdown;

    /// <summary>In natural order of their names.</summary>
    public ImmutableArray<CardSpec> Cards { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Topologies.Labels.None;

    /// <summary>What other namespaces and machines have to be before it starts, in order of their names.</summary>
    public ImmutableArray<Dependency> Dependencies { get; init; } = [];

    public ImmutableArray<ResourceId> StartsAfter { get; init; } = [];

    public ResourceId Id => new(Kinds.Machine, Name);

    public ImmutableArray<ResourceId> DependsOn => [new(Kinds.Runtime, Topology)];

    public ImmutableArray<Field> Fields => [.. Topologies.Labels.Fields(Labels), .. Told, .. IsExternal ? [] : Hardware, new("external", IsExternal ? "true" : "false", OnChange.Replace), new("state", IsExternal ? Expected : Running, OnChange.Restart)];

    /// <summary>What its process is started with, and shows. None of an external one.</summary>
    public ImmutableArray<Field> Hardware =>
    [
        new("accel", Print(Accel), OnChange.Restart),
        new("append", Append, OnChange.Restart),
        new("args", ServiceSpec.PrintRun(Args), OnChange.Restart),
        new("boot", Print(Boot), OnChange.Restart),
        new("cdrom", Cdrom ?? "", OnChange.Restart),
        new("console", Console ? "true" : "false", OnChange.Restart),
        new("cpus", Cpus.ToString(CultureInfo.InvariantCulture), OnChange.Restart),
        .. Disks.Select((disk, at) => new Field(string.Create(CultureInfo.InvariantCulture, $"{DiskPaths}{at}"), disk.ToString(), OnChange.Restart)),
        new("initrd", Initrd ?? "", OnChange.Restart),
        .. Cards.Select(card => new Field($"{CardPaths}{card.Name}", $"{card.Model} {card.Mac}", OnChange.Restart)),
        new("kernel", Kernel ?? "", OnChange.Restart),
        new("machine", Type, OnChange.Restart),
        new("memory", Sizes.Print(Memory), OnChange.Restart),
    ];

    public const string DiskPaths = "disks.";
    public const string CardPaths = "cards.";

    public OnChange CostOf(string path) => IsTold(path) || Topologies.Labels.IsPath(path) ? OnChange.Hot : OnChange.Restart;

    /// <summary>Fields that nothing in the world shows: they are what was asked for last.</summary>
    public static bool IsTold(string path) => path is "restart" or "shutdown" or Dependency.Path;

    /// <summary>Those of <see cref="Fields"/>.</summary>
    public ImmutableArray<Field> Told =>
    [
        new(Dependency.Path, Dependency.Print(Dependencies), OnChange.Hot),
        .. IsExternal ? [] : new[] { new Field("restart", ServiceSpec.PrintRestart(Restart), OnChange.Hot), new Field("shutdown", Durations.Print(Shutdown), OnChange.Hot) },
    ];

    /// <summary>What has to be on the host before it can be started.</summary>
    public IEnumerable<(string Key, string Path)> Images =>
        Disks.Select(disk => ("disk", disk.Path)).Concat(new[] { ("cdrom", Cdrom), ("kernel", Kernel), ("initrd", Initrd) }.Where(image => image.Item2 is not null).Select(image => (image.Item1, image.Item2!)));

    public static string Print(Accelerator accel) => accel switch
    {
        Accelerator.Kvm => "kvm",
        Accelerator.Tcg => "tcg",
        _ => "auto",
    };

    public static string Print(BootFrom boot) => boot switch
    {
        BootFrom.Cdrom => "cdrom",
        BootFrom.Network => "network",
        _ => "disk",
    };
}

/// <summary>What runs the guest's instructions.</summary>
public enum Accelerator
{
    /// <summary>KVM where the host lets us, else QEMU's translator.</summary>
    Auto,
    Kvm,
    Tcg,
}

public enum BootFrom
{
    Disk,
    Cdrom,
    Network,
}

/// <param name="Path">Absolute.</param>
/// <param name="Format">As QEMU calls it: <c>qcow2</c>, <c>raw</c>.</param>
/// <param name="IsSnapshot">What the guest writes is forgotten with it.</param>
public sealed record MachineDisk(string Path, string Format, bool IsSnapshot)
{
    const string SnapshotWord = " snapshot";

    public override string ToString() => $"{Path} {Format}{(IsSnapshot ? SnapshotWord : "")}";

    /// <summary>The reverse of <see cref="ToString"/>: only the path may have blanks in it.</summary>
    public static MachineDisk Parse(string text)
    {
        bool isSnapshot = text.EndsWith(SnapshotWord, StringComparison.Ordinal);
        string rest = isSnapshot ? text[..^SnapshotWord.Length] : text;
        int blank = rest.LastIndexOf(' ');
        return new MachineDisk(rest[..Math.Max(0, blank)], rest[(blank + 1)..], isSnapshot);
    }
}

/// <summary>A network card of a machine, plugged into a segment.</summary>
/// <param name="To">A switch, cloud, plug or cable; null leaves it unplugged.</param>
/// <param name="Mac">As the guest sees it.</param>
/// <param name="Model">As QEMU calls it: <c>virtio-net-pci</c>.</param>
public sealed record CardSpec(string Machine, string Name, ResourceId? To, MacAddress Mac, string Model) : IResourceSpec
{
    public const string DefaultModel = "virtio-net-pci";

    public required string Topology { get; init; }

    /// <summary>Those that the guest is said to give itself; nothing here sets them.</summary>
    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>At its switch; null when the file says nothing of VLANs.</summary>
    public VlanMembership? Vlans { get; init; }

    /// <summary>In the spanning trees of its switch; null when the file says nothing of them.</summary>
    public PortSpanning? Spanning { get; init; }

    /// <summary>Of its link, whose first end it is; null: frames are left alone.</summary>
    public LinkImpairment? Impair { get; init; }

    public ResourceId Id => new(Kinds.Card, $"{Machine}/{Name}");

    public ImmutableArray<ResourceId> DependsOn => [new(Kinds.Machine, Machine), new(Kinds.Runtime, Topology), .. To is { } to ? new[] { to } : []];

    public ImmutableArray<Field> Fields =>
    [
        new(AddressPath, InterfaceSpec.PrintAddresses(Addresses), OnChange.Hot),
        new("to", InterfaceSpec.PrintTo(To), OnChange.Replug),
        .. LinkImpairment.Fields(Impair),
        .. VlanFields.Of(Vlans, Spanning),
    ];

    public const string AddressPath = "address";

    public OnChange CostOf(string path) => path == "to" ? OnChange.Replug : OnChange.Hot;

    public ResourceId? Behind(string path) => path == "to" ? To : null;

    /// <summary>As a namespace would have it, for whoever asks where addresses are.</summary>
    public InterfaceSpec AsInterface => new(Machine, Name, To, Mac, InterfaceSpec.DefaultMtu) { Addresses = Addresses };
}
