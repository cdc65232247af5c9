namespace Vdeorch.Linux.Native;

/// <summary>Constants of the kernel's headers that Tmds.LibC lacks. A test compares each with the machine's own.</summary>
internal static class Kernel
{
    // fcntl.h, linux/stat.h
    public const int AtFdCwd = -100;
    public const int AtEffectiveAccess = 0x200;
    public const int AccessWrite = 2;
    public const int AtEmptyPath = 0x1000;
    public const int AtSymlinkNoFollow = 0x100;
    public const uint StatxBasicStats = 0x7ff;
    public const ulong StatxAttributeMountRoot = 0x2000;

    // linux/stat.h
    public const int FileTypeMask = 0xf000;
    public const int FileTypeFifo = 0x1000;
    public const int FileTypeCharacter = 0x2000;
    public const int FileTypeRegular = 0x8000;
    public const int FileTypeSocket = 0xc000;

    // linux/magic.h
    public const long NsfsMagic = 0x6e736673;

    // linux/close_range.h, fcntl.h
    public const int CloseRangeCloexec = 4;
    public const int DuplicateCloexec = 1030;

    // sched.h
    public const int CloneNewNs = 0x00020000;
    public const int CloneNewUts = 0x04000000;
    public const int CloneNewUser = 0x10000000;
    public const int CloneNewNet = 0x40000000;

    // sys/mount.h
    public const int MountRecursive = 0x4000;
    public const int MountBind = 0x1000;
    public const int MountReadOnly = 1;

    // mount_setattr(2): a struct of four 64-bit words, the first sets and the second clears.
    public const int MountAttributesBytes = 32;
    public const int AtRecursive = 0x8000;
    public const int AtCurrentDirectory = -100;
    public const int MountSlave = 1 << 19;
    public const int MountShared = 1 << 20;

    // linux/prctl.h
    public const int SetParentDeathSignal = 1;
    public const int GetDumpable = 3;
    public const int SetDumpable = 4;
    public const int SetKeepCaps = 8;
    public const int DropFromBounding = 24;
    public const int SetNoNewPrivileges = 38;
    public const int Ambient = 47;
    public const int AmbientRaise = 2;

    // linux/landlock.h: struct landlock_ruleset_attr is three 64-bit words, handled_access_fs, handled_access_net and scoped; the first kernels know the first alone.
    public const int LandlockVersion = 1;
    public const int LandlockAttributesBytes = 24;
    public const int LandlockFirstAttributesBytes = 8;
    public const ulong LandlockMakeBlock = 1 << 11;
    public const ulong LandlockScopeSignal = 1 << 1;
    public const int LandlockVersionOfScopes = 6;

    // linux/capability.h
    public const uint CapabilityVersion3 = 0x20080522;
    public const int CapNetBindService = 10;
    public const int CapNetBroadcast = 11;
    public const int CapNetAdmin = 12;
    public const int CapNetRaw = 13;
    public const int CapSysAdmin = 21;

    // linux/wait.h, bits/waitflags.h, asm-generic/siginfo.h
    public const int WaitPidFd = 3;
    public const int WaitExited = 4;
    public const int WaitNoHang = 1;
    public const int ChildExited = 1;

    // linux/pidfd.h, since 6.9
    public const int PidFdSignalProcessGroup = 4;

    // signal.h
    public const int SignalSetMask = 2;
    public const int LastSignal = 64;
}
