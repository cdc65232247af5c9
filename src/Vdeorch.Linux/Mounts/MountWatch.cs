using Tmds.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Mounts;

/// <summary>Tells whether anything was mounted or unmounted where this process is: while nothing was, what is mounted on a file stays what it is. One user at a time.</summary>
/// <remarks>proc_pid_mountinfo(5): the file is ready with POLLPRI and POLLERR once for all changes since it was opened, or was last found so.</remarks>
public sealed unsafe class MountWatch : IDisposable
{
    readonly Fd _table;

    MountWatch(Fd table) => _table = table;

    /// <returns>Null where there is no such file.</returns>
    public static MountWatch? TryOpen()
    {
        int fd = Syscalls.TryOpen("/proc/self/mountinfo", O_RDONLY);
        return fd < 0 ? null : new MountWatch(new Fd(fd));
    }

    /// <summary>Since it was opened, or asked the last time. Does not wait.</summary>
    public bool HasChanged()
    {
        pollfd table = new() { fd = _table.Number, events = POLLPRI };
        int ready = poll(&table, 1, 0);
        // A signal in between is no answer.
        return ready < 0 || (table.revents & (POLLPRI | POLLERR)) != 0;
    }

    public void Dispose() => _table.Dispose();
}
