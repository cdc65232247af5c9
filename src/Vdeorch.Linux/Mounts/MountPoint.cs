using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Mounts;

/// <summary>Mounts of the calling process's mount namespace. mount(2), umount(2).</summary>
public static class MountPoint
{
    /// <param name="options">As mount(8) takes them for tmpfs: <c>mode=0755,size=1m</c>; may be empty.</param>
    public static void Tmpfs(string path, string options) => Syscalls.Mount("tmpfs", path, "tmpfs", 0, options);

    public static void Bind(string source, string target) => Syscalls.Mount(source, target, null, Kernel.MountBind);

    /// <summary>Takes the topmost mount away; busy ones go lazily. Not a mount point, or not there: fine.</summary>
    public static void Detach(string path)
    {
        int done = Syscalls.TryDetach(path);
        if (done < 0 && done != -EINVAL && done != -ENOENT)
        {
            throw new LinuxException(-done, "umount2", path);
        }
    }

    /// <summary>Whether a mount's root lies there: directories, and files bound upon.</summary>
    public static bool IsMountPoint(string path) =>
        Syscalls.TryStat(path, out Statx found) && (found.Attributes & Kernel.StatxAttributeMountRoot) != 0;
}
