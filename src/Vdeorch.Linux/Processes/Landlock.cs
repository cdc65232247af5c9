using Vdeorch.Linux.Native;

namespace Vdeorch.Linux.Processes;

/// <summary>The kernel's landlock(7), by which a process that is nobody special gives up rights of its own.</summary>
public static class Landlock
{
    /// <summary>Of its interface; 0: this kernel has none, or it is not switched on (<c>lsm=</c> of its command line).</summary>
    public static int Version { get; } = (int)Math.Max(0, Syscalls.Raw(SyscallNumbers.LandlockCreateRuleset, 0, 0, Kernel.LandlockVersion));

    /// <summary>Whether signals can be kept in too.</summary>
    public static bool HasScopes => Version >= Kernel.LandlockVersionOfScopes;
}
