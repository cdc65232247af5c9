namespace Vdeorch.Bench.Scenarios;

/// <summary>One question, answered for every contender in one run.</summary>
internal interface IScenario
{
    string Name { get; }

    string Question { get; }

    void Run(BenchOptions options, TextWriter to);
}

/// <param name="Runs">Repetitions; medians are printed.</param>
/// <param name="Seconds">Of one throughput measurement.</param>
internal sealed record BenchOptions(int Runs, int Seconds, VdeorchBinary Vdeorch);
