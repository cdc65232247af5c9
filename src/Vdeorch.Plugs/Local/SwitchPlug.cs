using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Local;

/// <summary>The host and the nodes are ports of a switch, which learns where an address of a VLAN was heard last.</summary>
sealed class SwitchPlug(NetnodeOptions options, PlugOpening opening) : NetnodePlug(options, opening)
{
    public static readonly PlugKind Kind = new("switch", (uvdel, opening) => new SwitchPlug(NetnodeOptions.From(uvdel), opening));

    const int HostPort = 1;
    const int Everywhere = 0;
    const int VlanTag = 0x8100;
    const int VlanMask = 0xFFF;
    const int MaxCapacity = 1 << 20;
    const ulong GroupBit = 0x0100_0000_0000;
    const ulong AddressMask = 0xFFFF_FFFF_FFFF;

    readonly ForwardingTable table = new(
        (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(options.HashSize, ForwardingTable.DefaultCapacity / 8, MaxCapacity)),
        options.HashSeed != 0 ? (ulong)options.HashSeed : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
    readonly long ageMs = 1000L * Math.Max(1, options.ExpireSeconds);

    public override Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => Deliver(batch, frames, null, []);

    protected override void Relay(VdeNode from, FrameBatch batch, ReadOnlySpan<int> frames)
    {
        Span<bool> isHosts = stackalloc bool[frames.Length];
        Deliver(batch, frames, from, isHosts);
        for (int i = frames.Length - 1; i >= 0; i--)
        {
            if (!isHosts[i])
            {
                batch.Remove(frames[i]);
            }
        }
    }

    // Nobody learns on the number any more: only its own frames do, and they are received on this thread.
    protected override void OnLeft(VdeNode node) => table.Forget(port => port == PortOf(node));

    /// <param name="from">Null: the host.</param>
    /// <param name="isHosts">Set for each frame that the host shall have; empty when it is the sender.</param>
    Transfer Deliver(FrameBatch batch, ReadOnlySpan<int> frames, VdeNode? from, Span<bool> isHosts)
    {
        long now = Environment.TickCount64;
        int port = from is null ? HostPort : PortOf(from);
        Transfer total = default;
        int target = frames.Length == 0 ? Everywhere : Decide(batch.Frame(frames[0]), port, now);
        for (int first = 0; first < frames.Length;)
        {
            int end = first + 1;
            int next = Everywhere;
            while (end < frames.Length && (next = Decide(batch.Frame(frames[end]), port, now)) == target)
            {
                end++;
            }
            if (isHosts.Length > 0 && target is Everywhere or HostPort)
            {
                isHosts[first..end].Fill(true);
            }
            Transfer sent = Deliver(batch, frames[first..end], from, port, target);
            total = new Transfer(total.Frames + sent.Frames, total.Bytes + sent.Bytes, sent.Errno != 0 ? sent.Errno : total.Errno);
            first = end;
            target = next;
        }
        return total;
    }

    Transfer Deliver(FrameBatch batch, ReadOnlySpan<int> frames, VdeNode? from, int port, int target)
    {
        // To the host, or back where it came from: not ours to carry.
        if (target == HostPort || target == port)
        {
            return All(batch, frames);
        }
        return target != Everywhere && Find(target) is { } node ? node.Send(batch, frames) : SendToAll(batch, frames, from);
    }

    int Decide(ReadOnlySpan<byte> frame, int port, long now)
    {
        if (frame.Length < Datagrams.EthernetHeaderBytes)
        {
            return port;
        }
        ulong vlan = frame.Length >= 16 && BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == VlanTag ? BinaryPrimitives.ReadUInt16BigEndian(frame[14..]) & (ulong)VlanMask : 0;
        ulong source = BinaryPrimitives.ReadUInt64BigEndian(frame[4..]) & AddressMask;
        if (source != 0 && (source & GroupBit) == 0)
        {
            table.Learn(vlan << 48 | source, port, now, ageMs);
        }
        ulong destination = BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16;
        return destination == 0 || (destination & GroupBit) != 0 ? Everywhere : table.Find(vlan << 48 | destination, now, ageMs);
    }

    VdeNode? Find(int port)
    {
        foreach (VdeNode node in Nodes)
        {
            if (PortOf(node) == port)
            {
                return node;
            }
        }
        return null;
    }

    static int PortOf(VdeNode node) => HostPort + node.Number;
}
