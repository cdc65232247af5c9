using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Hooks: those that have run in the namespaces that are there.</summary>
internal static class HookObserver
{
    /// <param name="objects">With the namespaces and interfaces that were found.</param>
    /// <param name="applied">What was asked for last; null when unknown.</param>
    public static void Observe(RunDirectory run, string topology, Topology? applied, ImmutableArray<Observed>.Builder objects)
    {
        (string, HookNote)[] noted = [.. HookNote.All(run, topology)];
        if (noted.Length == 0)
        {
            return;
        }

        Dictionary<string, HooksSpec> specs = applied?.Hooks.ToDictionary(spec => spec.Namespace) ?? [];
        ILookup<string, ResourceId> interfaces = objects.Where(thing => thing.Id.Kind == Kinds.Interface).Select(thing => thing.Id).ToLookup(id => id.Name.Split('/')[0]);
        HashSet<ResourceId> namespaces = [.. objects.Where(thing => thing.Id.Kind == Kinds.Namespace).Select(thing => thing.Id)];
        foreach ((string name, HookNote note) in noted)
        {
            ResourceId ns = new(Kinds.Namespace, name);
            using NetNamespace? there = NetNamespace.TryOpen(run.Pin(topology, name));
            if (namespaces.Contains(ns) && there is not null && note.IsOf(there.Identity))
            {
                objects.Add(new Observed(new ResourceId(Kinds.Hooks, name), Health.Healthy)
                {
                    Fields = HooksSpec.Of(HooksSpec.UpPath, note.Up).AddRange(HooksSpec.Of(HooksSpec.DownPath, note.Down)).ToImmutableSortedDictionary(field => field.Path, field => field.Value, StringComparer.Ordinal),
                    Enumerated = [HooksSpec.UpPath, HooksSpec.DownPath],
                    DependsOn = [ns, .. interfaces[name], .. specs.GetValueOrDefault(name)?.StartsAfter ?? []],
                });
            }
        }
    }
}
