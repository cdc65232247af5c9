using System.Globalization;

namespace Vdeorch.Bench.Scenarios;

/// <summary>What one waits for all day: validate, plan, an apply that changes one field, and one that changes none; at 10, 100 and 1,000 namespaces.</summary>
/// <remarks>Nobody else does this, so there is no peer: what is compared is the curve.</remarks>
internal sealed class PlanScenario : IScenario
{
    static readonly int[] s_counts = [10, 100, 1000];

    // Of each before the first that counts: an engine that has just been started has its pages to fetch.
    const int Warming = 2;

    public string Name => "plan";

    public string Question => "Validate, plan and apply of one field, by the number of namespaces";

    public void Run(BenchOptions options, TextWriter to)
    {
        string[] verbs = ["validate", "plan, with a look at the live world", "apply of one field", "apply of nothing"];
        Sample[][] samples = [.. verbs.Select(_ => s_counts.Select(_ => new Sample()).ToArray())];
        for (int at = 0; at < s_counts.Length; at++)
        {
            int count = s_counts[at];
            string file = options.Vdeorch.Write("benchplan", Topology(count, 1));
            Shell.Run(options.Vdeorch.Path, "apply", file, "--yes", "--timeout", "300s");
            for (int run = -Warming; run < options.Runs; run++)
            {
                // A value that it has not yet.
                options.Vdeorch.Write("benchplan", Topology(count, run & 1));
                double[] took =
                [
                    Shell.Time(options.Vdeorch.Path, "validate", file), Shell.Time(options.Vdeorch.Path, "plan", file),
                    Shell.Time(options.Vdeorch.Path, "apply", file, "--yes"), Shell.Time(options.Vdeorch.Path, "apply", file, "--yes"),
                ];
                for (int verb = 0; verb < took.Length && run >= 0; verb++)
                {
                    samples[verb][at].Add(took[verb] * 1000);
                }
            }

            options.Vdeorch.Destroy("benchplan");
        }

        to.WriteLine($"\n## {Question} (ms; less is better)\n\n| | {string.Join(" | ", s_counts)} |\n|---|{string.Concat(s_counts.Select(_ => "---|"))}");
        for (int verb = 0; verb < verbs.Length; verb++)
        {
            to.WriteLine($"| {verbs[verb]} | {string.Join(" | ", samples[verb].Select(sample => sample.ToString()))} |");
        }
    }

    /// <param name="value">Of the one field, which the namespace in the middle has.</param>
    static string Topology(int count, int value) => "switches: { lan: {} }\nnamespaces:\n" + string.Concat(Enumerable.Range(0, count).Select(i =>
        string.Create(CultureInfo.InvariantCulture, $"  n{i}: {{ to: lan, address: 10.{78 + (i / 65000)}.{(i + 1) / 256}.{(i + 1) % 256}/8{(i == count / 2 ? $", sysctl: {{ net.ipv4.ip_forward: {value} }}" : "")} }}\n")));
}
