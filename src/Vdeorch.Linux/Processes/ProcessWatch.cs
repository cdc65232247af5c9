using System.Collections.Concurrent;
using Tmds.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Processes;

/// <summary>One thread and one epoll for every process waited for. A pidfd becomes readable when its process has ended.</summary>
internal sealed unsafe class ProcessWatch
{
    const int EventsAtOnce = 64;

    static readonly Lazy<ProcessWatch> s_shared = new(() => new ProcessWatch());

    readonly Fd _epoll;
    readonly ConcurrentDictionary<ulong, Waiting> _waiting = [];
    ulong _lastToken;

    ProcessWatch()
    {
        int fd = epoll_create1(EPOLL_CLOEXEC);
        _epoll = fd >= 0 ? new Fd(fd) : throw new LinuxException(errno, "epoll_create1", "process watch");
        new Thread(Loop) { IsBackground = true, Name = "process watch" }.Start();
    }

    public static ProcessWatch Shared => s_shared.Value;

    /// <summary>Holds <paramref name="pidfd"/> open until the task has ended.</summary>
    public Task<int?> Watch(Fd pidfd, int pid)
    {
        bool isHeld = false;
        pidfd.DangerousAddRef(ref isHeld);
        ulong token = Interlocked.Increment(ref _lastToken);
        Waiting waiting = new(pidfd, pid, token);
        _waiting[token] = waiting;
        epoll_event wanted = new() { events = EPOLLIN };
        wanted.data.u64 = token;
        if (epoll_ctl(_epoll.Number, EPOLL_CTL_ADD, pidfd.Number, &wanted) < 0)
        {
            int error = errno;
            _waiting.TryRemove(token, out _);
            pidfd.DangerousRelease();
            throw new LinuxException(error, "epoll_ctl", $"process {pid}");
        }

        return waiting.Exit.Task;
    }

    public void Forget(Task<int?> exit)
    {
        if (_waiting.Values.FirstOrDefault(waiting => waiting.Exit.Task == exit) is { } waiting && End(waiting))
        {
            waiting.Exit.TrySetCanceled();
        }
    }

    void Loop()
    {
        epoll_event* events = stackalloc epoll_event[EventsAtOnce];
        while (true)
        {
            int count = epoll_wait(_epoll.Number, events, EventsAtOnce, -1);
            for (int i = 0; i < count; i++)
            {
                // The status is read while the descriptor is still held; End decides who of us and Forget lets it go.
                if (_waiting.TryGetValue(events[i].data.u64, out Waiting? waiting))
                {
                    int? status = Reap(waiting);
                    if (End(waiting))
                    {
                        waiting.Exit.TrySetResult(status);
                    }
                }
            }
        }
    }

    bool End(Waiting waiting)
    {
        if (!_waiting.TryRemove(waiting.Token, out _))
        {
            return false;
        }

        epoll_event none = default;
        _ = epoll_ctl(_epoll.Number, EPOLL_CTL_DEL, waiting.PidFd.Number, &none);
        waiting.PidFd.DangerousRelease();
        return true;
    }

    static int? Reap(Waiting waiting)
    {
        ChildSignalInfo info = default;
        long done = Syscalls.Raw(
            SyscallNumbers.WaitId, Kernel.WaitPidFd, waiting.PidFd.Number, (nint)(&info), Kernel.WaitExited | Kernel.WaitNoHang);
        return done < 0 || info.Pid == 0 ? null : info.Code == Kernel.ChildExited ? info.Status : 128 + info.Status;
    }

    sealed record Waiting(Fd PidFd, int Pid, ulong Token)
    {
        // Continuations run on the pool: the thread of all must not run a caller's code.
        public TaskCompletionSource<int?> Exit { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
