using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Linux.Taps;
using Vdeorch.Model.Machines;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Cli.Hosts;

/// <summary>What the facts mean for vdeorch: pure, one small rule a line of the list.</summary>
static class Examination
{
    // sun_path is 108 bytes with its end; below the run directory the longest is topologies/<31>/runtime.sock.
    const int MaxRunDirectoryLength = 107 - 12 - 31 - 13;

    static readonly Func<HostFacts, Finding?>[] s_rules =
    [
        Rights, NetNamespaces, UserNamespaces, UserNamespaceSwitch, UserNamespaceLimit, NetNamespaceLimit, AppArmor, Tun, SubordinateIds, RunDirectory, Cgroups, Enclosure, Qemu, Kvm, Tools,
    ];

    public static ImmutableArray<Finding> Of(HostFacts facts) => [.. s_rules.Select(rule => rule(facts)).OfType<Finding>(), .. VnfProgram.All.Select(one => Function(one.Program, one.Kinds, facts)), Wireguard(facts)];

    static Finding Rights(HostFacts host) => (host.IsRoot, host.HasCapabilities) switch
    {
        (false, _) => Finding.Ok("rights", $"{host.User}, rootless: everything happens in a user namespace"),
        (true, true) => Finding.Ok("rights", "root with CAP_NET_ADMIN and CAP_SYS_ADMIN"),
        (true, false) => Finding.Fail("rights", "root without CAP_NET_ADMIN and CAP_SYS_ADMIN (a container?)", "start the container with --cap-add NET_ADMIN --cap-add SYS_ADMIN, or --privileged"),
    };

    static Finding NetNamespaces(HostFacts host) => host.HasNetNamespaces
        ? Finding.Ok("network namespaces", host.Kernel)
        : Finding.Fail("network namespaces", $"{host.Kernel} has none", "use a kernel with CONFIG_NET_NS");

    static Finding? UserNamespaces(HostFacts host) => host switch
    {
        { IsRoot: true } => null,
        { HasUserNamespaces: true } => Finding.Ok("user namespaces", "the kernel has them"),
        _ => Finding.Fail("user namespaces", "the kernel has none", "use a kernel with CONFIG_USER_NS, or run vdeorch as root"),
    };

    static Finding? UserNamespaceSwitch(HostFacts host) => (host.IsRoot, host.UnprivilegedUserNamespaces) switch
    {
        (false, 0) => Finding.Fail("unprivileged user namespaces", "kernel.unprivileged_userns_clone is 0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        (false, { } value) => Finding.Ok("unprivileged user namespaces", string.Create(CultureInfo.InvariantCulture, $"kernel.unprivileged_userns_clone is {value}")),
        _ => null,
    };

    static Finding? UserNamespaceLimit(HostFacts host) => host.IsRoot ? null : Limit("user.max_user_namespaces", host.MaxUserNamespaces, 15000);

    static Finding? NetNamespaceLimit(HostFacts host) => Limit("user.max_net_namespaces", host.MaxNetNamespaces, 15000);

    static Finding? Limit(string sysctl, long? value, int wished) => value switch
    {
        null => null,
        0 => Finding.Fail(sysctl, "0: none may be made", string.Create(CultureInfo.InvariantCulture, $"sudo sysctl -w {sysctl}={wished}")),
        { } allowed => Finding.Ok(sysctl, allowed.ToString(CultureInfo.InvariantCulture)),
    };

    static Finding? AppArmor(HostFacts host) => (host.IsRoot, host.AppArmorRestricts) switch
    {
        (true, _) or (_, null) => null,
        (_, 0) => Finding.Ok("AppArmor", "does not restrict user namespaces"),
        _ when !host.IsUnconfined => Finding.Ok("AppArmor", "restricts user namespaces, and this process has a profile of its own"),
        _ => Finding.Fail("AppArmor", "kernel.apparmor_restrict_unprivileged_userns is 1: a user namespace gets no capabilities", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give vdeorch an AppArmor profile with 'userns,'"),
    };

    static Finding Tun(HostFacts host) => TunDevice.Lack(host.Tun, host.TunMode, host.IsRoot ? null : host.User) is { } lack
        ? Finding.Fail(TunDevice.Path, lack.Found, lack.Fix)
        : Finding.Ok(TunDevice.Path, "opens for reading and writing");

    static Finding? SubordinateIds(HostFacts host) => host switch
    {
        { IsRoot: true } => null,
        { HasSubordinateIds: true, HasIdMappers: true } => Finding.Ok("subordinate ids", "a range, and newuidmap and newgidmap: services may change their user"),
        { HasSubordinateIds: true } => Finding.Warn("subordinate ids", "a range, but no newuidmap and newgidmap: services that change their user may fail", "sudo apt-get install uidmap"),
        _ => Finding.Warn("subordinate ids", $"{host.User} has none in /etc/subuid and /etc/subgid: services that change their user may fail", $"sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {host.User}"),
    };

    static Finding RunDirectory(HostFacts host) => host.RunDirectoryState switch
    {
        _ when host.RunDirectory.Length > MaxRunDirectoryLength => Finding.Fail("run directory", string.Create(CultureInfo.InvariantCulture, $"{host.RunDirectory} is too long for the sockets in it ({MaxRunDirectoryLength} characters at most)"), "set VDEORCH_RUN_DIR to a shorter path"),
        DirectoryState.Ready => Finding.Ok("run directory", $"{host.RunDirectory}, yours alone"),
        DirectoryState.ToBeMade => Finding.Ok("run directory", $"{host.RunDirectory}, made when it is needed"),
        DirectoryState.NoParent => Finding.Fail("run directory", $"{host.RunDirectory} cannot be made: what it is to be in does not exist", "log in through a session that sets XDG_RUNTIME_DIR, or set VDEORCH_RUN_DIR"),
        DirectoryState.OpenToOthers => Finding.Fail("run directory", $"{host.RunDirectory} is open to others", $"chmod 0700 {host.RunDirectory}"),
        _ => Finding.Fail("run directory", $"{host.RunDirectory} belongs to someone else", "set VDEORCH_RUN_DIR to a directory of your own"),
    };

    static Finding Cgroups(HostFacts host) => host.Limits is { Lack: { } lack, Fix: { } fix } ground
        ? Finding.Warn("limits by cgroup v2", $"{(ground.Controllers.IsEmpty ? "none has effect" : $"only {string.Join(", ", ground.Controllers)}")}: {lack}", fix)
        : Finding.Ok("limits by cgroup v2", $"{string.Join(", ", host.Limits.Controllers)}, below {host.Limits.Directory}");

    // Needed by those topologies alone that have such functions.
    static Finding Function(VnfProgram program, ImmutableArray<string> kinds, HostFacts host)
    {
        string which = string.Join(", ", kinds);
        return host.Programs.Contains(program.Name) ? Finding.Ok($"vnfs: {program.Name}", $"is there, for {which}")
            : Finding.Warn($"vnfs: {program.Name}", $"is not there: a topology with {which} cannot be applied", $"sudo apt-get install {program.Package}");
    }

    static Finding Enclosure(HostFacts host) => host.LandlockVersion > 0
        ? Finding.Ok("landlock", string.Create(CultureInfo.InvariantCulture, $"version {host.LandlockVersion}: daemons of network functions and QEMU reach no other process"))
        : Finding.Warn("landlock", "this kernel has none: a daemon that somebody takes over reaches other processes of its user", "use a kernel with CONFIG_SECURITY_LANDLOCK, and landlock in lsm= of its command line");

    static Finding Qemu(HostFacts host) => host.HasQemu
        ? Finding.Ok("machines", $"{QemuCommand.Program} is there")
        : Finding.Warn("machines", $"{QemuCommand.Program} is not there: a topology with machines cannot be applied, but for those that you start", $"sudo apt-get install {QemuCommand.Package}");

    // Some virtual machines show a device that opens, and runs no guest: that is found by running one.
    static Finding? Kvm(HostFacts host) => host switch
    {
        { HasQemu: false } => null,
        { KvmLack: { } lack } => Finding.Warn("KVM", $"machines are translated, which is many times slower: {lack.Found}", lack.Fix),
        _ => Finding.Ok("KVM", "/dev/kvm opens for reading and writing; whether guests run by it is tried with the first machine"),
    };

    static Finding Wireguard(HostFacts host) => host.Wireguard switch
    {
        WireguardMaker.Kernel => Finding.Ok("vnfs: WireGuard", "the kernel makes its interfaces"),
        WireguardMaker.Program => Finding.Ok("vnfs: WireGuard", "wireguard-go makes its interfaces, since the kernel has no module 'wireguard'"),
        _ => Finding.Warn("vnfs: WireGuard", "neither the kernel (module 'wireguard') nor wireguard-go makes its interfaces: a topology with wireguard cannot be applied", $"sudo apt-get install {WireguardHost.Go.Package}"),
    };

    static Finding Tools(HostFacts host)
    {
        string[] missing = [.. HostFacts.OptionalTools.Except(host.Tools)];
        string found = host.Tools.IsEmpty ? "none found" : $"found {string.Join(", ", host.Tools)}";
        return Finding.Ok("optional tools", missing.Length == 0 ? found : $"{found}; not found, and not needed: {string.Join(", ", missing)}");
    }
}

/// <param name="Fix">What to type; null when there is nothing to do.</param>
sealed record Finding(string Subject, Verdict Verdict, string Found, string? Fix)
{
    public static Finding Ok(string subject, string found) => new(subject, Verdict.Ok, found, null);
    public static Finding Warn(string subject, string found, string fix) => new(subject, Verdict.Warn, found, fix);
    public static Finding Fail(string subject, string found, string fix) => new(subject, Verdict.Fail, found, fix);
}

enum Verdict
{
    Ok,

    /// <summary>It works with less.</summary>
    Warn,

    /// <summary>Nothing can be applied on this host.</summary>
    Fail,
}
