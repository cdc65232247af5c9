using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Cgroups;

namespace Vdeorch.Engine.Limiting;

/// <summary>Where on this host limits can be put, and what stands against those that cannot. Looks only.</summary>
/// <param name="Directory">The group in which we make ours; null: nowhere.</param>
/// <param name="Controllers">Of those that limits need, what it can give.</param>
public sealed record LimitGround(string? Directory, ImmutableArray<string> Controllers)
{
    static readonly ImmutableArray<string> s_needed = [.. LimitFiles.All.Select(file => file.Controller)];

    /// <summary>Why some limit has no effect here; null: all have.</summary>
    public string? Lack { get; init; }

    /// <summary>What would do about it.</summary>
    public string? Fix { get; init; }

    public static LimitGround Of(RunDirectory run) => Of(CgroupHost.Look(!run.IsRootless), !run.IsRootless);

    public static LimitGround Of(CgroupHost host, bool isRoot)
    {
        string delegated = "start the engine in a group of its own: systemd-run --user --scope -p Delegate=yes vdeorch engine run, or run vdeorch as root";
        if (host.Mount is null)
        {
            return new LimitGround(null, [])
            {
                Lack = "no cgroup v2 is mounted",
                Fix = "boot with systemd.unified_cgroup_hierarchy=1; without systemd: mount -t cgroup2 none /sys/fs/cgroup",
            };
        }

        CgroupPlace[] ours = [.. host.Places.Where(place => place.IsWritable)];
        if (ours.Length == 0)
        {
            return new LimitGround(null, [])
            {
                Lack = host.Own is null ? $"this process is in no group of {host.Mount}" : $"{host.Own} is not delegated: it and what is above it is not writable",
                Fix = isRoot ? "in a container, mount the cgroups writable" : delegated,
            };
        }

        CgroupPlace best = ours.MaxBy(place => s_needed.Intersect(place.Controllers).Count())!;
        ImmutableArray<string> given = [.. s_needed.Intersect(best.Controllers)];
        string[] missing = [.. s_needed.Except(given)];
        string[] legacy = [.. missing.Intersect(host.Legacy)];
        return missing.Length == 0 ? new LimitGround(best.Directory, given) : new LimitGround(best.Directory, given)
        {
            Lack = $"{best.Directory} has no controller {string.Join(", ", missing)} to give{(legacy.Length > 0 ? $": cgroup v1 holds {string.Join(", ", legacy)}" : "")}",
            Fix = legacy.Length > 0 ? "boot with systemd.unified_cgroup_hierarchy=1 (cgroup_no_v1=all)"
                : isRoot ? "use a kernel with CONFIG_CGROUP_SCHED, CONFIG_CFS_BANDWIDTH, CONFIG_MEMCG and CONFIG_CGROUP_PIDS; in a container, have them delegated to it"
                : $"sudo systemctl edit user@.service, with [Service] Delegate={string.Join(' ', s_needed)}, and log in again",
        };
    }

    /// <summary>For people, in one line; null when all limits have effect.</summary>
    public string? Warning(IEnumerable<string> objects) => Lack is null ? null : $"limits of {string.Join(", ", objects)} have no effect here{(Controllers.IsEmpty ? "" : $", but for {string.Join(", ", Controllers)}")}: {Lack}; {Fix}";
}
