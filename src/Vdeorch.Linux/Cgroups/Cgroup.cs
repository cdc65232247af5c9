using System.Globalization;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using Vdeorch.Linux.Unix;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Cgroups;

/// <summary>A group of processes in cgroup v2 that we make, fill and remove. Holds nothing open: a group is its directory.</summary>
/// <remarks>linux/Documentation/admin-guide/cgroup-v2.rst. A group that gives controllers to groups below it holds no process itself, but for the root.</remarks>
public sealed class Cgroup
{
    const string Processes = "cgroup.procs";

    Cgroup(string directory) => Directory = directory;

    public string Directory { get; }

    /// <summary>Makes it where it is not there yet; what is above it must be.</summary>
    /// <exception cref="LinuxException">EACCES where it is not ours; ENODEV, EOPNOTSUPP and the like of a group that may have none below.</exception>
    public static Cgroup Make(string directory)
    {
        int errno = UnixFile.TryMakeDirectory(directory, 0x1ED); // 0755
        return errno == 0 || errno == EEXIST ? new Cgroup(directory) : throw new LinuxException(errno, "mkdir", directory);
    }

    public static Cgroup? Find(string directory) => System.IO.Directory.Exists(directory) ? new Cgroup(directory) : null;

    /// <summary>Gives a controller to the groups below it.</summary>
    /// <exception cref="LinuxException">ENOENT: it has no such controller to give; EBUSY: it holds processes.</exception>
    public void Give(string controller) => Write("cgroup.subtree_control", $"+{controller}");

    /// <exception cref="LinuxException">ENOENT: its controllers do not give it such a file; EINVAL: not a value for it.</exception>
    public void Write(string file, string value)
    {
        using Fd fd = Syscalls.Open($"{Directory}/{file}", O_WRONLY);
        Descriptors.Write(fd, System.Text.Encoding.ASCII.GetBytes(value));
    }

    /// <summary>Brings a process in with all its threads; one that has ended meanwhile is let be.</summary>
    /// <exception cref="LinuxException">EACCES: what is above both groups is not ours.</exception>
    public void Move(int pid)
    {
        try
        {
            Write(Processes, pid.ToString(CultureInfo.InvariantCulture));
        }
        catch (LinuxException gone) when (gone.Errno == ESRCH)
        {
        }
    }

    /// <summary>For <see cref="Vdeorch.Linux.Processes.SpawnRequest.JoinGroup"/>; the caller closes it.</summary>
    public Fd OpenProcesses() => Syscalls.Open($"{Directory}/{Processes}", O_WRONLY);

    /// <summary>SIGKILL to all in it and below it, also to those that are being born. Does not wait for their end. Linux 5.14.</summary>
    public void Kill() => Write("cgroup.kill", "1");

    /// <summary>Removes it with the groups below it. What still holds a process stays, with all above it.</summary>
    /// <returns>Whether it is gone.</returns>
    public static bool TryRemove(string directory)
    {
        if (!System.IO.Directory.Exists(directory))
        {
            return true;
        }

        foreach (string below in System.IO.Directory.EnumerateDirectories(directory))
        {
            TryRemove(below);
        }

        return UnixFile.TryRemoveDirectory(directory) == 0;
    }
}
