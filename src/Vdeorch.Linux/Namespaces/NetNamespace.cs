using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Namespaces;

/// <summary>A network namespace, kept alive by the descriptor it owns.</summary>
public sealed class NetNamespace : IDisposable
{
    NetNamespace(Fd fd, string path) => (Fd, Identity) = (fd, NamespaceIdentity.Of(Syscalls.Stat(fd, path)));

    /// <summary>Stays this object's.</summary>
    public Fd Fd { get; }

    public NamespaceIdentity Identity { get; }

    /// <param name="path">A pin, or a file under /proc/PID/ns.</param>
    /// <exception cref="LinuxException">Also, with EINVAL, when the file is there and is no namespace: a pin that lost its mount.</exception>
    public static NetNamespace Open(string path)
    {
        Fd fd = Syscalls.Open(path, O_RDONLY);
        if (Syscalls.FileSystemMagic(fd) == Kernel.NsfsMagic)
        {
            return new NetNamespace(fd, path);
        }

        fd.Dispose();
        throw new LinuxException(EINVAL, "open namespace", path, "the file is not a namespace");
    }

    /// <returns>Null when there is no namespace under that name.</returns>
    public static NetNamespace? TryOpen(string path)
    {
        int fd = Syscalls.TryOpen(path, O_RDONLY);
        if (fd < 0)
        {
            return null;
        }

        Fd owned = new(fd);
        if (Syscalls.FileSystemMagic(owned) == Kernel.NsfsMagic)
        {
            return new NetNamespace(owned, path);
        }

        owned.Dispose();
        return null;
    }

    /// <summary>Without opening it.</summary>
    /// <returns>Of the file that is there now, be it a namespace or not; null when there is none.</returns>
    public static NamespaceIdentity? IdentityOf(string path) => Syscalls.TryStat(path, out Statx found) ? NamespaceIdentity.Of(found) : null;

    public void Dispose() => Fd.Dispose();
}
