using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Cgroups;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Limiting;

/// <summary>
/// Makes the groups that limits are put on, fills them and removes them. A group that gives controllers to others holds no process, so all are in
/// leaves, the engine too where the group it was started in is the ground. Owns nothing: groups are found by their names.
/// </summary>
/// <param name="ground">Looked for when the first limit is put on something.</param>
internal sealed class LimitGroups(RunDirectory run, Lazy<LimitGround> ground)
{
    const string EngineLeaf = "main";

    // Between a look at who is in a group and the move others may be born.
    const int Sweeps = 5;

    public static LimitGroups On(RunDirectory run) => new(run, new Lazy<LimitGround>(() => LimitGround.Of(run)));

    /// <summary>Puts limits on all of a namespace.</summary>
    /// <param name="services">Of its services, by process.</param>
    /// <exception cref="Vdeorch.Linux.LinuxException">The kernel refuses: EACCES, EBUSY.</exception>
    public void Limit(string topology, string ns, Limits limits, IReadOnlyDictionary<int, string> services)
    {
        string? there = LimitPlaces.Used(run) is { } root && Directory.Exists(LimitPlaces.Namespace(root, topology, ns)) ? root : null;
        if (there is null && (limits.IsNone || ground.Value.Controllers.IsEmpty))
        {
            return;
        }

        Cgroup group = Namespace(topology, ns);
        Write(group.Directory, limits);
        for (int sweep = 0; sweep < Sweeps && Fill(group, topology, ns, services) > 0; sweep++)
        {
        }
    }

    /// <summary>Puts limits on one service. Where it already runs it is brought in.</summary>
    /// <param name="pid">Null: it does not run yet.</param>
    public void Limit(string topology, string ns, string service, Limits limits, int? pid)
    {
        bool isThere = LimitPlaces.Used(run) is { } root && Directory.Exists(LimitPlaces.Namespace(root, topology, ns));
        if (!isThere && (limits.IsNone || ground.Value.Controllers.IsEmpty))
        {
            return;
        }

        Cgroup leaf = Cgroup.Make($"{Namespace(topology, ns).Directory}/{LimitPlaces.Service(service)}");
        Write(leaf.Directory, limits);
        if (pid is { } running)
        {
            leaf.Move(running);
        }
    }

    /// <summary>For what is about to be started in a namespace; the caller closes it.</summary>
    /// <param name="leaf">Of a service, or of all else.</param>
    /// <returns>Null: the namespace has no limits.</returns>
    public static Fd? Door(RunDirectory run, string topology, string ns, string leaf)
    {
        if (LimitPlaces.Used(run) is not { } root || !Directory.Exists(LimitPlaces.Namespace(root, topology, ns)))
        {
            return null;
        }

        string directory = $"{LimitPlaces.Namespace(root, topology, ns)}/{leaf}";
        return (Cgroup.Find(directory) ?? Cgroup.Make(directory)).OpenProcesses();
    }

    /// <summary>Of a service that is gone. What it left behind stays in it, and goes with the namespace.</summary>
    public static void Forget(RunDirectory run, string topology, string ns, string service)
    {
        if (LimitPlaces.Used(run) is { } root)
        {
            Cgroup.TryRemove($"{LimitPlaces.Namespace(root, topology, ns)}/{LimitPlaces.Service(service)}");
        }
    }

    /// <summary>Of a namespace that is gone, and its processes with it; after the last one nothing of ours is left.</summary>
    public static void Forget(RunDirectory run, string topology, string ns)
    {
        if (LimitPlaces.Used(run) is not { } root)
        {
            return;
        }

        string group = LimitPlaces.Namespace(root, topology, ns);
        if (!Cgroup.TryRemove(group) && Cgroup.Find(group) is { } populated)
        {
            // What entered another network namespace is still in its group.
            populated.Kill();
            SpinWait.SpinUntil(() => !CgroupValues.IsPopulated(group), TimeSpan.FromSeconds(5));
            Cgroup.TryRemove(group);
        }

        if (Directory.EnumerateDirectories(root).Any() || !Cgroup.TryRemove(root))
        {
            return;
        }

        File.Delete(run.CgroupNote);
    }

    Cgroup Namespace(string topology, string ns)
    {
        string root = LimitPlaces.Used(run) ?? Prepare();
        Cgroup group = Cgroup.Make(LimitPlaces.Namespace(root, topology, ns));
        foreach (string controller in Given(root))
        {
            group.Give(controller);
        }

        Cgroup.Make($"{group.Directory}/{LimitPlaces.Others}");
        return group;
    }

    // The ground gives what it can to ours, which first takes the processes of the ground out of the way.
    string Prepare()
    {
        Cgroup place = Cgroup.Find(ground.Value.Directory!)!;
        if (CgroupHost.Look(isRoot: !run.IsRootless).Own == place.Directory && run.IsRootless)
        {
            Cgroup leaf = Cgroup.Make($"{place.Directory}/{EngineLeaf}");
            for (int sweep = 0; sweep < Sweeps && CgroupValues.Processes(place.Directory) is { Length: > 0 } inside; sweep++)
            {
                Array.ForEach(inside, leaf.Move);
            }
        }

        string root = LimitPlaces.Base(ground.Value.Directory!, run);
        Cgroup ours = Cgroup.Make(root);
        foreach (string controller in ground.Value.Controllers)
        {
            place.Give(controller);
            ours.Give(controller);
        }

        File.WriteAllText(run.CgroupNote, root);
        return root;
    }

    static ImmutableArray<string> Given(string directory) => [.. (CgroupValues.Read(directory, "cgroup.subtree_control") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    static void Write(string directory, Limits limits)
    {
        foreach (LimitFile file in LimitFiles.All.Where(file => File.Exists($"{directory}/{file.Name}")))
        {
            Cgroup.Find(directory)!.Write(file.Name, LimitFiles.Text(file, limits));
        }
    }

    /// <returns>How many were not in it before.</returns>
    int Fill(Cgroup group, string topology, string ns, IReadOnlyDictionary<int, string> services)
    {
        using NetNamespace? pinned = NetNamespace.TryOpen(run.Pin(topology, ns));
        HashSet<int> inside = [.. Directory.EnumerateDirectories(group.Directory).SelectMany(CgroupValues.Processes)];
        int[] outside = pinned is null ? [] : [.. ProcFs.Pids().Where(pid => pid != Environment.ProcessId && !inside.Contains(pid) && ProcFs.Namespace(pid, "net") == pinned.Identity)];
        foreach (int pid in outside)
        {
            // A service leads a session, and its children are in it unless they left.
            string leaf = ProcFs.Session(pid) is { } leader && services.TryGetValue(leader, out string? service) ? LimitPlaces.Service(service) : LimitPlaces.Others;
            Cgroup.Make($"{group.Directory}/{leaf}").Move(pid);
        }

        return outside.Length;
    }
}
