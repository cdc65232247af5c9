using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Native;

/// <summary><c>struct statx</c> of linux/stat.h, the fields used; the layout is the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Statx
{
    [FieldOffset(8)] public ulong Attributes;
    [FieldOffset(20)] public uint Uid;
    [FieldOffset(24)] public uint Gid;
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(56)] public ulong AttributesMask;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;
}

/// <summary><c>siginfo_t</c> as waitid(2) fills it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct ChildSignalInfo
{
    [FieldOffset(8)] public int Code;
    [FieldOffset(16)] public int Pid;
    [FieldOffset(24)] public int Status;
}

/// <summary><c>struct __user_cap_header_struct</c> of linux/capability.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CapabilityHeader
{
    public uint Version;
    public int Pid;
}

/// <summary>The two <c>struct __user_cap_data_struct</c> of version 3: capabilities 0..31, then 32..63.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CapabilitySets
{
    public uint Effective;
    public uint Permitted;
    public uint Inheritable;
    public uint EffectiveHigh;
    public uint PermittedHigh;
    public uint InheritableHigh;
}

/// <summary><c>struct passwd</c> of pwd.h. The pointers lie in the buffer given to getpwuid_r.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Passwd
{
    public byte* Name;
    public byte* Password;
    public uint Uid;
    public uint Gid;
    public byte* Gecos;
    public byte* Directory;
    public byte* Shell;
}

/// <summary><c>struct group</c> of grp.h. The pointers lie in the buffer given to getgrnam_r.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Group
{
    public byte* Name;
    public byte* Password;
    public uint Gid;
    public byte** Members;
}
