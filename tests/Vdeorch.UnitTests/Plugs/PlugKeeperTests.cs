using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Runtime;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>Plugs that are kept open, and change.</summary>
public sealed class PlugKeeperTests : IDisposable
{
    readonly DataPlane plane = new(1, _ => { });
    readonly PlugKeeper keeper;

    public PlugKeeperTests()
    {
        keeper = new PlugKeeper(plane, opensLocators: false, () => { });
        Assert.Null(plane.SetSwitch(PlaneBench.Lan with { Name = "one" }));
        Assert.Null(plane.SetSwitch(PlaneBench.Lan with { Name = "two" }));
        Assert.Null(keeper.Set([Cable("@a"), Cable("@b")]));
    }

    [Fact]
    public void OptionsOfOpenPlugsAreTheirPortsTooAndWhatOthersChangedIsTakenBack()
    {
        PortOptions slow = new() { Impair = new PortImpairment(new Impairment { Delay = 1_000 }, null) };
        Assert.Null(plane.Replug([new PortSettings("@b>", "two") { Options = slow }]));

        Assert.Null(keeper.Set([Cable("@a") with { Options = slow }, Cable("@b")]));

        Assert.Equal([("@a", slow), ("@a>", PortOptions.None), ("@b", PortOptions.None), ("@b>", PortOptions.None)], plane.Ports.Select(port => (port.Name, port.Options)));
    }

    [Fact]
    public void APlugThatCannotBeGivenWhatIsAskedIsAsItWasAndSaysSo()
    {
        PortOptions other = new() { Spanning = new PortSpanning() };
        Assert.Null(plane.RemovePorts(["@b>"]));

        Assert.Contains("'@b>'", keeper.Set([Cable("@a") with { Options = other }, Cable("@b") with { Options = other }]), StringComparison.Ordinal);

        Assert.All(keeper.Describe(plane.Ports), port => Assert.Equal((PortOptions.None, PortOptions.None), (port.Options, port.Plug!.Options)));
    }

    public void Dispose()
    {
        keeper.Dispose();
        plane.Dispose();
    }

    static PlugSettings Cable(string name) => new(name, "one", null, "two");
}
