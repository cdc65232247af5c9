using Vdeorch.Linux.Native;

namespace Vdeorch.Linux.Processes;

/// <summary>What the child is to do, in the order it does it, and what became of it. Native memory of the parent, shared with the child.</summary>
internal unsafe struct ChildOrders
{
    /// <summary>syscall(2): the number, then six arguments.</summary>
    public delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, nint, nint, nint> Syscall;

    /// <summary>Where the C library keeps this thread's errno; the child runs on the parent's thread-local storage.</summary>
    public int* Errno;

    /// <summary>Every call is a getpid instead and nothing happens: see <see cref="Child"/>.</summary>
    public bool IsRehearsal;

    /// <summary>Written by the kernel before the child runs.</summary>
    public int Pid;

    // What failed: zero while all is well.
    public ChildStep FailedStep;
    public int FailedIndex;
    public int FailedErrno;

    /// <summary>For a new user namespace: the child says it is there on the first, and waits on the second until its ids are mapped. -1: none.</summary>
    public int ReadyFd;
    public int MappedFd;

    // -1: none.
    public int Group;
    public int UserNamespace;
    public int MountNamespace;
    public int NetNamespace;

    public bool MakesMountsSlave;
    public int BindCount;
    public byte** BindSources;
    public byte** BindTargets;

    // File system and options, for an overlay; empty ones for a bind.
    public byte** BindTypes;
    public byte** BindOptions;
    public int* BindFlags;

    // Words of mount_setattr(2), of four each: what makes read-only, and what makes writable. Count -1: everything is left as it is.
    public int WritableCount;
    public byte** Writable;
    public ulong* ReadOnlyAttributes;
    public ulong* WritableAttributes;

    public bool NewSession;
    public bool EndsWithParent;
    public byte* WorkingDirectory;

    // Descriptor Sources[i] becomes Targets[i]; Moved is scratch. Floor lies above every target.
    public int DescriptorCount;
    public int* DescriptorSources;
    public int* DescriptorTargets;
    public int* DescriptorsMoved;
    public int DescriptorFloor;

    public Privileges Privileges;
    public bool ChangesUser;
    public uint Uid;
    public uint Gid;
    public CapabilityHeader CapabilityHeader;
    public CapabilitySets Capabilities;

    /// <summary>A struct landlock_ruleset_attr and how much of it this kernel knows; zero: no ruleset is made.</summary>
    public int RulesetBytes;
    public ulong* Ruleset;

    /// <summary>A zeroed struct sigaction, and an empty signal set.</summary>
    public byte* Zeroes;

    public byte** Candidates;
    public byte** Arguments;
    public byte** Environment;
}

internal enum ChildStep
{
    Nothing, AwaitIds, JoinGroup, JoinUser, JoinMount, JoinNet, UnshareMounts, MakeMountsSlave, Bind, MakeReadOnly, MakeWritable, NewSession, WorkingDirectory, MoveDescriptor, SealDescriptors,
    PlaceDescriptor, KeepCapabilities, SetGroups, SetGid, SetUid, ReadCapabilities, SetCapabilities, RaiseAmbient, NoNewPrivileges, MakeRuleset, Enclose, EndWithParent, SignalMask, Execute,
}
