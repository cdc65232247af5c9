using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vdeorch.Linux.Native;

namespace Vdeorch.Linux.Processes;

/// <summary>What runs between clone and execve, in the parent's memory and on the parent's thread, which sleeps meanwhile.</summary>
/// <remarks>
/// 1. Nothing here allocates, throws, takes a lock or touches a managed object: only <see cref="ChildOrders"/> and the kernel.
/// 2. Every call into the kernel is an ordinary unmanaged call, so it lets a collection of another thread pass. Suppressing the transition deadlocks.
/// 3. Nothing here may be compiled in the child: <see cref="Follow"/> is rehearsed once in the parent, through every branch. So every call goes through
///    one function pointer of one signature, and every method is optimised at once instead of being counted.
/// 4. Never the C library's setuid family: it signals all threads of the process it believes to be in. Only raw calls.
/// </remarks>
internal static unsafe class Child
{
    const uint NetCapabilities = (1u << Kernel.CapNetBindService) | (1u << Kernel.CapNetAdmin) | (1u << Kernel.CapNetRaw);
    const int GaveUp = 125; // ECANCELED: the parent could not map our ids and has the reason
    const int NoEntry = 2;
    const int NotDirectory = 20;
    const int AccessDenied = 13;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Main(void* orders)
    {
        ChildOrders* o = (ChildOrders*)orders;
        Follow(o);
        if (!o->IsRehearsal)
        {
            Call(o, SyscallNumbers.ExitGroup, 127);
        }

        return 127;
    }

    /// <returns>Only when something failed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool Follow(ChildOrders* o) =>
        ResetSignalHandlers(o) && JoinGroup(o) && JoinNamespaces(o) && Bind(o) && Confine(o) && Settle(o) && PlaceDescriptors(o) && DropBounding(o) && ChangeUser(o) && SetCapabilities(o) && Enclose(o)
        && (!o->EndsWithParent || Do(o, ChildStep.EndWithParent, 0, SyscallNumbers.Prctl, Kernel.SetParentDeathSignal, Signals.Kill)) // a change of user forgets it
        && Do(o, ChildStep.SignalMask, 0, SyscallNumbers.SigProcMask, Kernel.SignalSetMask, (nint)o->Zeroes, 0, 8) && Execute(o);

    // Before the mask is lifted, so that no handler of the runtime runs here; and execve would keep what is ignored (SIGPIPE).
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool ResetSignalHandlers(ChildOrders* o)
    {
        for (int signal = 1; signal <= Kernel.LastSignal; signal++)
        {
            Call(o, SyscallNumbers.SigAction, signal, (nint)o->Zeroes, 0, 8); // KILL and STOP refuse, rightly
        }

        return true;
    }

    // "0" is whoever writes it. With our parent's rights, which the file was opened with.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool JoinGroup(ChildOrders* o) =>
        o->Group < 0 || Do(o, ChildStep.JoinGroup, 0, SyscallNumbers.Write, o->Group, (nint)(o->Zeroes + 144), 1);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool JoinNamespaces(ChildOrders* o)
    {
        if (o->ReadyFd >= 0)
        {
            byte* scratch = o->Zeroes + 160;
            if (!Do(o, ChildStep.AwaitIds, 0, SyscallNumbers.Write, o->ReadyFd, (nint)scratch, 1))
            {
                return false;
            }

            if (Call(o, SyscallNumbers.Read, o->MappedFd, (nint)scratch, 1) < 1 || *scratch != IdMapping.Mapped)
            {
                return Failed(o, ChildStep.AwaitIds, 0, GaveUp);
            }
        }

        return (o->UserNamespace < 0 || Do(o, ChildStep.JoinUser, 0, SyscallNumbers.SetNs, o->UserNamespace, Kernel.CloneNewUser))
            && (o->MountNamespace < 0 || Do(o, ChildStep.JoinMount, 0, SyscallNumbers.SetNs, o->MountNamespace, Kernel.CloneNewNs))
            && (o->NetNamespace < 0 || Do(o, ChildStep.JoinNet, 0, SyscallNumbers.SetNs, o->NetNamespace, Kernel.CloneNewNet));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool Bind(ChildOrders* o)
    {
        byte* root = o->Zeroes + 128; // "/", beside an empty source
        if (o->BindCount > 0 && !Do(o, ChildStep.UnshareMounts, 0, SyscallNumbers.Unshare, Kernel.CloneNewNs))
        {
            return false;
        }

        // Slave: what the host mounts later still appears here, what we mount never appears there.
        if (o->MakesMountsSlave
            && !Do(o, ChildStep.MakeMountsSlave, 0, SyscallNumbers.Mount, (nint)o->Zeroes, (nint)root, 0, Kernel.MountRecursive | Kernel.MountSlave))
        {
            return false;
        }

        for (int i = 0; i < o->BindCount; i++)
        {
            if (!Do(o, ChildStep.Bind, i, SyscallNumbers.Mount, (nint)o->BindSources[i], (nint)o->BindTargets[i], (nint)o->BindTypes[i], o->BindFlags[i], (nint)o->BindOptions[i]))
            {
                return false;
            }
        }

        return true;
    }

    // Everything, then the exceptions: the places themselves, not what is mounted below them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool Confine(ChildOrders* o)
    {
        if (o->WritableCount < 0)
        {
            return true;
        }

        if (!Do(o, ChildStep.MakeReadOnly, 0, SyscallNumbers.MountSetAttr, Kernel.AtCurrentDirectory, (nint)(o->Zeroes + 128), Kernel.AtRecursive, (nint)o->ReadOnlyAttributes, Kernel.MountAttributesBytes))
        {
            return false;
        }

        for (int i = 0; i < o->WritableCount; i++)
        {
            if (!Do(o, ChildStep.MakeWritable, i, SyscallNumbers.MountSetAttr, Kernel.AtCurrentDirectory, (nint)o->Writable[i], 0, (nint)o->WritableAttributes, Kernel.MountAttributesBytes))
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool Settle(ChildOrders* o) =>
        (!o->NewSession || Do(o, ChildStep.NewSession, 0, SyscallNumbers.SetSid))
        && Do(o, ChildStep.WorkingDirectory, 0, SyscallNumbers.ChangeDirectory, (nint)o->WorkingDirectory);

    // First all above the highest target, so that no target overwrites a source still needed; then everything above stdio is sealed;
    // then dup3, whose copies alone stay open across execve.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool PlaceDescriptors(ChildOrders* o)
    {
        for (int i = 0; i < o->DescriptorCount; i++)
        {
            o->DescriptorsMoved[i] = (int)Call(o, SyscallNumbers.Fcntl, o->DescriptorSources[i], Kernel.DuplicateCloexec, o->DescriptorFloor);
            if (o->DescriptorsMoved[i] < 0)
            {
                return Failed(o, ChildStep.MoveDescriptor, i, *o->Errno);
            }
        }

        if (!Do(o, ChildStep.SealDescriptors, 0, SyscallNumbers.CloseRange, 3, int.MaxValue, Kernel.CloseRangeCloexec))
        {
            return false;
        }

        for (int i = 0; i < o->DescriptorCount; i++)
        {
            if (!Do(o, ChildStep.PlaceDescriptor, i, SyscallNumbers.Dup3, o->DescriptorsMoved[i], o->DescriptorTargets[i]))
            {
                return false;
            }
        }

        return true;
    }

    // While we still have SETPCAP; without it the kernel says EPERM and no_new_privs does the work.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool DropBounding(ChildOrders* o)
    {
        if (o->Privileges is Privileges.AmbientNet or Privileges.None)
        {
            uint kept = o->Privileges == Privileges.AmbientNet ? NetCapabilities : 0;
            for (int capability = 0; capability < 64; capability++)
            {
                bool isKept = capability < 32 && (kept & (1u << capability)) != 0;
                if (!isKept && Call(o, SyscallNumbers.Prctl, Kernel.DropFromBounding, capability) < 0)
                {
                    break; // past the last one the kernel knows, or not allowed
                }
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool ChangeUser(ChildOrders* o)
    {
        if (!o->ChangesUser)
        {
            return true;
        }

        return (o->Privileges is not (Privileges.AmbientAll or Privileges.AmbientNet)
                || Do(o, ChildStep.KeepCapabilities, 0, SyscallNumbers.Prctl, Kernel.SetKeepCaps, 1))
            && Do(o, ChildStep.SetGroups, 0, SyscallNumbers.SetGroups, 0, 0)
            && Do(o, ChildStep.SetGid, 0, SyscallNumbers.SetResGid, (nint)o->Gid, (nint)o->Gid, (nint)o->Gid)
            && Do(o, ChildStep.SetUid, 0, SyscallNumbers.SetResUid, (nint)o->Uid, (nint)o->Uid, (nint)o->Uid);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool SetCapabilities(ChildOrders* o)
    {
        if (o->Privileges == Privileges.Inherit)
        {
            return true;
        }

        CapabilitySets* sets = &o->Capabilities;
        if (!Do(o, ChildStep.ReadCapabilities, 0, SyscallNumbers.CapGet, (nint)(&o->CapabilityHeader), (nint)sets))
        {
            return false;
        }

        uint low = o->Privileges switch { Privileges.AmbientAll => sets->Permitted, Privileges.AmbientNet => sets->Permitted & NetCapabilities, _ => 0 };
        uint high = o->Privileges == Privileges.AmbientAll ? sets->PermittedHigh : 0;
        sets->Effective = sets->Permitted = sets->Inheritable = low;
        sets->EffectiveHigh = sets->PermittedHigh = sets->InheritableHigh = high;
        if (!Do(o, ChildStep.SetCapabilities, 0, SyscallNumbers.CapSet, (nint)(&o->CapabilityHeader), (nint)sets))
        {
            return false;
        }

        // Lowering the permitted and inheritable sets lowered the ambient one with them; it is raised again one by one.
        for (int capability = 0; capability < 64; capability++)
        {
            uint bit = 1u << (capability & 31);
            if (((capability < 32 ? low : high) & bit) != 0
                && !Do(o, ChildStep.RaiseAmbient, capability, SyscallNumbers.Prctl, Kernel.Ambient, Kernel.AmbientRaise, capability))
            {
                return false;
            }
        }

        return o->Privileges == Privileges.AmbientAll || Do(o, ChildStep.NoNewPrivileges, 0, SyscallNumbers.Prctl, Kernel.SetNoNewPrivileges, 1);
    }

    // After no_new_privs, without which only root may.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool Enclose(ChildOrders* o)
    {
        if (o->RulesetBytes == 0)
        {
            return true;
        }

        // Closed by execve.
        nint ruleset = Call(o, SyscallNumbers.LandlockCreateRuleset, (nint)o->Ruleset, o->RulesetBytes);
        return ruleset < 0 ? Failed(o, ChildStep.MakeRuleset, 0, *o->Errno) : Do(o, ChildStep.Enclose, 0, SyscallNumbers.LandlockRestrictSelf, ruleset);
    }

    // As execvp does: the next directory of PATH where there is nothing, and EACCES rather than ENOENT when something was there.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool Execute(ChildOrders* o)
    {
        int failure = NoEntry;
        for (byte** candidate = o->Candidates; *candidate is not null; candidate++)
        {
            Call(o, SyscallNumbers.ExecVe, (nint)(*candidate), (nint)o->Arguments, (nint)o->Environment);
            int errno = *o->Errno;
            if (errno is not (NoEntry or NotDirectory))
            {
                failure = errno;
                if (errno != AccessDenied)
                {
                    break;
                }
            }
        }

        return Failed(o, ChildStep.Execute, 0, failure);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool Do(ChildOrders* o, ChildStep step, int index, int number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0) =>
        Call(o, number, a, b, c, d, e) >= 0 || Failed(o, step, index, *o->Errno);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static bool Failed(ChildOrders* o, ChildStep step, int index, int errno)
    {
        o->FailedStep = step;
        o->FailedIndex = index;
        o->FailedErrno = errno;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static nint Call(ChildOrders* o, int number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0) =>
        o->Syscall(o->IsRehearsal ? SyscallNumbers.GetPid : number, a, b, c, d, e, 0);
}
