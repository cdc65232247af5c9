using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Namespaces;

/// <summary>A thread of its own that visits network namespaces, one call at a time, in the order they came.</summary>
/// <remarks>
/// setns and unshare change the calling thread alone, so none of this ever happens on the pool. Between calls the thread stands in the process's own network
/// namespace and keeps no other alive. In a user namespace it may not return to it (the host owns it): there the thread stands in an empty namespace of its
/// own between calls, and a second thread, which never leaves, does the work that belongs to the process's own.
/// </remarks>
public sealed class NamespaceThread : IDisposable
{
    const string OwnPath = "/proc/self/ns/net";
    const string ThreadPath = "/proc/thread-self/ns/net";

    readonly WorkerThread _visitor;
    readonly WorkerThread? _home;
    readonly NetNamespace _stand;

    /// <remarks>To be made on a thread that has not left the process's own network namespace: a new thread is born where its maker is.</remarks>
    public NamespaceThread(string name)
    {
        NetNamespace own = NetNamespace.Open(OwnPath);
        using (NetNamespace here = NetNamespace.Open(ThreadPath))
        {
            if (here.Identity != own.Identity)
            {
                own.Dispose();
                throw new InvalidOperationException($"the namespace thread '{name}' must be made in the process's own network namespace");
            }
        }

        _visitor = new WorkerThread(name);
        _stand = _visitor.Run(() => ChooseStand(own));
        if (_stand != own)
        {
            own.Dispose();
            _home = new WorkerThread(name + " (home)");
            _visitor.CompleteOn = _home;
        }
    }

    /// <summary>Does the work inside a network namespace and waits for it. What it throws is thrown here.</summary>
    /// <param name="ns">Null: the process's own.</param>
    public T Run<T>(NetNamespace? ns, Func<T> work) =>
        _visitor.IsCurrent
            ? throw new InvalidOperationException("work on a namespace thread cannot wait for more work on the same thread")
            : RunAsync(ns, work).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run{T}(NetNamespace?, Func{T})"/>
    public Task<T> RunAsync<T>(NetNamespace? ns, Func<T> work) =>
        _visitor.RunAsync(() => ns is not null ? Visit(ns, work) : _home is null ? work() : _home.Run(work));

    /// <summary>Does work that goes from one namespace into the next, without a word between its thread and the caller's for each, and waits for it.</summary>
    /// <param name="work">Gets what enters a namespace; it is in the last one it entered, and at first in one that this process owns.</param>
    public T Tour<T>(Func<Action<NetNamespace>, T> work) => _visitor.IsCurrent
        ? throw new InvalidOperationException("work on a namespace thread cannot wait for more work on the same thread")
        : _visitor.Run(() =>
        {
            bool hasLeft = false;
            try
            {
                return work(ns =>
                {
                    Enter(ns);
                    hasLeft = true;
                });
            }
            finally
            {
                // Who may enter none may not return either.
                if (hasLeft)
                {
                    Return();
                }
            }
        });

    /// <summary>Makes a network namespace and binds it to a file. Nothing is up in it, not even <c>lo</c>, but what <paramref name="prepare"/> does.</summary>
    /// <param name="pin">Made, mode 0444, and must not exist; gone again when anything fails. Its directory: <see cref="Pins.PrepareDirectory"/>.</param>
    /// <param name="prepare">Done inside before the namespace is bound: who is killed in the middle leaves a finished namespace at the pin, or none.</param>
    /// <returns>The caller's.</returns>
    public NetNamespace Create(string pin, Action? prepare = null) => _visitor.Run(() => MakeAndPin(pin, prepare));

    /// <summary>What has been queued is done first.</summary>
    public void Dispose()
    {
        _visitor.Dispose();
        _home?.Dispose();
        _stand.Dispose();
    }

    // Asked of the kernel rather than of our user id: whoever may enter its own namespace may also come back to it.
    static NetNamespace ChooseStand(NetNamespace own)
    {
        if (setns(own.Fd.Number, CLONE_NEWNET) == 0)
        {
            return own;
        }

        if (unshare(CLONE_NEWNET) < 0)
        {
            // Neither: a process without privilege. It can do its own work here and every visit will say EPERM.
            return own;
        }

        return NetNamespace.Open(ThreadPath);
    }

    T Visit<T>(NetNamespace ns, Func<T> work)
    {
        Enter(ns);
        try
        {
            return work();
        }
        finally
        {
            Return();
        }
    }

    static void Enter(NetNamespace ns)
    {
        if (setns(ns.Fd.Number, CLONE_NEWNET) < 0)
        {
            throw new LinuxException(errno, "setns(CLONE_NEWNET)", $"network namespace {ns.Identity.Inode}");
        }
    }

    NetNamespace MakeAndPin(string pin, Action? prepare)
    {
        // Exclusive: a pin that exists is somebody's namespace, and our clean-up would take it away.
        Syscalls.Open(pin, O_RDONLY | O_CREAT | O_EXCL, Pins.PinMode).Dispose();
        try
        {
            if (unshare(CLONE_NEWNET) < 0)
            {
                throw new LinuxException(errno, "unshare(CLONE_NEWNET)", pin);
            }

            try
            {
                prepare?.Invoke();
                Syscalls.Mount(ThreadPath, pin, null, Kernel.MountBind);
            }
            finally
            {
                Return();
            }

            return NetNamespace.Open(pin);
        }
        catch
        {
            Pins.Remove(pin);
            throw;
        }
    }

    // A thread that could not return would do the next caller's work in the wrong place. The kernel has no reason to refuse: it allowed the same before.
    void Return()
    {
        if (setns(_stand.Fd.Number, CLONE_NEWNET) < 0)
        {
            System.Environment.FailFast(new LinuxException(errno, "setns(CLONE_NEWNET)", OwnPath).Message);
        }
    }
}
