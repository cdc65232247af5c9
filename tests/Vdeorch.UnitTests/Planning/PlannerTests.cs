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

    // Of each object one of four: it is the very same as when the plan was made, looks otherwise, has gone, or looks as another file has it.
    [Fact]
    public void WhatIsLeftToDoIsWhatAWholePlanWouldSay() =>
        Gen.Select(s_topologies, s_topologies, Gen.Int[0, 3].Array[40], Gen.Int[0, 3].Array[40]).Sample((wished, other, then, now) =>
        {
            Observed[] before = [.. Mixed([.. Live(wished)], [.. Live(other)], then)];
            Plan plan = Planner.Diff("lab", wished.Resources, before);
            Observed[] after = [.. Mixed(before, [.. Live(wished)], now)];

            return Changes(Planner.Rest(plan, wished.Resources, before, after, null, null)) == Changes(Planner.Diff("lab", wished.Resources, after));
        });

    [Fact]
    public void OfWhatWasLeftAloneAndLooksOtherwiseNowSomethingIsLeft()
    {
        Topology topology = Small();
        Observed[] before = [.. Live(topology)];
        Plan plan = Planner.Diff("lab", topology.Resources, before);
        Observed[] after = [.. before.Select(thing => thing.Id.Kind == Kinds.Interface ? thing with { Fields = thing.Fields.SetItem("address", "") } : thing)];

        Assert.True(Planner.Rest(plan, topology.Resources, before, before, null, null).IsEmpty);
        Assert.Equal("address", Assert.Single(Assert.Single(Planner.Rest(plan, topology.Resources, before, after, null, null).Changes).Changes).Path);
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

    static string Changes(Plan plan) => string.Join('\n', plan.Changes.Select(step => $"{step.Action} {step.Id} {string.Join(',', step.Changes)}").Order(StringComparer.Ordinal));

    static string Print(Plan plan) => string.Join('\n', plan.Steps.Select(step => $"{step.Action} {step.Id} {string.Join(',', step.Changes)} after {string.Join(',', step.DependsOn)}"));
}
