using System.Text;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Namespaces;

/// <summary>For a process that prepares a world and then becomes somebody else's program: all of it on its first thread, which becomes that program.</summary>
public static unsafe class ThisProcess
{
    /// <summary>The pid of who started this process, while that lives.</summary>
    public static int Parent => getppid();

    /// <summary>The calling thread goes into a network namespace of its own, in which nothing is up.</summary>
    public static void LeaveNetwork() => Check(unshare(CLONE_NEWNET), "unshare(CLONE_NEWNET)", "network");

    /// <summary>It also gets a host name of its own.</summary>
    public static void SetHostName(string name)
    {
        Check(unshare(Kernel.CloneNewUts), "unshare(CLONE_NEWUTS)", name);
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        fixed (byte* start = bytes)
        {
            long done = Syscalls.Raw(SyscallNumbers.SetHostName, (nint)start, bytes.Length);
            if (done < 0)
            {
                throw new LinuxException((int)-done, "sethostname", name);
            }
        }
    }

    /// <summary>What the program may do to its network namespace, whatever its user id: NET_BIND_SERVICE, NET_BROADCAST, NET_ADMIN, NET_RAW; the rest goes.</summary>
    /// <param name="administrates">SYS_ADMIN too.</param>
    public static void KeepNetworkCapabilities(bool administrates)
    {
        uint kept = (1u << Kernel.CapNetBindService) | (1u << Kernel.CapNetBroadcast) | (1u << Kernel.CapNetAdmin) | (1u << Kernel.CapNetRaw)
            | (administrates ? 1u << Kernel.CapSysAdmin : 0);
        CapabilityHeader header = new() { Version = Kernel.CapabilityVersion3 };
        CapabilitySets sets = new() { Effective = kept, Permitted = kept, Inheritable = kept };
        Raw(SyscallNumbers.CapSet, (nint)(&header), (nint)(&sets), 0, "capset");
        for (int capability = 0; capability < 32; capability++)
        {
            if ((kept & (1u << capability)) != 0)
            {
                Raw(SyscallNumbers.Prctl, Kernel.Ambient, Kernel.AmbientRaise, capability, "prctl(PR_CAP_AMBIENT_RAISE)");
            }
        }
    }

    /// <summary>Becomes the program; the other threads end. Returns only when it cannot be run.</summary>
    /// <param name="words">argv; the first is found via PATH, as execvp(3) does.</param>
    /// <exception cref="LinuxException">It cannot; ENOENT when there is no such program.</exception>
    public static void Become(IReadOnlyList<string> words)
    {
        // Caught signals are reset by the kernel, ignored ones stay so: the runtime ignores this one.
        Processes.Signals.Reset(Processes.Signals.Pipe);
        using Processes.NativeArena arena = new();
        byte** arguments = arena.Texts(words);
        byte** environment = arena.Texts(Processes.ProcessEnvironment.Own());
        int failure = ENOENT;
        foreach (string candidate in Processes.PreparedSpawn.Candidates(words[0], Environment.GetEnvironmentVariable("PATH")))
        {
            int error = (int)-Syscalls.Raw(SyscallNumbers.ExecVe, (nint)arena.Text(candidate), (nint)arguments, (nint)environment);
            if (error != ENOENT && error != ENOTDIR)
            {
                failure = error;
                if (error != EACCES)
                {
                    break;
                }
            }
        }
        throw new LinuxException(failure, "execve", words[0]);
    }

    static void Raw(int number, nint a, nint b, nint c, string operation)
    {
        long done = Syscalls.Raw(number, a, b, c);
        if (done < 0)
        {
            throw new LinuxException((int)-done, operation, "this process");
        }
    }

    static void Check(int result, string operation, string subject)
    {
        if (result < 0)
        {
            throw new LinuxException(errno, operation, subject);
        }
    }
}
