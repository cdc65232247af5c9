using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Leasing;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Checking;

/// <summary>What one try of a probe found.</summary>
/// <param name="Reached">The target answered, and as it should.</param>
/// <param name="Outcome">For people.</param>
internal sealed record ProbeTry(bool Reached, string Outcome, double? RoundTripMs)
{
    /// <summary>Whatever it answered.</summary>
    public bool HasAnswered { get; init; } = Reached;
}

/// <summary>Makes probes inside a topology's namespaces: sockets are opened on the thread that enters, and used from anywhere.</summary>
internal sealed class Prober(RunDirectory run, string topology, NamespaceThread thread)
{
    /// <summary>How long one try waits for an answer where nobody says.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public Task<ProbeTry> TryAsync(Probe probe, CancellationToken ct) => TryAsync(probe, Patience, ct);

    /// <param name="patience">How long this try waits.</param>
    public Task<ProbeTry> TryAsync(Probe probe, TimeSpan patience, CancellationToken ct) => probe.Kind switch
    {
        ProbeKind.Ping => PingAsync(probe, patience, ct),
        ProbeKind.Tcp => ConnectAsync(probe.From, new IPEndPoint(probe.Target, probe.Port), patience, ct),
        _ => WebPage.GetAsync(probe, cancelled => OpenAsync(probe.From, new IPEndPoint(probe.Target, probe.Port), cancelled), patience, ct),
    };

    public async Task<ProbeTry> ConnectAsync(string from, IPEndPoint target, TimeSpan patience, CancellationToken ct)
    {
        using Socket socket = await SocketAsync(from, target);
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(patience);
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        try
        {
            await socket.ConnectAsync(target, deadline.Token);
            double ms = System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            return new ProbeTry(true, string.Create(CultureInfo.InvariantCulture, $"connected in {ms:0.00} ms"), ms);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ProbeTry(false, "no answer", null);
        }
        catch (SocketException refused)
        {
            return new ProbeTry(false, Words(refused), null);
        }
    }

    /// <summary>Whether a DHCP server has given an interface an address.</summary>
    /// <returns>Null when one has; else why not.</returns>
    public Task<string?> LeaseAsync(string ns, string link) => InsideAsync(ns, () =>
    {
        using RouteReader reader = RouteReader.Open();
        int? index = reader.Links().FirstOrDefault(one => one.Name == link)?.Index;
        return index is null ? $"there is no {link}" : reader.Addresses().Any(address => address.Index == index && LeaseHand.IsLeased(address)) ? null : $"no DHCP server has given {link} an address";
    });

    public static string Words(SocketException refused) => refused.SocketErrorCode == SocketError.ConnectionRefused ? "connection refused" : refused.Message;

    async Task<ProbeTry> PingAsync(Probe probe, TimeSpan patience, CancellationToken ct)
    {
        using Ping ping = await InsideAsync(probe.From, () => new Ping(probe.Target));
        return await ping.TryAsync(patience, ct) is { TotalMilliseconds: double ms }
            ? new ProbeTry(true, string.Create(CultureInfo.InvariantCulture, $"reply in {ms:0.00} ms"), ms)
            : new ProbeTry(false, "no reply", null);
    }

    async Task<Socket> OpenAsync(string from, IPEndPoint target, CancellationToken ct)
    {
        Socket socket = await SocketAsync(from, target);
        try
        {
            await socket.ConnectAsync(target, ct);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    Task<Socket> SocketAsync(string from, IPEndPoint target) => InsideAsync(from, () => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));

    async Task<T> InsideAsync<T>(string name, Func<T> open)
    {
        using NetNamespace ns = NetNamespace.Open(run.Pin(topology, name));
        return await thread.RunAsync(ns, open);
    }
}
