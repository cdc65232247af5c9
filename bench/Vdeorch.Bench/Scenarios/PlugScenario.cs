using Vdeorch.Bench.Paths;

namespace Vdeorch.Bench.Scenarios;

/// <summary>Each kind of plug between two taps, by vde_plug and by <c>vdeorch plug</c>: throughput, packets, round trip.</summary>
internal sealed class PlugScenario : IScenario
{
    public string Name => "plugs";

    public string Question => "Two taps joined through each kind of plug, as vde_plug joins them";

    public void Run(BenchOptions options, TextWriter to)
    {
        foreach (PlugPair plug in PlugPair.All)
        {
            PathSet paths = PathSet.Through(plug);
            foreach (IScenario scenario in new IScenario[] { new TcpScenario(paths), new PacketScenario(paths), new PingScenario(paths) })
            {
                scenario.Run(options, to);
            }
        }
    }
}
