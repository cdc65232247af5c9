using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Linux.Udp;

/// <summary>An address and a port, as a value that the frame path can copy and compare: <see cref="IPEndPoint"/> without an object.</summary>
/// <param name="High">The upper half of the IPv6 address; of an IPv4 address, 0.</param>
/// <param name="Low">The lower half; an IPv4 address is mapped (::ffff:a.b.c.d).</param>
/// <param name="Scope">Of a link-local address: its interface.</param>
public readonly record struct UdpEndpoint(ulong High, ulong Low, uint Scope, ushort Port)
{
    const ulong Mapped = 0x0000_ffff_0000_0000;

    public bool IsInet => High == 0 && Low >> 32 == Mapped >> 32;

    public bool HasAddressOf(in UdpEndpoint other) => High == other.High && Low == other.Low;

    public static UdpEndpoint From(IPAddress address, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? FromInet(bytes, (ushort)port)
            : new UdpEndpoint(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), (uint)address.ScopeId, (ushort)port);
    }

    public override string ToString() => new IPEndPoint(Address, Port).ToString();

    /// <summary>Makes an object: not for the frame path.</summary>
    public IPAddress Address
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
            return IsInet ? new IPAddress(bytes[12..]) : new IPAddress(bytes, Scope);
        }
    }

    /// <param name="address">Four bytes of it, in network order.</param>
    internal static UdpEndpoint FromInet(ReadOnlySpan<byte> address, ushort port) => new(0, Mapped | BinaryPrimitives.ReadUInt32BigEndian(address), 0, port);

    /// <summary>From what the kernel wrote: a sockaddr_in or sockaddr_in6; of anything else, the default.</summary>
    internal static UdpEndpoint Read(ReadOnlySpan<byte> socketAddress)
    {
        if (socketAddress.Length < UdpAbi.InetAddressBytes)
        {
            return default;
        }
        ushort family = BitConverter.ToUInt16(socketAddress);
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(socketAddress[2..]);
        return family switch
        {
            UdpAbi.AF_INET => FromInet(socketAddress[4..], port),
            UdpAbi.AF_INET6 when socketAddress.Length >= UdpAbi.Inet6AddressBytes => new UdpEndpoint(
                BinaryPrimitives.ReadUInt64BigEndian(socketAddress[8..]),
                BinaryPrimitives.ReadUInt64BigEndian(socketAddress[16..]),
                BitConverter.ToUInt32(socketAddress[24..]),
                port),
            _ => default,
        };
    }

    /// <returns>Bytes written of <paramref name="into"/>, which has room for a sockaddr_in6.</returns>
    internal int Write(Span<byte> into)
    {
        bool inet = IsInet;
        BitConverter.TryWriteBytes(into, inet ? UdpAbi.AF_INET : UdpAbi.AF_INET6);
        BinaryPrimitives.WriteUInt16BigEndian(into[2..], Port);
        if (inet)
        {
            BinaryPrimitives.WriteUInt32BigEndian(into[4..], (uint)Low);
            into[8..UdpAbi.InetAddressBytes].Clear();
            return UdpAbi.InetAddressBytes;
        }
        into[4..8].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(into[8..], High);
        BinaryPrimitives.WriteUInt64BigEndian(into[16..], Low);
        BitConverter.TryWriteBytes(into[24..], Scope);
        return UdpAbi.Inet6AddressBytes;
    }
}
