using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Netlink;
using Vdeorch.Linux.Udp;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Plugs.Overlays;

/// <summary>
/// Everybody of a multicast group, on this host and others. Frames to addresses that were heard go to the socket they were heard from, on whatever port;
/// the others go to the group. Two sockets: one bound to the group and shared with other plugs of this host, one of its own that all frames leave from.
/// </summary>
sealed class VxvdePlug : OverlayPlug
{
    public static readonly PlugKind Kind = new("vxvde", (uvdel, _) => Open(VxvdeOptions.From(uvdel), new Manner("vxvde")));

    const int VniBits = 24;
    const int DefaultVni = 1;

    readonly ushort port;
    readonly LocalAddresses? locals;

    VxvdePlug(OverlayOptions options, UdpEndpoint group, int vni, UdpSocket own, UdpSocket shared, LocalAddresses? locals)
        : base(options, group, vni, own, own, shared)
    {
        port = (ushort)own.LocalPort;
        this.locals = locals;
    }

    /// <summary>How its sockets are opened.</summary>
    /// <param name="GuardedFamily">Of a kernel module that watches over them; null: ordinary ones.</param>
    /// <param name="IsAlone">No other socket of this namespace may hear the group.</param>
    public sealed record Manner(string Scheme, int? GuardedFamily = null, bool IsAlone = false)
    {
        public UdpSocket Open(AddressFamily family) =>
            GuardedFamily is { } guarded ? UdpSocket.OpenGuarded(guarded, family, $"{Scheme}://") : UdpSocket.Open(family, $"{Scheme}://");
    }

    public static VxvdePlug Open(VxvdeOptions options, Manner manner)
    {
        OverlayOptions overlay = options.Overlay;
        uint? userGroup = options.UserGroup is { } name ? GroupNumber(name, manner.Scheme) : null;
        IPAddress address = Resolve(overlay, manner.Scheme);
        address = userGroup is { } number ? VxvdeOptions.WithNumber(address, number) : address;
        int vni = (int)((options.Vni is { } vniText ? GroupNumber(vniText, manner.Scheme) : userGroup ?? DefaultVni) & ((1 << VniBits) - 1));
        int link = InterfaceOf(overlay);
        UdpEndpoint group = GroupEndpoint(address, overlay.Port, link);

        List<IDisposable> opened = [];
        try
        {
            UdpSocket shared = manner.Open(address.AddressFamily);
            opened.Add(shared);
            OpenShared(shared, group, link, overlay, manner);
            UdpSocket own = manner.Open(address.AddressFamily);
            opened.Add(own);
            OpenOwn(own, options, address.AddressFamily, link, manner);
            LocalAddresses? locals = address.AddressFamily == AddressFamily.InterNetworkV6 ? new LocalAddresses() : null;
            if (locals is not null)
            {
                opened.Add(locals);
            }
            return new VxvdePlug(overlay, group, vni, own, shared, locals);
        }
        catch
        {
            opened.ForEach(it => it.Dispose());
            throw;
        }
    }

    /// <summary>Tells the others to forget us: a header without a frame.</summary>
    public override void Dispose()
    {
        // Not on the frame path: a vector of its own.
        using DatagramVector farewell = new();
        byte[] bytes = GC.AllocateArray<byte>(HeaderBytes, pinned: true);
        Header.CopyTo(bytes);
        farewell.Add(bytes, Group, segmentLimit: 0);
        _ = Sending.Send(farewell);
        base.Dispose();
        locals?.Dispose();
    }

    protected override bool Accept(in Datagram datagram, long now)
    {
        if (!datagram.Bytes.StartsWith(Header) || IsEcho(datagram, now))
        {
            return false;
        }
        if (datagram.Bytes.Length == HeaderBytes)
        {
            Forget(datagram.From);
            return false;
        }
        if (datagram.Bytes.Length <= HeaderBytes + MinFrameBytes)
        {
            return false;
        }
        Learn(datagram.Bytes[HeaderBytes..], datagram.From, now);
        return true;
    }

    // What we send to the group comes to our own socket in it.
    bool IsEcho(in Datagram datagram, long now) =>
        datagram.From.Port == port && (locals?.Contains(datagram.From, now) ?? datagram.From.HasAddressOf(datagram.Local));

    static void OpenShared(UdpSocket socket, in UdpEndpoint group, int link, OverlayOptions options, Manner manner)
    {
        if (!manner.IsAlone)
        {
            socket.ReuseAddress();
        }
        if (group.IsInet)
        {
            socket.ReportPacketInfo();
        }
        socket.AskForBuffers(options.ReceiveBuffer > 0 ? options.ReceiveBuffer : DefaultBufferBytes, DefaultBufferBytes);
        try
        {
            socket.Bind(group.Address, group.Port);
        }
        catch (LinuxException inUse) when (inUse.Errno == Errnos.AddressInUse)
        {
            throw new LinuxException(inUse.Errno, inUse.Operation, inUse.Subject, manner.IsAlone
                ? "another process of this namespace holds the port, and could listen in; end it, or choose port="
                : "another process of this namespace keeps the port to itself; choose port=");
        }
        socket.KeepToOwnGroups();
        socket.Join(group.Address, link);
    }

    static void OpenOwn(UdpSocket socket, VxvdeOptions options, AddressFamily family, int link, Manner manner)
    {
        IPAddress from = family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        if (options.Bind is { } bind)
        {
            from = Addresses.Resolve(bind, family) ?? throw new PlugException($"{manner.Scheme}://: bind='{bind}' is no address of the group's family");
        }
        socket.AskForBuffers(options.Overlay.ReceiveBuffer > 0 ? options.Overlay.ReceiveBuffer : DefaultBufferBytes, DefaultBufferBytes);
        socket.SetMulticastHops(options.Overlay.Hops);
        if (family == AddressFamily.InterNetwork)
        {
            socket.SetUnicastHops(options.Overlay.Hops);
        }
        if (link != 0)
        {
            socket.SetMulticastInterface(link);
        }
        socket.Bind(from, 0);
    }

    // "": one's own. An unknown name is refused: the network it would fall back to is somebody else's.
    static uint GroupNumber(string text, string scheme) => text switch
    {
        "" => HostIds.Here.OwnGroup,
        _ when uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) => number,
        _ => Credentials.GroupId(text) ?? throw new PlugException($"{scheme}://: there is no group '{text}'; give the name or number of one"),
    };
}

/// <summary>The addresses of the network namespace it was made in, looked up again when asked for one that is not known, once a second at most.</summary>
sealed class LocalAddresses : IDisposable
{
    const long RefreshMs = 1_000;

    readonly RouteReader reader = RouteReader.Open();
    UdpEndpoint[] known = [];
    long lookedUp = long.MinValue / 2;

    public bool Contains(in UdpEndpoint endpoint, long now)
    {
        if (IsKnown(endpoint))
        {
            return true;
        }
        if (now - lookedUp < RefreshMs)
        {
            return false;
        }
        lookedUp = now;
        try
        {
            known = [.. reader.Addresses().Select(info => UdpEndpoint.From(info.Address, 0))];
        }
        catch (LinuxException)
        {
            // The list changed while it was read: the next one asks again.
        }
        return IsKnown(endpoint);
    }

    public void Dispose() => reader.Dispose();

    bool IsKnown(in UdpEndpoint endpoint)
    {
        foreach (ref readonly UdpEndpoint local in known.AsSpan())
        {
            if (local.HasAddressOf(endpoint))
            {
                return true;
            }
        }
        return false;
    }
}
