using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Linux.Udp;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Plugs.Overlays;

/// <summary>What vxlan and vxvde have in common: the VXLAN header, a group that gets what nobody is known for, and addresses learned from the others.</summary>
/// <remarks>RFC 7348, 5.</remarks>
abstract class OverlayPlug(OverlayOptions options, UdpEndpoint group, int vni, UdpSocket sending, params UdpSocket[] receiving)
    : DatagramPlug(HeaderOf(vni), sending, receiving)
{
    protected const int HeaderBytes = 8;

    const int SourceOffset = 6;

    readonly PeerTable peers = new(options.HashSize, options.ExpireSeconds * 1000L, (ulong)Random.Shared.NextInt64());

    protected UdpEndpoint Group { get; } = group;

    protected override UdpEndpoint Destination(ReadOnlySpan<byte> frame, long now)
    {
        ulong address = BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16;
        return !IsGroup(address) && peers.TryFind(address, now, out UdpEndpoint peer) ? peer : Group;
    }

    /// <summary>On the thread that receives.</summary>
    protected void Learn(ReadOnlySpan<byte> frame, in UdpEndpoint peer, long now)
    {
        ulong address = BinaryPrimitives.ReadUInt64BigEndian(frame[(SourceOffset - 2)..]) & 0xFFFF_FFFF_FFFF;
        if (address != 0 && !IsGroup(address))
        {
            peers.Learn(address, peer, now);
        }
    }

    /// <summary>On the thread that receives.</summary>
    protected void Forget(in UdpEndpoint peer) => peers.Forget(peer);

    /// <summary>The group's address, of the family asked for.</summary>
    /// <exception cref="PlugException">The name has no such address.</exception>
    protected static IPAddress Resolve(OverlayOptions options, string scheme)
    {
        // Both, or none: whatever the name gives.
        AddressFamily wanted = (options.Inet, options.Inet6) switch
        {
            (true, false) => AddressFamily.InterNetwork,
            (false, true) => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unspecified,
        };
        string name = options.GroupOrDefault;
        return Addresses.Resolve(name, wanted) ?? throw new PlugException($"{scheme}://: '{name}' has no address of the family asked for");
    }

    /// <summary>0: not asked for.</summary>
    /// <exception cref="Vdeorch.Linux.LinuxException">ENODEV.</exception>
    protected static int InterfaceOf(OverlayOptions options) => options.Interface is { } name ? UdpSocket.InterfaceIndex(name) : 0;

    /// <summary>A link-local group means nothing without the link.</summary>
    protected static UdpEndpoint GroupEndpoint(IPAddress group, int port, int interfaceIndex)
    {
        UdpEndpoint endpoint = UdpEndpoint.From(group, port);
        return group.IsIPv6Multicast && group.ScopeId == 0 && interfaceIndex != 0 && (group.GetAddressBytes()[1] & 0xF) <= 2
            ? endpoint with { Scope = (uint)interfaceIndex }
            : endpoint;
    }

    static byte[] HeaderOf(int vni)
    {
        byte[] header = new byte[HeaderBytes];
        header[0] = 0x08;
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), vni << 8);
        return header;
    }

    static bool IsGroup(ulong address) => (address & 0x0100_0000_0000) != 0;
}
