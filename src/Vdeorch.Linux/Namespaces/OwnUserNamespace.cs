using Vdeorch.Linux.Native;
using Vdeorch.Linux.Processes;
using Account = Vdeorch.Linux.Credentials.Credentials;

namespace Vdeorch.Linux.Namespaces;

/// <summary>A user namespace with one's own id in it and no other: what every user may make, without any help.</summary>
/// <remarks>user_namespaces(7)</remarks>
public static class OwnUserNamespace
{
    /// <summary>Starts a process in a new user and mount namespace, where the user keeps its ids and may do everything to what is made inside.</summary>
    /// <exception cref="LinuxException">Also when the host does not let users make namespaces: EPERM, ENOSPC.</exception>
    public static int Spawn(SpawnRequest request) => Spawner.Spawn(request, MapIds);

    static void MapIds(int pid)
    {
        uint uid = Account.EffectiveUid;
        uint gid = Account.EffectiveGid;
        Syscalls.WriteFile($"/proc/{pid}/uid_map", $"{uid} {uid} 1");
        // Without privilege the kernel wants setgroups given up before the groups are mapped.
        Syscalls.WriteFile($"/proc/{pid}/setgroups", "deny");
        Syscalls.WriteFile($"/proc/{pid}/gid_map", $"{gid} {gid} 1");
    }
}
