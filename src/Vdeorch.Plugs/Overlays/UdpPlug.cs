using System.Net;
using System.Net.Sockets;
using Vdeorch.Linux.Udp;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Plugs.Overlays;

/// <summary>One peer: a frame a datagram and nothing else. Whoever sends is heard until the first frame has been sent to the peer, then the peer alone.</summary>
sealed class UdpPlug : DatagramPlug
{
    public static readonly PlugKind Kind = new("udp", (uvdel, _) => Open(uvdel.Argument));

    readonly UdpEndpoint peer;
    int isConnected;

    UdpPlug(UdpSocket socket, UdpEndpoint peer)
        : base([], socket, socket) => this.peer = peer;

    static UdpPlug Open(string argument)
    {
        UdpOptions options = UdpOptions.Parse(argument, out string? problem) ?? throw new PlugException($"udp://: {problem}");
        // The local family follows the remote.
        IPAddress remote = Find(options.RemoteHost, AddressFamily.Unspecified);
        IPAddress any = remote.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        IPAddress local = options.LocalHost.Length == 0 ? any : Find(options.LocalHost, remote.AddressFamily);
        UdpSocket socket = UdpSocket.Open(remote.AddressFamily, $"udp://{argument}");
        try
        {
            socket.AskForBuffers(DefaultBufferBytes, DefaultBufferBytes);
            socket.Bind(local, options.LocalPort);
            return new UdpPlug(socket, UdpEndpoint.From(remote, options.RemotePort));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    protected override bool Accept(in Datagram datagram, long now)
    {
        if (datagram.Bytes.Length == 0)
        {
            Sending.Disconnect();
            Volatile.Write(ref isConnected, 0);
            return false;
        }
        return datagram.Bytes.Length >= MinFrameBytes;
    }

    protected override UdpEndpoint Destination(ReadOnlySpan<byte> frame, long now)
    {
        if (Volatile.Read(ref isConnected) != 0)
        {
            return default;
        }
        if (Sending.Connect(peer).IsOk)
        {
            Volatile.Write(ref isConnected, 1);
        }
        // Without a route for now, the next frame tries again.
        return peer;
    }

    static IPAddress Find(string host, AddressFamily family) =>
        Addresses.Resolve(host, family) ?? throw new PlugException(family == AddressFamily.Unspecified
            ? $"udp://: '{host}' is no address, nor the name of a host"
            : $"udp://: '{host}' is no address of the remote's family, nor the name of a host with one");
}
