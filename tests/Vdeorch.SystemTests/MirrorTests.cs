using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>An interface that mirrors others, as tcpdump sees it.</summary>
public class MirrorTests
{
    const string Lan = """
        switches: { lan: { mirror: { to: monitor } } }
        namespaces:
          monitor: { to: lan }
          alice:   { to: lan, address: 10.0.0.1/24 }
          bob:     { to: lan, address: 10.0.0.2/24 }
          carol:   { to: lan, address: 10.0.0.3/24 }
        """;

    [Theory, RootAndUser]
    public Task WhatOthersSayIsHeardOnceAndAChangeIsHot(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tcpdump", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        string[] lines = await ListenAsync(lab, 2, ("alice", "10.0.0.2"));
        Assert.Equal(["10.0.0.1 > 10.0.0.2: ICMP echo request", "10.0.0.2 > 10.0.0.1: ICMP echo reply"], lines);
        await lab.ExpectNothingToDoAsync();

        Planned plan = await lab.PlanAsync(Lan.Replace("to: monitor }", "to: monitor, from: [carol], direction: out }", StringComparison.Ordinal));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.Equal(("switch/lan", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("all (in) to monitor/vde0", "carol/vde0 (out) to monitor/vde0"), plan.Only.Changes["mirror"]);
        // The first pair is not carol's.
        Assert.Equal(["10.0.0.1 > 10.0.0.3: ICMP echo request"], await ListenAsync(lab, 1, ("alice", "10.0.0.2"), ("alice", "10.0.0.3")));
        Assert.Equal(runtime, (await lab.StatusAsync()).RuntimePid);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task TheMirrorIsNeitherHeardNorReached(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        string withAddress = Lan.Replace("monitor: { to: lan }", "monitor: { to: lan, address: 10.0.0.9/24 }", StringComparison.Ordinal);
        (await lab.ApplyAsync(withAddress)).Exited(0);

        Assert.False(await lab.PingsAsync("monitor", "10.0.0.1"));
        JsonElement port = Lab.Parse((await lab.RunAsync("counters", $"{lab.Topology}/monitor", "-o", "json")).Exited(0)).GetProperty("ports")[0];
        Assert.True(port.GetProperty("drops").GetProperty("mirror").GetInt64() > 0);

        (await lab.ApplyAsync(withAddress.Replace("mirror: { to: monitor }", "", StringComparison.Ordinal))).Exited(0);
        await Wait.UntilAsync("it is a port like any other", () => lab.PingsAsync("monitor", "10.0.0.1"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ItComesBackWithTheRuntime(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tcpdump", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        Processes.Kill(runtime);

        await Wait.UntilAsync("another runtime runs", async () => (await lab.StatusAsync()).Runtime?.GetProperty("pid").GetInt32() is { } pid && pid != runtime);
        await Wait.UntilAsync("everything is where it was", async () => (await lab.PlanAsync()).Changes.Count == 0);
        Assert.Equal(["10.0.0.1 > 10.0.0.3: ICMP echo request", "10.0.0.3 > 10.0.0.1: ICMP echo reply"], await ListenAsync(lab, 2, ("alice", "10.0.0.3")));
    });

    /// <returns>The first pings that the monitor hears, without times and numbers.</returns>
    static async Task<string[]> ListenAsync(Lab lab, int count, params (string From, string To)[] pings)
    {
        Running listening = lab.StartInside("monitor", "sh", "-c", $"exec tcpdump -i vde0 -n -t -l -c {count} icmp 2>&1");
        await Wait.UntilAsync("tcpdump listens", () => listening.Output.Contains("listening on", StringComparison.Ordinal));
        foreach ((string from, string to) in pings)
        {
            Assert.True(await lab.PingsAsync(from, to));
        }

        return [.. (await listening.EndAsync()).Out.Split('\n').Where(line => line.StartsWith("IP ", StringComparison.Ordinal)).Select(line => line[3..line.IndexOf(", id", StringComparison.Ordinal)])];
    }
}
