using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.Bench.Paths;

namespace Vdeorch.Bench.Scenarios;

/// <summary>One echo after the other, the next as soon as the last is back.</summary>
internal sealed partial class PingScenario(PathSet paths) : PathScenario(paths)
{
    const int Echoes = 5000;

    public override string Name => "ping";

    public override string Question => "Round trip between two namespaces";

    protected override string Unit => "µs";

    protected override bool MoreIsBetter => false;

    protected override IEnumerable<(string What, double Value)> Measure(INetworkPath path, BenchOptions options)
    {
        Shell.Run([.. path.InA, "ping", "-c", "3", "-i", "0.01", INetworkPath.AddressB]);
        string output = Shell.Run([.. path.InA, "ping", "-A", "-c", Echoes.ToString(CultureInfo.InvariantCulture), INetworkPath.AddressB]);
        double[] times = [.. Time().Matches(output).Select(match => double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * 1000)];
        yield return ("median", Sample.Quantile(times, 0.5));
        yield return ("p99", Sample.Quantile(times, 0.99));
    }

    [GeneratedRegex(@"time=([0-9.]+) ms")]
    private static partial Regex Time();
}
