using System.Collections.Immutable;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Planning;

public class TargetsTests
{
    const string Before = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
          old: { to: lan, address: 10.0.0.9/24 }
        """;

    const string After = """
        switches: { lan: {}, dmz: {} }
        namespaces:
          alice: { to: dmz, address: 10.0.0.11/24 }
          web: { replicas: 2, to: lan, address: "10.0.0.{{ index + 2 }}/24" }
        checks:
          one: { from: alice, ping: web-0 }
          two: { from: web-1, ping: alice }
        """;

    [Theory]
    [InlineData("alice", "Create switch/dmz, Update interface/alice/vde0")]
    [InlineData("interface/alice/vde0", "Create switch/dmz, Update interface/alice/vde0")]
    [InlineData("web-1", "Create namespace/web-1, Create interface/web-1/vde0")]
    [InlineData("web-*", "Create namespace/web-0, Create namespace/web-1, Create interface/web-0/vde0, Create interface/web-1/vde0")]
    [InlineData("dmz", "Create switch/dmz")]
    [InlineData("namespace/old", "Delete interface/old/vde0, Delete namespace/old")]
    [InlineData("lan", "")]
    public void APartTakesWithItWhatMustComeFirst(string pattern, string changes)
    {
        Targets targets = Of(pattern);

        Assert.Equal(changes, string.Join(", ", targets.Plan.Changes.Select(step => $"{step.Action} {step.Id}")));
        Assert.Null(targets.Complaint);
    }

    [Fact]
    public void WhatIsNotTakenIsWishedAsItWasApplied()
    {
        Topology wished = Of("web-1").Wished;

        Assert.Equal(["alice", "old", "web-1"], wished.Namespaces.Select(ns => ns.Name));
        Assert.Equal(["lan"], wished.Switches.Select(sw => sw.Name));
        Assert.Equal("10.0.0.1/24", Assert.Single(wished.Interfaces.Single(link => link.Namespace == "alice").Addresses).ToString());
        Assert.Equal(["two"], wished.Checks.Select(check => check.Name));
    }

    [Fact]
    public void WhatIsNotTakenIsNotHealed()
    {
        Topology before = Read(Before);
        Observed[] world = [.. before.Resources.Select(PlanCases.Live).Select(thing => thing.Id.Name == "alice/vde0" ? thing with { Fields = thing.Fields.SetItem("mtu", "1400") } : thing)];

        Plan plan = Targets.Of(Read(After), new Selection(["dmz"]), world, before).Plan;

        Assert.Equal("switch/dmz", Assert.Single(plan.Changes).Id.ToString());
        Assert.Contains(plan.Steps, step => step.Id.Name == "alice/vde0" && step.Action == PlanAction.Keep);
    }

    [Theory]
    [InlineData("@tier=web", "interface/a/vde0, namespace/a, plug/a/vde0, service/a/s, switch/lan")]
    [InlineData("@tier!=web", "cloud/far, interface/b/vde0, namespace/b, runtime/lab, switch/dmz")]
    [InlineData("@tier", "interface/a/vde0, interface/b/vde0, namespace/a, namespace/b, plug/a/vde0, service/a/s, switch/lan")]
    [InlineData("@tier,owner=alice", "interface/b/vde0, namespace/b")]
    [InlineData("@!tier", "cloud/far, runtime/lab, switch/dmz")]
    [InlineData("@owner==bob", "cloud/far")]
    public void ASelectorPicksWhatHasTheLabelsAndWhatBelongsToIt(string pattern, string picked)
    {
        Topology topology = Read("""
            switches: { lan: { labels: { tier: web } }, dmz: {} }
            clouds: { far: { uvdel: "vxvde://234.0.0.1", labels: { owner: bob } } }
            namespaces:
              a: { to: "tap://tap0", labels: { tier: web }, services: { s: { run: sleep } } }
              b: { to: lan, labels: { tier: db, owner: alice } }
            """);
        ImmutableArray<Observed> world = [.. topology.Resources.Select(PlanCases.Live)];

        // Everything is there: what a selector picks, nothing else comes with.
        ImmutableHashSet<ResourceId> taken = Targets.Of(topology, new Selection([pattern]), world, topology).Taken!;

        Assert.Equal(picked, string.Join(", ", taken.Select(id => id.ToString()).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void ASelectorThatPicksNothingIsSaid() => Assert.Equal("--only: nothing of 'lab' is called '@tier=wbe' (nothing has such labels)", Of("@tier=wbe").Complaint);

    [Theory]
    [InlineData("tier=web,db")]
    [InlineData("tier=a b")]
    [InlineData("")]
    [InlineData("=web")]
    [InlineData("!tier=web")]
    [InlineData("a,,b")]
    public void WhatIsNoSelectorIsRefused(string text)
    {
        LabelSelector? read = LabelSelector.TryParse(text, out string why);

        // "tier=web,db" is two conditions, both good.
        Assert.Equal(text == "tier=web,db", read is not null);
        Assert.Equal(text != "tier=web,db", why.Length > 0);
    }

    [Fact]
    public void WhatIsLeftIsWishedAsItWasAndIsNotOfTheFile()
    {
        Topology before = Read(Before);
        Topology after = Read($"policy: {{ prune: false }}\n{After}");

        Targets targets = Targets.Of(after, Selection.Everything, [.. before.Resources.Select(PlanCases.Live)], before);

        Assert.Equal(["interface/old/vde0", "namespace/old"], targets.Left.Select(id => id.ToString()).Order(StringComparer.Ordinal));
        Assert.Contains(targets.Wished.Namespaces, ns => ns.Name == "old");
        Assert.DoesNotContain(targets.FromFile!, id => id.Name.StartsWith("old", StringComparison.Ordinal));
        Assert.DoesNotContain(targets.Plan.Changes, step => step.Action == PlanAction.Delete);
    }

    [Fact]
    public void WhatIsLeftAndOfWhichNothingIsKnownIsNotTouched()
    {
        Topology before = Read(Before);

        Targets targets = Targets.Of(Read($"policy: {{ prune: false }}\n{After}"), Selection.Everything, [.. before.Resources.Select(PlanCases.Live)], applied: null);

        Assert.DoesNotContain(targets.Taken!, id => id.Name.StartsWith("old", StringComparison.Ordinal));
        Assert.Equal(["interface/old/vde0", "namespace/old"], targets.Plan.Left.Select(step => step.Id.ToString()));
        Assert.DoesNotContain(targets.Plan.Changes, step => step.Action == PlanAction.Delete);
    }

    [Fact]
    public void WhatNamesNothingIsSaid() =>
        Assert.Equal("--only: nothing of 'lab' is called 'wbe-1' (did you mean 'web-1'?)", Of("wbe-1").Complaint);

    [Fact]
    public void APlanIsTheSameAsItselfWhateverTheCauses()
    {
        Topology before = Read(Before);
        ImmutableArray<Observed> world = [.. before.Resources.Select(PlanCases.Live)];
        Plan known = Planner.Diff("lab", Read(After).Resources, world, before.Resources);

        Assert.Empty(PlanDifference.Between(known, Planner.Diff("lab", Read(After).Resources, world)));
        Assert.Equal(
            ["namespace/old: was to be deleted, now to be kept", "namespace/web-0: was to be created, now to be kept"],
            PlanDifference.Between(known, known with { Steps = [.. known.Steps.Where(step => step.Id.Name is not ("old" or "web-0"))] }));
    }

    static Targets Of(string pattern)
    {
        Topology before = Read(Before);
        return Targets.Of(Read(After), new Selection([pattern]), [.. before.Resources.Select(PlanCases.Live)], before);
    }

    static Topology Read(string text) => TopologyReader.Read(System.Text.Encoding.UTF8.GetBytes(text), "lab.yaml").Topology!;
}
