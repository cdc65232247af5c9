using Vdeorch.Bench.Paths;

namespace Vdeorch.Bench.Scenarios;

/// <summary>The ways into a switch of ours that QEMU has for a guest's card: throughput, packets, round trip. The guest is left out, as it would be most of what is measured.</summary>
internal sealed class CardScenario : IScenario
{
    public string Name => "cards";

    public string Question => "Two switches of ours with QEMU's netdevs between them";

    public void Run(BenchOptions options, TextWriter to)
    {
        PathSet paths = new(", a QEMU between them", CardKind.All[0].Name, given => [.. CardKind.All.Select(kind => new CardPath(given.Vdeorch, kind))]);
        foreach (IScenario scenario in new IScenario[] { new TcpScenario(paths), new PacketScenario(paths), new PingScenario(paths) })
        {
            scenario.Run(options, to);
        }
    }
}
