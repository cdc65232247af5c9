using System.Buffers.Binary;

namespace Vdeorch.Plugs.Frames;

/// <summary>Where the headers of an IP packet lie in its frame, at most two VLAN tags in front of it. Everything it says is inside the frame.</summary>
/// <param name="Network">Where the IP header begins.</param>
/// <param name="Transport">Where what follows it, and the extension headers of IPv6, begins; at most <paramref name="End"/>.</param>
/// <param name="End">Where the packet ends by its own account; what follows is padding.</param>
readonly record struct PacketLayout(int Network, int Transport, int End, byte Protocol, bool IsV6)
{
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const int TcpHeaderBytes = 20;
    public const int UdpHeaderBytes = 8;
    public const int V4HeaderBytes = 20;
    public const int V6HeaderBytes = 40;

    const int EtherTypeAt = 12;
    const int TagBytes = 4;
    const ushort V4 = 0x0800;
    const ushort V6 = 0x86DD;
    const ushort Tag = 0x8100;
    const ushort ServiceTag = 0x88A8;

    /// <summary>Bytes from the transport header to the end.</summary>
    public int TransportBytes => End - Transport;

    /// <returns>False for what is no IP packet, a fragment, or one whose lengths do not fit the frame.</returns>
    public static bool TryRead(ReadOnlySpan<byte> frame, out PacketLayout layout)
    {
        layout = default;
        int at = EtherTypeAt;
        for (int tags = 0; at + 2 <= frame.Length; tags++, at += TagBytes)
        {
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
            switch (type)
            {
                case V4:
                    return TryReadV4(frame, at + 2, out layout);
                case V6:
                    return TryReadV6(frame, at + 2, out layout);
                case Tag or ServiceTag when tags < 2:
                    continue;
                default:
                    return false;
            }
        }
        return false;
    }

    /// <summary>The sum of the pseudo-header without its length.</summary>
    public ulong SumAddresses(ReadOnlySpan<byte> frame) =>
        InternetChecksum.Sum(IsV6 ? frame.Slice(Network + 8, 32) : frame.Slice(Network + 12, 8)) + InternetChecksum.Word(Protocol);

    static bool TryReadV4(ReadOnlySpan<byte> frame, int network, out PacketLayout layout)
    {
        layout = default;
        ReadOnlySpan<byte> packet = frame[network..];
        if (packet.Length < V4HeaderBytes || packet[0] >> 4 != 4)
        {
            return false;
        }
        int headerBytes = (packet[0] & 0xF) * 4;
        int bytes = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x3FFF) != 0;
        if (headerBytes < V4HeaderBytes || bytes < headerBytes || bytes > packet.Length || isFragment)
        {
            return false;
        }
        layout = new PacketLayout(network, network + headerBytes, network + bytes, packet[9], IsV6: false);
        return true;
    }

    static bool TryReadV6(ReadOnlySpan<byte> frame, int network, out PacketLayout layout)
    {
        layout = default;
        ReadOnlySpan<byte> packet = frame[network..];
        if (packet.Length < V6HeaderBytes || packet[0] >> 4 != 6)
        {
            return false;
        }
        int bytes = V6HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        if (bytes > packet.Length)
        {
            return false;
        }
        byte next = packet[6];
        int at = V6HeaderBytes;
        // Hop-by-hop options, routing, destination options. Behind any other there is nothing that can be cut.
        while (next is 0 or 43 or 60)
        {
            if (at + 8 > bytes)
            {
                return false;
            }
            next = packet[at];
            at += (packet[at + 1] + 1) * 8;
        }
        if (at > bytes || next is 44 or 50 or 51)
        {
            return false;
        }
        layout = new PacketLayout(network, network + at, network + bytes, next, IsV6: true);
        return true;
    }
}
