using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Netlink;

/// <summary>linux/fib_rules.h, and of linux/rtnetlink.h and linux/pkt_sched.h what queueing disciplines need. A test compares it with the machine's own.</summary>
internal static class PolicyAbi
{
    public const ushort NewRule = 32;
    public const ushort DelRule = 33;
    public const ushort GetRule = 34;
    public const ushort NewQdisc = 36;
    public const ushort DelQdisc = 37;
    public const ushort GetQdisc = 38;

    public const ushort RuleDestination = 1;
    public const ushort RuleSource = 2;
    public const ushort RulePriority = 6;
    public const ushort RuleMark = 10;
    public const ushort RuleSuppressedPrefix = 14;
    public const ushort RuleTable = 15;
    public const ushort RuleMarkMask = 16;
    public const ushort RulePadding = 18;
    public const ushort RuleProtocol = 21;
    public const byte ToTable = 1;
    public const uint Inverted = 2;

    public const ushort QdiscKind = 1;
    public const uint Root = 0xffff_ffff;
    public const uint Ingress = 0xffff_fff1;
}

/// <summary><c>struct fib_rule_hdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RuleHeader
{
    public byte Family;
    public byte DestinationLength;
    public byte SourceLength;
    public byte Tos;
    public byte Table;
    public byte Reserved1;
    public byte Reserved2;
    public byte Action;
    public uint Flags;
}

/// <summary><c>struct tcmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct QdiscHeader
{
    public byte Family;
    public byte Padding1;
    public ushort Padding2;
    public int Index;
    public uint Handle;
    public uint Parent;
    public uint Info;
}
