using System.Collections.Immutable;
using Vdeorch.Linux.Native;

namespace Vdeorch.Linux.Cgroups;

/// <summary>What this host's cgroup v2 offers to this process. Read only.</summary>
/// <remarks>linux/Documentation/admin-guide/cgroup-v2.rst, "Delegation".</remarks>
/// <param name="Mount">Where the hierarchy is mounted; null: nowhere.</param>
/// <param name="Own">Directory of the group this process is in; null when that is outside of the mount.</param>
/// <param name="Places">Where groups of our own could be made, the best first.</param>
/// <param name="Legacy">Controllers that cgroup v1 holds, and v2 so has not.</param>
public sealed record CgroupHost(string? Mount, string? Own, ImmutableArray<CgroupPlace> Places, ImmutableArray<string> Legacy)
{
    /// <param name="isRoot">Then groups are made below the root of the hierarchy, which may hold processes itself; else in the group we are in or the next above it that is ours.</param>
    public static CgroupHost Look(bool isRoot)
    {
        string? mount = MountOf(Lines("/proc/self/mountinfo"));
        string[] groups = Lines("/proc/self/cgroup");
        string? own = mount is not null && OwnOf(groups) is { } path && Directory.Exists($"{mount}{path}") ? $"{mount}{path}".TrimEnd('/') : null;
        ImmutableArray<string> legacy = [.. groups.Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3 && parts[0] != "0").SelectMany(parts => parts[1].Split(','))];
        string[] candidates = mount is null ? [] : isRoot ? [mount] : own is null ? [] : [.. Upwards(own, mount)];
        return new CgroupHost(mount, own, [.. candidates.Select(PlaceOf)], legacy);
    }

    /// <returns>Null when no line is of a cgroup v2 mount.</returns>
    public static string? MountOf(IEnumerable<string> mountInfo) => mountInfo.Select(line => line.Split(' '))
        .Where(words => Array.IndexOf(words, "-") is > 4 and int dash && words.Length > dash + 1 && words[dash + 1] == "cgroup2")
        .Select(words => words[4].Replace("\\040", " ", StringComparison.Ordinal)).FirstOrDefault();

    /// <returns>Its path below the mount, with a slash first; null when it is in no group of v2 that can be named.</returns>
    public static string? OwnOf(IEnumerable<string> procCgroup) => procCgroup.Where(line => line.StartsWith("0::/", StringComparison.Ordinal) && !line.StartsWith("0::/..", StringComparison.Ordinal))
        .Select(line => line["0::".Length..]).FirstOrDefault();

    static List<string> Upwards(string own, string mount)
    {
        List<string> all = [];
        for (string at = own; at.Length >= mount.Length && at.StartsWith(mount, StringComparison.Ordinal); at = Path.GetDirectoryName(at) ?? "")
        {
            all.Add(at);
        }

        return all;
    }

    static CgroupPlace PlaceOf(string directory) => new(directory, Words($"{directory}/cgroup.controllers"))
    {
        // What is delegated gives both with the directory. Asked, not tried: who only looks opens nothing to write.
        IsWritable = Syscalls.MayWrite($"{directory}/cgroup.procs") && Syscalls.MayWrite($"{directory}/cgroup.subtree_control"),
        Enabled = Words($"{directory}/cgroup.subtree_control"),
    };

    static ImmutableArray<string> Words(string file) => [.. Lines(file).SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <param name="Controllers">That groups below it can have.</param>
public sealed record CgroupPlace(string Directory, ImmutableArray<string> Controllers)
{
    /// <summary>Groups can be made in it, and processes moved to and fro below it.</summary>
    public bool IsWritable { get; init; }

    /// <summary>Those that groups below it have already.</summary>
    public ImmutableArray<string> Enabled { get; init; } = [];
}
