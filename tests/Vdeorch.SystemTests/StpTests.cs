using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Spanning trees of a topology's switches, seen from its namespaces.</summary>
public class StpTests
{
    const string Ring = """
        switches: { core: { stp: { priority: 4096 } }, east: { stp: true }, west: { stp: true } }
        cables: [ [core, east], [core, west], [east, west] ]
        namespaces:
          alice: { interfaces: { vde0: { to: core, address: 10.0.0.1/24, stp: { edge: true } } } }
          bob:   { interfaces: { vde0: { to: east, address: 10.0.0.2/24, stp: { edge: true } } } }
          carol: { interfaces: { vde0: { to: west, address: 10.0.0.3/24, stp: { edge: true } } } }
        """;

    [Theory, RootAndUser]
    public Task ARingIsOneCableShortOfALoopAndLosesNobodyWhenOneIsCut(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        (await lab.ApplyAsync(Ring)).Exited(0);
        await MeshAsync(lab);
        await lab.ExpectNothingToDoAsync();

        Planned plan = await lab.PlanAsync(Ring.Replace("[core, west], ", "", StringComparison.Ordinal));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.Equal(("cable/core=west", "delete"), (plan.Only.Id, plan.Only.Action));
        await MeshAsync(lab);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task OneSwitchWithSpanningTreesIsEnoughForALoop(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        (await lab.ApplyAsync(Ring.Replace("east: { stp: true }, west: { stp: true }", "east: {}, west: {}", StringComparison.Ordinal))).Exited(0);

        await MeshAsync(lab);
        // In a loop the answers of one would be answers of many: ping counts those.
        Finished pinged = await lab.RunAsync("exec", $"{lab.Topology}/alice", "--", "ping", "-c", "5", "-i", "0.2", "10.0.0.3");
        pinged.Exited(0);
        Assert.DoesNotContain("duplicates", pinged.Out, StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task TwoVlansTakeDifferentCablesAndSwitchesSettingsChangeHot(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        const string Two = """
            switches: { one: { stp: true, vlans: { 10: staff, 20: guests } }, two: { stp: true, vlans: { 10: staff, 20: guests } } }
            cables:
              - { ends: [one, two], vlan: none, trunk: [staff, guests], stp: { bonus: { 10: 5000000 } } }
              - { ends: [one, two], vlan: none, trunk: [staff, guests], stp: { bonus: { 20: 5000000 } } }
            namespaces:
              alice: { interfaces: { vde0: { to: one, vlan: staff, address: 10.0.10.1/24 } } }
              bob:   { interfaces: { vde0: { to: two, vlan: staff, address: 10.0.10.2/24 } } }
              carol: { interfaces: { vde0: { to: one, vlan: guests, address: 10.0.20.1/24 } } }
              dave:  { interfaces: { vde0: { to: two, vlan: guests, address: 10.0.20.2/24 } } }
            """;
        (await lab.ApplyAsync(Two)).Exited(0);
        await Wait.UntilAsync("staff meet", () => lab.PingsAsync("alice", "10.0.10.2"));
        await Wait.UntilAsync("guests meet", () => lab.PingsAsync("carol", "10.0.20.2"));
        await ExpectTreesAsync(lab);
        Assert.False(await lab.PingsAsync("alice", "10.0.20.2"));
        await lab.ExpectNothingToDoAsync();

        Planned plan = await lab.PlanAsync(Two.Replace("one: { stp: true", "one: { stp: { priority: 1 }", StringComparison.Ordinal).Replace("bonus: { 10: 5000000 }", "bonus: { 10: 6000000 }", StringComparison.Ordinal));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.Equal([("cable/one=two", "update", "hot"), ("switch/one", "update", "hot")], plan.Changes.Select(change => (change.Id, change.Action, change.Cost)).Order());
        await Wait.UntilAsync("staff meet again", () => lab.PingsAsync("alice", "10.0.10.2"));
        await Wait.UntilAsync("guests meet again", () => lab.PingsAsync("carol", "10.0.20.2"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ACableThatGoesDownIsNoticedAtOnceAndTakenAgainWhenItIsUp(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        // Far below the 12 s after which silence is noticed.
        TimeSpan atOnce = TimeSpan.FromSeconds(4);
        static string Pair(string impair) => $$"""
            switches: { one: { stp: { priority: 4096 } }, two: { stp: true } }
            cables:
              - { ends: [one, two], stp: { bonus: { 0: 5000000 } }, impair: {{impair}} }
              - [one, two]
            namespaces:
              alice: { interfaces: { vde0: { to: one, address: 10.0.0.1/24, stp: { edge: true } } } }
              bob:   { interfaces: { vde0: { to: two, address: 10.0.0.2/24, stp: { edge: true } } } }
            """;
        (await lab.ApplyAsync(Pair("{}"))).Exited(0);
        await Wait.UntilAsync("alice reaches bob", () => lab.PingsAsync("alice", "10.0.0.2"));
        string before = await RootPortAsync(lab);
        Assert.Contains(" cost 15000000 ", before, StringComparison.Ordinal);

        foreach (string down in (string[])["{ down: true }", "{ flap: { up: 1ms, down: 1h } }"])
        {
            (await lab.ApplyAsync(Pair(down))).Exited(0);
            await Wait.UntilAsync("the other cable is the way to the root", async () => (await RootPortAsync(lab)).Contains(" cost 20000000 ", StringComparison.Ordinal), atOnce);
            await Wait.UntilAsync("alice reaches bob again", () => lab.PingsAsync("alice", "10.0.0.2"), atOnce);
            await lab.ExpectNothingToDoAsync();

            (await lab.ApplyAsync(Pair("{}"))).Exited(0);
            await Wait.UntilAsync("the first cable is the way to the root again", async () => await RootPortAsync(lab) == before, atOnce);
            await Wait.UntilAsync("alice reaches bob still", () => lab.PingsAsync("alice", "10.0.0.2"), atOnce);
        }
    });

    /// <summary>Status, with the engine and without: one of the two is the root, and the other one's root ports are different ones in the two VLANs.</summary>
    static async Task ExpectTreesAsync(Lab lab)
    {
        TopologySeen seen = await lab.StatusAsync();
        JsonElement[] trees = [.. new[] { "one", "two" }.SelectMany(name => seen.Switch(name).GetProperty("trees").EnumerateArray())];
        JsonElement[] ways = [.. trees.Where(tree => tree.GetProperty("rootPort").GetInt32() > 0)];
        Assert.Equal(["10", "20"], ways.Select(way => way.GetProperty("vlans").GetString()));
        Assert.Single(trees.Select(tree => tree.GetProperty("root").GetString()).Distinct());
        Assert.Equal(["one", "two"], trees.Select(tree => tree.GetProperty("switch").GetString()).Distinct());
        string other = ways[0].GetProperty("switch").GetString()!;
        foreach (JsonElement way in ways)
        {
            JsonElement port = seen.Switch(other).GetProperty("ports").EnumerateArray().Single(it => it.GetProperty("number").GetInt32() == way.GetProperty("rootPort").GetInt32());
            JsonElement role = port.GetProperty("spanning").EnumerateArray().Single(it => it.GetProperty("vlans").GetString() == way.GetProperty("vlans").GetString());
            Assert.Equal(("Root", "Forwarding"), (role.GetProperty("role").GetString(), role.GetProperty("status").GetString()));
        }

        string shown = (await lab.RunAsync("status", lab.Topology)).Exited(0).Out;
        Assert.Contains("root, forwarding; ", shown, StringComparison.Ordinal);
        Assert.Contains("alternate, discarding", shown, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^{other} +10 .* 15000000$", shown);
    }

    /// <summary>Of <c>two</c>, with what it costs.</summary>
    static async Task<string> RootPortAsync(Lab lab)
    {
        string printed = (await lab.RunAsync("console", $"{lab.Topology}/two", "fstp/print", "0")).Exited(0).Out;
        string line = printed.Split('\n').Single(line => line.Contains("rootport", StringComparison.Ordinal));
        return line[..line.IndexOf("age", StringComparison.Ordinal)];
    }

    static async Task MeshAsync(Lab lab)
    {
        foreach ((string from, string to) in new[] { ("alice", "10.0.0.2"), ("alice", "10.0.0.3"), ("bob", "10.0.0.3") })
        {
            await Wait.UntilAsync($"{from} reaches {to}", () => lab.PingsAsync(from, to));
        }
    }
}
