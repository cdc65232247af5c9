using System.Collections.Concurrent;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Plugs.Local;

/// <summary>Opens <c>ptp://path</c>: whoever comes first makes the socket at the path, the second finds it there. A third is refused.</summary>
/// <remarks>
/// There are two protocols. libvdeplug 4.0.1, which distributions have, uses a pair of datagram sockets (<see cref="PtpDatagramPlug"/>); its later sources
/// use a sequenced-packet connection (<see cref="PtpConnection"/>, <see cref="PtpListener"/>). The second comer sees from the kernel's EPROTOTYPE what the first
/// one speaks. The first has to choose for whoever comes: it speaks datagrams, unless the last other end that this process met at the path did not.
/// </remarks>
static class PtpPlugs
{
    public static readonly PlugKind Kind = new("ptp", Open);

    const int DefaultMode = 0b111_000_000;
    const int MaxAttempts = 20;

    /// <summary>That a listener has for its one byte, as in the original.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    static readonly ConcurrentDictionary<string, UnixKind> Met = new(StringComparer.Ordinal);

    static IPlug Open(Uvdel uvdel, PlugOpening opening)
    {
        string path = uvdel.Argument;
        if (path.Length == 0)
        {
            throw new PlugException("ptp:// needs a path, which both ends name");
        }
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (TryOpen(path, opening) is { } plug)
            {
                return plug;
            }
        }
        throw new LinuxException(Errnos.AddressInUse, "bind", path, "others come and go there");
    }

    /// <returns>Null when what was found at the path has changed since.</returns>
    static IPlug? TryOpen(string path, PlugOpening opening)
    {
        Fd socket = UnixSocket.Open(UnixKind.SeqPacket);
        int error = UnixSocket.TryConnect(socket, path, Patience);
        if (error == 0)
        {
            Met[path] = UnixKind.SeqPacket;
            return Accepted(socket, path, opening);
        }
        socket.Dispose();
        switch (error)
        {
            case Errnos.NoEntry:
                return Met.GetValueOrDefault(path) == UnixKind.SeqPacket ? PtpListener.TryOpen(path, opening) : TryComeFirst(path, opening);
            case Errnos.WrongKind:
                return TryComeSecond(path, opening);
            case Errnos.ConnectionRefused when SocketPath.TryRemoveStale(path, UnixKind.SeqPacket):
                return null;
            case Errnos.ConnectionRefused:
                throw new LinuxException(Errnos.AddressInUse, "bind", path, "there is something that is no socket, or not ours to remove");
            case Errnos.Again:
                throw new LinuxException(Errnos.TimedOut, "connect", path);
            default:
                throw new LinuxException(error, "connect", path);
        }
    }

    static PtpConnection Accepted(Fd socket, string path, PlugOpening opening)
    {
        try
        {
            Span<byte> status = stackalloc byte[1];
            IoResult received = UnixSocket.WaitReadable(socket, Patience) ? UnixSocket.Receive(socket, status) : new IoResult(0, Errnos.TimedOut);
            int error = !received.IsOk ? received.Errno : received.Count == 0 ? Errnos.ConnectionRefused : status[0];
            if (error != 0)
            {
                throw new LinuxException(error, "connect", path);
            }
            UnixSocket.SetSendBuffer(socket, opening.SendBufferBytes);
            return new PtpConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    static PtpDatagramPlug? TryComeFirst(string path, PlugOpening opening) => TryMake(
        socket =>
        {
            SocketPath? mine = SocketPath.TryBind(socket, path, opening.Mode ?? DefaultMode, out int error);
            return error is 0 or Errnos.AddressInUse ? mine : throw new LinuxException(error, "bind", path);
        },
        $"{path}+",
        opening);

    static PtpDatagramPlug? TryComeSecond(string path, PlugOpening opening) => TryMake(
        socket =>
        {
            int error = UnixSocket.TryConnect(socket, path);
            if (error is Errnos.NoEntry or Errnos.ConnectionRefused)
            {
                return null;
            }
            // The first comer has a peer. If that has died, it will know when it sends, and then take us.
            if (error is not (0 or Errnos.NotPermitted))
            {
                throw new LinuxException(error, "connect", path);
            }
            string own = $"{path}+";
            int mode = opening.Mode ?? DefaultMode;
            SocketPath? mine = SocketPath.TryBind(socket, own, mode, out int taken);
            if (taken == Errnos.AddressInUse && SocketPath.TryRemoveStale(own, UnixKind.Datagram))
            {
                mine = SocketPath.TryBind(socket, own, mode, out taken);
            }
            if (mine is null)
            {
                throw taken == Errnos.AddressInUse ? new LinuxException(Errnos.NotPermitted, "connect", path, "two ends are there already") : new LinuxException(taken, "bind", own);
            }
            Met[path] = UnixKind.Datagram;
            return mine;
        },
        path,
        opening);

    static PtpDatagramPlug? TryMake(Func<Fd, SocketPath?> bind, string peer, PlugOpening opening)
    {
        Fd socket = UnixSocket.Open(UnixKind.Datagram);
        SocketPath? mine = null;
        try
        {
            UnixSocket.SetSendBuffer(socket, opening.SendBufferBytes);
            mine = bind(socket);
            if (mine is null)
            {
                socket.Dispose();
                return null;
            }
            SetGroup(mine.Path, opening);
            return new PtpDatagramPlug(socket, mine, peer);
        }
        catch
        {
            mine?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    static void SetGroup(string path, PlugOpening opening)
    {
        if (opening.Group is not { } group)
        {
            return;
        }
        uint? gid = HostIds.Here.FileGroup(group, out string? problem);
        int error = gid is null ? Errnos.Invalid : UnixFile.TrySetGroup(path, gid.Value);
        if (error != 0)
        {
            throw new LinuxException(error, "chown", path, problem);
        }
    }
}
