using System.Collections.Immutable;
using Vdeorch.Linux.Io;

namespace Vdeorch.Linux.Processes;

/// <summary>A process to start. The descriptors stay the caller's; they are only used during the call.</summary>
public sealed record SpawnRequest
{
    /// <summary>An absolute path as seen inside the joined mount namespace; without a slash, found via PATH of <see cref="Environment"/>.</summary>
    public required string Program { get; init; }

    /// <summary>argv, [0] included.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary><c>KEY=value</c>, the whole of it: nothing is inherited.</summary>
    public required ImmutableArray<string> Environment { get; init; }

    public string WorkingDirectory { get; init; } = "/";

    // Joined in this order; null: the calling thread's.
    public Fd? JoinUser { get; init; }
    public Fd? JoinMount { get; init; }
    public Fd? JoinNet { get; init; }

    /// <summary>Non-empty: the process gets a mount namespace of its own (propagation slave) and each bind in it. A target that is a symbolic link is followed.</summary>
    public ImmutableArray<BindMount> Binds { get; init; } = [];

    /// <summary>Not null: everything it sees is read-only but what is mounted at these places, each a target of <see cref="Binds"/>, of which there is one at least. Linux 5.12.</summary>
    public ImmutableArray<string>? Writable { get; init; }

    /// <summary><c>cgroup.procs</c> of a group, open for writing: the process is in it before it is anybody. Null: that of the caller.</summary>
    public Fd? JoinGroup { get; init; }

    // null: the caller's.
    public Fd? StandardInput { get; init; }
    public Fd? StandardOutput { get; init; }
    public Fd? StandardError { get; init; }

    /// <summary>Become 3, 4, ... in the process, whatever their numbers here; every other descriptor of ours stays behind.</summary>
    public ImmutableArray<Fd> Pass { get; init; } = [];

    /// <summary>setsid: leader of a session and process group of its own.</summary>
    public bool NewSession { get; init; }

    /// <summary>Killed when the thread that starts it ends, however that comes, so it should live as long as the process; a thread of the pool does not, and has one start it that does. A set-user-id program forgets it.</summary>
    public bool EndsWithParent { get; init; }

    public Privileges Privileges { get; init; } = Privileges.Inherit;

    /// <summary>
    /// It may trace, and so look into by /proc, no process but those it starts, whoever else's user it is; since Linux 6.12 it may signal no other either. Needs no_new_privs or root. By landlock(7):
    /// where the kernel has none it has no effect, see <see cref="Landlock"/>. Between directories that differ it may not rename files before 6.12: as across file systems, EXDEV.
    /// </summary>
    public bool IsEnclosed { get; init; }

    /// <summary>setgroups([]), setresgid, setresuid, as seen in the joined user namespace.</summary>
    public (uint Uid, uint Gid)? RunAs { get; init; }
}

/// <param name="Source">A file or directory; for <see cref="IsLaidOver"/> a directory.</param>
public sealed record BindMount(string Source, string Target)
{
    /// <summary>The target stays to be seen under the source, whose files hide those of the same names, and nothing in it can be changed: overlayfs, without root since Linux 5.11.</summary>
    public bool IsLaidOver { get; init; }

    /// <summary>With what is mounted below the source.</summary>
    public bool IsDeep { get; init; }
}

/// <summary>What the process may do once it runs.</summary>
public enum Privileges
{
    /// <summary>What the kernel makes of our own at execve.</summary>
    Inherit,

    /// <summary>Every permitted capability is also ambient and so survives execve, whatever the user id; also across <see cref="SpawnRequest.RunAs"/>.</summary>
    AmbientAll,

    /// <summary>NET_ADMIN, NET_RAW and NET_BIND_SERVICE alone, ambient; the bounding set of the rest dropped where we may; no_new_privs.</summary>
    AmbientNet,

    /// <summary>No capability, the bounding set dropped where we may, no_new_privs.</summary>
    None,
}
