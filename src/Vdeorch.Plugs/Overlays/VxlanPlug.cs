using System.Net;
using System.Net.Sockets;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Udp;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Plugs.Overlays;

/// <summary>A VXLAN as kernels speak it: whatever port a peer sends from, it is answered on the VXLAN's own.</summary>
/// <remarks>RFC 7348. One socket, which no other of this host can share, so one plug a host and port.</remarks>
sealed class VxlanPlug : OverlayPlug
{
    public static readonly PlugKind Kind = new("vxlan", (uvdel, _) => Open(VxlanOptions.From(uvdel)));

    const int VniOffset = 4;
    const int VniBytes = 3;

    VxlanPlug(VxlanOptions options, UdpEndpoint group, UdpSocket socket)
        : base(options.Overlay, group, options.Vni, socket, socket)
    {
    }

    static VxlanPlug Open(VxlanOptions options)
    {
        OverlayOptions overlay = options.Overlay;
        IPAddress address = Resolve(overlay, "vxlan");
        int link = InterfaceOf(overlay);
        UdpEndpoint group = GroupEndpoint(address, overlay.Port, link);
        UdpSocket socket = UdpSocket.Open(address.AddressFamily, "vxlan://");
        try
        {
            socket.AskForBuffers(overlay.ReceiveBuffer > 0 ? overlay.ReceiveBuffer : DefaultBufferBytes, DefaultBufferBytes);
            Bind(socket, address.AddressFamily, overlay.Port);
            socket.KeepToOwnGroups();
            socket.SetMulticastLoop(false);
            socket.SetMulticastHops(overlay.Hops);
            if (link != 0)
            {
                socket.SetMulticastInterface(link);
            }
            socket.Join(address, link);
            return new VxlanPlug(options, group, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    protected override bool Accept(in Datagram datagram, long now)
    {
        ReadOnlySpan<byte> bytes = datagram.Bytes;
        if (bytes.Length <= HeaderBytes + MinFrameBytes || bytes[0] != Header[0] || !bytes.Slice(VniOffset, VniBytes).SequenceEqual(Header.Slice(VniOffset, VniBytes)))
        {
            return false;
        }
        Learn(bytes[HeaderBytes..], datagram.From with { Port = Group.Port }, now);
        return true;
    }

    static void Bind(UdpSocket socket, AddressFamily family, int port)
    {
        try
        {
            socket.Bind(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, port);
        }
        catch (LinuxException inUse) when (inUse.Errno == Errnos.AddressInUse)
        {
            throw new LinuxException(inUse.Errno, inUse.Operation, inUse.Subject,
                "another vxlan plug or a vxlan interface of this host has the port; there can be one of them: share it through a switch, choose port=, or use vxvde://");
        }
    }
}
