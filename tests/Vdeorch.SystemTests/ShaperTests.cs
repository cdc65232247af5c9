using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Interfaces whose sending is shared out: by classes that the kernel has, is seen to have, and changes while traffic flows.</summary>
public partial class ShaperTests
{
    static string Shaped(string classes, string vnfs = "shaper: { interfaces: { vde0: { rate: 20mbit{CLASSES} } } }") => $$"""
        switches: { wan: {}, lan: {} }
        namespaces:
          gw: { to: { wan: 198.51.100.2/24, lan: 10.0.0.1/24 }, vnfs: { router: {}, {{vnfs.Replace("{CLASSES}", classes, StringComparison.Ordinal)}} } }
          isp: { to: wan, address: 198.51.100.1/24, gateway: 198.51.100.2 }
          pc: { to: lan, address: 10.0.0.7/24, gateway: 10.0.0.1 }
        """;

    const string Classes = ", classes: { bulk: { match: { tcp: 5001 }, rate: 1mbit, ceil: 4mbit }, voice: { match: { from: pc, udp: 5060-5080 }, rate: 2mbit, priority: 0 } }";

    [Theory, RootAndUser]
    public Task TrafficIsInItsClassAndNoFasterThanThatMayBe(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tc", "nft", "socat");
        (await lab.ApplyAsync(Shaped(Classes))).Exited(0);
        await lab.ExpectNothingToDoAsync();

        // A mebibyte at 4 Mbit/s takes 2 s until it has all arrived; what sends it has done so long before.
        Running receiver = lab.StartInside("isp", "sh", "-c", "socat -u TCP-LISTEN:5001,reuseaddr - | wc -c");
        await Wait.UntilAsync("it listens", async () => (await lab.RunInsideAsync("isp", "ss", "-ltn")).Out.Contains(":5001", StringComparison.Ordinal));
        Stopwatch watch = Stopwatch.StartNew();
        (await lab.RunInsideAsync("pc", "sh", "-c", "head -c 1048576 /dev/zero | socat -u - TCP:198.51.100.1:5001")).Exited(0);
        Assert.Equal("1048576", (await receiver.EndAsync()).Out.Trim());
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(1.5), $"a mebibyte arrived in {watch.Elapsed.TotalSeconds:0.00} s");
        (await lab.RunInsideAsync("pc", "sh", "-c", "head -c 1000 /dev/zero | socat -u - UDP:198.51.100.1:5060")).Exited(0);

        Assert.InRange(await SentAsync(lab, "1:10"), 1_000_000, long.MaxValue);
        await Wait.UntilAsync("voice has gone by its class", async () => await SentAsync(lab, "1:11") is > 1_000 and < 100_000);
        Assert.True(await SentAsync(lab, "1:2") < 100_000);
    });

    [Theory, RootAndUser]
    public Task ItChangesWhileTrafficFlowsAndIsPutRightAndGoesWithoutATrace(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tc", "nft");
        (await lab.ApplyAsync(Shaped(Classes))).Exited(0);

        Pinging pinging = await Pinging.StartAsync(lab, "pc", "198.51.100.1", 1000);
        string other = Classes.Replace("ceil: 4mbit", "ceil: 8mbit", StringComparison.Ordinal).Replace("classes: {", "classes: { web: { match: [{ tcp: [80, 443] }, { from: \"198.51.100.0/24\" }], rate: 500kbit },", StringComparison.Ordinal);
        PlannedStep step = (await lab.PlanAsync(Shaped(other))).Only;
        Assert.Equal(("vnf/gw/shaper", "hot"), (step.Id, step.Cost));
        (await lab.ApplyAsync(Shaped(other))).Exited(0);
        (await lab.ApplyAsync(Shaped(Classes))).Exited(0);
        Assert.Equal(0, (await pinging.EndAsync()).Lost);
        await lab.ExpectNothingToDoAsync();

        (await lab.RunInsideAsync("gw", "tc", "class", "change", "dev", "vde0", "parent", "1:1", "classid", "1:10", "htb", "rate", "3mbit", "ceil", "4mbit")).Exited(0);
        PlannedStep drift = (await lab.PlanAsync()).Only;
        Assert.StartsWith("changed by others: + class htb 1:10 ", drift.Changes["queues.vde0"].Before, StringComparison.Ordinal);
        (await lab.ApplyAsync(Shaped(Classes))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        (await lab.RunInsideAsync("gw", "tc", "qdisc", "del", "dev", "vde0", "root")).Exited(0);
        Assert.Single((await lab.PlanAsync()).Changes);
        (await lab.ApplyAsync(Shaped(Classes))).Exited(0);
        await lab.ExpectNothingToDoAsync();

        Assert.Contains("shaper:", (await lab.RunAsync("get", lab.Topology)).Exited(0).Out, StringComparison.Ordinal);
        (await lab.ApplyAsync(Shaped("", "nat: {}"))).Exited(0);
        Assert.DoesNotContain("htb", (await lab.RunInsideAsync("gw", "tc", "qdisc", "show", "dev", "vde0")).Exited(0).Out, StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();
    });

    static async Task<long> SentAsync(Lab lab, string id)
    {
        string all = (await lab.RunInsideAsync("gw", "tc", "-s", "class", "show", "dev", "vde0")).Exited(0).Out;
        Match match = Sent().Matches(all).Single(one => one.Groups[1].Value == id);
        return long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^class htb (\S+) .*\n Sent (\d+) bytes", RegexOptions.Multiline)]
    private static partial Regex Sent();
}
