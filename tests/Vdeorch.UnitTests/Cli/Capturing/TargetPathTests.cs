using Vdeorch.Cli.Inputs;
using Vdeorch.Model.Runtime;
using Xunit;

namespace Vdeorch.UnitTests.Cli.Capturing;

public class TargetPathTests
{
    static readonly RuntimeState s_state = new(
        1, "lab", 1, 1,
        [.. new[] { "lan", "edge", "cloud/net", "plug/edge" }.Select(name => new SwitchSettings(name, 8, 1000, false))],
        [
            Port("alice/vde0", "lan", null), Port("alice/vde1", "edge", null),
            Port("@cable/lan=edge", "lan", "@cable/lan=edge"), Port("@cable/lan=edge>", "edge", "@cable/lan=edge"), Port("@cloud/net", "cloud/net", "@cloud/net"),
        ]);

    [Theory]
    [InlineData("lab/lan", "switch/lan", "alice/vde0 @cable/lan=edge")]
    [InlineData("lab/switch/lan", "switch/lan", "alice/vde0 @cable/lan=edge")]
    [InlineData("lab/net", "cloud/net", "@cloud/net")]
    [InlineData("lab/alice/vde1", "interface/alice/vde1", "alice/vde1")]
    [InlineData("lab/alice", "namespace/alice", "alice/vde0 alice/vde1")]
    [InlineData("lab/lan=edge", "cable/lan=edge", "@cable/lan=edge @cable/lan=edge>")]
    [InlineData("lab/cable/lan=edge", "cable/lan=edge", "@cable/lan=edge @cable/lan=edge>")]
    public void ANameMeansAThingAndItsPorts(string typed, string id, string ports)
    {
        RuntimeTarget? found = TargetPath.Parse(typed).Find(RuntimeTargets.Of(s_state), out _);

        Assert.Equal((id, ports), (found!.Id.ToString(), string.Join(' ', s_state.Ports.Where(found.Means).Select(port => port.Name))));
    }

    [Theory]
    [InlineData("lab/edge", "'lab/edge' may be lab/switch/edge or lab/plug/edge")]
    [InlineData("lab/alcie/vde0", "did you mean 'lab/alice/vde0'?")]
    [InlineData("lab/switch/lam", "did you mean 'lab/switch/lan'?")]
    [InlineData("lab/zzzzzz", "there is: ")]
    [InlineData("lab", "is a topology")]
    [InlineData("lab/", "has no ''")]
    public void AnyOtherNameIsAnsweredWithWhatThereIs(string typed, string said)
    {
        Assert.Null(TargetPath.Parse(typed).Find(RuntimeTargets.Of(s_state), out string wrong));
        Assert.Contains(said, wrong, StringComparison.Ordinal);
    }

    static PortState Port(string name, string sw, string? plug) =>
        new(name, sw, 1, 0, 0, 0, 0, 0) { Plug = plug is null ? null : new PlugSettings(plug, sw, "null://") };
}
