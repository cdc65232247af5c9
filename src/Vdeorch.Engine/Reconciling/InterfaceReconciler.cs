using System.Collections.Immutable;
using System.Net.NetworkInformation;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Linux.Taps;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Persistent taps in the namespaces, with their addresses and routes, and the plugs behind them.</summary>
internal sealed class InterfaceReconciler : IReconciler
{
    public string Kind => Kinds.Interface;

    public Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct) => steps[0].Action switch
    {
        PlanAction.Create => CreateAsync(steps, context, ct),
        PlanAction.Delete => DeleteAsync(steps, context),
        _ => UpdateAsync(steps, context, ct),
    };

    /// <summary>
    /// Unplugs those that leave a switch which would be too full in the course of the plan, though not at its end: two that
    /// change places, or one that comes before another has left, or a switch that gets fewer ports or goes before they move.
    /// </summary>
    /// <exception cref="StepFailedException">The runtime refused.</exception>
    public static void MakeRoom(Plan plan, ApplyContext context)
    {
        PlanStep[] coming = [.. plan.Changes.Where(step => step.Id.Kind == Kinds.Interface && step.Action != PlanAction.Delete && step.Changes.Any(change => change.Path == "to"))];
        Dictionary<string, PlanStep> moving = coming.Where(step => step.Action == PlanAction.Update && context.Keeper.Runtime.HasTap(step.Id.Name)).ToDictionary(step => step.Id.Name);
        foreach (IGrouping<string, PortState> taken in (context.World.Runtime?.Ports ?? []).Where(port => port is { Switch: not null, Plug: null }).GroupBy(port => port.Switch!))
        {
            int staying = taken.Count(port => !context.IsGoing(new ResourceId(Kinds.Interface, port.Name)));
            if (staying + coming.Count(step => SwitchOf(context.Spec<InterfaceSpec>(step.Id)) == taken.Key) <= Room(taken.Key, context))
            {
                continue;
            }

            foreach (PlanStep step in taken.Select(port => moving.GetValueOrDefault(port.Name)).OfType<PlanStep>())
            {
                try
                {
                    context.Keeper.Runtime.Replug(new PortSettings(step.Id.Name, null));
                }
                catch (Exception refused) when (refused.IsRefusal())
                {
                    throw new StepFailedException(step, refused.Message, refused);
                }
            }
        }
    }

    static int Room(string runtimeSwitch, ApplyContext context)
    {
        ResourceId segment = RuntimeNames.Segment(runtimeSwitch);
        return context.Specs<SwitchSpec>().FirstOrDefault(spec => spec.Id == segment)?.Ports
            ?? (context.Specs<IResourceSpec>().Any(spec => spec.Id == segment) ? SwitchSpec.DefaultPorts : 0);
    }

    static PortSettings Port(InterfaceSpec spec) => new(spec.Id.Name, SwitchOf(spec)) { Options = new PortOptions { Vlans = spec.Vlans, Spanning = spec.Spanning, Impair = spec.Impair?.ToPort(isFirst: false) } };

    static string? SwitchOf(InterfaceSpec spec) => spec.To is { } to ? RuntimeNames.Switch(to) : null;

    // All taps first, then one message that plugs them in.
    static async Task CreateAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct)
    {
        List<(PortSettings Port, Fd Tap)> taps = [];
        List<PlanStep> open = [];
        try
        {
            foreach (PlanStep step in steps)
            {
                ct.ThrowIfCancellationRequested();
                InterfaceSpec spec = context.Spec<InterfaceSpec>(step.Id);
                context.Started(step);
                taps.Add((Port(spec), await InsideAsync(step, spec, context, () => OpenAndShape(spec, context))));
                open.Add(step);
            }
        }
        catch
        {
            taps.ForEach(tap => tap.Tap.Dispose());
            throw;
        }

        try
        {
            context.Keeper.Runtime.Plug(taps);
        }
        catch (Exception refused) when (refused is Linux.LinuxException or RuntimeRefusedException)
        {
            throw new StepFailedException(open[0], refused.Message);
        }

        open.ForEach(context.Done);
    }

    static async Task UpdateAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct)
    {
        foreach (PlanStep step in steps)
        {
            ct.ThrowIfCancellationRequested();
            InterfaceSpec spec = context.Spec<InterfaceSpec>(step.Id);
            await context.StepAsync(step, async () =>
            {
                if (!context.Keeper.Runtime.HasTap(step.Id.Name))
                {
                    // Engine and runtime were both gone: nobody holds the tap.
                    Fd tap = await InsideAsync(step, spec, context, () => OpenAndShape(spec, context));
                    context.Keeper.Runtime.Plug([(Port(spec), tap)]);
                    return;
                }

                if (step.Changes.Any(change => change.Path == "to" || VlanFields.Paths.Contains(change.Path) || LinkImpairment.Paths.Contains(change.Path)))
                {
                    context.Keeper.Runtime.Replug(Port(spec));
                }

                await InsideAsync(step, spec, context, () =>
                {
                    Shape(spec, context);
                    return true;
                });
            });
        }
    }

    static async Task DeleteAsync(ImmutableArray<PlanStep> steps, ApplyContext context)
    {
        bool isRuntimeGoing = context.IsGoing(new ResourceId(Kinds.Runtime, context.Topology));
        foreach (PlanStep step in steps)
        {
            context.Started(step);
        }

        if (!isRuntimeGoing)
        {
            try
            {
                context.Keeper.Runtime.Unplug([.. steps.Select(step => step.Id.Name)]);
            }
            catch (Exception refused) when (refused is Linux.LinuxException or RuntimeRefusedException)
            {
                throw new StepFailedException(steps[0], refused.Message);
            }
        }

        foreach (PlanStep step in steps)
        {
            string[] parts = step.Id.Name.Split('/');
            if (!context.IsGoing(new ResourceId(Kinds.Namespace, parts[0])))
            {
                await InsideAsync(step, parts[0], context, () => DeleteLink(parts[1]));
            }

            context.Done(step);
        }
    }

    static Task<T> InsideAsync<T>(PlanStep step, InterfaceSpec spec, ApplyContext context, Func<T> work) => InsideAsync(step, spec.Namespace, context, work);

    static async Task<T> InsideAsync<T>(PlanStep step, string name, ApplyContext context, Func<T> work)
    {
        try
        {
            using NetNamespace ns = NetNamespace.Open(context.Run.Pin(context.Topology, name));
            return await context.Keeper.Kernel.RunAsync(ns, work);
        }
        catch (Exception refused) when (refused is Linux.LinuxException or IOException or UnauthorizedAccessException)
        {
            throw new StepFailedException(step, refused.Message, refused);
        }
    }

    static Fd OpenAndShape(InterfaceSpec spec, ApplyContext context)
    {
        Fd tap = Tap.Open(spec.Name, persistent: true);
        try
        {
            Shape(spec, context);
            return tap;
        }
        catch
        {
            Tap.SetPersistent(tap, false);
            tap.Dispose();
            throw;
        }
    }

    // Removing an address takes routes and secondary addresses along, and taking the link down takes IPv6 addresses:
    // so what is too much goes first, then the link, and what is missing is looked for only after that.
    static void Shape(InterfaceSpec spec, ApplyContext context)
    {
        using RouteReader reader = RouteReader.Open();
        using RouteWriter writer = RouteWriter.Open();
        LinkInfo link = reader.Links().FirstOrDefault(link => link.Name == spec.Name) ?? throw new IOException($"'{spec.Name}' has gone from namespace '{spec.Namespace}'");
        HashSet<InterfaceAddress> wished = [.. spec.Addresses];
        bool setsAddresses = context.MaySet(spec.Id, "address");
        foreach (AddressInfo address in Addresses(reader, link.Index).Where(address => setsAddresses && !wished.Contains(Address(address))))
        {
            writer.RemoveAddress(link.Index, address.Address, address.PrefixLength);
        }

        byte[] octets = new byte[6];
        spec.Mac.CopyTo(octets);
        PhysicalAddress mac = new(octets);
        writer.SetLink(link.Index, new LinkChange
        {
            Mac = link.Mac.Equals(mac) || !context.MaySet(spec.Id, "mac") ? null : mac,
            Mtu = link.Mtu == spec.Mtu || !context.MaySet(spec.Id, "mtu") ? null : spec.Mtu,
            Alias = Marks.Interface(context.Run, context.Topology, spec.Namespace, spec.Name),
        });
        NamespaceReconciler.WriteSysctls(context.Spec<NamespaceSpec>(new ResourceId(Kinds.Namespace, spec.Namespace)), context, key => key.Split('.').Contains(spec.Name));
        if (!link.IsUp && context.MaySet(spec.Id, "state"))
        {
            writer.SetLink(link.Index, new LinkChange { Up = true });
        }

        HashSet<InterfaceAddress> there = [.. Addresses(reader, link.Index).Select(Address)];
        foreach (InterfaceAddress address in spec.Addresses.Where(address => setsAddresses && !there.Contains(address)))
        {
            writer.AddAddress(link.Index, address.Address, address.PrefixLength);
        }

        ShapeRoutes(spec, link.Index, reader, writer, context);
        foreach (QdiscInfo qdisc in reader.Qdiscs().Where(qdisc => qdisc.Index == link.Index && !context.IsHooked(spec.Namespace) && !IsQueued(spec, context) && context.MaySet(spec.Id, NamespaceObserver.QdiscPath)))
        {
            writer.RemoveQdisc(qdisc);
        }
    }

    // A network function sees to them.
    static bool IsQueued(InterfaceSpec spec, ApplyContext context) => context.Specs<VnfSpec>().Any(vnf => vnf.Namespace == spec.Namespace && vnf.Queues.ContainsKey(spec.Name));

    static void ShapeRoutes(InterfaceSpec spec, int index, RouteReader reader, RouteWriter writer, ApplyContext context)
    {
        Dictionary<RouteSpec, RouteInfo> there = [];
        foreach (RouteInfo route in reader.Routes().Where(route => route.OutputIndex == index && NamespaceObserver.IsAsked(route, context.IsHooked(spec.Namespace))))
        {
            there[NamespaceObserver.Spec(route)] = route;
        }

        foreach ((RouteSpec route, RouteInfo info) in there.Where(pair => !spec.Routes.Contains(pair.Key) && context.MaySet(spec.Id, pair.Key.Path)))
        {
            writer.RemoveRoute(new RouteChange(info.Destination, info.Gateway, index, info.Metric, info.Protocol) { Table = info.Table });
        }

        foreach (RouteSpec route in spec.Routes.Where(route => !there.ContainsKey(route) && context.MaySet(spec.Id, route.Path)))
        {
            writer.AddRoute(new RouteChange(route.Destination, route.Via, index, (uint)route.Metric, Marks.RouteProtocol) { Table = route.Table == 0 ? NamespaceObserver.MainTable : (uint)route.Table });
        }
    }

    static IEnumerable<AddressInfo> Addresses(RouteReader reader, int index) =>
        reader.Addresses().Where(address => address.Index == index && NamespaceObserver.IsAsked(address));

    static InterfaceAddress Address(AddressInfo address) => new(address.Address, address.PrefixLength);

    static bool DeleteLink(string name)
    {
        using RouteReader reader = RouteReader.Open();
        using RouteWriter writer = RouteWriter.Open();
        if (reader.Links().FirstOrDefault(link => link.Name == name) is { } link)
        {
            writer.DeleteLink(link.Index);
        }

        return true;
    }
}
