using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Hosting;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>Keeps the program behind a tunnel's interface. What it is for it only knows while it runs: one that was started again is told again. The interface stays meanwhile, with its addresses and routes.</summary>
internal sealed class TunnelKeeper(RunDirectory run, string topology, Tunnel tunnel, ILogger log, TimeProvider clock) : ServiceKeeper(run, topology, Program(tunnel.Vnf), log, clock)
{
    Tunnel _tunnel = tunnel;

    /// <summary>Ends when the last one that was started knows what it is for.</summary>
    public Task Told { get; private set; } = Task.CompletedTask;

    /// <summary>From now on this is what it is for; the next one that is started is told so.</summary>
    public void Change(Tunnel other)
    {
        lock (Turn)
        {
            _tunnel = other;
        }
    }

    protected override void NoteStart(int pid)
    {
        base.NoteStart(pid);
        Tunnel wished = _tunnel;
        Told = Task.Run(async () =>
        {
            await wished.AnswersAsync(CancellationToken.None);
            _ = await wished.ShapeAsync(isProgram: true, before: null, _ => true, CancellationToken.None);
        });
        _ = Told.ContinueWith(failed => Log.StartFailed(Topology, Spec.Id, failed.Exception!.InnerException!.Message), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    static ServiceSpec Program(VnfSpec vnf) => new(vnf.Namespace, vnf.Kind, [WireguardHost.Go.Name, "-f", vnf.Wireguard!.Interface])
    {
        Restart = RestartPolicy.Always,
        // Its words for being in the foreground, without advice to use the kernel's, and where the interface is.
        Env = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("WG_PROCESS_FOREGROUND", "1"), KeyValuePair.Create("WG_TUN_FD", "3"), KeyValuePair.Create("LOG_LEVEL", "error")]),
        Daemon = new DaemonSpec(WireguardHost.Go.Package) { Tun = vnf.Wireguard.Interface },
    };
}
