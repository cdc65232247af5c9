using System.Diagnostics;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Runtime;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>Storm control that changes while the workers run. What the ports lead to is held here by its other end.</summary>
public sealed class DataPlaneStormTests : IDisposable
{
    readonly PlaneBench bench = new(1, Lan(new StormSettings(10, null, null)), "ab");

    DataPlane Plane => bench.Plane;

    [Fact]
    public void LimitsChangeWithoutLossOfWhatWasLearned()
    {
        Say("a", 30);
        Assert.InRange(Dropped("a"), 10, 20);
        long before = Dropped("a");

        Assert.Null(Plane.SetSwitch(Lan(null)));
        Say("a", 30);

        Assert.Equal(before, Dropped("a"));
        Assert.Contains(Plane.Macs("lan")!.Value, entry => entry.Port == "a");
        Assert.Null(Plane.Switches.Single().Storm);

        Assert.Null(Plane.SetSwitch(Lan(new StormSettings(1, null, null))));
        Say("a", 2);
        Assert.Equal(before + 1, Dropped("a"));
    }

    [Fact]
    public void AnotherChangeGivesNobodyMore()
    {
        Assert.Null(Plane.SetSwitch(Lan(new StormSettings(1, null, null))));
        Say("a", 1);
        long began = Stopwatch.GetTimestamp();
        bench.Add("c");
        Assert.Null(Plane.SetSwitch(Lan(new StormSettings(1, null, null)) with { MacAgeMs = 5_000 }));

        Say("a", 1);

        Assert.True(Dropped("a") == 1 || Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(0.9));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void ALimitIsAPositiveNumber(int limit) =>
        Assert.Contains("storm control", Plane.SetSwitch(Lan(new StormSettings(null, null, limit)))!, StringComparison.Ordinal);

    public void Dispose() => bench.Dispose();

    static SwitchSettings Lan(StormSettings? storm) => PlaneBench.Lan with { Storm = storm };

    void Say(string name, int count) => bench.Say(name, count: count);

    long Dropped(string name) => bench.State(name).Drops?.Storm ?? 0;
}
