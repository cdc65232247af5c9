using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Vdeorch.Bench.Paths;

namespace Vdeorch.Bench.Scenarios;

/// <summary>How near impaired cables come to what was asked for. There is no peer in it: what was asked for is.</summary>
internal sealed partial class ImpairScenario : IScenario
{
    const string Topology = "benchimpair";
    const string A = "benchimpair.a";
    const string B = "benchimpair.b";

    /// <summary>Echoes whose time is taken, a delay.</summary>
    const int Echoes = 200;

    /// <summary>Datagrams whose loss is counted, a share.</summary>
    const int Datagrams = 40_000;

    const int DatagramsASecond = 10_000;
    const int PayloadBytes = 100;

    const string States = "every: 1ms, states: { good: { to: { bad: 5% } }, bad: { loss: 50%, to: { good: 20% } } }";

    public string Name => "impair";

    public string Question => "Impaired cables: asked for, and measured";

    public void Run(BenchOptions options, TextWriter to)
    {
        to.WriteLine($"\n## {Question}\n");
        to.WriteLine("| asked for | measured, median (min–max) | off by |");
        to.WriteLine("|---|---|---|");
        try
        {
            foreach (double ms in new[] { 1.0, 10, 50 })
            {
                // There alone: the way back is as quick as without.
                Row(options, to, $"delay {ms} ms", ms, () => Delay(options, ms), " ms", difference => $"{Sample.Print(difference)} ms");
            }

            foreach (int mbit in new[] { 1, 10, 100, 200 })
            {
                Row(options, to, $"rate {mbit} Mbit/s", mbit, () => Rate(options, mbit), " Mbit/s", difference => $"{Sample.Print(100 * difference / mbit)}%");
            }

            foreach (double percent in new[] { 0.1, 1, 10, 30 })
            {
                // Of one run; three of them a bound that is exceeded once in 400.
                double error = 100 * Math.Sqrt(percent / 100 * (1 - percent / 100) / Datagrams);
                Row(options, to, $"loss {percent}%", percent, () => Loss(options, percent), "%", difference => $"{Sample.Print(difference)} points (sampling error {Sample.Print(error)})");
            }

            Row(options, to, "loss 10% on average, by states: good, and bad for a fifth of the time", 10, () => Lost(options, States), "%",
                difference => $"{Sample.Print(difference)} points (sampling error {Sample.Print(ErrorOfStates())})");
        }
        finally
        {
            options.Vdeorch.Destroy(Topology);
        }
    }

    static void Row(BenchOptions options, TextWriter to, string asked, double wanted, Func<double> measure, string unit, Func<double, string> off)
    {
        Sample sample = new();
        for (int run = 0; run < options.Runs; run++)
        {
            sample.Add(measure());
        }

        to.WriteLine($"| {asked} | {sample}{unit} | {off(sample.Median - wanted)} |");
        to.Flush();
    }

    static double Delay(BenchOptions options, double ms)
    {
        double without = Trip(options, "{}");
        return Trip(options, string.Create(CultureInfo.InvariantCulture, $"{{ \"->\": {{ delay: {ms}ms }} }}")) - without;
    }

    static double Trip(BenchOptions options, string impair)
    {
        Up(options, impair);
        string output = Shell.Run("ip", "netns", "exec", A, "ping", "-n", "-i", "0.005", "-c", Echoes.ToString(CultureInfo.InvariantCulture), INetworkPath.AddressB);
        return Sample.Quantile([.. Time().Matches(output).Select(match => double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))], 0.5);
    }

    // UDP at twice the rate: what arrives is what passes, in bits of Ethernet frames.
    static double Rate(BenchOptions options, int mbit)
    {
        const int Payload = 1_400;
        const int Frame = Payload + 42;
        Up(options, $"{{ rate: {mbit}mbit }}");
        JsonElement end = Iperf("-u", "-b", $"{2 * mbit}M", "-l", $"{Payload}", "-t", $"{options.Seconds}");
        JsonElement sum = end.GetProperty("sum_received");
        double packets = sum.GetProperty("packets").GetDouble() - sum.GetProperty("lost_packets").GetDouble();
        return packets * Frame * 8 / sum.GetProperty("seconds").GetDouble() / 1e6;
    }

    static double Loss(BenchOptions options, double percent) => Lost(options, string.Create(CultureInfo.InvariantCulture, $"loss: {percent}%"));

    // In percent, of one run. States follow each other with a memory of (1 + λ) / (1 - λ) periods, λ = 1 - 5 % - 20 %: so many fewer are independent.
    static double ErrorOfStates()
    {
        double periods = Datagrams / (DatagramsASecond / 1000) / (1.75 / 0.25);
        return 50 * Math.Sqrt(0.2 * 0.8 / periods);
    }

    static double Lost(BenchOptions options, string outward)
    {
        Up(options, $"{{ \"->\": {{ {outward} }} }}");
        // Slow enough that nothing else loses any. Where what iperf3 says to begin with is lost, it gives up.
        for (int attempt = 1; attempt <= 5; attempt++)
        {
            string rate = string.Create(CultureInfo.InvariantCulture, $"{DatagramsASecond * PayloadBytes * 8}");
            if (Iperf("-u", "-b", rate, "-l", $"{PayloadBytes}", "-k", $"{Datagrams}").TryGetProperty("sum", out JsonElement sum))
            {
                return sum.GetProperty("lost_percent").GetDouble();
            }
        }

        throw new InvalidOperationException($"iperf3 did not come through a link with {outward}");
    }

    static void Up(BenchOptions options, string impair) => options.Vdeorch.Apply(Topology, $$"""
        switches: { left: {}, right: {} }
        cables: [ { ends: [left, right], impair: {{impair}} } ]
        namespaces:
          a: { to: left, address: {{INetworkPath.AddressA}}/24 }
          b: { to: right, address: {{INetworkPath.AddressB}}/24 }
        """);

    static JsonElement Iperf(params string[] arguments)
    {
        using System.Diagnostics.Process server = Shell.Start(["ip", "netns", "exec", B, "iperf3", "-s", "-1"]);
        Shell.Until("iperf3's port", () => Shell.TryRun(["ip", "netns", "exec", B, "ss", "-Hltn", "sport", "=", ":5201"]).Output.Length > 0);
        string output = Shell.Run(["ip", "netns", "exec", A, "iperf3", "-c", INetworkPath.AddressB, "-J", .. arguments]);
        server.WaitForExit();
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.GetProperty("end").Clone();
    }

    [GeneratedRegex(@"time=([0-9.]+) ms")]
    private static partial Regex Time();
}
