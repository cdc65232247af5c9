using System.Globalization;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>A port of a VDE switch on this host. The frames go through a pair of datagram sockets; the control stream stays open, and its end is the end of the port.</summary>
/// <remarks>
/// The handshake: 1. connect to D/ctl; 2. bind a data socket with a name the switch can reach; 3. send a <see cref="VdeRequest"/>; 4. connect to the
/// socket that the reply names; 5. remove our name, which nobody needs any more.
/// </remarks>
public sealed class VdePlug : IPlug
{
    public static readonly PlugKind Kind = new("vde", Open);

    const int DefaultMode = 0b111_000_000;
    const int ForGroup = 0b000_111_000;
    const int ForOthers = 0b000_000_111;

    /// <summary>Debian's vde_switch leaves a client for whom it has no port without an answer for ever.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly Fd data;
    readonly Fd control;

    VdePlug(Fd data, Fd control)
    {
        this.data = data;
        this.control = control;
    }

    public Fd Readiness => data;

    public Fd? Liveness => control;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into)
    {
        Transfer received = Datagrams.Receive(data, into, out _);
        // The switch has connected its end to something else. Whether it has gone, only the control stream tells.
        return received.Errno == Errnos.ConnectionReset ? received with { Errno = 0 } : received;
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => Datagrams.Send(data, batch, frames, batch.Grace);

    public void Dispose()
    {
        data.Dispose();
        control.Dispose();
    }

    static VdePlug Open(Uvdel uvdel, PlugOpening opening)
    {
        VdeOptions options = VdeOptions.From(uvdel);
        (int? number, string? group) = ReadPort(options.Port ?? PortOf(opening));
        (Fd control, string directory, bool isGroup) = Connect(uvdel.Argument, number is null ? group : null);
        Fd? data = null;
        try
        {
            data = UnixSocket.Open(UnixKind.Datagram);
            UnixSocket.SetSendBuffer(data, opening.SendBufferBytes);
            int mode = options.Mode ?? opening.Mode ?? DefaultMode;
            using SocketPath name = Bind(data, directory, mode);
            mode = SetOwner(name.Path, $"{directory}/{(isGroup ? group : "ctl")}", options.Group ?? opening.Group, mode, opening.Warn);
            VdeRequest request = new(
                !isGroup && number == 0 ? VdeRequest.NewManagementPort : VdeRequest.NewControl, isGroup ? 0 : number ?? 0, name.Path, Description(opening.Description));
            string peer = Ask(control, request, directory);
            if (UnixSocket.TryConnect(data, peer) is not 0 and int error)
            {
                throw new LinuxException(error, "connect", peer);
            }
            // The switch made it for its own user. Where it is not ours to change, the switch has to have seen to it.
            _ = UnixFile.TrySetMode(peer, mode);
            return new VdePlug(data, control);
        }
        catch
        {
            data?.Dispose();
            control.Dispose();
            throw;
        }
    }

    static string? PortOf(PlugOpening opening) => opening.Port == 0 ? null : Math.Max(0, opening.Port).ToString(CultureInfo.InvariantCulture);

    static (int? Number, string? Group) ReadPort(string? port)
    {
        if (port is null || !port.All(char.IsAsciiDigit))
        {
            return (null, port);
        }
        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= VdeRequest.MaxPort
            ? (number, port)
            : throw new PlugException($"vde://: '{port}' is no port; at most {VdeRequest.MaxPort}");
    }

    /// <returns>The directory without links; whether the socket of the port group answered. A group that the switch does not know is any port.</returns>
    static (Fd Control, string Directory, bool IsGroup) Connect(string argument, string? group)
    {
        IReadOnlyList<string> candidates = argument.Length > 0 ? [UnixFile.RealPath(argument)] : VdeScheme.DefaultDirectories;
        int error = 0;
        foreach (string directory in candidates)
        {
            foreach (string name in group is null ? ["ctl"] : (string[])[group, "ctl"])
            {
                Fd control = UnixSocket.Open(UnixKind.Stream);
                error = UnixSocket.TryConnect(control, $"{directory}/{name}", Patience);
                if (error == 0)
                {
                    return (control, directory, name == group);
                }
                control.Dispose();
            }
        }
        throw new LinuxException(error, "connect", $"{candidates[^1]}/ctl");
    }

    static SocketPath Bind(Fd data, string directory, int mode)
    {
        // Until the owner is settled nobody else gets at it.
        mode &= DefaultMode;
        string pid = Environment.ProcessId.ToString("D5", CultureInfo.InvariantCulture);
        if (TryBind(data, $"{directory}/.{pid}-", mode, out int refused) is { } bound)
        {
            return bound;
        }
        foreach (string elsewhere in (string[])["/var/run", "/var/tmp", "/tmp"])
        {
            if (TryBind(data, $"{elsewhere}/vde.{pid}-", mode, out _) is { } other)
            {
                return other;
            }
        }
        throw new LinuxException(refused, "bind", $"{directory}/.{pid}-00000");
    }

    // Names of ours that are taken: of a handshake on another thread, or of one that did not live to remove it.
    static SocketPath? TryBind(Fd data, string prefix, int mode, out int error)
    {
        const int MaxNames = 100_000;
        error = Errnos.AddressInUse;
        for (int i = 0; i < MaxNames && error == Errnos.AddressInUse; i++)
        {
            if (SocketPath.TryBind(data, string.Create(CultureInfo.InvariantCulture, $"{prefix}{i:D5}"), mode, out error) is { } bound)
            {
                return bound;
            }
        }
        return null;
    }

    /// <summary>Lets the switch, whoever it runs as, reach our socket.</summary>
    /// <returns>The mode it has in the end.</returns>
    static int SetOwner(string path, string listener, string? group, int mode, Action<string> warn)
    {
        if (group is not null)
        {
            SetGroup(path, group, warn);
        }
        else if ((mode & (ForGroup | ForOthers)) == 0 && UnixFile.Status(listener) is { } theirs && theirs.Uid != 0 && theirs.Uid != Credentials.EffectiveUid)
        {
            mode |= UnixFile.TrySetGroup(path, theirs.Gid) == 0 ? ForGroup : ForOthers;
        }
        int error = UnixFile.TrySetMode(path, mode);
        return error == 0 ? mode : throw new LinuxException(error, "chmod", path);
    }

    static void SetGroup(string path, string group, Action<string> warn)
    {
        string? problem = null;
        uint? gid = group.Length == 0 ? Credentials.EffectiveGid : HostIds.Here.FileGroup(group, out problem);
        if (gid is null)
        {
            warn($"vde://: {problem}; the data socket keeps its own");
        }
        else if (UnixFile.TrySetGroup(path, gid.Value) is not 0 and int error)
        {
            throw new LinuxException(error, "chown", path);
        }
    }

    /// <returns>The path of the switch's data socket.</returns>
    static string Ask(Fd control, VdeRequest request, string directory)
    {
        Span<byte> bytes = stackalloc byte[VdeRequest.MaxBytes];
        int count = request.Write(bytes);
        if (UnixSocket.Send(control, bytes[..count]) is { IsOk: false } failed)
        {
            throw new LinuxException(failed.Errno, "send", $"{directory}/ctl");
        }
        if (!UnixSocket.WaitReadable(control, Patience))
        {
            throw new LinuxException(Errnos.TimedOut, "recv", $"{directory}/ctl", "the switch does not answer; some say nothing when the port cannot be had");
        }
        IoResult received = UnixSocket.Receive(control, bytes[..VdeAddress.Bytes]);
        if (!received.IsOk || received.Count == 0)
        {
            throw new LinuxException(received.IsOk ? Errnos.ConnectionRefused : received.Errno, "recv", $"{directory}/ctl", "the switch refuses us; is the port free, and ours to use?");
        }
        return VdeAddress.TryRead(bytes[..received.Count]) is { Length: > 0 } peer
            ? peer
            : throw new LinuxException(Errnos.Invalid, "recv", $"{directory}/ctl", "the answer is not a switch's");
    }

    static string Description(string text)
    {
        string? from = Environment.GetEnvironmentVariable("SSH_CLIENT")?.Split(' ')[0];
        return string.Create(CultureInfo.InvariantCulture, $"{text} user={HostIds.Here.OwnName} pid={Environment.ProcessId}{(from is null ? "" : $" SSH={from}")}");
    }
}
