using System.Net;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Checking;

/// <summary>Whether a service is ready, by what its file says.</summary>
internal sealed class Readiness(TopologyKeeper keeper, Prober prober)
{
    static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks once.</summary>
    /// <returns>Null when it is ready, else why not.</returns>
    public async Task<string?> TryAsync(ServiceSpec spec, IEnumerable<IPAddress> addresses, CancellationToken ct)
    {
        if (keeper.Kept(spec.Id)?.Waiting is { } waiting)
        {
            return waiting;
        }

        return spec.Ready switch
        {
            null => null,
            { Lease: { } link } => await prober.LeaseAsync(spec.Namespace, link),
            { Tcp: { } port } => await TcpAsync(spec.Namespace, port, addresses, ct),
            { Exec: var command } => await ExecAsync(spec, command, ct),
        };
    }

    /// <summary>Asks until it is ready.</summary>
    /// <returns>Null when it is, else why it was not when <paramref name="ct"/> was cancelled.</returns>
    public async Task<string?> WaitAsync(ServiceSpec spec, IEnumerable<IPAddress> addresses, CancellationToken ct)
    {
        string? why = "not asked yet";
        try
        {
            while ((why = await TryAsync(spec, addresses, ct)) is not null)
            {
                await Task.Delay(s_between, keeper.Clock, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The last answer is the reason.
        }

        return why;
    }

    Task<string?> TcpAsync(string ns, int port, IEnumerable<IPAddress> addresses, CancellationToken ct) => OwnPortAsync(prober, ns, port, addresses, Prober.Patience, ct);

    /// <summary>Whether a port of a namespace accepts connections from inside it.</summary>
    /// <param name="patience">For each address.</param>
    /// <returns>Null when it does; else why not.</returns>
    public static async Task<string?> OwnPortAsync(Prober prober, string ns, int port, IEnumerable<IPAddress> addresses, TimeSpan patience, CancellationToken ct)
    {
        string outcome = "";
        foreach (IPAddress address in addresses.Prepend(IPAddress.Loopback))
        {
            ProbeTry found = await prober.ConnectAsync(ns, new IPEndPoint(address, port), patience, ct);
            if (found.Reached)
            {
                return null;
            }

            outcome = found.Outcome;
        }

        return $"nothing accepts connections on tcp port {port}: {outcome}";
    }

    async Task<string?> ExecAsync(ServiceSpec spec, System.Collections.Immutable.ImmutableArray<string> command, CancellationToken ct)
    {
        try
        {
            int code = await ServiceProcess.RunAsync(keeper.Run, keeper.Name, spec, command, ct);
            return code == 0 ? null : $"'{ServiceSpec.PrintRun(command)}' exited with {code}";
        }
        catch (LinuxException refused)
        {
            return refused.Message;
        }
    }
}
