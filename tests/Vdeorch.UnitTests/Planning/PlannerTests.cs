using System.Collections.Immutable;
using System.Net;
using CsCheck;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;
using Xunit;

namespace Vdeorch.UnitTests.Planning;

public class PlannerTests
{
    static readonly Gen<Topology> s_topologies = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 4], Gen.Int[0, 3], Gen.Bool, (switches, namespaces, services, hub) => new Topology
    {
        Name = "lab",
        Switches = [.. Enumerable.Range(0, switches + 1).Select(i => new SwitchSpec($"sw{i}", 64, TimeSpan.FromSeconds(60), hub) { Topology = "lab" })],
        Namespaces = [.. Enumerable.Range(0, namespaces).Select(i => new NamespaceSpec($"ns-{i}", ImmutableSortedDictionary<string, string>.Empty, []))],
        Interfaces = [.. Enumerable.Range(0, namespaces).Select(i => Interface($"ns-{i}", $"sw{i % (switches + 1)}", $"10.0.0.{i + 1}/24"))],
        Services = [.. Enumerable.Range(0, namespaces == 0 ? 0 : services).Select(i => new ServiceSpec("ns-0", $"s{i}", ["sleep", $"{i}"]) { DependsOn = [new(Kinds.Interface, "ns-0/vde0")] })],
    });

    [Fact]
    public void AMatchingWorldNeedsNothing() =>
        s_topologies.Sample(topology => Planner.Diff("lab", topology.Resources, Live(topology)).IsEmpty);

    [Fact]
    public void EveryStepComesAfterWhatItDependsOn() =>
        Gen.Select(s_topologies, s_topologies).Sample((before, after) =>
        {
            Plan plan = Planner.Diff("lab", after.Resources, Live(before));
            Dictionary<ResourceId, int> place = plan.Steps.Select((step, at) => (step.Id, at)).ToDictionary(pair => pair.Id, pair => pair.at);
            return plan.Steps.All(step => step.DependsOn.All(need => place[need] < place[step.Id]));
        });

    [Fact]
    public void ThePlanDoesNotDependOnTheOrderOfTheFile() =>
        Gen.Select(s_topologies, s_topologies).Sample((before, after) =>
            Print(Planner.Diff("lab", after.Resources, Live(before))) == Print(Planner.Diff("lab", after.Resources.Reverse(), Live(before).Reverse())));

    // Of each object one of four: it is the very same as for the last plan, looks otherwise, has gone, or looks as another file has it; and some specs are the very same.
    [Fact]
    public void WithWhatWasAlikeInTheLastPlanAPlanComesToTheSame() =>
        Gen.Select(s_topologies, s_topologies, Gen.Int[0, 3].Array[40], Gen.Int[0, 3].Array[40], Gen.Bool).Sample((one, other, then, now, isIgnoring) =>
        {
            Policy policy = isIgnoring ? new Policy { Ignore = [new IgnoredField("namespace/*", "state")] } : Policy.Default;
            Topology first = one with { Policy = policy };
            Topology second = first with { Interfaces = other.Interfaces, Namespaces = [.. first.Namespaces.Where((_, at) => at < other.Namespaces.Length), .. other.Namespaces.Skip(first.Namespaces.Length)], Services = [], Policy = Policy.Default };
            Observed[] before = [.. Mixed([.. Live(first)], [.. Live(other)], then)];
            Observed[] after = [.. Mixed(before, [.. Live(second)], now)];
            Alikes alikes = new();

            return Told(Planner.Diff(first, before, alikes: alikes)) == Told(Planner.Diff(first, before))
                && Told(Planner.Diff(first, after, alikes: alikes)) == Told(Planner.Diff(first, after))
                && Told(Planner.Diff(second, after, first, alikes: alikes)) == Told(Planner.Diff(second, after, first))
                && Told(Planner.Diff(second, before, first, taken: new HashSet<ResourceId>(after.Select(thing => thing.Id)), alikes: alikes)) == Told(Planner.Diff(second, before, first, taken: new HashSet<ResourceId>(after.Select(thing => thing.Id))));
        });

    [Fact]
    public void WhatWasAlikeAndLooksOtherwiseNowIsSeen()
    {
        Topology topology = Small();
        Alikes alikes = new();
        Observed[] before = [.. Live(topology)];
        Assert.True(Planner.Diff(topology, before, alikes: alikes).IsEmpty);
        Observed[] after = [.. before.Select(thing => thing.Id.Kind == Kinds.Interface ? thing with { Fields = thing.Fields.SetItem("address", "") } : thing)];

        Assert.True(Planner.Diff(topology, before, alikes: alikes).IsEmpty);
        Assert.Equal("address", Assert.Single(Assert.Single(Planner.Diff(topology, after, alikes: alikes).Changes).Changes).Path);
        Assert.Equal("address", Assert.Single(Assert.Single(Planner.Diff(topology, after, alikes: alikes).Changes).Changes).Path);
    }

    [Fact]
    public void WhatStandsOnADeletedObjectGoesFirst()
    {
        Topology topology = Small();

        Plan plan = Planner.Diff("lab", [], Live(topology));

        Assert.Equal(
            ["service/alice/echo", "interface/alice/vde0", "namespace/alice", "switch/lan", "runtime/lab"],
            plan.Steps.Select(step => step.Id.ToString()));
        Assert.All(plan.Steps, step => Assert.Equal(PlanAction.Delete, step.Action));
        Assert.Equal([new ResourceId(Kinds.Interface, "alice/vde0"), new ResourceId(Kinds.Service, "alice/echo")], plan.Steps.Single(step => step.Id.Kind == Kinds.Namespace).DependsOn);
    }

    [Fact]
    public void AMissingAddressIsAHotUpdateOfThatFieldAlone()
    {
        Topology topology = Small();
        IEnumerable<Observed> world = Live(topology).Select(thing =>
            thing.Id.Kind == Kinds.Interface ? thing with { Fields = thing.Fields.SetItem("address", "") } : thing);

        PlanStep step = Assert.Single(Planner.Diff("lab", topology.Resources, world, topology.Resources).Changes);

        Assert.Equal((PlanAction.Update, OnChange.Hot, "drift"), (step.Action, step.Cost, step.Reason));
        Assert.Equal(new FieldChange("address", "", "10.0.0.1/24", OnChange.Hot, Cause.Drift), Assert.Single(step.Changes));
    }

    [Fact]
    public void ARouteNobodyWishedIsTakenAway()
    {
        Topology topology = Small();
        IEnumerable<Observed> world = Live(topology).Select(thing =>
            thing.Id.Kind == Kinds.Interface ? thing with { Fields = thing.Fields.SetItem("routes.10.9.0.0/16", "via 10.0.0.9") } : thing);

        PlanStep step = Assert.Single(Planner.Diff("lab", topology.Resources, world).Changes);

        Assert.Equal(new FieldChange("routes.10.9.0.0/16", "via 10.0.0.9", null, OnChange.Hot), Assert.Single(step.Changes));
    }

    [Fact]
    public void AnUnobservableFieldIsNotDrift()
    {
        Topology topology = Small();
        IEnumerable<Observed> world = Live(topology).Select(thing => thing with { Fields = thing.Fields.Remove("mtu").Remove("ready").Remove("hub") });

        Assert.True(Planner.Diff("lab", topology.Resources, world).IsEmpty);
    }

    [Fact]
    public void AStepCostsWhatItsDearestChangeCosts()
    {
        Topology topology = Small();
        IEnumerable<Observed> world = Live(topology).Select(thing =>
            thing.Id.Kind == Kinds.Interface ? thing with { Fields = thing.Fields.SetItem("mtu", "1400").SetItem("to", "") } : thing);

        Assert.Equal(OnChange.Replug, Assert.Single(Planner.Diff("lab", topology.Resources, world).Changes).Cost);
    }

    [Fact]
    public void TheReasonTellsDriftFromAChangedFile()
    {
        Topology before = Small();
        Topology after = before with { Switches = [before.Switches[0] with { Hub = true }] };

        Assert.Equal("the file changed", Assert.Single(Planner.Diff("lab", after.Resources, Live(before), before.Resources).Changes).Reason);
        Assert.Equal("drift", Assert.Single(Planner.Diff("lab", after.Resources, Live(before), after.Resources).Changes).Reason);
    }

    static Topology Small() => new()
    {
        Name = "lab",
        Switches = [new SwitchSpec("lan", 64, TimeSpan.FromSeconds(300), false) { Topology = "lab" }],
        Namespaces = [new NamespaceSpec("alice", ImmutableSortedDictionary<string, string>.Empty, [])],
        Interfaces = [Interface("alice", "lan", "10.0.0.1/24")],
        Services = [new ServiceSpec("alice", "echo", ["sleep", "1"]) { DependsOn = [new(Kinds.Interface, "alice/vde0"), new(Kinds.Namespace, "alice")] }],
    };

    static InterfaceSpec Interface(string ns, string to, string address)
    {
        Assert.True(InterfaceAddress.TryParse(address, out InterfaceAddress? parsed));
        return new InterfaceSpec(ns, "vde0", new ResourceId(Kinds.Switch, to), MacAddress.Derive("lab", ns, "vde0"), 1500)
        {
            Addresses = [parsed.Value],
            Routes = [new RouteSpec(IPNetwork.Parse("0.0.0.0/0"), IPAddress.Parse("10.0.0.254"), 0)],
        };
    }

    static IEnumerable<Observed> Live(Topology topology) => topology.Resources.Select(PlanCases.Live);

    static IEnumerable<Observed> Mixed(Observed[] things, Observed[] others, int[] choices) =>
        things.Select((thing, i) => (choices[i % choices.Length] switch
        {
            0 => thing,
            1 => thing with { Fields = thing.Fields.SetItem("state", "odd") },
            2 => null,
            _ => others.FirstOrDefault(other => other.Id == thing.Id) ?? thing,
        })!).Concat(others.Where(other => things.All(thing => thing.Id != other.Id))).Where(thing => thing is not null);

    static string Told(Plan plan) => string.Join('\n', plan.Steps.Select(step => $"{step} {string.Join(',', step.Changes)} after {string.Join(',', step.DependsOn)}").Concat(plan.Impacts.Select(impact => $"{impact} {string.Join(',', impact.Objects)}")));

    static string Print(Plan plan) => string.Join('\n', plan.Steps.Select(step => $"{step.Action} {step.Id} {string.Join(',', step.Changes)} after {string.Join(',', step.DependsOn)}"));
}
