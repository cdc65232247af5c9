using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux.Mounts;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Namespaces;

/// <summary>Files that namespaces are bound to, which keeps them alive without a process: what <c>ip netns</c> calls named namespaces.</summary>
public static class Pins
{
    const int DirectoryMode = 0x1ed; // 0755
    internal const int PinMode = 0x124; // 0444

    /// <summary>Lets the namespace go; it ends with its last user. An absent pin is fine.</summary>
    public static void Remove(string pin)
    {
        // More than one mount may lie on it, when someone bound it twice.
        int done;
        while ((done = Syscalls.TryDetach(pin)) == 0)
        {
        }

        if (done != -EINVAL && done != -ENOENT)
        {
            throw new LinuxException(-done, "umount2", pin);
        }

        done = Syscalls.TryUnlink(pin);
        if (done < 0 && done != -ENOENT)
        {
            throw new LinuxException(-done, "unlink", pin);
        }
    }

    /// <summary>Binds a namespace that is there to a file: another name for it.</summary>
    /// <param name="pin">As for <see cref="NamespaceThread.Create"/>.</param>
    public static void Bind(NetNamespace ns, string pin)
    {
        Syscalls.Open(pin, O_RDONLY | O_CREAT | O_EXCL, PinMode).Dispose();
        try
        {
            Syscalls.Mount(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{ns.Fd.Number}"), pin, null, Kernel.MountBind);
        }
        catch
        {
            Remove(pin);
            throw;
        }
    }

    /// <summary>The names in a directory that are namespaces, in no order. No such directory: none.</summary>
    public static ImmutableArray<string> List(string directory) => Directory.Exists(directory)
        ? [.. Directory.EnumerateFiles(directory).Where(file => Syscalls.FileSystemMagic(file) == Kernel.NsfsMagic).Select(file => Path.GetFileName(file))]
        : [];

    /// <summary>Deletes what <see cref="NamespaceThread.Create"/> or <see cref="Remove"/> left when it was killed half-way: an empty file of our mode without a namespace.</summary>
    public static void RemoveUnfinished(string directory, string prefix)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        ImmutableArray<string> pinned = List(directory);
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles($"{prefix}*").Where(file => !pinned.Contains(file.Name)))
        {
            // `ip netns` makes them without any permission.
            if (file is { Length: 0, UnixFileMode: Ours, LinkTarget: null })
            {
                file.Delete();
            }
        }
    }

    /// <summary>Makes the directory, 0755, ready for pins; done before is fine.</summary>
    /// <param name="tmpfs">As root: false, and the directory is a shared mount point of its own, as <c>ip netns</c> makes it, so that a pin removed here goes
    /// in every mount namespace. Inside an anchor: true, a tmpfs, because a file outside cannot be mounted on from a user namespace that does not own it.</param>
    public static void PrepareDirectory(string dir, bool tmpfs)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(dir)) ?? "/");
        int made = Syscalls.TryMakeDirectory(dir, DirectoryMode);
        if (made < 0 && made != -EEXIST)
        {
            throw new LinuxException(-made, "mkdir", dir);
        }

        if (tmpfs)
        {
            if (!MountPoint.IsMountPoint(dir))
            {
                MountPoint.Tmpfs(dir, "mode=0755");
            }

            return;
        }

        int shared = Syscalls.TryMount("", dir, "none", Kernel.MountShared | Kernel.MountRecursive);
        if (shared == -EINVAL)
        {
            Syscalls.Mount(dir, dir, "none", Kernel.MountBind | Kernel.MountRecursive);
            shared = Syscalls.TryMount("", dir, "none", Kernel.MountShared | Kernel.MountRecursive);
        }

        if (shared < 0)
        {
            throw new LinuxException(-shared, "mount(MS_SHARED)", dir);
        }
    }
}
