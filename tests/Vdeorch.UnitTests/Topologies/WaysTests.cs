using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.UnitTests.Rendering;
using Xunit;

namespace Vdeorch.UnitTests.Topologies;

public class WaysTests
{
    const string Planets = """
        topology: lab
        switches: { earth: {}, moon: {}, sun: {}, pluto: {} }
        plugs: { far: "vde:///tmp/nobody" }
        cables: [[earth, moon], [earth, sun], [sun, far]]
        namespaces:
          mars: { to: earth, address: 10.0.0.1/24 }
          luna: { to: moon, address: 10.0.0.2/24 }
          gw: { to: { sun: 10.0.0.3/24, pluto: 10.1.0.3/24 } }
          cold: { to: pluto, address: 10.1.0.4/24 }
          lone: { interfaces: { vde0: { address: 10.0.0.9/24 } } }
        """;

    static readonly ResourceId s_cable = new(Kinds.Cable, "earth=moon");
    static readonly ResourceId s_far = new(Kinds.Plug, "far");

    [Fact]
    public void WhatIsDownOnTheWayIsNamed() =>
        Assert.Equal("on the way: cable/earth=moon is down (impair), interface/luna/vde0 is down", Explain(Planets, "mars", "10.0.0.2", (s_cable, "down (impair)"), (new(Kinds.Interface, "luna/vde0"), "down")));

    [Fact]
    public void WhatIsDownElsewhereIsNot()
    {
        Assert.Null(Explain(Planets, "mars", "10.0.0.3", (s_cable, "down (impair)"), (s_far, "re-plugging")));
        Assert.Null(Explain(Planets, "mars", "10.0.0.2", (new(Kinds.Interface, "cold/vde0"), "down")));
    }

    [Fact]
    public void ANamespaceBetweenThemMayRoute() =>
        Assert.Equal("on the way: interface/gw/vde1 is down", Explain(Planets, "mars", "10.1.0.4", (new(Kinds.Interface, "gw/vde1"), "down"), (s_cable, "down")));

    [Fact]
    public void WhereThereIsNoWayThatIsSaid() => Assert.Equal("the file has no way from lone to mars", Explain(Planets, "lone", "10.0.0.1"));

    [Fact]
    public void StrangersAreOutsideBehindThePlug()
    {
        Assert.Equal("on the way: plug/far is re-plugging: nobody listens", Explain(Planets, "mars", "192.0.2.1", (s_far, "re-plugging: nobody listens"), (s_cable, "down")));
        Assert.Equal("the file has no way from lone to 192.0.2.1", Explain(Planets, "lone", "192.0.2.1"));
    }

    [Fact]
    public void ARingIsOnTheWayOnBothSides()
    {
        const string Ring = """
            topology: lab
            switches: { a: { stp: true }, b: { stp: true }, c: { stp: true }, d: {} }
            cables: [[a, b], [b, c], [a, c], [c, d]]
            namespaces:
              one: { to: a, address: 10.0.0.1/24 }
              two: { to: b, address: 10.0.0.2/24 }
            """;
        Assert.Equal("on the way: cable/a=c is down", Explain(Ring, "one", "10.0.0.2", (new(Kinds.Cable, "a=c"), "down"), (new(Kinds.Cable, "c=d"), "down"), (new(Kinds.Switch, "d"), "missing")));
        Assert.Equal("on the way: cable/b=c is down", Explain(Ring, "one", "10.0.0.2", (new(Kinds.Cable, "b=c"), "down")));
        Assert.Equal("on the way: switch/c is missing", Explain(Ring, "one", "10.0.0.2", (new(Kinds.Switch, "c"), "missing")));
    }

    [Fact]
    public void TwoPlugsMayMeetOutside()
    {
        const string Two = """
            topology: lab
            namespaces:
              one: { to: "vde:///tmp/s", address: 10.0.0.1/24 }
              two: { to: "vde:///tmp/s", address: 10.0.0.2/24 }
            """;
        Assert.Equal("on the way: plug/two/vde0 is down", Explain(Two, "one", "10.0.0.2", (new(Kinds.Plug, "two/vde0"), "down")));
    }

    [Fact]
    public void WhatIsDownIsFoundInWhatTheRuntimeSays()
    {
        Topology topology = RenderCases.Read(Planets);
        PortState Port(string name) => new(name, "earth", 1, 0, 0, 0, 0, 0);
        Impairment down = new() { Down = true };
        RuntimeState runtime = new(1, "lab", 1, 1, [],
        [
            Port("@cable/earth=moon") with { Plug = new PlugSettings("@cable/earth=moon", "earth", null, "moon"), Options = new PortOptions { Impair = new PortImpairment(down, down) } },
            Port("@plug/far") with { Plug = new PlugSettings("@plug/far", "plug/far", "vde:///tmp/nobody"), Fault = "re-plugging: nobody" },
            Port("mars/vde0") with { Options = new PortOptions { Impair = new PortImpairment(down, null) } },
        ]);
        Observed[] objects =
        [
            .. topology.Resources.Where(spec => spec.Id.Name != "sun").Select(spec => new Observed(spec.Id, Health.Healthy)
            {
                Fields = new Dictionary<string, string> { ["state"] = spec.Id.Name == "cold/vde0" ? "down" : "up" }.ToImmutableSortedDictionary(),
            }),
        ];

        Assert.Equal(
            ["cable/earth=moon down (impair)", "interface/cold/vde0 down", "interface/mars/vde0 down one way (impair)", "plug/far re-plugging: nobody", "switch/sun missing"],
            OutOfOrder.Of(topology, objects, runtime).Select(one => $"{one.Key} {one.Value}").Order(StringComparer.Ordinal));
    }

    static string? Explain(string yaml, string from, string target, params (ResourceId Id, string How)[] down) =>
        new Ways(RenderCases.Read(yaml)).Explain(from, IPAddress.Parse(target), down.ToDictionary(one => one.Id, one => one.How));
}
