using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Limiting;
using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Tunnels of WireGuard's: made by the kernel where it can, else by a program that is kept.</summary>
internal static class TunnelReconciler
{
    public static async Task<TunnelNote> MakeAsync(NetNamespace ns, VnfSpec spec, TunnelNote? before, ApplyContext context, CancellationToken ct)
    {
        // Before anything is touched: without its key there is none.
        _ = WireguardKeys.Read(spec.Wireguard!.PrivateKey);
        if (before is not null && before.Link != spec.Wireguard.Interface)
        {
            await StopAsync(spec.Id, context);
            await Tunnel.RemoveAsync(ns, spec.Id, context.Run, context.Topology, context.Keeper.Kernel);
        }

        Tunnel tunnel = new(context.Run, context.Topology, spec, context.Keeper.Kernel);
        WireguardMaker maker = await tunnel.FindAsync(ns);
        bool isThere = maker != WireguardMaker.None;
        maker = isThere ? maker : WireguardHost.Maker;
        switch (maker)
        {
            case WireguardMaker.None:
                throw new IOException(WireguardHost.Lack);
            case WireguardMaker.Kernel when !isThere:
                await tunnel.MakeByKernelAsync(ns);
                break;
            case WireguardMaker.Program:
                if (!isThere)
                {
                    // Whoever served it serves nothing any more.
                    await StopAsync(spec.Id, context);
                }

                await KeepAsync(tunnel, isThere, context);
                break;
        }

        return await tunnel.ShapeAsync(maker == WireguardMaker.Program, before, path => context.MaySet(spec.Id, path), ct);
    }

    /// <param name="ns">Null: it goes, and everything in it.</param>
    public static async Task DeleteAsync(ResourceId id, NetNamespace? ns, ApplyContext context)
    {
        await StopAsync(id, context);
        if (ns is not null)
        {
            await Tunnel.RemoveAsync(ns, id, context.Run, context.Topology, context.Keeper.Kernel);
        }
    }

    // One that waits to be started again does not wait any longer.
    static async Task KeepAsync(Tunnel tunnel, bool isThere, ApplyContext context)
    {
        TopologyKeeper all = context.Keeper;
        TunnelKeeper keeper = all.Tunnels.GetOrAdd(tunnel.Vnf.Id.Name, _ => new TunnelKeeper(all.Run, all.Name, tunnel, all.Log, all.Clock));
        keeper.Change(tunnel);
        if (isThere && !keeper.IsRunning && context.World.Pids.TryGetValue(tunnel.Vnf.Id, out int pid) && !ProcFs.IsZombie(pid))
        {
            keeper.Adopt(pid);
        }

        // How it was told before does not matter: it is told again.
        if (keeper.IsRunning)
        {
            await Task.WhenAny(keeper.Told);
            return;
        }

        keeper.Start();
        await keeper.Told;
    }

    static async Task StopAsync(ResourceId id, ApplyContext context)
    {
        if (context.Keeper.Tunnels.TryRemove(id.Name, out TunnelKeeper? keeper))
        {
            await keeper.StopAsync();
        }
        else if (context.World.Pids.TryGetValue(id, out int pid) && ProcessHandle.TryOpen(pid) is { } stray)
        {
            using (stray)
            {
                stray.SignalGroup(Signals.Kill);
                await stray.WaitForExitAsync(CancellationToken.None);
            }
        }

        string[] name = id.Name.Split('/');
        ServiceStart.Forget(context.Run, context.Topology, id.Name);
        LimitGroups.Forget(context.Run, context.Topology, name[0], name[1]);
        DaemonPlace.Remove(context.Run, context.Topology, name[0], name[1]);
    }
}
