using System.Globalization;
using System.Text.RegularExpressions;

namespace Vdeorch.Bench.Scenarios;

/// <summary>A firewall of a thousand rules is changed while a thousand pings a second go through it.</summary>
/// <remarks>Nobody else's tool does the whole of it, so there is no peer; how long nft alone takes for such a table is beside it.</remarks>
internal sealed partial class FirewallScenario : IScenario
{
    const int Rules = 1000;

    public string Name => "firewall";

    public string Question => "A firewall of 1,000 rules changed under traffic";

    public void Run(BenchOptions options, TextWriter to)
    {
        Table table = new(Question, "ms a change", moreIsBetter: false);
        (Sample ours, Sample alone) = (table.Row("vdeorch apply"), table.Row("nft -f of its table, alone"));
        options.Vdeorch.Apply("benchfire", Topology(0));
        int pings = 0;
        int lost = 0;
        for (int run = 1; run <= options.Runs; run++)
        {
            using System.Diagnostics.Process ping = Shell.Start("ip", "netns", "exec", "benchfire.pc", "ping", "-i", "0.001", "10.77.2.9");
            Thread.Sleep(200);
            ours.Add(Shell.Time(options.Vdeorch.Path, "apply", options.Vdeorch.Write("benchfire", Topology(run % 2)), "--yes") * 1000);
            Thread.Sleep(200);
            Shell.Run("kill", "-INT", ping.Id.ToString(CultureInfo.InvariantCulture));
            int[] replies = [.. Reply().Matches(ping.StandardOutput.ReadToEnd()).Select(reply => int.Parse(reply.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
            ping.WaitForExit();
            // Those after the last reply may still have been under way.
            pings += replies.Max();
            lost += replies.Max() - replies.Distinct().Count();
            alone.Add(Alone());
        }

        options.Vdeorch.Destroy("benchfire");
        table.Print(to, "vdeorch apply");
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{lost} of {pings} pings were lost meanwhile."));
    }

    /// <param name="value">Which of two tables.</param>
    static string Topology(int value) => $$"""
        switches: { inside: {}, outside: {} }
        namespaces:
          gw:
            to: { inside: 10.77.1.1/24, outside: 10.77.2.1/24 }
            vnfs:
              router: {}
              firewall: { policy: drop, allow: [ established, { icmp: true }, {{string.Join(", ", Enumerable.Range(value, Rules).Select(i => string.Create(CultureInfo.InvariantCulture, $"{{ from: 10.9.{i / 250}.{i % 250}, tcp: {2000 + i} }}")))}} ] }
          pc:   { to: inside, address: 10.77.1.9/24, gateway: 10.77.1.1 }
          host: { to: outside, address: 10.77.2.9/24, gateway: 10.77.2.1 }
        """;

    static double Alone()
    {
        string listing = Shell.Run("ip", "netns", "exec", "benchfire.gw", "nft", "list", "table", "inet", "vdeorch-firewall");
        string file = Path.GetTempFileName();
        File.WriteAllText(file, listing.Replace("vdeorch-firewall", "bench", StringComparison.Ordinal));
        try
        {
            return Shell.Time("ip", "netns", "exec", "benchfire.host", "nft", "-f", file) * 1000;
        }
        finally
        {
            Shell.TryRun("ip", "netns", "exec", "benchfire.host", "nft", "delete", "table", "inet", "bench");
            File.Delete(file);
        }
    }

    [GeneratedRegex(@"icmp_seq=(\d+) ")]
    private static partial Regex Reply();
}
