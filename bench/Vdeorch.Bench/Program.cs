using System.Globalization;
using Vdeorch.Bench;
using Vdeorch.Bench.Paths;
using Vdeorch.Bench.Scenarios;

// Side by side with the peers, in one run, on whatever machine this is: read the ratios, not the absolute figures.
IScenario[] scenarios = [new TcpScenario(PathSet.Switches), new PacketScenario(PathSet.Switches), new PingScenario(PathSet.Switches), new PlugScenario(), new SwitchScenario(), new GuestScenario(), new CardScenario(), new ImpairScenario(), new ScaleScenario(), new PlanScenario(), new FarmScenario(), new LeaseScenario(), new FirewallScenario(), new StartScenario()];

int runs = 5;
int seconds = 3;
List<IScenario> chosen = [];
for (int i = 0; i < args.Length; i++)
{
    if (args[i] is "--runs" or "--seconds" && i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out int number) && number > 0)
    {
        (runs, seconds) = args[i++] == "--runs" ? (number, seconds) : (runs, number);
    }
    else if (scenarios.FirstOrDefault(scenario => scenario.Name == args[i]) is { } scenario)
    {
        chosen.Add(scenario);
    }
    else
    {
        Console.Error.WriteLine($"'{args[i]}' is no scenario. usage: [SCENARIO...] [--runs N] [--seconds N]\n{string.Join('\n', scenarios.Select(known => $"  {known.Name,-10}{known.Question}"))}");
        return 64;
    }
}

if (Environment.UserName != "root")
{
    Console.Error.WriteLine("the peers need root, and so does this");
    return 64;
}

using VdeorchBinary vdeorch = VdeorchBinary.Find();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs} runs, {seconds} s a throughput measurement, {Environment.ProcessorCount} processors, load before {File.ReadAllText("/proc/loadavg").Split(' ')[0]}, {vdeorch.Path}"));
foreach (IScenario scenario in chosen.Count > 0 ? chosen : [.. scenarios])
{
    scenario.Run(new BenchOptions(runs, seconds, vdeorch), Console.Out);
}

return 0;
