using Vdeorch.Bench.Scenarios;

namespace Vdeorch.Bench.Paths;

/// <summary>Contenders that do the same thing.</summary>
/// <param name="Over">What is added to the question: "", or " over ptp".</param>
/// <param name="Ours">The name of the path the others are compared with.</param>
internal sealed record PathSet(string Over, string Ours, Func<BenchOptions, INetworkPath[]> Make)
{
    public static readonly PathSet Switches = new("", "vdeorch switch", options => [new VdeorchPath(options.Vdeorch), new VdensPath("vdens + vde_switch", new SwitchProgram("vde_switch", ["vde_switch"])), new BridgePath()]);

    /// <summary>The same clients of Debian's, on our switch and on the real one.</summary>
    public static readonly PathSet[] Clients =
    [
        new(", two vde_plugs", SwitchProgram.OursName, options => [.. SwitchProgram.All(options).Select(program => new SwitchPath(program))]),
        new(", two vdens", SwitchProgram.OursName, options => [.. SwitchProgram.All(options).Select(program => new VdensPath(program.Name, program))]),
    ];

    /// <summary>Two taps joined through one kind of plug, by vde_plug and by ourselves.</summary>
    public static PathSet Through(PlugPair plug) => new($" through {plug.Name}", "vdeorch plug",
        options => [new PlugPath("vdeorch plug", [options.Vdeorch.Path, "plug"], plug), new PlugPath("vde_plug", ["vde_plug"], plug)]);
}
