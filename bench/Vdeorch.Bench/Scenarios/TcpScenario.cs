using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vdeorch.Bench.Paths;

namespace Vdeorch.Bench.Scenarios;

/// <summary>iperf3, one stream.</summary>
internal sealed class TcpScenario(PathSet paths) : PathScenario(paths)
{
    public override string Name => "tcp";

    public override string Question => "TCP between two namespaces";

    protected override string Unit => "Gbit/s";

    protected override bool MoreIsBetter => true;

    protected override IEnumerable<(string What, double Value)> Measure(INetworkPath path, BenchOptions options)
    {
        using JsonDocument result = Iperf.Run(path, "-t", options.Seconds.ToString(CultureInfo.InvariantCulture));
        yield return ("one stream, received", result.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 1e9);
    }
}

/// <summary>64-byte datagrams: as fast as one sender can, and as fast as hardly any is lost.</summary>
internal sealed class PacketScenario(PathSet paths) : PathScenario(paths)
{
    // 22 bytes of payload make a frame of 64 with headers.
    const int Payload = 22;

    // Of what was sent; RFC 2544 section 26.1 asks for none at all, which a scheduler that looks away for a moment never gives.
    const double Bearable = 0.005;
    const int Halvings = 7;

    public override string Name => "packets";

    public override string Question => "64-byte UDP between two namespaces";

    protected override string Unit => "kpps";

    protected override bool MoreIsBetter => true;

    protected override IEnumerable<(string What, double Value)> Measure(INetworkPath path, BenchOptions options)
    {
        Rates most = Flow(path, 0, options.Seconds);
        // What the path delivers, and what of it the program finds time to read: faster paths leave it less.
        yield return ("one sender, at the receiver's interface", most.Arrived / 1e3);
        yield return ("one sender, read by the receiver", most.Read / 1e3);
        // The path alone, and with the program at its end, which on few processors is the first to lose some.
        yield return ("the fastest of which all but 0.5 % arrives", Throughput(path, most.Sent, flow => flow.Arrived) / 1e3);
        yield return ("the fastest of which all but 0.5 % is read", Throughput(path, most.Sent, flow => flow.Read) / 1e3);
    }

    // The throughput of RFC 2544, found by halving.
    static double Throughput(INetworkPath path, double most, Func<Rates, double> counted)
    {
        double bearable = 0;
        double unbearable = most;
        for (int halving = 0; halving < Halvings; halving++)
        {
            double tried = (bearable + unbearable) / 2;
            Rates flow = Flow(path, tried, 1);
            if (counted(flow) >= flow.Sent * (1 - Bearable))
            {
                bearable = tried;
            }
            else
            {
                unbearable = tried;
            }
        }

        return bearable;
    }

    /// <param name="rate">Datagrams a second; 0 for as many as possible.</param>
    static Rates Flow(INetworkPath path, double rate, int seconds)
    {
        double before = Arrived(path);
        using JsonDocument result = Iperf.Run(path, "-u", "-b", (rate * Payload * 8).ToString("F0", CultureInfo.InvariantCulture), "--pacing-timer", "100",
            "-l", Payload.ToString(CultureInfo.InvariantCulture), "-t", seconds.ToString(CultureInfo.InvariantCulture));
        double arrived = Arrived(path) - before;
        JsonElement sum = result.RootElement.GetProperty("end").GetProperty("sum");
        double sent = sum.GetProperty("packets").GetDouble();
        double lasted = sum.GetProperty("seconds").GetDouble();
        return new Rates(sent / lasted, arrived / lasted, (sent - sum.GetProperty("lost_packets").GetDouble()) / lasted);
    }

    static double Arrived(INetworkPath path)
    {
        // Those that are not up are there as empty objects.
        using JsonDocument links = JsonDocument.Parse(Shell.Run([.. path.InB, "ip", "-json", "-statistics", "link", "show", "up"]));
        return links.RootElement.EnumerateArray().Where(link => link.TryGetProperty("link_type", out JsonElement type) && type.GetString() != "loopback")
            .Sum(link => link.GetProperty("stats64").GetProperty("rx").GetProperty("packets").GetDouble());
    }

    /// <summary>Datagrams a second.</summary>
    /// <param name="Arrived">At the receiver's interface; the few of iperf3's own conversation are among them.</param>
    readonly record struct Rates(double Sent, double Arrived, double Read);
}

internal static class Iperf
{
    public static JsonDocument Run(INetworkPath path, params string[] arguments)
    {
        using Process server = Shell.Start([.. path.InB, "iperf3", "-s", "-1"]);
        try
        {
            Shell.Until("iperf3's port", () => Shell.TryRun([.. path.InB, "ss", "-Hltn", "sport", "=", ":5201"]).Output.Length > 0);
            return JsonDocument.Parse(Shell.Run([.. path.InA, "iperf3", "-c", INetworkPath.AddressB, "-J", .. arguments]));
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit();
        }
    }
}
