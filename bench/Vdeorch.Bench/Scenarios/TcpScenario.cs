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

/// <summary>64-byte datagrams as fast as one sender can.</summary>
internal sealed class PacketScenario(PathSet paths) : PathScenario(paths)
{
    public override string Name => "packets";

    public override string Question => "64-byte UDP between two namespaces";

    protected override string Unit => "kpps";

    protected override bool MoreIsBetter => true;

    protected override IEnumerable<(string What, double Value)> Measure(INetworkPath path, BenchOptions options)
    {
        // 22 bytes of payload make a frame of 64 with headers.
        double before = Arrived(path);
        using JsonDocument result = Iperf.Run(path, "-u", "-b", "0", "-l", "22", "-t", options.Seconds.ToString(CultureInfo.InvariantCulture));
        double arrived = Arrived(path) - before;
        JsonElement sum = result.RootElement.GetProperty("end").GetProperty("sum");
        double received = sum.GetProperty("packets").GetDouble() - sum.GetProperty("lost_packets").GetDouble();
        double seconds = sum.GetProperty("seconds").GetDouble();
        // What the path delivers, and what of it the program finds time to read: faster paths leave it less.
        yield return ("one sender, at the receiver's interface", arrived / seconds / 1e3);
        yield return ("one sender, read by the receiver", received / seconds / 1e3);
    }

    static double Arrived(INetworkPath path)
    {
        // Those that are not up are there as empty objects.
        using JsonDocument links = JsonDocument.Parse(Shell.Run([.. path.InB, "ip", "-json", "-statistics", "link", "show", "up"]));
        return links.RootElement.EnumerateArray().Where(link => link.TryGetProperty("link_type", out JsonElement type) && type.GetString() != "loopback")
            .Sum(link => link.GetProperty("stats64").GetProperty("rx").GetProperty("packets").GetDouble());
    }
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
