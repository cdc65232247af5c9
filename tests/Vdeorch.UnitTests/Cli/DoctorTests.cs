using Vdeorch.Cli.Hosts;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Limiting;
using Vdeorch.Linux.Taps;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public class DoctorTests
{
    static readonly HostFacts s_able = new()
    {
        IsRoot = false,
        User = "ann",
        Kernel = "Linux 6.1",
        HasNetNamespaces = true,
        HasUserNamespaces = true,
        UnprivilegedUserNamespaces = 1,
        MaxUserNamespaces = 1000,
        MaxNetNamespaces = 1000,
        Tun = TunState.Usable,
        TunMode = (UnixFileMode)0x1b6,
        HasSubordinateIds = true,
        HasIdMappers = true,
        RunDirectory = "/run/user/1000/vdeorch",
        RunDirectoryState = DirectoryState.ToBeMade,
        HasQemu = true,
        LandlockVersion = 7,
        Programs = [.. Model.Vnfs.VnfProgram.All.Select(one => one.Program.Name)],
        Wireguard = WireguardMaker.Kernel,
        Limits = new LimitGround("/sys/fs/cgroup/user.slice", ["cpu", "memory", "pids"]),
    };

    [Fact]
    public void AnOrdinaryHostIsFine() =>
        Assert.All(Examination.Of(s_able), finding => Assert.Equal(Verdict.Ok, finding.Verdict));

    [Fact]
    public void AProgramOfNetworkFunctionsThatIsMissingIsNamedWithItsPackage()
    {
        Finding finding = Assert.Single(Examination.Of(s_able with { Programs = s_able.Programs.Remove("dnsmasq") }), finding => finding.Verdict != Verdict.Ok);

        Assert.Equal(("vnfs: dnsmasq", Verdict.Warn, "sudo apt-get install dnsmasq-base"), (finding.Subject, finding.Verdict, finding.Fix));
        Assert.Contains("dhcp, dns, tftp", finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutLandlockItSaysWhatADaemonCanReach() =>
        Assert.Equal("landlock", Assert.Single(Examination.Of(s_able with { LandlockVersion = 0 }), finding => finding.Verdict == Verdict.Warn).Subject);

    [Fact]
    public void WithoutQemuMachinesCannotBeStartedAndNobodyAsksForKvm()
    {
        Finding finding = Assert.Single(Examination.Of(s_able with { HasQemu = false, KvmLack = new("there is none", "get one") }), finding => finding.Verdict != Verdict.Ok);

        Assert.Equal(("machines", Verdict.Warn, "sudo apt-get install qemu-system-x86"), (finding.Subject, finding.Verdict, finding.Fix));
    }

    [Fact]
    public void WithoutKvmMachinesAreTranslatedAndItSaysWhatToType()
    {
        Finding finding = Assert.Single(Examination.Of(s_able with { KvmLack = new("/dev/kvm is not for this user", "sudo adduser ann kvm") }), finding => finding.Verdict != Verdict.Ok);

        Assert.Equal(("KVM", Verdict.Warn, "sudo adduser ann kvm"), (finding.Subject, finding.Verdict, finding.Fix));
        Assert.Contains("translated", finding.Found, StringComparison.Ordinal);
        Assert.Contains("/dev/kvm is not for this user", finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void WhoMakesTunnelsIsSaid()
    {
        Assert.Contains(Examination.Of(s_able), finding => finding == Finding.Ok("vnfs: WireGuard", "the kernel makes its interfaces"));
        Assert.Contains(Examination.Of(s_able with { Wireguard = WireguardMaker.Program }), finding => finding == Finding.Ok("vnfs: WireGuard", "wireguard-go makes its interfaces, since the kernel has no module 'wireguard'"));
        Finding nobody = Assert.Single(Examination.Of(s_able with { Wireguard = WireguardMaker.None }), finding => finding.Verdict != Verdict.Ok);
        Assert.Equal(("vnfs: WireGuard", "sudo apt-get install wireguard-go"), (nobody.Subject, nobody.Fix));
        Assert.Contains("module 'wireguard'", nobody.Found, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Lacks => new()
    {
        { "userns switch", "unprivileged user namespaces", "sudo sysctl -w kernel.unprivileged_userns_clone=1" },
        { "userns limit", "user.max_user_namespaces", "sudo sysctl -w user.max_user_namespaces=15000" },
        { "apparmor", "AppArmor", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" },
        { "tun missing", "/dev/net/tun", "sudo modprobe tun; in a container, start it with --device /dev/net/tun" },
        { "tun driver", "/dev/net/tun", "sudo modprobe tun, or" },
        { "tun mode", "/dev/net/tun", "sudo chmod 0666 /dev/net/tun" },
        { "tun cgroup", "/dev/net/tun", "in a container" },
        { "open directory", "run directory", "chmod 0700 /run/user/1000/vdeorch" },
        { "long directory", "run directory", "set VDEORCH_RUN_DIR to a shorter path" },
        { "caps", "rights", "start the container with --cap-add" },
    };

    [Theory]
    [MemberData(nameof(Lacks))]
    public void WhatIsLackingFailsWithItsOwnFix(string lack, string subject, string fix)
    {
        HostFacts host = lack switch
        {
            "userns switch" => s_able with { UnprivilegedUserNamespaces = 0 },
            "userns limit" => s_able with { MaxUserNamespaces = 0 },
            "apparmor" => s_able with { AppArmorRestricts = 1, IsUnconfined = true },
            "tun missing" => s_able with { Tun = TunState.Missing, TunMode = null },
            "tun driver" => s_able with { Tun = TunState.NoDriver },
            "tun mode" => s_able with { Tun = TunState.Denied, TunMode = UnixFileMode.UserRead | UnixFileMode.UserWrite },
            "tun cgroup" => s_able with { Tun = TunState.Denied },
            "open directory" => s_able with { RunDirectoryState = DirectoryState.OpenToOthers },
            "long directory" => s_able with { RunDirectory = $"/tmp/{new string('x', 60)}" },
            _ => s_able with { IsRoot = true, HasCapabilities = false },
        };

        Finding failed = Assert.Single(Examination.Of(host), finding => finding.Verdict == Verdict.Fail);
        Assert.Equal(subject, failed.Subject);
        Assert.StartsWith(fix, failed.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void RootNeedsNoUserNamespaces()
    {
        HostFacts root = s_able with { IsRoot = true, HasCapabilities = true, HasUserNamespaces = false, MaxUserNamespaces = 0, UnprivilegedUserNamespaces = 0, AppArmorRestricts = 1, IsUnconfined = true, HasSubordinateIds = false };

        Assert.All(Examination.Of(root), finding => Assert.Equal(Verdict.Ok, finding.Verdict));
    }

    [Fact]
    public void WithoutDelegationLimitsHaveNoEffect()
    {
        Finding finding = Examination.Of(s_able with { Limits = new LimitGround(null, []) { Lack = "no cgroup v2 is mounted", Fix = "mount one" } }).Single(finding => finding.Subject == "limits by cgroup v2");

        Assert.Equal((Verdict.Warn, "none has effect: no cgroup v2 is mounted", "mount one"), (finding.Verdict, finding.Found, finding.Fix));
    }

    [Fact]
    public void WithoutSubordinateIdsItWorksWithLess() =>
        Assert.Equal(Verdict.Warn, Examination.Of(s_able with { HasSubordinateIds = false }).Single(finding => finding.Subject == "subordinate ids").Verdict);
}
