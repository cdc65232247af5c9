using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Labels pick objects out, and changing one touches no object.</summary>
public class LabelTests
{
    const string Labelled = """
        switches: { lan: { labels: { floor: 2 } } }
        templates: { web: { to: lan, labels: { tier: web } } }
        namespaces:
          a: { use: web, address: 10.0.0.1/24, services: { s: { run: [sleep, infinity] } } }
          b: { use: web, address: 10.0.0.2/24, labels: { owner: alice } }
          c: { to: lan, address: 10.0.0.3/24, labels: { tier: db } }
        """;

    [Theory, RootAndUser]
    public Task StatusShowsWhatHasTheLabels(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Labelled)).Exited(0);
        await lab.ExpectNothingToDoAsync();

        Assert.Equal(["namespace/a", "interface/a/vde0", "service/a/s", "namespace/b", "interface/b/vde0"], await ShownAsync(lab, "-l", "tier=web"), Unordered);
        Assert.Equal(["namespace/b", "interface/b/vde0"], await ShownAsync(lab, "-l", "tier=web", "-l", "owner"), Unordered);
        Assert.Equal(["namespace/a", "interface/a/vde0", "service/a/s"], await ShownAsync(lab, "--selector", "tier=web,!owner"), Unordered);
        Assert.Equal(["switch/lan", $"runtime/{lab.Topology}"], await ShownAsync(lab, "-l", "!tier"), Unordered);
        Assert.Contains("labels.tier=db", (await lab.RunAsync("status", lab.Topology, "-o", "wide", "-l", "tier=db")).Exited(0).Out, StringComparison.Ordinal);
        Assert.Contains($"nothing of '{lab.Topology}' has the labels tier=none", (await lab.RunAsync("status", lab.Topology, "-l", "tier=none")).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("'a b' is no condition on a label", (await lab.RunAsync("status", "-l", "a b")).Exited(64).Err, StringComparison.Ordinal);
        string got = (await lab.RunAsync("get", lab.Topology)).Exited(0).Out;
        Assert.Contains("labels: { owner: alice, tier: web }", got, StringComparison.Ordinal);
        File.WriteAllText(lab.File, got);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task APartIsAppliedByItsLabels(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Labelled, "--only", "@tier=db")).Exited(0);

        Assert.Equal((null, null), (lab.Pin("a"), lab.Pin("b")));
        Assert.NotNull(lab.Pin("c"));
        (await lab.RunAsync("apply", lab.File, "--yes", "--target", "@tier=web,owner=alice")).Exited(0);
        Assert.NotNull(lab.Pin("b"));
        Assert.Null(lab.Pin("a"));
        Assert.Contains("'@tier=wbe' (nothing has such labels)", (await lab.RunAsync("plan", lab.File, "--only", "@tier=wbe")).Exited(1).Err, StringComparison.Ordinal);
        (await lab.RunAsync("plan", lab.File, "--only", "@=")).Exited(64);
    });

    [Theory, RootAndUser]
    public Task AChangedLabelTouchesNothing(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Labelled)).Exited(0);
        string a = await lab.FingerprintAsync("a");
        TopologySeen before = await lab.StatusAsync();
        lab.Write(Labelled.Replace("tier: web", "tier: front", StringComparison.Ordinal).Replace("floor: 2", "floor: 3", StringComparison.Ordinal));

        Planned plan = await lab.PlanAsync();
        Assert.Equal(["namespace/a", "namespace/b", "switch/lan"], plan.Changes.Select(step => step.Id).Order(StringComparer.Ordinal));
        Assert.All(plan.Changes, step => Assert.Equal(("update", "hot"), (step.Action, step.Cost)));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);
        Assert.Equal(a, await lab.FingerprintAsync("a"));
        TopologySeen after = await lab.StatusAsync();
        Assert.Equal((before.RuntimePid, before["service/a/s"].Pid), (after.RuntimePid, after["service/a/s"].Pid));
        Assert.Equal(["namespace/a", "interface/a/vde0", "service/a/s", "namespace/b", "interface/b/vde0"], await ShownAsync(lab, "-l", "tier=front"), Unordered);
    });

    static readonly IEqualityComparer<IEnumerable<string>> Unordered = EqualityComparer<IEnumerable<string>>.Create(
        (left, right) => left!.Order(StringComparer.Ordinal).SequenceEqual(right!.Order(StringComparer.Ordinal), StringComparer.Ordinal), _ => 0);

    static async Task<IEnumerable<string>> ShownAsync(Lab lab, params string[] options)
    {
        JsonElement report = Lab.Parse((await lab.RunAsync(["status", lab.Topology, "-o", "json", .. options])).Exited(0));
        return [.. new TopologySeen(report.GetProperty("topologies")[0]).Objects.Select(thing => thing.Id)];
    }
}
