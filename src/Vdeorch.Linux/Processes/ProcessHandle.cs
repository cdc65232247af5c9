using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Processes;

/// <summary>One process, by a pidfd: once open it means that process and no later one with the same number.</summary>
public sealed unsafe class ProcessHandle : IDisposable
{
    readonly Fd _pidfd;
    readonly Lock _gate = new();
    Task<int?>? _exit;

    ProcessHandle(int pid, Fd pidfd) => (Pid, _pidfd) = (pid, pidfd);

    public int Pid { get; }

    /// <summary>Also true of a process that has ended and is not reaped yet.</summary>
    public bool HasExited
    {
        get
        {
            Tmds.Linux.pollfd waiting = new() { fd = _pidfd.Number, events = POLLIN };
            return poll(&waiting, 1, 0) == 1;
        }
    }

    /// <returns>Whether it has ended by then.</returns>
    internal bool WaitFor(TimeSpan patience)
    {
        Tmds.Linux.pollfd waiting = new() { fd = _pidfd.Number, events = POLLIN };
        return poll(&waiting, 1, (int)patience.TotalMilliseconds) == 1;
    }

    /// <returns>Null when there is no such process. The caller re-checks the identity after opening: the number may have changed hands before.</returns>
    public static ProcessHandle? TryOpen(int pid)
    {
        if (pid <= 0)
        {
            return null;
        }

        // CLOEXEC from birth, as every pidfd is. EINVAL and ENOENT: a thread, not a process.
        long fd = Syscalls.Raw(SyscallNumbers.PidFdOpen, pid);
        if (fd >= 0)
        {
            return new ProcessHandle(pid, new Fd((int)fd));
        }

        int error = (int)-fd;
        return error == ESRCH || error == EINVAL || error == ENOENT ? null : throw new LinuxException(error, "pidfd_open", $"process {pid}");
    }

    /// <returns>False when it is gone.</returns>
    public bool Signal(int signal) => Send(signal, 0) switch
    {
        0 => true,
        int error when error == ESRCH => false,
        int error => throw new LinuxException(error, "pidfd_send_signal", $"process {Pid}"),
    };

    /// <summary>Signals the process group the process leads, also when the leader itself has ended and others of the group live on.</summary>
    /// <returns>False when nobody of it is left.</returns>
    public bool SignalGroup(int signal)
    {
        int error = Send(signal, Kernel.PidFdSignalProcessGroup);
        if (error == EINVAL)
        {
            // Before Linux 6.9. The number cannot have been given away while the group has a member.
            error = kill(-Pid, signal) == 0 ? 0 : LibCErrno();
        }

        return error == 0 || (error == ESRCH ? false : throw new LinuxException(error, "kill", $"process group {Pid}"));
    }

    /// <summary>Waits for its end and reaps it if it is our child. One thread waits for all.</summary>
    /// <returns>The exit code; 128 + the signal; null when it is not our child, or was reaped by someone else.</returns>
    public Task<int?> WaitForExitAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            _exit ??= ProcessWatch.Shared.Watch(_pidfd, Pid);
        }

        return _exit.WaitAsync(ct);
    }

    /// <summary>Those who still wait are cancelled; the process is not touched.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_exit is { IsCompleted: false } waiting)
            {
                ProcessWatch.Shared.Forget(waiting);
            }
        }

        _pidfd.Dispose();
    }

    static int LibCErrno() => errno;

    // The descriptor is held for the call: a handle disposed on another thread must not send to a number used anew.
    int Send(int signal, int flags)
    {
        bool isHeld = false;
        _pidfd.DangerousAddRef(ref isHeld);
        try
        {
            return (int)-Syscalls.Raw(SyscallNumbers.PidFdSendSignal, _pidfd.Number, signal, 0, flags);
        }
        finally
        {
            _pidfd.DangerousRelease();
        }
    }
}
