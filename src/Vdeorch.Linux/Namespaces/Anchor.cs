using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using Vdeorch.Linux.Processes;
using static Tmds.Linux.LibC;
using Account = Vdeorch.Linux.Credentials.Credentials;

namespace Vdeorch.Linux.Namespaces;

/// <summary>The process that keeps an unprivileged user's namespaces alive: <c>sleep infinity</c> under another name, in a user and mount namespace of its own.</summary>
/// <remarks>user_namespaces(7), newuidmap(1). Its ids are mapped from outside, by a thread, while the thread that cloned it sleeps.</remarks>
public static class Anchor
{
    /// <summary>Its argv[0].</summary>
    public const string Name = "vdeorch-anchor";

    /// <summary>In the environment of whoever is inside: of which run directory.</summary>
    public const string Mark = "VDEORCH_ANCHOR";

    const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Starts one. With subordinate ids and newuidmap at hand, id 0 inside is the user and 1 and up are the whole range; else the user is mapped onto
    /// itself, also when newuidmap is there and refuses (no setuid bit, as in many containers).</summary>
    /// <returns>Its id; a child of ours until we end. It knows its run directory by <c>VDEORCH_ANCHOR</c> in its environment.</returns>
    /// <exception cref="LinuxException">Names what the kernel refused: the namespace, or the map.</exception>
    public static int Start(string runDirectory)
    {
        using Fd nowhere = Syscalls.Open("/dev/null", O_RDWR);
        return Spawner.Spawn(
            new SpawnRequest
            {
                Program = "sleep",
                Arguments = [Name, "infinity"],
                Environment = [Path, $"{Mark}={runDirectory}"],
                StandardInput = nowhere,
                StandardOutput = nowhere,
                StandardError = nowhere,
                NewSession = true,
            },
            MapIds);
    }

    /// <summary>Whether more than the user itself is mapped inside.</summary>
    public static bool UsesSubordinateIds(int pid)
    {
        // Lines of three numbers: inside, outside, count.
        string[] lines = ReadLines($"/proc/{pid}/uid_map");
        return lines.Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture)) > 1;
    }

    /// <summary>What <see cref="Start"/> maps for this user, if newuidmap does as it is told: inside, outside, count.</summary>
    public static (ImmutableArray<(uint, uint, uint)> Users, ImmutableArray<(uint, uint, uint)> Groups) Ranges()
    {
        (uint uid, uint gid) = (Account.EffectiveUid, Account.EffectiveGid);
        (ImmutableArray<(uint, uint)> uids, ImmutableArray<(uint, uint)> gids) = Subordinate(uid);
        return uids.Length > 0 && gids.Length > 0 ? (IdRanges.Of(uid, uids), IdRanges.Of(gid, gids)) : ([(uid, uid, 1)], [(gid, gid, 1)]);
    }

    static (ImmutableArray<(uint, uint)> Users, ImmutableArray<(uint, uint)> Groups) Subordinate(uint uid)
    {
        string? name = Account.Name(uid);
        return ([.. IdRanges.Of(ReadLines("/etc/subuid"), name, uid)], [.. IdRanges.Of(ReadLines("/etc/subgid"), name, uid)]);
    }

    static void MapIds(int pid)
    {
        uint uid = Account.EffectiveUid;
        uint gid = Account.EffectiveGid;
        (ImmutableArray<(uint, uint)> uids, ImmutableArray<(uint, uint)> gids) = Subordinate(uid);
        string? refusal = null;
        if (uids.Length > 0 && gids.Length > 0 && TryMapBy("newuidmap", pid, IdRanges.Map(uid, uids), out refusal))
        {
            if (!TryMapBy("newgidmap", pid, IdRanges.Map(gid, gids), out refusal))
            {
                throw new LinuxException(EPERM, "newgidmap", $"groups of {Account.Name(uid)}", refusal); // the users are mapped already: no way back
            }

            return;
        }

        // One's own id needs no helper. Without privilege the kernel wants setgroups given up before the groups are mapped.
        Syscalls.WriteFile($"/proc/{pid}/uid_map", $"{uid} {uid} 1");
        Syscalls.WriteFile($"/proc/{pid}/setgroups", "deny");
        Syscalls.WriteFile($"/proc/{pid}/gid_map", $"{gid} {gid} 1");
    }

    /// <param name="refusal">What the helper printed, or why it could not be run.</param>
    static bool TryMapBy(string helper, int pid, IEnumerable<string> map, out string? refusal)
    {
        (Fd read, Fd write) = Syscalls.Pipe();
        using (read)
        using (write)
        {
            int child;
            try
            {
                child = Spawner.Spawn(new SpawnRequest
                {
                    Program = helper,
                    Arguments = [helper, pid.ToString(CultureInfo.InvariantCulture), .. map],
                    Environment = [Path],
                    StandardError = write,
                });
            }
            catch (LinuxException absent)
            {
                refusal = absent.Message;
                return false;
            }

            write.Dispose();
            byte[] said = new byte[512];
            int count = Syscalls.ReadFully(read.Number, said);
            refusal = System.Text.Encoding.UTF8.GetString(said, 0, Math.Max(count, 0)).Trim();
            return Syscalls.WaitForChild(child) == 0;
        }
    }

    static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
