using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

public class CountersTests
{
    const string Campus = """
        switches: { campus: { vlans: { 10: staff, 20: guests } } }
        namespaces:
          alice: { interfaces: { vde0: { to: campus, vlan: staff, address: 10.0.10.1/24 } } }
          bob:   { interfaces: { vde0: { to: campus, vlan: staff, address: 10.0.10.2/24, impair: { delay: 1ms, "->": { mtu: 200 } } } } }
          carol: { interfaces: { vde0: { to: campus, vlan: none, trunk: [guests], address: 10.0.10.3/24 } } }
        """;

    [Theory, RootAndUser]
    public Task WhatIsDroppedHasItsReason(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        (await lab.ApplyAsync(Campus)).Exited(0);

        Assert.True(await lab.PingsAsync("alice", "10.0.10.2"));
        Assert.False(await lab.PingsAsync("carol", "10.0.10.2"));
        (await lab.RunInsideAsync("bob", "ping", "-c", "3", "-i", "0.2", "-W", "1", "-s", "500", "10.0.10.1")).Exited(1);

        JsonElement report = await CountAsync(lab, lab.Topology);
        Assert.True(Port(report, "carol/vde0").GetProperty("drops").GetProperty("vlan").GetInt64() > 0);
        JsonElement bob = Port(report, "bob/vde0");
        Assert.True(bob.GetProperty("drops").GetProperty("tooLong").GetInt64() >= 3);
        Assert.Equal(0, bob.GetProperty("held").GetInt32());
        Assert.Equal(1, Port(report, "alice/vde0").GetProperty("macs").GetInt32());
        Assert.Equal("bob/vde0", Assert.Single((await CountAsync(lab, $"{lab.Topology}/bob")).GetProperty("ports").EnumerateArray()).GetProperty("name").GetString());
        string table = (await lab.RunAsync("counters", $"{lab.Topology}/campus", "--macs")).Exited(0).Out;
        Assert.Contains("too long", table, StringComparison.Ordinal);
        Assert.Matches(@"campus +02:[0-9a-f:]{14} +10 +alice/vde0 +\d+s ago", table);
        Assert.Contains("did you mean", (await lab.RunAsync("counters", $"{lab.Topology}/campsu")).Exited(1).Err, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task WatchedTheyHaveRatesAndOutliveTheRuntime(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        (await lab.ApplyAsync(Campus)).Exited(0);
        Running watching = lab.Start("counters", $"{lab.Topology}/alice", "--watch", "-o", "json");
        Running pinging = lab.StartInside("alice", "ping", "-i", "0.05", "10.0.10.2");
        await Wait.UntilAsync("pings have a rate", () => Rates(watching).Any(rate => rate > 10));

        Processes.Kill((await lab.StatusAsync()).RuntimePid);

        int seen = Rates(watching).Length;
        await Wait.UntilAsync("they have one again", () => Rates(watching)[seen..].Any(rate => rate > 10));
        Assert.False(pinging.HasExited);
        await watching.SignalAsync("INT");
        (await watching.EndAsync()).Exited(130);
    });

    static async Task<JsonElement> CountAsync(Lab lab, string target) => Lab.Parse((await lab.RunAsync("counters", target, "-o", "json")).Exited(0));

    static JsonElement Port(JsonElement report, string name) => report.GetProperty("ports").EnumerateArray().Single(port => port.GetProperty("name").GetString() == name);

    // Whole lines.
    static double[] Rates(Running watching) =>
    [
        .. watching.Output.Split('\n')[..^1].Select(line => JsonDocument.Parse(line).RootElement.GetProperty("ports")[0])
            .Where(port => port.TryGetProperty("rates", out _)).Select(port => port.GetProperty("rates").GetProperty("rxFrames").GetDouble()),
    ];
}
