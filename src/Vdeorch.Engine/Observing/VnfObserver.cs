using System.Collections.Immutable;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Network functions that the kernel carries out: those that were made in the namespaces that are there, as they are now.</summary>
internal static class VnfObserver
{
    /// <param name="objects">With the namespaces and interfaces that were found.</param>
    /// <param name="isKnown">Whether it is known what was applied. If not, tables that nobody noted are looked for.</param>
    /// <exception cref="ObservationException">A table cannot be read.</exception>
    public static void Observe(RunDirectory run, string topology, bool isKnown, ImmutableArray<Observed>.Builder objects)
    {
        (string Vnf, VnfNote Note)[] noted = [.. VnfNote.All(run, topology)];
        if (noted.Length == 0 && isKnown)
        {
            return;
        }

        HashSet<string> namespaces = [.. objects.Where(thing => thing.Id.Kind == Kinds.Namespace).Select(thing => thing.Id.Name)];
        ILookup<string, ResourceId> interfaces = objects.Where(thing => thing.Id.Kind == Kinds.Interface).Select(thing => thing.Id).ToLookup(id => id.Name.Split('/')[0]);
        (string Vnf, VnfNote Note)[] notes = [.. noted.Where(note => namespaces.Contains(note.Vnf.Split('/')[0]))];
        try
        {
            List<Observed> found = [.. Task.WhenAll(notes.Select(note => ObserveAsync(run, topology, note.Vnf, note.Note))).GetAwaiter().GetResult().OfType<Observed>()];
            if (!isKnown)
            {
                IEnumerable<string> tables = Programs.IsThere(Nft.Tool) ? Task.WhenAll(namespaces.Select(ns => TablesAsync(run, topology, ns))).GetAwaiter().GetResult().SelectMany(stray => stray) : [];
                found.AddRange(tables.Concat(namespaces.SelectMany(ns => TunnelObserver.Strays(run, topology, ns))).Distinct().Except(notes.Select(note => note.Vnf))
                    .Select(vnf => new Observed(new ResourceId(Kinds.Vnf, vnf), Health.Unknown) { Enumerated = [""], Reason = "it is not known what it was made of" }));
            }

            objects.AddRange(found.Select(thing => thing with { DependsOn = [new ResourceId(Kinds.Namespace, thing.Id.Name.Split('/')[0]), .. interfaces[thing.Id.Name.Split('/')[0]]] }));
        }
        catch (LinuxException refused)
        {
            throw new ObservationException($"the network functions of '{topology}' cannot be looked at: {refused.Message}");
        }
    }

    static async Task<Observed?> ObserveAsync(RunDirectory run, string topology, string vnf, VnfNote note)
    {
        string[] name = vnf.Split('/');
        using NetNamespace? ns = NetNamespace.TryOpen(run.Pin(topology, name[0]));
        if (ns is null || !note.IsOf(ns.Identity))
        {
            return null;
        }

        ImmutableSortedDictionary<string, string>.Builder fields = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        fields.AddRange(note.Parameters);
        if (note.Ruleset is { } ruleset)
        {
            string? listing = await NftTable.ListAsync(ns, VnfSpec.TableOf(name[1]), CancellationToken.None);
            fields[VnfSpec.RulesPath] = listing == note.Listing ? VnfSpec.PrintRules(ruleset) : listing is null ? "gone" : $"changed by others: {Differs(note.Listing ?? "", listing)}";
        }

        if (note.Bridge is { } bridge)
        {
            fields[VnfSpec.BridgePath] = (await KernelBridge.FindAsync(ns, bridge, CancellationToken.None))?.ToString() ?? "gone";
        }

        foreach ((string link, QueueNote queue) in note.Queues ?? [])
        {
            string? listing = await QueueTree.ListAsync(ns, link, CancellationToken.None);
            fields[$"{VnfSpec.QueuePaths}{link}"] = listing == queue.Listing ? VnfSpec.PrintQueues(queue.Classes) : listing is null ? "gone" : $"changed by others: {Differs(queue.Listing, listing)}";
        }

        if (note.Sysctls.Length > 0)
        {
            using NamespaceThread thread = new("vdeorch-look");
            foreach ((string key, string? value) in thread.Run(ns, () => note.Sysctls.Select(key => (key, NamespaceObserver.ReadSysctl(key))).ToArray()))
            {
                fields[$"{VnfSpec.SysctlPaths}{key}"] = value ?? "unreadable";
            }
        }

        // Nothing else is asked for: what is not here is not so.
        Observed seen = new(new ResourceId(Kinds.Vnf, vnf), Health.Healthy) { Fields = fields.ToImmutable(), Enumerated = [""] };
        return note.Tunnel is { } tunnel ? await TunnelObserver.ObserveAsync(run, topology, ns, seen with { Fields = seen.Fields.RemoveRange(note.Parameters.Keys) }, tunnel) : seen;
    }

    // The first line that was not there, or is not any more.
    static string Differs(string then, string now)
    {
        string[] before = then.Split('\n');
        string[] after = now.Split('\n');
        return after.Except(before).FirstOrDefault() is { } added ? $"+ {added.Trim()}" : before.Except(after).FirstOrDefault() is { } gone ? $"- {gone.Trim()}" : "another order";
    }

    // The notes are lost; the table's name still says whose it is.
    static async Task<string[]> TablesAsync(RunDirectory run, string topology, string name)
    {
        using NetNamespace? ns = NetNamespace.TryOpen(run.Pin(topology, name));
        return ns is null ? [] : [.. (await NftTable.NamesAsync(ns, CancellationToken.None)).Where(table => table.StartsWith(VnfSpec.TableOf(""), StringComparison.Ordinal)).Select(table => $"{name}/{table[VnfSpec.TableOf("").Length..]}")];
    }
}
