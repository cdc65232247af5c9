using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Vdeorch.Plugs.Frames;

/// <summary>
/// A frame that stands for many, being cut:
/// 1. its headers are read, and everything of their sums that all segments share is added up once;
/// 2. for each segment the headers and its share of the payload are copied, the payload's sum is taken while it is in the cache, and lengths, sequence
///    number, IPv4 identification, flags and checksums are written.
/// </summary>
/// <remarks>Gives what Linux gives for the same super-frame, to the byte: tcp_gso_segment, __udp_gso_segment, inet_gso_segment.</remarks>
ref struct SuperFrame
{
    const int SequenceAt = 4;
    const int FlagsAt = 12;
    const int TcpChecksumAt = 16;
    const int UdpLengthAt = 4;
    const int UdpChecksumAt = 6;
    const byte Finish = 0x01;
    const byte Push = 0x08;
    const byte WindowReduced = 0x80;

    readonly ReadOnlySpan<byte> frame;
    readonly PacketLayout layout;
    readonly int headerBytes;
    readonly int segmentBytes;
    readonly ulong networkSum;
    readonly ulong transportSum;
    int at;

    SuperFrame(ReadOnlySpan<byte> frame, scoped in VirtioNetHeader header, scoped in PacketLayout layout, int headerBytes)
    {
        this.frame = frame;
        this.layout = layout;
        this.headerBytes = headerBytes;
        segmentBytes = header.SegmentBytes;
        at = headerBytes;
        ReadOnlySpan<byte> network = frame[layout.Network..];
        if (!layout.IsV6)
        {
            int bytes = layout.Transport - layout.Network;
            networkSum = InternetChecksum.Sum(network[..2]) + InternetChecksum.Sum(network[6..10]) + InternetChecksum.Sum(network[12..bytes]);
        }
        ReadOnlySpan<byte> transport = frame[layout.Transport..headerBytes];
        int checksumAt = IsTcp ? TcpChecksumAt : UdpChecksumAt;
        // What is there already may have been made for other addresses than those of the header: a routing header names the last one.
        ulong pseudo = (header.Flags & VirtioNetHeader.NeedsChecksum) != 0
            ? InternetChecksum.Read(transport[checksumAt..]) + InternetChecksum.Without(layout.TransportBytes)
            : layout.SumAddresses(frame);
        transportSum = pseudo + InternetChecksum.Sum(transport[..SequenceAt]) + (IsTcp
            ? InternetChecksum.Sum(transport[8..FlagsAt]) + InternetChecksum.Sum(transport[14..TcpChecksumAt]) + InternetChecksum.Sum(transport[18..])
            : 0);
    }

    readonly bool IsTcp => layout.Protocol == PacketLayout.Tcp;

    /// <returns>False when header and frame do not fit one another.</returns>
    public static bool TryRead(scoped in VirtioNetHeader header, ReadOnlySpan<byte> frame, out SuperFrame super)
    {
        super = default;
        if (header.SegmentBytes == 0 || !PacketLayout.TryRead(frame, out PacketLayout layout))
        {
            return false;
        }
        int checksumAt;
        int transportBytes;
        switch (header.GsoType & ~VirtioNetHeader.Ecn)
        {
            case VirtioNetHeader.TcpV4 when layout is { Protocol: PacketLayout.Tcp, IsV6: false, TransportBytes: >= PacketLayout.TcpHeaderBytes }:
            case VirtioNetHeader.TcpV6 when layout is { Protocol: PacketLayout.Tcp, IsV6: true, TransportBytes: >= PacketLayout.TcpHeaderBytes }:
                checksumAt = TcpChecksumAt;
                transportBytes = (frame[layout.Transport + FlagsAt] >> 4) * 4;
                if (transportBytes < PacketLayout.TcpHeaderBytes)
                {
                    return false;
                }
                break;
            case VirtioNetHeader.UdpDatagrams when layout is { Protocol: PacketLayout.Udp, TransportBytes: >= PacketLayout.UdpHeaderBytes }:
                checksumAt = UdpChecksumAt;
                transportBytes = PacketLayout.UdpHeaderBytes;
                break;
            default:
                return false;
        }
        if (transportBytes > layout.TransportBytes)
        {
            return false;
        }
        if ((header.Flags & VirtioNetHeader.NeedsChecksum) != 0 && (header.ChecksumStart != layout.Transport || header.ChecksumOffset != checksumAt))
        {
            return false;
        }
        super = new SuperFrame(frame, header, layout, layout.Transport + transportBytes);
        return true;
    }

    /// <summary>Appends segments, plain frames, until all are out or the batch is full.</summary>
    /// <returns>Whether some are left.</returns>
    public bool CutInto(FrameBatch into)
    {
        ReadOnlySpan<byte> headers = frame[..headerBytes];
        do
        {
            if (!into.HasRoom)
            {
                return true;
            }
            int payloadBytes = Math.Min(segmentBytes, layout.End - at);
            Span<byte> room = into.Room;
            room[..VirtioNetHeader.Bytes].Clear();
            Span<byte> segment = room.Slice(VirtioNetHeader.Bytes, headerBytes + payloadBytes);
            headers.CopyTo(segment);
            frame.Slice(at, payloadBytes).CopyTo(segment[headerBytes..]);
            Complete(segment, payloadBytes);
            into.Add(VirtioNetHeader.Bytes + segment.Length);
            at += payloadBytes;
        }
        while (at < layout.End);
        return false;
    }

    readonly void Complete(Span<byte> segment, int payloadBytes)
    {
        Span<byte> network = segment[layout.Network..];
        int networkBytes = headerBytes - layout.Network + payloadBytes;
        if (layout.IsV6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)(networkBytes - PacketLayout.V6HeaderBytes));
        }
        else
        {
            int identification = BinaryPrimitives.ReadUInt16BigEndian(network[4..]) + (at - headerBytes) / segmentBytes;
            BinaryPrimitives.WriteUInt16BigEndian(network[2..], (ushort)networkBytes);
            BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)identification);
            InternetChecksum.Write(network[10..], networkSum + InternetChecksum.Word(networkBytes) + InternetChecksum.Word(identification));
        }
        Span<byte> transport = segment[layout.Transport..];
        ulong sum = transportSum + InternetChecksum.Word(transport.Length) + InternetChecksum.Sum(segment[headerBytes..]);
        if (IsTcp)
        {
            CompleteTcp(transport, isFirst: at == headerBytes, isLast: at + payloadBytes == layout.End, sum);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[UdpLengthAt..], (ushort)transport.Length);
            InternetChecksum.WriteNonZero(transport[UdpChecksumAt..], sum + InternetChecksum.Word(transport.Length));
        }
    }

    readonly void CompleteTcp(Span<byte> transport, bool isFirst, bool isLast, ulong sum)
    {
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(transport[SequenceAt..]) + (uint)(at - headerBytes);
        BinaryPrimitives.WriteUInt32BigEndian(transport[SequenceAt..], sequence);
        ref byte flags = ref transport[FlagsAt + 1];
        if (!isFirst)
        {
            flags &= unchecked((byte)~WindowReduced);
        }
        if (!isLast)
        {
            flags &= unchecked((byte)~(Finish | Push));
        }
        InternetChecksum.Write(transport[TcpChecksumAt..],
            sum + MemoryMarshal.Read<uint>(transport[SequenceAt..]) + MemoryMarshal.Read<ushort>(transport[FlagsAt..]));
    }
}
