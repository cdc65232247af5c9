using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>Echoes, one every 10 ms, whose replies are known by their numbers: what is still under way at the end is told from what was lost.</summary>
public sealed partial class Pings
{
    const int Some = 20;

    readonly Running _ping;

    Pings(Running ping) => _ping = ping;

    /// <param name="topology">Whose namespace it is.</param>
    /// <returns>When replies come.</returns>
    public static async Task<Pings> FlowAsync(Lab lab, string topology, string from, string to)
    {
        Host.Needs("ping");
        Pings pings = new(lab.Keep(Running.Start(lab.InsideOf(topology, from, "ping", "-n", "-i", "0.01", to))));
        await Wait.UntilAsync("pings flow", () => pings.Replies.Length > Some);
        return pings;
    }

    /// <summary>Replies so far.</summary>
    public int Count => Replies.Length;

    /// <summary>Ends it when more replies have come, and fails when any that came before the last of them is missing, or came out of order.</summary>
    public async Task NoneIsLostAsync()
    {
        int meanwhile = Replies.Length;
        await Wait.UntilAsync("more replies after it", () => Replies.Length > meanwhile + Some);
        await _ping.SignalAsync("INT");
        await _ping.EndAsync();
        int[] replies = Replies;
        int[] lost = [.. Enumerable.Range(1, replies[^1]).Except(replies)];
        Assert.True(Enumerable.Range(1, replies.Length).SequenceEqual(replies), lost.Length > 0 ? $"of the first {replies[^1]} pings, {lost.Length} got no reply: {string.Join(", ", lost.Take(10))}" : $"of {replies.Length} pings, some got their replies out of order");
    }

    int[] Replies => [.. Reply().Matches(_ping.Output).Select(reply => int.Parse(reply.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"bytes from .* icmp_seq=(\d+) .*ms$", RegexOptions.Multiline)]
    private static partial Regex Reply();
}
