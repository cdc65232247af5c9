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

    protected override string Unit => "kpps received";

    protected override bool MoreIsBetter => true;

    protected override IEnumerable<(string What, double Value)> Measure(INetworkPath path, BenchOptions options)
    {
        // 22 bytes of payload make a frame of 64 with headers.
        using JsonDocument result = Iperf.Run(path, "-u", "-b", "0", "-l", "22", "-t", options.Seconds.ToString(CultureInfo.InvariantCulture));
        JsonElement sum = result.RootElement.GetProperty("end").GetProperty("sum");
        double received = sum.GetProperty("packets").GetDouble() - sum.GetProperty("lost_packets").GetDouble();
        yield return ("one sender", received / sum.GetProperty("seconds").GetDouble() / 1e3);
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
