using System.Collections.Immutable;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Network functions. Those that the kernel carries out: 1 settings, 2 the table, 3 queues, 4 a bridge, 5 a tunnel, 6 a note of all. Daemons are services.</summary>
internal sealed class VnfReconciler : IReconciler
{
    public string Kind => Kinds.Vnf;

    public Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct) =>
        Task.WhenAll(steps.Select(step => context.StepAsync(step, () => ServiceReconciler.IsProgram(step, context) ? ServiceReconciler.ApplyAsync(step, context) : step.Action == PlanAction.Delete ? DeleteAsync(step.Id, context, ct) : MakeAsync(context.Spec<VnfSpec>(step.Id), context, ct))));

    static async Task MakeAsync(VnfSpec spec, ApplyContext context, CancellationToken ct)
    {
        using NetNamespace ns = NetNamespace.Open(context.Run.Pin(context.Topology, spec.Namespace));
        VnfNote? before = VnfNote.Find(context.Run, context.Topology, spec.Id.Name) is { } note && note.IsOf(ns.Identity) ? note : null;
        await SetAsync(ns, spec.Sysctls.Where(pair => context.MaySet(spec.Id, $"{VnfSpec.SysctlPaths}{pair.Key}")), context);
        await ResetAsync(ns, spec.Namespace, before?.Sysctls ?? [], context);
        if (spec.Ruleset is not { } ruleset)
        {
            if (before?.Ruleset is not null)
            {
                await NftTable.RemoveAsync(ns, spec.Table, ct);
            }
        }
        else if (context.MaySet(spec.Id, VnfSpec.RulesPath))
        {
            await NftTable.LoadAsync(ns, spec.Table, ruleset, ct);
        }

        Dictionary<string, QueueNote> queues = [];
        foreach ((string link, string classes) in spec.Queues)
        {
            if (context.MaySet(spec.Id, $"{VnfSpec.QueuePaths}{link}"))
            {
                await QueueTree.ShapeAsync(ns, link, classes, ct);
            }

            queues[link] = new QueueNote(classes, await QueueTree.ListAsync(ns, link, ct) ?? "");
        }

        foreach (string link in before?.Queues?.Keys.Where(link => !spec.Queues.ContainsKey(link)) ?? [])
        {
            await QueueTree.RemoveAsync(ns, link, ct);
        }

        await BridgeAsync(ns, spec, before?.Bridge, context, ct);
        TunnelNote? tunnel = spec.Wireguard is null ? null : await TunnelReconciler.MakeAsync(ns, spec, before?.Tunnel, context, ct);
        string? listing = spec.Ruleset is null ? null : await NftTable.ListAsync(ns, spec.Table, ct);
        new VnfNote(ns.Identity.Device, ns.Identity.Inode, new Dictionary<string, string>(spec.Parameters), spec.Ruleset, listing, [.. spec.Sysctls.Keys]) { Queues = queues.Count == 0 ? null : queues, Bridge = spec.Bridge?.Name, Tunnel = tunnel }.Write(context.Run, context.Topology, spec.Id.Name);
    }

    static async Task BridgeAsync(NetNamespace ns, VnfSpec spec, string? before, ApplyContext context, CancellationToken ct)
    {
        if (before is not null && before != spec.Bridge?.Name)
        {
            await KernelBridge.RemoveAsync(ns, before, ct);
        }

        if (spec.Bridge is { } bridge && context.MaySet(spec.Id, VnfSpec.BridgePath))
        {
            await KernelBridge.MakeAsync(ns, bridge, isOurs: before == bridge.Name, ct);
        }
    }

    static async Task DeleteAsync(ResourceId id, ApplyContext context, CancellationToken ct)
    {
        string[] name = id.Name.Split('/');
        VnfNote? note = VnfNote.Find(context.Run, context.Topology, id.Name);
        using NetNamespace? there = context.IsGoing(new ResourceId(Kinds.Namespace, name[0])) ? null : NetNamespace.TryOpen(context.Run.Pin(context.Topology, name[0]));
        if (note is null or { Tunnel: not null })
        {
            await TunnelReconciler.DeleteAsync(id, there, context);
        }

        if (there is not null)
        {
            if (note is not { Ruleset: null })
            {
                await NftTable.RemoveAsync(there, VnfSpec.TableOf(name[1]), ct);
            }

            if (note?.Bridge is { } bridge)
            {
                await KernelBridge.RemoveAsync(there, bridge, ct);
            }

            foreach (string link in note?.Queues?.Keys.AsEnumerable() ?? [])
            {
                await QueueTree.RemoveAsync(there, link, ct);
            }

            await ResetAsync(there, name[0], note?.Sysctls ?? [], context);
        }

        VnfNote.Forget(context.Run, context.Topology, id.Name);
    }

    // What functions switch on is off in a new namespace; what somebody else in the file still wants stays.
    static Task ResetAsync(NetNamespace ns, string name, IEnumerable<string> sysctls, ApplyContext context)
    {
        HashSet<string> wanted = [.. context.Specs<VnfSpec>().Where(spec => spec.Namespace == name).SelectMany(spec => spec.Sysctls.Keys), .. context.Find<NamespaceSpec>(new ResourceId(Kinds.Namespace, name))?.Sysctls.Keys ?? []];
        return SetAsync(ns, sysctls.Where(key => !wanted.Contains(key)).Select(key => KeyValuePair.Create(key, "0")), context);
    }

    static async Task SetAsync(NetNamespace ns, IEnumerable<KeyValuePair<string, string>> values, ApplyContext context)
    {
        KeyValuePair<string, string>[] all = [.. values];
        if (all.Length == 0)
        {
            return;
        }

        await context.Keeper.Kernel.RunAsync(ns, () =>
        {
            foreach ((string key, string value) in all)
            {
                File.WriteAllText(NamespaceObserver.SysctlPath(key), value);
            }

            return true;
        });
    }
}
