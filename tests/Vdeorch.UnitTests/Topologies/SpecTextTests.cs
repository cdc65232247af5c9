using CsCheck;
using System.Net;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Topologies;

/// <summary>What a plan prints of a command or a route reads back to it.</summary>
public class SpecTextTests
{
    [Fact]
    public void ACommandReadsBack() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["ab '\\\"-=$"], 0, 8]).Array[1, 5].Sample(run => ServiceSpec.ParseRun(ServiceSpec.PrintRun(run)).SequenceEqual(run));

    [Theory]
    [InlineData("0.0.0.0/0", "10.0.0.1", 0)]
    [InlineData("::/0", "fd00::1", 0)]
    [InlineData("10.9.0.0/16", "10.0.0.1", 50)]
    [InlineData("fd09::/32", null, 7)]
    public void ARouteReadsBack(string destination, string? via, int metric)
    {
        RouteSpec route = new(IPNetwork.Parse(destination), via is null ? null : IPAddress.Parse(via), metric);

        Assert.Equal(route, RouteSpec.Parse(route.Path, route.Value));
    }
}
