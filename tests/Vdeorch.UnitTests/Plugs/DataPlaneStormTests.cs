using System.Diagnostics;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>Storm control that changes while the workers run. What the ports lead to is held here by its other end.</summary>
public sealed class DataPlaneStormTests : IDisposable
{
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    readonly DataPlane plane = new(1, _ => { });
    readonly Dictionary<string, IPlug> ends = [];

    public DataPlaneStormTests()
    {
        Assert.Null(plane.SetSwitch(Lan(new StormSettings(10, null, null))));
        Add("a");
        Add("b");
    }

    [Fact]
    public void LimitsChangeWithoutLossOfWhatWasLearned()
    {
        Say("a", 30);
        Assert.InRange(Dropped("a"), 10, 20);
        long before = Dropped("a");

        Assert.Null(plane.SetSwitch(Lan(null)));
        Say("a", 30);

        Assert.Equal(before, Dropped("a"));
        Assert.Contains(plane.Macs("lan")!.Value, entry => entry.Port == "a");
        Assert.Null(plane.Switches.Single().Storm);

        Assert.Null(plane.SetSwitch(Lan(new StormSettings(1, null, null))));
        Say("a", 2);
        Assert.Equal(before + 1, Dropped("a"));
    }

    [Fact]
    public void AnotherChangeGivesNobodyMore()
    {
        Assert.Null(plane.SetSwitch(Lan(new StormSettings(1, null, null))));
        Say("a", 1);
        long began = Stopwatch.GetTimestamp();
        Add("c");
        Assert.Null(plane.SetSwitch(Lan(new StormSettings(1, null, null)) with { MacAgeMs = 5_000 }));

        Say("a", 1);

        Assert.True(Dropped("a") == 1 || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(0.9));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void ALimitIsAPositiveNumber(int limit) =>
        Assert.Contains("storm control", plane.SetSwitch(Lan(new StormSettings(null, null, limit)))!, StringComparison.Ordinal);

    public void Dispose()
    {
        plane.Dispose();
        foreach (IPlug end in ends.Values)
        {
            end.Dispose();
        }
    }

    static SwitchSettings Lan(StormSettings? storm) => new("lan", 8, 100_000, Hub: false) { Storm = storm };

    void Add(string name)
    {
        (IPlug near, IPlug far) = PatchPlug.Pair();
        Assert.Null(plane.AddPorts([new PortSettings(name, "lan")], [near]));
        ends.Add(name, far);
    }

    long Dropped(string name) => plane.Ports.Single(port => port.Name == name).Drops?.Storm ?? 0;

    /// <summary>Broadcasts, which have been decided on when this returns.</summary>
    void Say(string name, int count)
    {
        FrameBatch batch = new();
        long before = plane.Ports.Single(port => port.Name == name).RxFrames;
        for (int i = 0; i < count; i++)
        {
            batch.AddPlain(VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host(name[0]), VlanBench.Untagged));
        }
        Assert.Equal(count, ends[name].Send(batch, Offloads.All(batch)).Frames);
        long began = Stopwatch.GetTimestamp();
        while (plane.Ports.Single(port => port.Name == name).RxFrames < before + count)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < s_longest, "the frames were not received");
            Thread.Yield();
        }
        Assert.Null(plane.Replug([]));
    }
}
