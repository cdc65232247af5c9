using System.Runtime.InteropServices;

namespace Vdeorch.Plugs.Frames;

/// <summary>What is left to be done to a frame: its checksum, its segmentation. In the byte order of the host, as taps have it.</summary>
/// <remarks>struct virtio_net_hdr_v1 of linux/virtio_net.h; OASIS virtio 1.2, 5.1.6.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 2, Size = Bytes)]
public struct VirtioNetHeader
{
    public const int Bytes = 12;
    public const byte NeedsChecksum = 1;
    public const byte NoSegmentation = 0;
    public const byte TcpV4 = 1;
    public const byte TcpV6 = 4;

    /// <summary>VIRTIO_NET_HDR_GSO_UDP_L4: datagrams of one flow, not fragments of one datagram.</summary>
    public const byte UdpDatagrams = 5;

    /// <summary>Beside a TCP type: the first segment alone says that the window was reduced.</summary>
    public const byte Ecn = 0x80;

    public byte Flags;
    public byte GsoType;

    /// <summary>Bytes from the start of the frame to its payload.</summary>
    public ushort HeaderBytes;

    /// <summary>Payload bytes of a segment.</summary>
    public ushort SegmentBytes;

    /// <summary>From the start of the frame, as <see cref="ChecksumOffset"/> is from here.</summary>
    public ushort ChecksumStart;
    public ushort ChecksumOffset;
    public ushort Buffers;

    /// <summary>Whether nothing is left to be done.</summary>
    public readonly bool IsPlain => GsoType == NoSegmentation && (Flags & NeedsChecksum) == 0;
}
