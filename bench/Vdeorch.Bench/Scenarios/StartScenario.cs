namespace Vdeorch.Bench.Scenarios;

/// <summary>How long a program takes to start and say its version.</summary>
internal sealed class StartScenario : IScenario
{
    const int Starts = 50;

    public string Name => "start";

    public string Question => "Start and print the version";

    public void Run(BenchOptions options, TextWriter to)
    {
        Table table = new(Question, "ms", moreIsBetter: false);
        (Sample Sample, string[] Command)[] rows =
        [
            (table.Row("vdeorch --version"), [options.Vdeorch.Path, "--version"]),
            .. new[] { ("vde_switch", "--version"), ("ip", "-V"), ("true", "--version") }
                .Where(peer => Shell.Has(peer.Item1))
                .Select(peer => (table.Row($"{peer.Item1} {peer.Item2}"), new[] { peer.Item1, peer.Item2 })),
        ];
        for (int start = 0; start < Starts; start++)
        {
            foreach ((Sample sample, string[] command) in rows)
            {
                long began = System.Diagnostics.Stopwatch.GetTimestamp();
                Shell.TryRun(command);
                sample.Add(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        table.Print(to, "vdeorch --version");
    }
}
