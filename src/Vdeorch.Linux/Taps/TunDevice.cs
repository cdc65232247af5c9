using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Taps;

/// <summary>Whether the device can be opened that every tap comes from.</summary>
public enum TunState
{
    Usable,
    Missing,
    NoDriver,
    Denied,
}

/// <summary>What the host lacks, and what to type.</summary>
public sealed record TunLack(string Found, string Fix);

/// <summary>The device that every tap comes from: the one place that knows what it means when it does not open.</summary>
public static class TunDevice
{
    public const string Path = "/dev/net/tun";

    /// <summary>Null when it is not there.</summary>
    public static UnixFileMode? Mode => File.Exists(Path) ? File.GetUnixFileMode(Path) : null;

    /// <summary>Opens it: that makes nothing, an interface comes with TUNSETIFF only.</summary>
    public static TunState Look()
    {
        try
        {
            Native.Syscalls.Open(Path, O_RDWR | O_NONBLOCK).Dispose();
            return TunState.Usable;
        }
        catch (LinuxException refused)
        {
            // Out of descriptors, say: no fault of the device.
            return StateOf(refused.Errno) ?? TunState.Usable;
        }
    }

    /// <param name="name">Of the interface that is to be made.</param>
    /// <returns>Null when it can be; else why not, and what would do.</returns>
    public static string? Complaint(string name)
    {
        try
        {
            Native.Syscalls.Open(Path, O_RDWR | O_NONBLOCK).Dispose();
            return null;
        }
        catch (LinuxException refused)
        {
            return StateOf(refused.Errno) is null ? null : new TunUnusableException(refused.Errno, name).Message;
        }
    }

    /// <param name="mode">Its permission bits.</param>
    /// <param name="user">Who would open it; null: root.</param>
    /// <returns>Null when nothing is lacking.</returns>
    public static TunLack? Lack(TunState state, UnixFileMode? mode, string? user) => state switch
    {
        TunState.Usable => null,
        TunState.Missing => new("is not there (ENOENT)", "sudo modprobe tun; in a container, start it with --device /dev/net/tun"),
        TunState.NoDriver => new("is there, its driver is not (ENODEV)", "sudo modprobe tun, or a kernel with CONFIG_TUN"),
        _ when user is null => new("may not be opened, even by root: the device cgroup forbids it", "start the container with --device /dev/net/tun"),
        _ when mode is { } bits && (bits & UnixFileMode.OtherWrite) == 0 => new($"is not for {user} (EACCES): its mode is 0{Convert.ToString((int)bits, 8)}, 0666 is usual", "sudo chmod 0666 /dev/net/tun; to last: echo 'KERNEL==\"tun\", MODE=\"0666\"' | sudo tee /etc/udev/rules.d/90-tun.rules"),
        _ => new($"may not be opened by {user} (EACCES) though its mode allows it: a device cgroup or a security module forbids it", "in a container, start it with --device /dev/net/tun"),
    };

    /// <returns>Null for an error that says nothing of the device.</returns>
    internal static TunState? StateOf(int error) =>
        error == ENOENT || error == ENOTDIR ? TunState.Missing
        : error == ENODEV || error == ENXIO ? TunState.NoDriver
        : error == EACCES || error == EPERM ? TunState.Denied
        : null;
}

/// <summary>No tap can be made on this host, or not by this user; the message says why and what would do.</summary>
public sealed class TunUnusableException(int errno, string name) : LinuxException(errno, $"open {TunDevice.Path}", name)
{
    public override string Message { get; } = Text(errno, name);

    static string Text(int errno, string name)
    {
        uint uid = Credentials.HostIds.Here.OwnUser;
        string? user = uid == 0 ? null : Credentials.Credentials.Name(uid) ?? $"user {uid}";
        TunLack lack = TunDevice.Lack(TunDevice.StateOf(errno)!.Value, TunDevice.Mode, user)!;
        return $"{(name.Length > 0 ? $"the interface '{name}'" : "an interface")} cannot be made: {TunDevice.Path} {lack.Found}\n  {lack.Fix}";
    }
}
