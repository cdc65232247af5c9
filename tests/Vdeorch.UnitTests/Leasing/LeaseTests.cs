using Vdeorch.Engine.Api;
using Vdeorch.Engine.Leasing;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Leasing;

public class LeaseTests
{
    static LeaseTerms? Read(params (string Name, string Value)[] variables) => LeaseTerms.Read(name => variables.Where(one => one.Name == name).Select(one => one.Value).SingleOrDefault());

    [Fact]
    public void ALeaseIsAnAddressADefaultRouteAndNameServers()
    {
        LeaseTerms terms = Read(("ip", "10.0.0.100"), ("mask", "24"), ("lease", "7200"), ("router", "10.0.0.1 10.0.0.2"), ("dns", "10.0.0.53 9.9.9.9"), ("domain", "lab.test"))!;

        Assert.Equal(("10.0.0.100/24", 7200u), (terms.Address.ToString(), terms.Seconds));
        Assert.Equal("0.0.0.0/0 via 10.0.0.1", Assert.Single(terms.Routes.Select(route => $"{route.Destination} via {route.Gateway}")));
        Assert.Equal("search lab.test\nnameserver 10.0.0.53\nnameserver 9.9.9.9\n", terms.Resolver);
    }

    [Fact]
    public void ClasslessRoutesTakeThePlaceOfRouters()
    {
        LeaseTerms terms = Read(("ip", "10.0.0.100"), ("mask", "24"), ("router", "10.0.0.1"), ("staticroutes", "10.8.0.0/16 10.0.0.3 0.0.0.0/0 10.0.0.2"))!;

        Assert.Equal(["10.8.0.0/16 via 10.0.0.3", "0.0.0.0/0 via 10.0.0.2"], terms.Routes.Select(route => $"{route.Destination} via {route.Gateway}"));
        Assert.Equal(uint.MaxValue, terms.Seconds);
    }

    [Theory]
    [InlineData("router", "192.0.2.1")]
    [InlineData("router", "fd00::1")]
    [InlineData("router", "$(reboot)")]
    [InlineData("staticroutes", "10.0.0.0/33 10.0.0.1")]
    [InlineData("staticroutes", "10.8.0.0/16 192.0.2.1")]
    [InlineData("staticroutes", "10.8.0.0/16")]
    [InlineData("dns", "9.9")]
    [InlineData("domain", "a\u0001b")]
    public void WhatMakesNoSenseIsLeftOut(string name, string value)
    {
        LeaseTerms terms = Read(("ip", "10.0.0.100"), ("mask", "24"), (name, value))!;

        Assert.Empty(terms.Routes);
        Assert.Equal("", terms.Resolver);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0")]
    [InlineData("fd00::1")]
    public void WithoutAnAddressThereIsNoLease(string ip) => Assert.Null(Read(("ip", ip), ("mask", "24")));

    [Fact]
    public void WhatItWasToldToDoIsReadBack()
    {
        ServiceSpec spec = LeaseClient.Of("pc", "vde1", 1, hasResolver: true);

        Assert.Equal((1001u, true), LeaseClient.Settings([.. spec.Daemon!.Files[0].Text.Split('\n')]));
        Assert.True(LeaseClient.Is(spec));
    }

    [Fact]
    public void GivenLeasesAreReadInOrderOfTheirAddresses()
    {
        string[] lines = ["1700000000 52:54:00:00:00:07 10.0.0.120 pc 01:52:54", "0 52:54:00:00:00:08 10.0.0.9 * *", "duid 00:01", "1700000000 1234 fd00::1 x 00", "nonsense"];

        Assert.Equal([new LeaseStatus("10.0.0.9", "52:54:00:00:00:08", null, null), new LeaseStatus("10.0.0.120", "52:54:00:00:00:07", "pc", DateTimeOffset.FromUnixTimeSeconds(1700000000))], GivenLeases.Read(lines));
    }
}
