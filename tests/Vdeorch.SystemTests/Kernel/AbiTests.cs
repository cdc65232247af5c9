using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Vdeorch.Linux.Native;
using Vdeorch.Linux.Netlink;
using Vdeorch.Linux.Processes;
using Xunit;
using Ours = Vdeorch.Linux.Native.Kernel;

namespace Vdeorch.SystemTests.Kernel;

/// <summary>Our structs, constants and call numbers, against the machine's own headers: a C program is compiled and says what it sees.</summary>
[Collection(KernelCollection.Name)]
public class AbiTests
{
    const string Headers = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <pwd.h>
        #include <sched.h>
        #include <signal.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <sys/mount.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/vfs.h>
        #include <sys/wait.h>
        #include <unistd.h>
        #include <linux/capability.h>
        #include <linux/close_range.h>
        #include <linux/if.h>
        #include <linux/if_addr.h>
        #include <linux/if_link.h>
        #include <linux/landlock.h>
        #include <linux/magic.h>
        #include <linux/netlink.h>
        #include <linux/prctl.h>
        #include <linux/rtnetlink.h>
        #include <linux/fib_rules.h>
        #include <linux/net_namespace.h>
        #include <linux/pkt_sched.h>
        """;

    static readonly (string C, long Ours)[] s_values =
    [
        ("SYS_read", SyscallNumbers.Read), ("SYS_write", SyscallNumbers.Write), ("SYS_getpid", SyscallNumbers.GetPid),
        ("SYS_rt_sigaction", SyscallNumbers.SigAction), ("SYS_rt_sigprocmask", SyscallNumbers.SigProcMask), ("SYS_fcntl", SyscallNumbers.Fcntl),
        ("SYS_dup3", SyscallNumbers.Dup3), ("SYS_close_range", SyscallNumbers.CloseRange), ("SYS_faccessat2", SyscallNumbers.FileAccessAt2), ("AT_EACCESS", Ours.AtEffectiveAccess), ("W_OK", Ours.AccessWrite), ("SYS_chdir", SyscallNumbers.ChangeDirectory),
        ("SYS_mount", SyscallNumbers.Mount), ("SYS_landlock_create_ruleset", SyscallNumbers.LandlockCreateRuleset), ("SYS_landlock_restrict_self", SyscallNumbers.LandlockRestrictSelf), ("SYS_unshare", SyscallNumbers.Unshare), ("SYS_setns", SyscallNumbers.SetNs),
        ("SYS_setsid", SyscallNumbers.SetSid), ("SYS_setgroups", SyscallNumbers.SetGroups), ("SYS_setresuid", SyscallNumbers.SetResUid),
        ("SYS_setresgid", SyscallNumbers.SetResGid), ("SYS_capget", SyscallNumbers.CapGet), ("SYS_capset", SyscallNumbers.CapSet),
        ("SYS_prctl", SyscallNumbers.Prctl), ("SYS_execve", SyscallNumbers.ExecVe), ("SYS_sethostname", SyscallNumbers.SetHostName), ("SYS_exit_group", SyscallNumbers.ExitGroup),
        ("SYS_getdents64", SyscallNumbers.GetDents64), ("SYS_statx", SyscallNumbers.Statx), ("SYS_waitid", SyscallNumbers.WaitId),
        ("SYS_pidfd_send_signal", SyscallNumbers.PidFdSendSignal), ("SYS_pidfd_open", SyscallNumbers.PidFdOpen),

        ("AT_FDCWD", Ours.AtFdCwd), ("AT_EMPTY_PATH", Ours.AtEmptyPath), ("AT_SYMLINK_NOFOLLOW", Ours.AtSymlinkNoFollow), ("STATX_BASIC_STATS", Ours.StatxBasicStats),
        ("STATX_ATTR_MOUNT_ROOT", (long)Ours.StatxAttributeMountRoot), ("NSFS_MAGIC", Ours.NsfsMagic), ("CLOSE_RANGE_CLOEXEC", Ours.CloseRangeCloexec),
        ("F_DUPFD_CLOEXEC", Ours.DuplicateCloexec), ("CLONE_NEWNS", Ours.CloneNewNs), ("CLONE_NEWUTS", Ours.CloneNewUts), ("CLONE_NEWUSER", Ours.CloneNewUser), ("CLONE_NEWNET", Ours.CloneNewNet),
        ("MS_REC", Ours.MountRecursive), ("MS_BIND", Ours.MountBind), ("MS_SLAVE", Ours.MountSlave), ("MS_SHARED", Ours.MountShared),
        ("S_IFMT", Ours.FileTypeMask), ("S_IFIFO", Ours.FileTypeFifo), ("S_IFCHR", Ours.FileTypeCharacter), ("S_IFREG", Ours.FileTypeRegular), ("S_IFSOCK", Ours.FileTypeSocket),
        ("PR_SET_PDEATHSIG", Ours.SetParentDeathSignal), ("PR_GET_DUMPABLE", Ours.GetDumpable), ("PR_SET_DUMPABLE", Ours.SetDumpable), ("PR_SET_KEEPCAPS", Ours.SetKeepCaps),
        ("PR_CAPBSET_DROP", Ours.DropFromBounding), ("PR_SET_NO_NEW_PRIVS", Ours.SetNoNewPrivileges), ("PR_CAP_AMBIENT", Ours.Ambient),
        ("PR_CAP_AMBIENT_RAISE", Ours.AmbientRaise), ("_LINUX_CAPABILITY_VERSION_3", Ours.CapabilityVersion3),
        ("CAP_NET_BIND_SERVICE", Ours.CapNetBindService), ("CAP_NET_BROADCAST", Ours.CapNetBroadcast), ("CAP_NET_ADMIN", Ours.CapNetAdmin), ("CAP_NET_RAW", Ours.CapNetRaw), ("CAP_SYS_ADMIN", Ours.CapSysAdmin),
        ("LANDLOCK_CREATE_RULESET_VERSION", Ours.LandlockVersion), ("LANDLOCK_ACCESS_FS_MAKE_BLOCK", (long)Ours.LandlockMakeBlock),
        ("P_PIDFD", Ours.WaitPidFd), ("WEXITED", Ours.WaitExited), ("WNOHANG", Ours.WaitNoHang), ("CLD_EXITED", Ours.ChildExited),
        ("SIG_SETMASK", Ours.SignalSetMask), ("_NSIG - 1", Ours.LastSignal),
        ("SIGHUP", Signals.Hup), ("SIGINT", Signals.Int), ("SIGQUIT", Signals.Quit), ("SIGKILL", Signals.Kill), ("SIGPIPE", Signals.Pipe), ("SIGTERM", Signals.Term), ("SIGCHLD", Signals.Child),

        ("NETLINK_ROUTE", RouteAbi.NetlinkRoute), ("SOL_NETLINK", RouteAbi.SolNetlink), ("NETLINK_CAP_ACK", RouteAbi.CapAck), ("NETLINK_EXT_ACK", RouteAbi.ExtAck),
        ("NETLINK_GET_STRICT_CHK", RouteAbi.StrictCheck), ("NLMSG_ERROR", RouteAbi.Error), ("NLMSG_DONE", RouteAbi.Done), ("NLM_F_REQUEST", RouteAbi.Request),
        ("NLM_F_ACK", RouteAbi.Acknowledge), ("NLM_F_DUMP_INTR", RouteAbi.DumpInterrupted), ("NLM_F_REPLACE", RouteAbi.Replace), ("NLM_F_EXCL", RouteAbi.Exclusive),
        ("NLM_F_DUMP", RouteAbi.Dump), ("NLM_F_CREATE", RouteAbi.Create), ("NLM_F_CAPPED", RouteAbi.Capped), ("NLM_F_ACK_TLVS", RouteAbi.ErrorTlvs),
        ("NLMSGERR_ATTR_MSG", RouteAbi.ErrorMessage), ("NLA_TYPE_MASK & 0xffff", RouteAbi.TypeMask),
        ("RTM_NEWLINK", RouteAbi.NewLink), ("RTM_DELLINK", RouteAbi.DelLink), ("RTM_GETLINK", RouteAbi.GetLink), ("RTM_SETLINK", RouteAbi.SetLink),
        ("RTM_NEWADDR", RouteAbi.NewAddr), ("RTM_DELADDR", RouteAbi.DelAddr), ("RTM_GETADDR", RouteAbi.GetAddr), ("RTM_NEWROUTE", RouteAbi.NewRoute),
        ("RTM_DELROUTE", RouteAbi.DelRoute), ("RTM_GETROUTE", RouteAbi.GetRoute), ("IFLA_ADDRESS", RouteAbi.LinkAddress), ("IFLA_IFNAME", RouteAbi.LinkName),
        ("IFLA_MTU", RouteAbi.LinkMtu), ("IFLA_LINKINFO", RouteAbi.LinkInfoNest), ("IFLA_IFALIAS", RouteAbi.LinkAlias), ("IFLA_STATS64", RouteAbi.LinkStats64),
        ("IFLA_CARRIER", RouteAbi.LinkCarrier), ("IFLA_INFO_KIND", RouteAbi.LinkInfoKind), ("IFF_UP", RouteAbi.InterfaceUp), ("IFA_ADDRESS", RouteAbi.AddrAddress),
        ("IFA_LOCAL", RouteAbi.AddrLocal), ("IFA_BROADCAST", RouteAbi.AddrBroadcast), ("IFA_FLAGS", RouteAbi.AddrFlags), ("IFA_PROTO", RouteAbi.AddrProtocol),
        ("IFA_F_NODAD", RouteAbi.NoDuplicateDetection), ("RTA_DST", RouteAbi.RouteDestination), ("RTA_OIF", RouteAbi.RouteOutputInterface),
        ("RTA_GATEWAY", RouteAbi.RouteGateway), ("RTA_PRIORITY", RouteAbi.RoutePriority), ("RTA_MULTIPATH", RouteAbi.RouteMultipath), ("RTA_TABLE", RouteAbi.RouteTable),
        ("RTA_VIA", RouteAbi.RouteVia), ("RTM_NEWRULE", PolicyAbi.NewRule), ("RTM_DELRULE", PolicyAbi.DelRule), ("RTM_GETRULE", PolicyAbi.GetRule),
        ("RTM_NEWQDISC", PolicyAbi.NewQdisc), ("RTM_DELQDISC", PolicyAbi.DelQdisc), ("RTM_GETQDISC", PolicyAbi.GetQdisc), ("FRA_DST", PolicyAbi.RuleDestination),
        ("FRA_SRC", PolicyAbi.RuleSource), ("FRA_PRIORITY", PolicyAbi.RulePriority), ("FRA_FWMARK", PolicyAbi.RuleMark), ("FRA_SUPPRESS_PREFIXLEN", PolicyAbi.RuleSuppressedPrefix),
        ("FRA_TABLE", PolicyAbi.RuleTable), ("FRA_FWMASK", PolicyAbi.RuleMarkMask), ("FRA_PAD", PolicyAbi.RulePadding), ("FRA_PROTOCOL", PolicyAbi.RuleProtocol),
        ("FR_ACT_TO_TBL", PolicyAbi.ToTable), ("FIB_RULE_INVERT", PolicyAbi.Inverted), ("TCA_KIND", PolicyAbi.QdiscKind), ("TC_H_ROOT", PolicyAbi.Root), ("TC_H_INGRESS", PolicyAbi.Ingress),
        ("NETLINK_ADD_MEMBERSHIP", EventAbi.AddMembership), ("NETLINK_LISTEN_ALL_NSID", EventAbi.ListenAllNamespaces), ("RTM_NEWNSID", EventAbi.NewNamespaceId),
        ("RTM_DELNSID", EventAbi.DelNamespaceId), ("RTM_GETNSID", EventAbi.GetNamespaceId), ("NETNSA_NSID", EventAbi.NamespaceId), ("NETNSA_FD", EventAbi.NamespaceFd),
        ("NETNSA_NSID_NOT_ASSIGNED", EventAbi.AnyId), ("RTNLGRP_LINK", EventAbi.Links), ("RTNLGRP_TC", EventAbi.Qdiscs), ("RTNLGRP_IPV4_IFADDR", EventAbi.AddressesV4),
        ("RTNLGRP_IPV4_ROUTE", EventAbi.RoutesV4), ("RTNLGRP_IPV4_RULE", EventAbi.RulesV4), ("RTNLGRP_IPV6_IFADDR", EventAbi.AddressesV6),
        ("RTNLGRP_IPV6_ROUTE", EventAbi.RoutesV6), ("RTNLGRP_IPV6_RULE", EventAbi.RulesV6), ("RTNLGRP_NSID", EventAbi.NamespaceIds),
        ("RTM_F_CLONED", RouteAbi.ClonedRoute), ("RT_TABLE_MAIN", RouteAbi.TableMain), ("RTN_UNICAST", RouteAbi.TypeUnicast),
        ("RT_SCOPE_UNIVERSE", RouteAbi.ScopeUniverse), ("RT_SCOPE_LINK", RouteAbi.ScopeLink), ("RT_SCOPE_HOST", RouteAbi.ScopeHost),
        ("RT_SCOPE_NOWHERE", RouteAbi.ScopeNowhere), ("AF_INET", RouteAbi.Inet), ("AF_INET6", RouteAbi.Inet6),

        .. Layout<Statx>("struct statx", ("stx_attributes", "Attributes"), ("stx_uid", "Uid"), ("stx_gid", "Gid"), ("stx_mode", "Mode"), ("stx_ino", "Inode"), ("stx_attributes_mask", "AttributesMask"), ("stx_dev_major", "DeviceMajor"), ("stx_dev_minor", "DeviceMinor")),
        .. Layout<Statx>("struct statx", ("stx_attributes", "Attributes"), ("stx_uid", "Uid"), ("stx_mode", "Mode"), ("stx_ino", "Inode"), ("stx_attributes_mask", "AttributesMask"), ("stx_dev_major", "DeviceMajor"), ("stx_dev_minor", "DeviceMinor")),
        .. Layout<Statx>("struct statx", ("stx_attributes", "Attributes"), ("stx_uid", "Uid"), ("stx_ino", "Inode"), ("stx_attributes_mask", "AttributesMask"), ("stx_dev_major", "DeviceMajor"), ("stx_dev_minor", "DeviceMinor")),
        .. Layout<ChildSignalInfo>("siginfo_t", ("si_code", "Code"), ("si_pid", "Pid"), ("si_status", "Status")),
        .. Layout<CapabilityHeader>("struct __user_cap_header_struct", ("version", "Version"), ("pid", "Pid")),
        .. Layout<Passwd>("struct passwd", ("pw_name", "Name"), ("pw_uid", "Uid"), ("pw_gid", "Gid"), ("pw_dir", "Directory"), ("pw_shell", "Shell")),
        .. Layout<MessageHeader>("struct nlmsghdr", ("nlmsg_type", "Type"), ("nlmsg_flags", "Flags"), ("nlmsg_seq", "Sequence")),
        .. Layout<AttributeHeader>("struct rtattr", ("rta_type", "Type")),
        .. Layout<LinkHeader>("struct ifinfomsg", ("ifi_index", "Index"), ("ifi_flags", "Flags"), ("ifi_change", "Change")),
        .. Layout<AddressHeader>("struct ifaddrmsg", ("ifa_prefixlen", "PrefixLength"), ("ifa_scope", "Scope"), ("ifa_index", "Index")),
        .. Layout<RouteHeader>("struct rtmsg", ("rtm_dst_len", "DestinationLength"), ("rtm_table", "Table"), ("rtm_protocol", "Protocol"), ("rtm_scope", "Scope"), ("rtm_type", "Type"), ("rtm_flags", "Flags")),
        .. Layout<NextHopHeader>("struct rtnexthop", ("rtnh_len", "Length"), ("rtnh_ifindex", "Index")),
        ("2 * sizeof(struct __user_cap_data_struct)", Unsafe.SizeOf<CapabilitySets>()),
        ("offsetof(struct __user_cap_data_struct, permitted)", Offset<CapabilitySets>("Permitted")),
        ("sizeof(struct __user_cap_data_struct) + offsetof(struct __user_cap_data_struct, permitted)", Offset<CapabilitySets>("PermittedHigh")),
        ("offsetof(struct rtnl_link_stats64, tx_dropped)", Offset<LinkStatistics>("TxDropped")),
        ("offsetof(struct statfs, f_type)", 0),
        ("sizeof(struct statfs) <= 256", 1),
    ];

    [Fact]
    public async Task OurConstantsAndLayoutsAreTheMachinesOwn()
    {
        // PIDFD_SIGNAL_PROCESS_GROUP and IFA_PROTO are younger than some headers: those that have them are asked.
        string[] asked = await Compiled([.. s_values.Select(value => $"printf(\"%lld\\n\", (long long)({value.C}));")]);

        Assert.Equal(
            s_values.Select(value => $"{value.C} = {value.Ours}"),
            s_values.Zip(asked, (value, seen) => $"{value.C} = {seen}"));
    }

    [Fact]
    public async Task ErrorNumbersHaveTheNamesOfTheCLibrary()
    {
        const int Last = 133;

        string[] names = await Compiled($"for (int e = 1; e <= {Last}; e++) printf(\"%s\\n\", strerrorname_np(e) ? strerrorname_np(e) : \"\");");

        // The C library says ENOTSUP, the kernel EOPNOTSUPP, for the same number.
        Assert.Equal(
            names.Select((name, i) => name.Length == 0 ? $"errno {i + 1}" : name == "ENOTSUP" ? "EOPNOTSUPP" : name),
            Enumerable.Range(1, Last).Select(Errno.Name));
    }

    static (string C, long Ours)[] Layout<T>(string c, params (string C, string Ours)[] fields)
        where T : unmanaged =>
    [
        ($"sizeof({c})", Unsafe.SizeOf<T>()),
        .. fields.Select(field => ($"offsetof({c}, {field.C})", Offset<T>(field.Ours))),
    ];

    static long Offset<T>(string field) => Marshal.OffsetOf<T>(field);

    static async Task<string[]> Compiled(params string[] statements)
    {
        using Scratch scratch = new();
        string body = string.Join('\n', statements);
        await File.WriteAllTextAsync(scratch.At("abi.c"), $"{Headers}\n#include <string.h>\nint main(void) {{\n{body}\nreturn 0; }}\n", Encoding.UTF8, TestContext.Current.CancellationToken);
        Ran ran = await Ran.Of(string.Create(CultureInfo.InvariantCulture, $"cd {scratch.Path} && cc -w -o abi abi.c && ./abi"));
        Assert.True(ran.ExitCode == 0, ran.Output);
        return ran.Output.TrimEnd('\n').Split('\n');
    }
}
