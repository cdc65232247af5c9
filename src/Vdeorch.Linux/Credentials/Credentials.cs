using System.Runtime.InteropServices;
using Vdeorch.Linux.Native;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Credentials;

/// <summary>Who we are, to the kernel, as our own user namespace names it.</summary>
public static unsafe partial class Credentials
{
    const int FirstBufferBytes = 1024;
    const int LargestBufferBytes = 1024 * 1024;

    public static uint EffectiveUid => geteuid();

    public static uint EffectiveGid => getegid();

    /// <summary>Whether the effective set has NET_ADMIN and SYS_ADMIN: over our own user namespace, which need not be the host's.</summary>
    public static bool CanAdministrateNetwork
    {
        get
        {
            CapabilityHeader header = new() { Version = Kernel.CapabilityVersion3 };
            CapabilitySets sets;
            const uint Needed = (1u << Kernel.CapNetAdmin) | (1u << Kernel.CapSysAdmin);
            return Syscalls.Raw(SyscallNumbers.CapGet, (nint)(&header), (nint)(&sets)) == 0 && (sets.Effective & Needed) == Needed;
        }
    }

    /// <returns>Null when the account is unknown.</returns>
    public static (string Home, string Shell)? Account(uint uid) => Find(uid) is { } found ? (found.Home, found.Shell) : null;

    /// <returns>Null when the account is unknown.</returns>
    public static string? Name(uint uid) => Find(uid)?.Name;

    /// <returns>Of an account by its name; null when it is unknown.</returns>
    public static uint? UserId(string name)
    {
        for (int bytes = FirstBufferBytes; bytes <= LargestBufferBytes; bytes *= 4)
        {
            fixed (byte* text = Syscalls.Path(name))
            fixed (byte* buffer = new byte[bytes])
            {
                Passwd entry;
                Passwd* found;
                int error = Syscalls.GetAccountNamed(text, &entry, buffer, (nuint)bytes, &found);
                if (error != ERANGE)
                {
                    return error == 0 && found is not null ? found->Uid : null;
                }
            }
        }

        return null;
    }

    /// <returns>Of a group by its name; null when it is unknown.</returns>
    public static uint? GroupId(string name)
    {
        for (int bytes = FirstBufferBytes; bytes <= LargestBufferBytes; bytes *= 4)
        {
            fixed (byte* text = Syscalls.Path(name))
            fixed (byte* buffer = new byte[bytes])
            {
                Group entry;
                Group* found;
                int error = Syscalls.GetGroup(text, &entry, buffer, (nuint)bytes, &found);
                if (error != ERANGE)
                {
                    return error == 0 && found is not null ? found->Gid : null;
                }
            }
        }

        return null;
    }

    /// <returns>Null when the group is unknown.</returns>
    public static string? GroupName(uint gid)
    {
        for (int bytes = FirstBufferBytes; bytes <= LargestBufferBytes; bytes *= 4)
        {
            fixed (byte* buffer = new byte[bytes])
            {
                Group entry;
                Group* found;
                int error = Syscalls.GetGroupNumbered(gid, &entry, buffer, (nuint)bytes, &found);
                if (error != ERANGE)
                {
                    return error == 0 && found is not null ? Text(found->Name) : null;
                }
            }
        }

        return null;
    }

    /// <summary>Whether this process has the group, as its own or as a further one.</summary>
    public static bool IsIn(uint group)
    {
        int count = GetGroups(0, null);
        uint[] groups = new uint[Math.Max(count, 0)];
        fixed (uint* into = groups)
        {
            count = GetGroups(groups.Length, into);
        }

        return group == EffectiveGid || groups.AsSpan(0, Math.Max(count, 0)).Contains(group);
    }

    /// <summary>Whether an account has the group, as its own or as a further one. One that is unknown has none.</summary>
    public static bool IsMember(uint uid, uint group)
    {
        if (Find(uid) is not { } account)
        {
            return false;
        }

        int count = 64;
        while (true)
        {
            uint[] groups = new uint[count];
            fixed (byte* name = Syscalls.Path(account.Name))
            fixed (uint* into = groups)
            {
                // Its count is what there is room for, then what there are.
                if (GetGroupList(name, account.Gid, into, ref count) >= 0)
                {
                    return groups.AsSpan(0, count).Contains(group);
                }
            }

            if (count <= groups.Length)
            {
                return false;
            }
        }
    }

    static (string Name, uint Gid, string Home, string Shell)? Find(uint uid)
    {
        for (int bytes = FirstBufferBytes; bytes <= LargestBufferBytes; bytes *= 4)
        {
            // The strings lie in the buffer, which lives until they have been copied.
            fixed (byte* buffer = new byte[bytes])
            {
                Passwd entry;
                Passwd* found;
                int error = Syscalls.GetAccount(uid, &entry, buffer, (nuint)bytes, &found);
                if (error != ERANGE)
                {
                    return error == 0 && found is not null ? (Text(found->Name), found->Gid, Text(found->Directory), Text(found->Shell)) : null;
                }
            }
        }

        return null;
    }

    static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    [LibraryImport("libc.so.6", EntryPoint = "getgroups")]
    private static partial int GetGroups(int size, uint* into);

    [LibraryImport("libc.so.6", EntryPoint = "getgrouplist")]
    private static partial int GetGroupList(byte* user, uint group, uint* groups, ref int count);
}
