using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tmds.Linux;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Processes;

/// <summary>The one way a process is started.</summary>
/// <remarks>
/// clone(CLONE_VM | CLONE_VFORK): the calling thread sleeps until the child has called execve or has failed, so the child may use our memory and one exec
/// costs no page tables. Everything it needs lies in native memory beforehand; see <see cref="Child"/> for what it may not do.
/// </remarks>
public static unsafe class Spawner
{
    // The child's stack lies on the calling thread's own, below what the thread uses: a stack walk of the collector, which compares addresses,
    // then meets the child's frames before ours. On memory above ours it would skip our frames and miss what they refer to.
    const int StackGapBytes = 40 * 1024; // for the frames of clone itself; the runtime promises 128 KiB in all

    static readonly nint s_syscall = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "syscall");
    static readonly nint s_errnoLocation = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "__errno_location");
    static readonly int s_dumpable = (int)Syscalls.Raw(SyscallNumbers.Prctl, Kernel.GetDumpable);
    static readonly bool s_isRehearsed = Rehearse();

    /// <summary>Starts a process in the calling thread's namespaces, or in those the request names.</summary>
    /// <returns>The id of our child, which has called execve. The caller reaps it.</returns>
    /// <exception cref="LinuxException">Names the step that failed and its subject; nothing runs then and nothing is left to reap.</exception>
    public static int Spawn(SpawnRequest request) =>
        request.EndsWithParent && Thread.CurrentThread.IsThreadPoolThread ? LastingThread.Run(() => Spawn(request, mapIds: null)) : Spawn(request, mapIds: null);

    /// <summary>Longer than a child that has its processor needs by far.</summary>
    static readonly TimeSpan s_layout = TimeSpan.FromSeconds(1);

    /// <param name="mapIds">Non-null: the child gets a new user and mount namespace, and this is called with its id, on another thread, to map its ids before
    /// the child goes on. What it throws is thrown here, and the child is gone.</param>
    internal static int Spawn(SpawnRequest request, Action<int>? mapIds)
    {
        _ = s_isRehearsed;
        using PreparedSpawn prepared = new(request);
        using IdMapping? mapping = mapIds is null ? null : new IdMapping(prepared, mapIds);
        ChildOrders* orders = prepared.Orders;
        orders->Syscall = (delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, nint, nint, nint>)s_syscall;
        orders->Errno = ((delegate* unmanaged[Cdecl]<int*>)s_errnoLocation)();

        int namespaces = mapping is null ? 0 : Kernel.CloneNewUser | Kernel.CloneNewNs;
        int pid = Clone(orders, namespaces, out int errno);
        RestoreDumpable();
        Exception? unmapped = mapping?.Finish();
        if (pid < 0)
        {
            throw new LinuxException(errno, mapping is null ? "clone" : "clone(CLONE_NEWUSER|CLONE_NEWNS)", request.Program);
        }

        if (orders->FailedStep != ChildStep.Nothing)
        {
            Syscalls.WaitForChild(pid);
            throw unmapped ?? prepared.Failure();
        }

        AwaitArguments(pid);
        return pid;
    }

    // The kernel lets us go on as soon as the child has left our memory, a moment before it has laid out its arguments and environment: who looked
    // for the process by them then found none.
    static void AwaitArguments(int pid)
    {
        SpinWait.SpinUntil(() => ProcFs.HasArguments(pid) || ProcFs.IsZombie(pid), s_layout);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Clone(ChildOrders* orders, int namespaces, out int failure)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        byte here;
        void* stack = (void*)(((nint)(&here) - StackGapBytes) & ~(nint)15);

        // A handler of the runtime must not run in the child, on this thread's state. What arrives meanwhile waits.
        sigset_t all;
        sigset_t before;
        _ = sigfillset(&all);
        _ = pthread_sigmask(Kernel.SignalSetMask, &all, &before);
        delegate* unmanaged[Cdecl]<void*, int> main = &Child.Main;
        int pid = clone(main, stack, CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | namespaces | Signals.Child, orders, (pid_t*)&orders->Pid, null, null);
        failure = pid < 0 ? LibC.errno : 0;
        _ = pthread_sigmask(Kernel.SignalSetMask, &before, null);
        return pid;
    }

    // A change of user in the child marks the memory it shares with us as not dumpable, which gives our own /proc files to root.
    static void RestoreDumpable()
    {
        if (Syscalls.Raw(SyscallNumbers.Prctl, Kernel.GetDumpable) != s_dumpable)
        {
            Syscalls.Raw(SyscallNumbers.Prctl, Kernel.SetDumpable, s_dumpable);
        }
    }

    // Runs the child's code once here, every call a getpid, so that under the just-in-time compiler nothing is left to compile in a child.
    static bool Rehearse()
    {
        using PreparedSpawn prepared = new(new SpawnRequest
        {
            Program = "/",
            Arguments = ["/"],
            Environment = [],
            Binds = [new BindMount("/", "/")],
            Writable = ["/"],
            NewSession = true,
            EndsWithParent = true,
            Privileges = Privileges.AmbientNet,
            IsEnclosed = true,
            RunAs = (0, 0),
        });
        ChildOrders* orders = prepared.Orders;
        orders->Syscall = (delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, nint, nint, nint>)s_syscall;
        orders->Errno = ((delegate* unmanaged[Cdecl]<int*>)s_errnoLocation)();
        orders->IsRehearsal = true;
        delegate* unmanaged[Cdecl]<void*, int> main = &Child.Main;
        return main(orders) == 127;
    }
}
