using System.Globalization;
using System.Text.Json;

namespace Vdeorch.Bench.Scenarios;

/// <summary>Many namespaces on one switch: up, a no-op apply, down, and what is kept in memory.</summary>
internal sealed class ScaleScenario : IScenario
{
    const int Count = 100;

    public string Name => "scale";

    public string Question => string.Create(CultureInfo.InvariantCulture, $"{Count} namespaces on one switch");

    public void Run(BenchOptions options, TextWriter to)
    {
        Table up = new($"{Question}: up", "s", moreIsBetter: false);
        Table down = new($"{Question}: down", "s", moreIsBetter: false);
        Table noop = new($"{Question}: apply with nothing to do", "ms", moreIsBetter: false);
        Sample ourUp = up.Row("vdeorch"), peerUp = up.Row("ip -batch, veth + bridge"), ourDown = down.Row("vdeorch"), peerDown = down.Row("ip -batch, veth + bridge"), ours = noop.Row("vdeorch");
        Sample cold = up.Row("vdeorch, its engine included");
        Sample runtime = new(), engine = new(), runtimeEach = new(), engineEach = new();
        for (int run = 0; run < options.Runs; run++)
        {
            string small = options.Vdeorch.Write("benchscale", Topology(1));
            cold.Add(Cold(options));
            Shell.Run(options.Vdeorch.Path, "apply", small, "--yes");
            (double runtimeOne, double engineOne) = Memory(options);
            string file = options.Vdeorch.Write("benchscale", Topology(Count));
            options.Vdeorch.Destroy("benchscale");
            ourUp.Add(Shell.Time(options.Vdeorch.Path, "apply", file, "--yes"));
            ours.Add(Shell.Time(options.Vdeorch.Path, "apply", file, "--yes") * 1000);
            (double runtimeAll, double engineAll) = Memory(options);
            ourDown.Add(Shell.Time(options.Vdeorch.Path, "destroy", "benchscale", "--yes"));
            runtime.Add(runtimeAll);
            engine.Add(engineAll);
            runtimeEach.Add((runtimeAll - runtimeOne) / (Count - 1));
            engineEach.Add((engineAll - engineOne) / (Count - 1));
            (double peersUp, double peersDown) = Peer();
            peerUp.Add(peersUp);
            peerDown.Add(peersDown);
        }

        up.Print(to, "vdeorch");
        noop.Print(to, "vdeorch");
        down.Print(to, "vdeorch");
        to.WriteLine($"\nMemory with {Count} namespaces (PSS, KiB): runtime {runtime}, engine {engine}; per namespace: runtime {runtimeEach}, engine {engineEach}");
    }

    static double Cold(BenchOptions options)
    {
        Shell.TryRun(options.Vdeorch.Path, "engine", "stop");
        string file = options.Vdeorch.Write("benchcold", Topology(Count));
        double seconds = Shell.Time(options.Vdeorch.Path, "apply", file, "--yes");
        options.Vdeorch.Destroy("benchcold");
        return seconds;
    }

    static string Topology(int count) => string.Create(CultureInfo.InvariantCulture, $$$"""
        switches: { lan: {} }
        namespaces:
          n: { replicas: {{{count}}}, to: lan, address: "10.78.0.{{ index + 1 }}/16" }
        """);

    static (double Runtime, double Engine) Memory(BenchOptions options)
    {
        using JsonDocument status = JsonDocument.Parse(options.Vdeorch.Run("status", "benchscale", "-o", "json"));
        JsonElement root = status.RootElement;
        return (root.GetProperty("topologies")[0].GetProperty("runtime").GetProperty("memory").GetDouble(), root.GetProperty("engine").GetProperty("memory").GetDouble());
    }

    // The same shape by the kernel's own means, in as few processes as iproute2 allows.
    static (double Up, double Down) Peer()
    {
        IEnumerable<int> each = Enumerable.Range(0, Count);
        string up = Batch(
        [
            "netns add benchpeer", .. each.Select(i => $"netns add benchpeer-{i}"),
            .. each.Select(i => $"link add v{i} netns benchpeer type veth peer name vde0 netns benchpeer-{i}"),
        ]);
        string[] bridge = ["link add br0 type bridge", "link set br0 up", .. each.Select(i => $"link set v{i} master br0 up")];
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        Shell.Run("ip", "-batch", up);
        Shell.Run("ip", "-n", "benchpeer", "-batch", Batch(bridge));
        foreach (int i in each)
        {
            Shell.Run("ip", "-n", $"benchpeer-{i}", "-batch", Batch([$"address add 10.78.0.{i + 1}/16 dev vde0", "link set vde0 up", "link set lo up"]));
        }

        double upSeconds = System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds;
        double downSeconds = Shell.Time("ip", "-batch", Batch([.. each.Select(i => $"netns delete benchpeer-{i}"), "netns delete benchpeer"]));
        return (upSeconds, downSeconds);
    }

    static string Batch(string[] lines)
    {
        string file = Path.Combine(Path.GetTempPath(), "vdeorch-bench.batch");
        File.WriteAllLines(file, lines);
        return file;
    }
}
