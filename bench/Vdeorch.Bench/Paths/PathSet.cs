using Vdeorch.Bench.Scenarios;

namespace Vdeorch.Bench.Paths;

/// <summary>Contenders that do the same thing.</summary>
/// <param name="Over">What is added to the question: "", or " over ptp".</param>
/// <param name="Ours">The name of the path the others are compared with.</param>
internal sealed record PathSet(string Over, string Ours, Func<BenchOptions, INetworkPath[]> Make)
{
    public static readonly PathSet Switches = new("", "vdeorch switch", options => [new VdeorchPath(options.Vdeorch), new VdensPath(), new BridgePath()]);

    /// <summary>Two taps joined through one kind of plug, by vde_plug and by ourselves.</summary>
    public static PathSet Through(PlugPair plug) => new($" through {plug.Name}", "vdeorch plug",
        options => [new PlugPath("vdeorch plug", [options.Vdeorch.Path, "plug"], plug), new PlugPath("vde_plug", ["vde_plug"], plug)]);
}
