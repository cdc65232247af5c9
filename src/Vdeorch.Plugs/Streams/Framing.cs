using System.Buffers.Binary;
using Vdeorch.Linux.Streams;

namespace Vdeorch.Plugs.Streams;

/// <summary>How frames lie in a byte stream: the length of each in front of it, big-endian.</summary>
/// <param name="HeaderBytes">Of the length: 2 or 4.</param>
/// <param name="MaxLength">A length beyond means that the place is lost; up to it, what is too long for a frame is passed over. 0: nothing is.</param>
/// <param name="GroupBytes">How much is written in one call where nothing is known of the reader.</param>
sealed record Framing(int HeaderBytes, int MaxLength, int GroupBytes)
{
    /// <summary>vde_plug's: a pipe takes a group whole or not at all.</summary>
    public static readonly Framing Vde = new(2, 0, StreamEnd.AtomicBytes);

    /// <summary>QEMU's netdevs of the kinds stream and socket (net/net.c), with the longest that it sends (NET_BUFSIZE, net/net.h).</summary>
    public static readonly Framing Qemu = new(4, 4096 + 65536, 64 * 1024);

    /// <returns>Negative, or huge, where it is none.</returns>
    public int Read(ReadOnlySpan<byte> header) => HeaderBytes == 2 ? BinaryPrimitives.ReadUInt16BigEndian(header) : BinaryPrimitives.ReadInt32BigEndian(header);

    public void Write(Span<byte> header, int length)
    {
        if (HeaderBytes == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)length);
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(header, length);
        }
    }
}
