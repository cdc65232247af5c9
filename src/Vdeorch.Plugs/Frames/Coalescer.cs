using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vdeorch.Plugs.Frames;

/// <summary>
/// Segments of TCP flows made into super-frames, in place:
/// 1. each frame that can be part of one is compared with the last of its flow, of which a few are remembered;
/// 2. what continues it to the byte, checksums and all, is moved to its end and is no frame of its own any more;
/// 3. headers and virtio-net header of what has grown are written once nothing can follow.
/// </summary>
/// <remarks>
/// The rules are those of Linux (tcp_gro_receive): what is cut again is what it was before. Datagrams are not merged: their borders mean something.
/// A frame of the flow that cannot be merged ends what came before, so a flow keeps its order.
/// </remarks>
ref struct Coalescer(FrameBatch batch)
{
    const int MaxFlows = 4;
    const int MaxPacketBytes = 65_535;

    Flows flows;
    int open;
    int oldest;
    int kept;

    public void Run(int first)
    {
        kept = first;
        for (int i = first; i < batch.Count; i++)
        {
            if (Segment.TryRead(batch.Header(i), batch.Frame(i), out Segment segment) && TryMerge(i, segment))
            {
                continue;
            }
            if (kept != i)
            {
                batch.MoveUp(i, kept);
            }
            kept++;
        }
        batch.KeepFirst(kept);
        for (int flow = 0; flow < open; flow++)
        {
            Finish(flows[flow]);
        }
    }

    bool TryMerge(int index, in Segment segment)
    {
        ReadOnlySpan<byte> frame = batch.Frame(index);
        int flow = Find(segment, frame);
        if (flow >= 0)
        {
            ref Flow known = ref flows[flow];
            if (segment.IsData && Continues(ref known, segment, frame))
            {
                batch.Append(known.Index, index, segment.PayloadAt);
                known.Segments++;
                known.NextSequence += (uint)segment.PayloadBytes;
                known.Pushed = segment.Pushes;
                if (segment.Pushes || segment.PayloadBytes < known.SegmentBytes)
                {
                    Close(flow);
                }
                return true;
            }
            Close(flow);
        }
        // One that pushes ends what it is part of.
        if (segment is { IsData: true, Pushes: false })
        {
            Open(new Flow(kept, segment));
        }
        return false;
    }

    readonly int Find(in Segment segment, ReadOnlySpan<byte> frame)
    {
        for (int i = 0; i < open; i++)
        {
            ref readonly Flow flow = ref flows[i];
            if (flow.Head.Ports == segment.Ports && flow.Head.Network == segment.Network && flow.Head.IsV6 == segment.IsV6
                && segment.Addresses(frame).SequenceEqual(segment.Addresses(batch.Frame(flow.Index))))
            {
                return i;
            }
        }
        return -1;
    }

    readonly bool Continues(ref Flow flow, in Segment segment, ReadOnlySpan<byte> frame)
    {
        Segment head = flow.Head;
        ReadOnlySpan<byte> known = batch.Frame(flow.Index);
        if (segment.Sequence != flow.NextSequence
            || segment.PayloadBytes > flow.SegmentBytes
            || segment.PayloadAt != head.PayloadAt
            || known.Length - head.Network + segment.PayloadBytes > MaxPacketBytes
            || !HasSameHeaders(flow, segment, frame, known))
        {
            return false;
        }
        // Behind the last one that is kept lies nothing but frames that have been merged, up to this one.
        if (flow.Index != kept - 1 && batch.GapBehind(flow.Index, flow.Index + 1) < segment.PayloadBytes)
        {
            return false;
        }
        if (!flow.Verified)
        {
            flow.Verified = true;
            flow.Wrong = !head.HasRightChecksums(known);
        }
        return !flow.Wrong && segment.HasRightChecksums(frame);
    }

    static bool HasSameHeaders(in Flow flow, in Segment segment, ReadOnlySpan<byte> frame, ReadOnlySpan<byte> known)
    {
        int network = segment.Network;
        int transport = segment.Transport;
        if (!frame[..network].SequenceEqual(known[..network]))
        {
            return false;
        }
        if (segment.IsV6)
        {
            // All but the length; the addresses have been compared.
            if (!frame.Slice(network, 4).SequenceEqual(known.Slice(network, 4)) || !frame.Slice(network + 6, 2).SequenceEqual(known.Slice(network + 6, 2)))
            {
                return false;
            }
        }
        else
        {
            // All but length, identification and checksum.
            if (!frame.Slice(network, 2).SequenceEqual(known.Slice(network, 2)) || !frame.Slice(network + 6, 4).SequenceEqual(known.Slice(network + 6, 4)))
            {
                return false;
            }
            // Of packets that may not be fragmented it means nothing (RFC 6864).
            bool atomic = (frame[network + 6] & 0x40) != 0;
            ushort expected = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(known[(network + 4)..]) + flow.Segments);
            if (!atomic && BinaryPrimitives.ReadUInt16BigEndian(frame[(network + 4)..]) != expected)
            {
                return false;
            }
        }
        // Acknowledgement, header length, window; urgent pointer and options. Of the flags, Push alone may differ, and the first has none.
        return frame.Slice(transport + 8, 5).SequenceEqual(known.Slice(transport + 8, 5))
            && frame.Slice(transport + 14, 2).SequenceEqual(known.Slice(transport + 14, 2))
            && frame[(transport + 18)..segment.PayloadAt].SequenceEqual(known[(transport + 18)..segment.PayloadAt]);
    }

    void Open(in Flow flow)
    {
        if (open < MaxFlows)
        {
            flows[open++] = flow;
            return;
        }
        Finish(flows[oldest]);
        flows[oldest] = flow;
        oldest = (oldest + 1) % MaxFlows;
    }

    void Close(int flow)
    {
        Finish(flows[flow]);
        flows[flow] = flows[--open];
    }

    readonly void Finish(in Flow flow)
    {
        if (flow.Segments == 1)
        {
            return;
        }
        Segment head = flow.Head;
        Span<byte> frame = batch.Frame(flow.Index);
        Span<byte> network = frame[head.Network..];
        Span<byte> transport = frame[head.Transport..];
        if (head.IsV6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)(network.Length - PacketLayout.V6HeaderBytes));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(network[2..], (ushort)network.Length);
            network.Slice(10, 2).Clear();
            InternetChecksum.Write(network[10..], InternetChecksum.Sum(network[..PacketLayout.V4HeaderBytes]));
        }
        if (flow.Pushed)
        {
            transport[13] |= Segment.Push;
        }
        InternetChecksum.WritePartial(transport[16..], head.SumAddresses(frame) + InternetChecksum.Word(transport.Length));
        batch.Header(flow.Index) = new VirtioNetHeader
        {
            Flags = VirtioNetHeader.NeedsChecksum,
            GsoType = head.IsV6 ? VirtioNetHeader.TcpV6 : VirtioNetHeader.TcpV4,
            HeaderBytes = (ushort)head.PayloadAt,
            SegmentBytes = (ushort)flow.SegmentBytes,
            ChecksumStart = (ushort)head.Transport,
            ChecksumOffset = 16,
        };
    }

    /// <param name="index">Where it stands among those that are kept.</param>
    struct Flow(int index, in Segment head)
    {
        public readonly int Index = index;
        public readonly Segment Head = head;
        public readonly int SegmentBytes = head.PayloadBytes;
        public uint NextSequence = head.Sequence + (uint)head.PayloadBytes;
        public int Segments = 1;
        public bool Pushed;
        public bool Verified;
        public bool Wrong;
    }

    [InlineArray(MaxFlows)]
    struct Flows
    {
        Flow first;
    }

    /// <summary>A plain frame of TCP over IPv4 without options or IPv6 without extension headers.</summary>
    readonly struct Segment(in PacketLayout layout, int payloadAt, bool isData, ReadOnlySpan<byte> transport)
    {
        public const byte Push = 0x08;
        const byte Acknowledges = 0x10;

        readonly PacketLayout layout = layout;

        public readonly int PayloadAt = payloadAt;

        /// <summary>Whether it can be part of a super-frame.</summary>
        public readonly bool IsData = isData;

        public readonly uint Ports = MemoryMarshal.Read<uint>(transport);
        public readonly uint Sequence = BinaryPrimitives.ReadUInt32BigEndian(transport[4..]);
        public readonly bool Pushes = (transport[13] & Push) != 0;

        public int Network => layout.Network;
        public int Transport => layout.Transport;
        public bool IsV6 => layout.IsV6;
        public int PayloadBytes => layout.End - PayloadAt;

        public static bool TryRead(in VirtioNetHeader header, ReadOnlySpan<byte> frame, out Segment segment)
        {
            segment = default;
            if (!header.IsPlain
                || !PacketLayout.TryRead(frame, out PacketLayout layout)
                || layout.Protocol != PacketLayout.Tcp
                || layout.TransportBytes < PacketLayout.TcpHeaderBytes
                || layout.Transport - layout.Network != (layout.IsV6 ? PacketLayout.V6HeaderBytes : PacketLayout.V4HeaderBytes))
            {
                return false;
            }
            ReadOnlySpan<byte> transport = frame[layout.Transport..];
            int payloadAt = layout.Transport + (transport[12] >> 4) * 4;
            // Padding there is only behind frames too short to be worth it.
            bool isData = payloadAt >= layout.Transport + PacketLayout.TcpHeaderBytes && payloadAt < layout.End && layout.End == frame.Length
                && (transport[12] & 0xF) == 0 && (transport[13] & ~Push) == Acknowledges;
            segment = new Segment(layout, payloadAt, isData, transport);
            return true;
        }

        public ReadOnlySpan<byte> Addresses(ReadOnlySpan<byte> frame) => IsV6 ? frame.Slice(Network + 8, 32) : frame.Slice(Network + 12, 8);

        public ulong SumAddresses(ReadOnlySpan<byte> frame) => layout.SumAddresses(frame);

        public bool HasRightChecksums(ReadOnlySpan<byte> frame) =>
            (IsV6 || InternetChecksum.IsRight(InternetChecksum.Sum(frame.Slice(Network, PacketLayout.V4HeaderBytes))))
            && InternetChecksum.IsRight(SumAddresses(frame) + InternetChecksum.Word(layout.TransportBytes) + InternetChecksum.Sum(frame[Transport..layout.End]));
    }
}
