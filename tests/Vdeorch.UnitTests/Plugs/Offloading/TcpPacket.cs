using System.Buffers.Binary;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.UnitTests.Plugs.Offloading;

/// <summary>A frame with TCP or UDP in it, written out the plain way, for tests to compare with.</summary>
sealed record TcpPacket
{
    public bool IsV6 { get; init; }
    public bool IsUdp { get; init; }
    public int Tags { get; init; }
    public byte[] Extensions { get; init; } = [];
    public byte[] IpOptions { get; init; } = [];
    public byte[] TcpOptions { get; init; } = [];
    public byte Tos { get; init; }
    public byte Ttl { get; init; } = 64;
    public ushort Identification { get; init; } = 1;
    public bool DontFragment { get; init; } = true;
    public byte Source { get; init; } = 1;
    public ushort SourcePort { get; init; } = 4321;
    public uint Sequence { get; init; } = 1_000;
    public uint Acknowledgement { get; init; } = 77;
    public byte Flags { get; init; } = 0x10;
    public ushort Window { get; init; } = 512;
    public byte[] Payload { get; init; } = [];

    public int NetworkAt => 14 + 4 * Tags;
    public int TransportAt => NetworkAt + (IsV6 ? 40 + Extensions.Length : 20 + IpOptions.Length);
    public int PayloadAt => TransportAt + (IsUdp ? 8 : 20 + TcpOptions.Length);
    public int ChecksumAt => TransportAt + (IsUdp ? 6 : 16);

    /// <summary>With every checksum right.</summary>
    public byte[] ToFrame()
    {
        byte[] frame = Write();
        ushort sum = (ushort)~Sum(PseudoHeader(frame), frame[TransportAt..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(ChecksumAt), IsUdp && sum == 0 ? ushort.MaxValue : sum);
        return frame;
    }

    /// <summary>Header and frame, as a tap gives them: to be cut, its checksum that of the pseudo-header alone.</summary>
    public byte[] ToSuperFrame(int segmentBytes)
    {
        byte[] frame = Write();
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(ChecksumAt), Sum(PseudoHeader(frame)));
        byte[] all = new byte[VirtioNetHeader.Bytes + frame.Length];
        all[0] = VirtioNetHeader.NeedsChecksum;
        all[1] = IsUdp ? VirtioNetHeader.UdpDatagrams : IsV6 ? VirtioNetHeader.TcpV6 : VirtioNetHeader.TcpV4;
        BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(2), (ushort)PayloadAt);
        BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(4), (ushort)segmentBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(6), (ushort)TransportAt);
        BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(8), (ushort)(ChecksumAt - TransportAt));
        frame.CopyTo(all, VirtioNetHeader.Bytes);
        return all;
    }

    /// <summary>What a wire would carry instead of the super-frame.</summary>
    public IEnumerable<TcpPacket> Cut(int segmentBytes)
    {
        byte[][] shares = Payload.Length == 0 ? [[]] : [.. Payload.Chunk(segmentBytes)];
        for (int i = 0; i < shares.Length; i++)
        {
            int flags = Flags;
            flags &= i == 0 ? 0xFF : 0x7F;
            flags &= i == shares.Length - 1 ? 0xFF : 0xF6;
            yield return this with
            {
                Payload = shares[i],
                Identification = (ushort)(Identification + i),
                Sequence = Sequence + (uint)(i * segmentBytes),
                Flags = (byte)flags,
            };
        }
    }

    byte[] Write()
    {
        byte[] frame = new byte[PayloadAt + Payload.Length];
        "\x02\0\0\0\0\x63\x02\0\0\0\0"u8.CopyTo(frame);
        frame[11] = Source;
        for (int tag = 0; tag < Tags; tag++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(12 + 4 * tag), tag < Tags - 1 ? 0x88A8_0007u : 0x8100_6005u);
        }
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(NetworkAt - 2), (ushort)(IsV6 ? 0x86DD : 0x0800));
        byte protocol = (byte)(IsUdp ? 17 : 6);
        Span<byte> network = frame.AsSpan(NetworkAt);
        if (IsV6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(network, 0x6001_2345u | (uint)Tos << 20);
            BinaryPrimitives.WriteUInt16BigEndian(network[4..], (ushort)(frame.Length - NetworkAt - 40));
            network[6] = Extensions.Length > 0 ? (byte)60 : protocol;
            network[7] = Ttl;
            network[8] = 0xFD;
            network[23] = Source;
            network[24] = 0xFD;
            network[39] = 99;
            Extensions.CopyTo(network[40..]);
            if (Extensions.Length > 0)
            {
                network[40] = protocol;
                network[41] = (byte)(Extensions.Length / 8 - 1);
            }
        }
        else
        {
            network[0] = (byte)(0x45 + IpOptions.Length / 4);
            network[1] = Tos;
            BinaryPrimitives.WriteUInt16BigEndian(network[2..], (ushort)(frame.Length - NetworkAt));
            BinaryPrimitives.WriteUInt16BigEndian(network[4..], Identification);
            network[6] = (byte)(DontFragment ? 0x40 : 0);
            network[8] = Ttl;
            network[9] = protocol;
            network[12] = 10;
            network[15] = Source;
            network[16] = 10;
            network[19] = 99;
            IpOptions.CopyTo(network[20..]);
            BinaryPrimitives.WriteUInt16BigEndian(network[10..], (ushort)~Sum(network[..(20 + IpOptions.Length)].ToArray()));
        }
        Span<byte> transport = frame.AsSpan(TransportAt);
        BinaryPrimitives.WriteUInt16BigEndian(transport, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(transport[2..], 80);
        if (IsUdp)
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)transport.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(transport[4..], Sequence);
            BinaryPrimitives.WriteUInt32BigEndian(transport[8..], Acknowledgement);
            transport[12] = (byte)((20 + TcpOptions.Length) / 4 << 4);
            transport[13] = Flags;
            BinaryPrimitives.WriteUInt16BigEndian(transport[14..], Window);
            TcpOptions.CopyTo(transport[20..]);
        }
        Payload.CopyTo(frame.AsSpan(PayloadAt));
        return frame;
    }

    byte[] PseudoHeader(byte[] frame)
    {
        byte[] addresses = IsV6 ? frame[(NetworkAt + 8)..(NetworkAt + 40)] : frame[(NetworkAt + 12)..(NetworkAt + 20)];
        int bytes = frame.Length - TransportAt;
        return [.. addresses, 0, (byte)(IsUdp ? 17 : 6), (byte)(bytes >> 8), (byte)bytes];
    }

    // RFC 1071, word by word.
    static ushort Sum(params byte[][] parts)
    {
        uint sum = 0;
        foreach (byte[] part in parts)
        {
            for (int i = 0; i < part.Length; i++)
            {
                sum += i % 2 == 0 ? (uint)part[i] << 8 : part[i];
                sum = (sum & 0xFFFF) + (sum >> 16);
            }
        }
        return (ushort)sum;
    }
}
