using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Limiting;
using Vdeorch.Linux.Cgroups;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Limits as the kernel has them. Those whose controller this host does not give are not seen, and so are no drift.</summary>
internal static class LimitObserver
{
    /// <param name="topologies">Where nobody asks for limits and no group is there, none are looked for.</param>
    public static IEnumerable<Observed> Look(RunDirectory run, string topology, IEnumerable<Observed> things, params ReadOnlySpan<Topology?> topologies)
    {
        string? root = LimitPlaces.Used(run);
        if (root is null && !IsAsked(topologies))
        {
            return things;
        }

        ImmutableArray<string> controllers = Controllers(run, root);
        LimitFile[] seen = [.. LimitFiles.All.Where(file => controllers.Contains(file.Controller))];
        return things.Select(thing => thing.Id.Kind is Kinds.Namespace or Kinds.Service ? Look(thing, root, topology, seen) : thing);
    }

    static Observed Look(Observed thing, string? root, string topology, LimitFile[] seen)
    {
        Limits limits = root is null ? Limits.None : Read(Directory(root, topology, thing.Id.Name.Split('/')), seen);
        return thing with
        {
            Fields = thing.Fields.SetItems(limits.Fields.Select(field => KeyValuePair.Create(field.Path, field.Value))),
            Enumerated = [.. thing.Enumerated, .. seen.Select(file => file.Path)],
        };
    }

    static bool IsAsked(ReadOnlySpan<Topology?> topologies)
    {
        foreach (Topology? topology in topologies)
        {
            if (topology is not null && (topology.Namespaces.Any(ns => !ns.Limits.IsNone) || topology.Services.Any(service => !service.Limits.IsNone)))
            {
                return true;
            }
        }

        return false;
    }

    /// <returns>What to tell people of limits that are asked for and have no effect; empty when all have.</returns>
    public static string[] Complain(RunDirectory run, Topology? wished)
    {
        string[] limited =
        [
            .. (wished?.Namespaces ?? []).Where(ns => !ns.Limits.IsNone).Select(ns => ns.Id.ToString()),
            .. (wished?.Services ?? []).Where(service => !service.Limits.IsNone).Select(service => service.Id.ToString()),
        ];
        return limited.Length > 0 && LimitGround.Of(run).Warning(limited) is { } warning ? [warning] : [];
    }

    static string Directory(string root, string topology, string[] name) => name.Length == 1
        ? LimitPlaces.Namespace(root, topology, name[0])
        : $"{LimitPlaces.Namespace(root, topology, name[0])}/{LimitPlaces.Service(name[1])}";

    static ImmutableArray<string> Controllers(RunDirectory run, string? root) => root is null ? LimitGround.Of(run).Controllers
        : [.. (CgroupValues.Read(root, "cgroup.subtree_control") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    static Limits Read(string directory, LimitFile[] files) =>
        files.Aggregate(Limits.None, (limits, file) => CgroupValues.Read(directory, file.Name) is { } text ? LimitFiles.Parse(file, text, limits) : limits);
}
