using System.Collections.Immutable;
using Vdeorch.Engine.Leasing;
using Vdeorch.Engine.Limiting;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Network namespaces, pinned where they need no process to live.</summary>
internal sealed class NamespaceReconciler : IReconciler
{
    static readonly TimeSpan s_killed = TimeSpan.FromSeconds(5);

    public string Kind => Kinds.Namespace;

    public async Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct)
    {
        if (steps[0].Action == PlanAction.Delete)
        {
            ImmutableArray<PlanStep> made = [];
            foreach (PlanStep step in steps)
            {
                try
                {
                    made = await NamespaceAdoption.LetGoAsync(context.Keeper, step.Id.Name) ? made : made.Add(step);
                }
                catch (LinuxException refused)
                {
                    throw new StepFailedException(step, refused.Message, refused);
                }
            }

            await EmptyAsync(made, context);
        }

        foreach (PlanStep step in steps)
        {
            ct.ThrowIfCancellationRequested();
            await context.StepAsync(step, () => step.Action == PlanAction.Delete ? DeleteAsync(step, context) : EnsureAsync(step, context));
        }
    }

    /// <summary>Writes those of the namespace's sysctls that can be written now: one that names an interface must wait for it.</summary>
    /// <remarks>On the thread that is inside.</remarks>
    public static void WriteSysctls(NamespaceSpec spec, ApplyContext context, Func<string, bool> isNow)
    {
        foreach ((string key, string value) in spec.Sysctls.Where(pair => isNow(pair.Key) && context.MaySet(spec.Id, $"sysctl.{pair.Key}")))
        {
            string path = NamespaceObserver.SysctlPath(key);
            try
            {
                File.WriteAllText(path, value);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw new IOException($"sysctl {key} = '{value}': {(File.Exists(path) ? refused.Message : "this kernel has no such sysctl in a network namespace")}", refused);
            }
        }
    }

    static async Task EnsureAsync(PlanStep step, ApplyContext context)
    {
        NamespaceSpec spec = context.Spec<NamespaceSpec>(step.Id);
        string pin = context.Run.Pin(context.Topology, spec.Name);
        HashSet<string> interfaces = [.. context.Specs<InterfaceSpec>().Where(link => link.Namespace == spec.Name).Select(link => link.Name)];
        if (WriteResolvConf(context.Run.ResolvConf(context.Topology, spec.Name), spec))
        {
            AskLeasesAgain(spec, context);
        }

        if (step.Action == PlanAction.Create)
        {
            RefuseForeign(pin, context);
            // Of another of its name, and maybe of its number.
            HookNote.Forget(context.Run, context.Topology, spec.Name);
            context.Keeper.Kernel.Create(pin, () => Shape(spec, interfaces, context)).Dispose();
        }
        else
        {
            using NetNamespace ns = NetNamespace.Open(pin);
            await context.Keeper.Kernel.RunAsync(ns, () =>
            {
                Shape(spec, interfaces, context);
                return true;
            });
        }

        LimitGroups.On(context.Run).Limit(context.Topology, spec.Name, spec.Limits, Services(spec.Name, context));
        FileWriter.Write(context.Run, context.Topology, spec);
        NetnsEtc.Write(context.Run, context.Topology, spec.Name);
        await FileWriter.ProveAsync(context.Run, context.Topology, spec);
    }

    // On the thread that is inside. The mark is there before anybody can find the namespace.
    static void Shape(NamespaceSpec spec, HashSet<string> interfaces, ApplyContext context)
    {
        using RouteReader reader = RouteReader.Open();
        using RouteWriter writer = RouteWriter.Open();
        ImmutableArray<LinkInfo> links = reader.Links();
        LinkInfo loopback = links.Single(link => link.Name == "lo");
        bool isAdopted = loopback.Alias == Marks.Adopted(context.Run, context.Topology, spec.Name);
        writer.SetLink(loopback.Index, new LinkChange { Up = true, Alias = isAdopted ? null : Marks.Namespace(context.Run, context.Topology, spec.Name) });
        interfaces.ExceptWith(links.Select(link => link.Name));
        WriteSysctls(spec, context, key => !key.Split('.').Any(interfaces.Contains));
        RuleWriter.Write(spec, reader, writer, context, isAdopted || context.IsHooked(spec.Name));
    }

    static void RefuseForeign(string pin, ApplyContext context)
    {
        if (Pins.List(context.Run.Pins).Contains(Path.GetFileName(pin)))
        {
            throw new IOException($"'{pin}' is a network namespace already, and not one of this vdeorch; remove it (`ip netns delete {Path.GetFileName(pin)}`) or give the topology another name");
        }

        if (new FileInfo(pin) is { Exists: true, Length: 0 })
        {
            // An engine was killed between making the file and binding the namespace to it.
            File.Delete(pin);
        }
    }

    // In place: processes that have it mounted over /etc/resolv.conf keep the inode.
    // Gives true when a client of DHCP is to write the rest.
    static bool WriteResolvConf(string path, NamespaceSpec spec)
    {
        if (spec.HasLeasedDns ? LeaseHand.IsOurs(path) : spec.Dns.IsEmpty && !File.Exists(path))
        {
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, spec.HasLeasedDns ? $"{LeaseClient.ResolverMark}\n" : string.Concat(spec.Dns.Select(server => $"nameserver {server}\n")));
        return spec.HasLeasedDns;
    }

    // Those that run know what they were told last, and say it when they have asked once more.
    static void AskLeasesAgain(NamespaceSpec spec, ApplyContext context)
    {
        foreach (ServiceSpec client in context.Specs<ServiceSpec>().Where(one => one.Namespace == spec.Name && LeaseClient.Is(one)))
        {
            if (context.Keeper.Services.TryGetValue(client.Id.Name, out ServiceKeeper? running))
            {
                running.Reload(client);
            }
        }
    }

    // Of namespaces that are ours. Every process inside goes, whoever started it: a namespace lives as long as one is in it.
    static async Task EmptyAsync(ImmutableArray<PlanStep> steps, ApplyContext context)
    {
        HashSet<NamespaceIdentity> going = [];
        foreach (PlanStep step in steps)
        {
            using NetNamespace? ns = NetNamespace.TryOpen(context.Run.Pin(context.Topology, step.Id.Name));
            if (ns is not null)
            {
                going.Add(ns.Identity);
            }
        }

        List<ProcessHandle> inside = [];
        foreach (int pid in ProcFs.Pids().Where(pid => pid != Environment.ProcessId))
        {
            if (ProcFs.Namespace(pid, "net") is { } net && going.Contains(net) && ProcessHandle.TryOpen(pid) is { } process)
            {
                process.Signal(Signals.Kill);
                inside.Add(process);
            }
        }

        await Task.WhenAny(Task.WhenAll(inside.Select(process => process.WaitForExitAsync(CancellationToken.None))), Task.Delay(s_killed));
        inside.ForEach(process => process.Dispose());
    }

    static Dictionary<int, string> Services(string ns, ApplyContext context) =>
        context.World.Pids.Where(pair => pair.Key.Kind is Kinds.Service or Kinds.Vnf && pair.Key.Name.StartsWith($"{ns}/", StringComparison.Ordinal)).ToDictionary(pair => pair.Value, pair => pair.Key.Name[(ns.Length + 1)..]);

    static Task DeleteAsync(PlanStep step, ApplyContext context)
    {
        Pins.Remove(context.Run.Pin(context.Topology, step.Id.Name));
        string etc = Path.GetDirectoryName(context.Run.ResolvConf(context.Topology, step.Id.Name))!;
        if (Directory.Exists(etc))
        {
            Directory.Delete(etc, recursive: true);
        }

        HookNote.Forget(context.Run, context.Topology, step.Id.Name);
        LimitGroups.Forget(context.Run, context.Topology, step.Id.Name);
        NetnsEtc.Remove(context.Run, context.Topology, step.Id.Name);
        FileWriter.Remove(context.Run, context.Topology, step.Id.Name);

        return Task.CompletedTask;
    }
}
