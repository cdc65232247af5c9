using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Limiting;
using Vdeorch.Linux.Processes;
using Vdeorch.Linux.Taps;
using Vdeorch.Model.Machines;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Cli.Hosts;

/// <summary>What was read of this host. Gathering opens and reads; it makes nothing and changes nothing.</summary>
sealed record HostFacts
{
    public required bool IsRoot { get; init; }
    public required string User { get; init; }
    public required string Kernel { get; init; }

    /// <summary>NET_ADMIN and SYS_ADMIN are effective: root in a container often lacks them.</summary>
    public bool HasCapabilities { get; init; }

    public bool HasNetNamespaces { get; init; }
    public bool HasUserNamespaces { get; init; }

    /// <summary>Null: this kernel has no such switch.</summary>
    public long? UnprivilegedUserNamespaces { get; init; }

    public long? MaxUserNamespaces { get; init; }
    public long? MaxNetNamespaces { get; init; }

    /// <summary>Ubuntu's; null elsewhere. Holds only for processes without a profile.</summary>
    public long? AppArmorRestricts { get; init; }

    public bool IsUnconfined { get; init; }
    public TunState Tun { get; init; }

    /// <summary>Permission bits of /dev/net/tun; null when it is not there.</summary>
    public UnixFileMode? TunMode { get; init; }

    public bool HasSubordinateIds { get; init; }
    public bool HasIdMappers { get; init; }
    public required string RunDirectory { get; init; }
    public DirectoryState RunDirectoryState { get; init; }

    /// <summary>What limits can be put on here.</summary>
    public LimitGround Limits { get; init; } = new(null, []);

    public ImmutableArray<string> Tools { get; init; } = [];

    /// <summary>Names of those programs of network functions that are there.</summary>
    public ImmutableArray<string> Programs { get; init; } = [];

    /// <summary>Who makes interfaces of WireGuard's.</summary>
    public WireguardMaker Wireguard { get; init; }

    public bool HasQemu { get; init; }

    /// <inheritdoc cref="Landlock.Version"/>
    public int LandlockVersion { get; init; }

    /// <summary>Null: as far as is seen without running one, guests can run on the host's own processors.</summary>
    public KvmLack? KvmLack { get; init; }

    public static readonly ImmutableArray<string> OptionalTools = ["ip", "tcpdump", "vde_plug"];

    public static HostFacts Gather(RunDirectory run)
    {
        ILookup<string, string> status = Lines("/proc/self/status").Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToLookup(pair => pair[0], pair => pair[1].Trim());
        string user = Environment.UserName;
        string uid = (status["Uid"].FirstOrDefault() ?? "").Split('\t').ElementAtOrDefault(1) ?? "";
        return new HostFacts
        {
            IsRoot = !run.IsRootless,
            User = user,
            Kernel = $"Linux {Lines("/proc/sys/kernel/osrelease").FirstOrDefault()}",
            HasCapabilities = ulong.TryParse(status["CapEff"].FirstOrDefault(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong effective)
                && (effective & Capability.Needed) == Capability.Needed,
            HasNetNamespaces = File.Exists("/proc/self/ns/net"),
            HasUserNamespaces = File.Exists("/proc/self/ns/user"),
            UnprivilegedUserNamespaces = Number("/proc/sys/kernel/unprivileged_userns_clone"),
            MaxUserNamespaces = Number("/proc/sys/user/max_user_namespaces"),
            MaxNetNamespaces = Number("/proc/sys/user/max_net_namespaces"),
            AppArmorRestricts = Number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
            IsUnconfined = Lines("/proc/self/attr/current").FirstOrDefault()?.StartsWith("unconfined", StringComparison.Ordinal) ?? true,
            Tun = TunDevice.Look(),
            TunMode = TunDevice.Mode,
            HasSubordinateIds = HasRange("/etc/subuid", user, uid) && HasRange("/etc/subgid", user, uid),
            HasIdMappers = Which("newuidmap") && Which("newgidmap"),
            RunDirectory = run.Path,
            RunDirectoryState = Examine(run.Path),
            Limits = LimitGround.Of(run),
            Tools = [.. OptionalTools.Where(Which)],
            LandlockVersion = Landlock.Version,
            HasQemu = Engine.Hosting.Programs.IsThere(QemuCommand.Program),
            KvmLack = Kvm.Look(),
            Programs = [.. VnfProgram.All.Select(one => one.Program.Name).Where(Engine.Hosting.Programs.IsThere)],
            Wireguard = WireguardHost.Maker,
        };
    }

    static class Capability
    {
        // linux/capability.h: CAP_NET_ADMIN 12, CAP_SYS_ADMIN 21.
        public const ulong Needed = 1UL << 12 | 1UL << 21;
    }

    // Usable means: it is ours alone, or it could be made.
    static DirectoryState Examine(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                string? parent = Path.GetDirectoryName(path);
                return parent is not null && Directory.Exists(parent) ? DirectoryState.ToBeMade : DirectoryState.NoParent;
            }

            _ = Directory.EnumerateFileSystemEntries(path).FirstOrDefault();
            const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
            return (File.GetUnixFileMode(path) & others) == 0 ? DirectoryState.Ready : DirectoryState.OpenToOthers;
        }
        catch (UnauthorizedAccessException)
        {
            return DirectoryState.NotOurs;
        }
    }

    static bool HasRange(string file, string user, string uid) =>
        Lines(file).Any(line => line.Split(':') is [var owner, _, var count] && (owner == user || owner == uid) && long.TryParse(count, out long ids) && ids > 1);

    static bool Which(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"])
        .Any(directory => directory.Length > 0 && File.Exists(Path.Combine(directory, tool)));

    static long? Number(string file) => long.TryParse(Lines(file).FirstOrDefault(), out long number) ? number : null;

    static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}

enum DirectoryState
{
    Ready,
    ToBeMade,
    NoParent,
    OpenToOthers,
    NotOurs,
}
