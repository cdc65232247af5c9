using System.Buffers.Binary;
using System.Globalization;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Spanning;

/// <summary>A switch in a spanning tree: of two, the lower is preferred.</summary>
/// <param name="Bits">Priority, and below it 48 bits of address.</param>
public readonly record struct BridgeId(ulong Bits)
{
    /// <param name="priority">0 to 65,535.</param>
    public BridgeId(int priority, MacAddress mac)
        : this((ulong)priority << 48 | mac.Bits)
    {
    }

    public MacAddress Mac => new(Bits & (1UL << 48) - 1);

    /// <summary>As vde_switch prints it: <c>80:00:00:ff:12:34:56:78</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bits >> 56:x2}:{Bits >> 48 & 0xff:x2}:{Mac}");
}

/// <summary>How a switch reaches the root, as it says at one of its ports: of two ways, the lower is better.</summary>
/// <param name="Cost">Of its own way, without the link to whoever hears it.</param>
/// <param name="Port">As <see cref="Bpdu.PortId"/> makes it.</param>
public readonly record struct PathToRoot(BridgeId Root, uint Cost, BridgeId Sender, int Port)
{
    public bool IsBetterThan(PathToRoot other) =>
        (Root.Bits, Cost, Sender.Bits, Port).CompareTo((other.Root.Bits, other.Cost, other.Sender.Bits, other.Port)) < 0;
}

/// <summary>What switches tell each other about their spanning trees, one of them for each VLAN.</summary>
/// <remarks>
/// The frames of vde_switch, src/vde_switch/fstp.c: those of IEEE 802.1w, but for times in whole seconds, lowest byte first, and a role written as flags.
/// They are as long as they are, 53 bytes or with a tag 57, and not padded.
/// </remarks>
/// <param name="Tag">The VLAN in its tag; null without one: then it is about the VLAN of untagged frames.</param>
/// <param name="AgeSeconds">Since the root said what this is made of, or switches that have passed it on.</param>
public readonly record struct Bpdu(int? Tag, PathToRoot Path, SpanningRole Role, SpanningStatus Status, int AgeSeconds)
{
    /// <summary>Of a frame about untagged ones.</summary>
    public const int Bytes = 53;

    /// <summary>01:80:c2:00:00:00, as the first eight bytes of a frame have it.</summary>
    const ulong GroupAddress = 0x0180_c200_0000;

    /// <summary>Of what says "42 42 03" behind the length: 802.1D, 9.1.</summary>
    const int Llc = 0x42_42_03;

    // What is behind the length is this long; vde_switch takes what is two bytes shorter.
    const int BodyBytes = 39;
    const int ShortestBytes = Bytes - 2;

    const int LengthAt = 12;
    const int LlcAt = 14;
    const int VersionAt = 19;
    const int FlagsAt = 21;
    const int RootAt = 22;
    const int CostAt = 30;
    const int SenderAt = 34;
    const int PortAt = 42;
    const int AgeAt = 44;
    const int MaxAgeAt = 46;
    const int HelloAt = 48;

    const byte Version = 2;
    const byte Type = 2;

    const int ChangeFlag = 1 << 0;
    const int BackupFlag = 1 << 1;
    const int NotBackupFlag = 1 << 2;
    const int NotRootFlag = 1 << 3;
    const int StatusAt = 4;
    const int StatusMask = 0b11;
    const int AgreementFlag = 1 << 6;

    /// <summary>Ports below have the number vde_switch gives them on the wire.</summary>
    const int FirstLargePort = 1 << 10;

    /// <summary>The topology has changed: what was learned in this VLAN is to be forgotten.</summary>
    public bool HasChanged { get; init; }

    /// <summary>Said by whoever goes by what the other has told him; and by vde_switch, of all but the first.</summary>
    public bool HasAgreed { get; init; }

    /// <summary>A port as it stands in frames.</summary>
    /// <param name="number">In its switch.</param>
    public static int PortId(int number) =>
        number < FirstLargePort ? (0x80 | number >> 4) << 8 | number & 0xff : (0xc0 | number >> 8 & 0x3f) << 8 | number & 0xff;

    /// <summary>Whether the frame is one for switches that have spanning trees, of which none gets any further there.</summary>
    public static bool IsFor(ReadOnlySpan<byte> frame, bool looksAtTags)
    {
        if (frame.Length < ShortestBytes || BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16 != GroupAddress)
        {
            return false;
        }
        int tag = looksAtTags && HasTag(frame) ? VlanTag.Bytes : 0;
        return BinaryPrimitives.ReadUInt32BigEndian(frame[(LlcAt + tag)..]) >> 8 == Llc;
    }

    public static bool TryRead(ReadOnlySpan<byte> frame, out Bpdu read)
    {
        read = default;
        if (!IsFor(frame, looksAtTags: true))
        {
            return false;
        }
        int? tag = null;
        if (HasTag(frame))
        {
            tag = BinaryPrimitives.ReadUInt16BigEndian(frame[VlanTag.ControlAt..]) & VlanTag.IdMask;
            frame = frame[VlanTag.Bytes..];
        }
        if (frame.Length < ShortestBytes || frame[VersionAt] != Version || frame[VersionAt + 1] != Type)
        {
            return false;
        }
        int flags = frame[FlagsAt];
        PathToRoot path = new(
            new BridgeId(BinaryPrimitives.ReadUInt64BigEndian(frame[RootAt..])),
            BinaryPrimitives.ReadUInt32BigEndian(frame[CostAt..]),
            new BridgeId(BinaryPrimitives.ReadUInt64BigEndian(frame[SenderAt..])),
            BinaryPrimitives.ReadUInt16BigEndian(frame[PortAt..]));
        read = new Bpdu(tag, path, RoleOf(flags), StatusOf(flags), BinaryPrimitives.ReadUInt16LittleEndian(frame[AgeAt..]))
        {
            HasChanged = (flags & ChangeFlag) != 0,
            HasAgreed = (flags & AgreementFlag) != 0,
        };
        return true;
    }

    public byte[] Write()
    {
        int tag = Tag is null ? 0 : VlanTag.Bytes;
        byte[] frame = new byte[Bytes + tag];
        BinaryPrimitives.WriteUInt64BigEndian(frame, GroupAddress << 16);
        Path.Sender.Mac.CopyTo(frame.AsSpan(6));
        if (Tag is { } vlan)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(VlanTag.TypeAt), VlanTag.Type);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(VlanTag.ControlAt), (ushort)vlan);
        }
        Span<byte> rest = frame.AsSpan(tag);
        BinaryPrimitives.WriteUInt16BigEndian(rest[LengthAt..], BodyBytes);
        BinaryPrimitives.WriteUInt32BigEndian(rest[LlcAt..], Llc << 8);
        rest[VersionAt] = Version;
        rest[VersionAt + 1] = Type;
        rest[FlagsAt] = (byte)Flags();
        BinaryPrimitives.WriteUInt64BigEndian(rest[RootAt..], Path.Root.Bits);
        BinaryPrimitives.WriteUInt32BigEndian(rest[CostAt..], Path.Cost);
        BinaryPrimitives.WriteUInt64BigEndian(rest[SenderAt..], Path.Sender.Bits);
        BinaryPrimitives.WriteUInt16BigEndian(rest[PortAt..], (ushort)Path.Port);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[AgeAt..], (ushort)AgeSeconds);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[MaxAgeAt..], SpanningTimes.MaxAgeSeconds);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[HelloAt..], SpanningTimes.HelloMs / 1000);
        return frame;
    }

    int Flags()
    {
        int role = Role switch
        {
            SpanningRole.Root => NotBackupFlag,
            SpanningRole.Alternate or SpanningRole.Backup => BackupFlag | NotRootFlag,
            _ => NotBackupFlag | NotRootFlag,
        };
        int status = Status switch
        {
            SpanningStatus.Forwarding => 3,
            SpanningStatus.Learning => 1,
            _ => 0,
        };
        return (HasChanged ? ChangeFlag : 0) | role | status << StatusAt | (HasAgreed ? AgreementFlag : 0);
    }

    static SpanningRole RoleOf(int flags) => (flags & (NotBackupFlag | NotRootFlag)) switch
    {
        NotBackupFlag => SpanningRole.Root,
        NotBackupFlag | NotRootFlag => SpanningRole.Designated,
        _ => SpanningRole.Backup,
    };

    static SpanningStatus StatusOf(int flags) => (flags >> StatusAt & StatusMask) switch
    {
        3 => SpanningStatus.Forwarding,
        1 => SpanningStatus.Learning,
        _ => SpanningStatus.Discarding,
    };

    static bool HasTag(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame[VlanTag.TypeAt..]) == VlanTag.Type;
}

/// <summary>Those that vde_switch has, and one that is ours.</summary>
static class SpanningTimes
{
    public const int HelloMs = 4_000;

    /// <summary>What was not said again for longer than this is not true any more.</summary>
    public const int LostMs = 3 * HelloMs;

    /// <summary>Written in each frame; nothing is decided by it.</summary>
    public const int MaxAgeSeconds = 40;

    /// <summary>
    /// As 802.1Q has it by default. Each switch that passes something on makes it a second older at least, so what nobody says any more does not run in
    /// circles for long, and trees are at most so deep. A vde_switch believes nothing older than <see cref="LostMs"/>.
    /// </summary>
    public const int TooOldSeconds = 20;

    /// <summary>
    /// Before a port forwards that did not, whatever is to be heard has been: nothing between these switches takes nearly so long. vde_switch waits not at
    /// all, and lets frames run in circles meanwhile.
    /// </summary>
    public const int HoldMs = 500;

    /// <summary>Said at a port in one VLAN at most, in <see cref="CountedForMs"/>; what is beyond waits until then, and is said once.</summary>
    public const int MaxSaid = 128;

    public const int CountedForMs = 1_000;
}
