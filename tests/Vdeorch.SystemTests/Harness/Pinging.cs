using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>A stream of pings, one a millisecond where we may, while something is done to vdeorch.</summary>
public sealed partial class Pinging
{
    readonly Running _ping;

    Pinging(Running ping) => _ping = ping;

    /// <param name="count">How many are sent; one a millisecond as root, one in 10 ms else.</param>
    public static async Task<Pinging> StartAsync(Lab lab, string from, string to, int count)
    {
        Host.Needs("ping");
        // Learned addresses and neighbours first: what is measured is the stream.
        Assert.True(await lab.PingsAsync(from, to));
        Running ping = lab.StartInside(from, "ping", "-n", "-D", "-i", Host.IsRoot ? "0.001" : "0.01", "-W", "2", "-c", count.ToString(CultureInfo.InvariantCulture), to);
        Pinging pinging = new(ping);
        await Wait.UntilAsync("pings flow", () => pinging.Received > 20);
        return pinging;
    }

    public int Received => Replies().Length;

    public bool HasEnded => _ping.HasExited;

    /// <summary>Waits for the stream's end.</summary>
    /// <returns>Lost pings, and the longest time in which no reply came.</returns>
    public async Task<(int Lost, TimeSpan LongestSilence)> EndAsync()
    {
        Finished ended = await _ping.EndAsync();
        Match summary = Summary().Match(ended.Out);
        Assert.True(summary.Success, ended.ToString());
        double[] times = [.. Replies().Select(reply => double.Parse(reply.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
        double longest = times.Zip(times.Skip(1), (earlier, later) => later - earlier).DefaultIfEmpty(0).Max();
        int lost = int.Parse(summary.Groups[1].ValueSpan, CultureInfo.InvariantCulture) - int.Parse(summary.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{summary.Value}: {lost} lost, longest silence {longest * 1000:0} ms"));
        return (lost, TimeSpan.FromSeconds(longest));
    }

    Match[] Replies() => Reply().Matches(_ping.Output).ToArray();

    [GeneratedRegex(@"^\[([\d.]+)\] \d+ bytes from", RegexOptions.Multiline)]
    private static partial Regex Reply();

    [GeneratedRegex(@"(\d+) packets transmitted, (\d+) received")]
    private static partial Regex Summary();
}
