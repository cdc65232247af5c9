using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Runtime;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>A port that mirrors others, while the workers run. What the ports lead to is held here by its other end.</summary>
public sealed class DataPlaneMirrorTests : IDisposable
{
    readonly PlaneBench bench = new(2, PlaneBench.Lan, "abcm");

    public DataPlaneMirrorTests() => Tell("abc");

    DataPlane Plane => bench.Plane;

    [Fact]
    public void EachPortGetsWhatItGotAndTheMirrorEachFrameOnce()
    {
        Set(new MirrorSettings("m", In: true, Out: false));

        Assert.Equal("b:a m:a", Hear("a", VlanBench.Host('b')));
        Assert.Equal("b:a c:a m:a", Hear("a", VlanBench.Broadcast));
        Assert.Equal("a:c m:c", Hear("c", VlanBench.Host('a')));
    }

    [Theory]
    [InlineData("in", "b:a m:a", "a:b", "b:c")]
    [InlineData("out", "b:a", "a:b m:b", "b:c")]
    [InlineData("both", "b:a m:a", "a:b m:b", "b:c")]
    public void OnlyTheWaysOfThePortsThatAreNamedAreMirrored(string direction, string from, string to, string beside)
    {
        Set(new MirrorSettings("m", direction != "out", direction != "in") { From = ["a"] });

        Assert.Equal(from, Hear("a", VlanBench.Host('b')));
        Assert.Equal(to, Hear("b", VlanBench.Host('a')));
        Assert.Equal(beside, Hear("c", VlanBench.Host('b')));
    }

    [Fact]
    public void AFrameBetweenTwoMirroredPortsIsThereTwice()
    {
        Set(new MirrorSettings("m", true, true) { From = ["a", "b"] });

        Assert.Equal("b:a m:a m:a", Hear("a", VlanBench.Host('b')));
    }

    [Fact]
    public void TheMirrorTakesNoOtherPart()
    {
        Tell("m");
        Set(new MirrorSettings("m", true, true) { From = ["c"] });

        // What was learned on it, what goes everywhere, and what it sends.
        Assert.Equal("b:a c:a m:a", Hear("a", VlanBench.Host('m')));
        Assert.Equal("a:b c:b m:b", Hear("b", VlanBench.Broadcast));
        Assert.Equal("", Hear("m", VlanBench.Broadcast));
        Assert.Equal(1, Plane.Ports.Single(port => port.Name == "m").Drops!.Mirror);
        Assert.DoesNotContain(Plane.Macs("lan")!.Value, entry => entry.Port == "m");

        Set(null);
        Assert.Equal("a:m b:m c:m", Hear("m", VlanBench.Broadcast));
        Assert.Equal("m:a", Hear("a", VlanBench.Host('m')));
    }

    [Fact]
    public void AHubHasMirrorsToo()
    {
        Assert.Null(Plane.SetSwitch(PlaneBench.Lan with { Hub = true, Mirror = new MirrorSettings("m", true, false) }));

        Assert.Equal("b:a c:a m:a", Hear("a", VlanBench.Host('b')));
        Assert.Equal("", Hear("m", VlanBench.Host('b')));
    }

    [Fact]
    public void ItOutlivesThePortsAndFindsThemAgain()
    {
        Set(new MirrorSettings("m", true, false) { From = ["a"] });

        bench.Remove("m");
        Assert.Equal("b:a", Hear("a", VlanBench.Host('b')));

        bench.Add("m");
        Assert.Equal("b:a m:a", Hear("a", VlanBench.Host('b')));

        Assert.Null(Plane.SetSwitch(new SwitchSettings("wan", 8, 100_000, Hub: false)));
        Assert.Null(Plane.Replug([new PortSettings("m", "wan")]));
        Assert.Equal("b:a", Hear("a", VlanBench.Host('b')));
        Assert.Null(Plane.Replug([new PortSettings("m", "lan")]));
        bench.Add("a");
        Assert.Equal("b:a m:a", Hear("a", VlanBench.Host('b')));
    }

    [Fact]
    public void ACopyHasTheTagThatTheMirroredPortHas()
    {
        Assert.Null(Plane.Replug([Port("a", new VlanMembership(10, VlanSet.Empty)), Port("b", new VlanMembership(VlanMembership.None, VlanSet.Of([10]))), Port("m", new VlanMembership(30, VlanSet.Empty))]));
        Set(new MirrorSettings("m", true, true) { From = ["a", "b"] });

        // As it came in at a, and as it went out at b.
        Assert.Equal("b:a/10 m:a m:a/10", Hear("a", VlanBench.Host('b')));
    }

    [Fact]
    public void ACaptureOfTheMirrorHearsTheCopies()
    {
        using Vdeorch.Plugs.Capturing.Captures captures = new(Plane);
        (Vdeorch.Linux.Io.Fd reader, Vdeorch.Linux.Io.Fd writer) = Vdeorch.Linux.Io.SeqPacketSocket.Pair(1 << 20);
        Assert.Null(captures.Start(new CaptureSettings(["m"], [], 1000), writer));
        Set(new MirrorSettings("m", true, false));

        Hear("a", VlanBench.Broadcast);

        byte[] message = new byte[CaptureMessage.MaxBytes];
        CaptureReader read = new(message.AsSpan(0, Vdeorch.Linux.Io.SeqPacketSocket.TryRead(reader, message).Count));
        Assert.Equal(("m", true), (read.PortName, read.IsOutward));
        reader.Dispose();
    }

    [Fact]
    public void AMirrorOfItselfOrOfNothingIsRefused()
    {
        Assert.NotNull(Plane.SetSwitch(Lan(new MirrorSettings("m", true, true) { From = ["a", "m"] })));
        Assert.NotNull(Plane.SetSwitch(Lan(new MirrorSettings("m", false, false))));
        Assert.Null(Plane.Switches.Single().Mirror);
    }

    public void Dispose() => bench.Dispose();

    static SwitchSettings Lan(MirrorSettings? mirror) => PlaneBench.Lan with { Mirror = mirror };

    static PortSettings Port(string name, VlanMembership? vlans) => PlaneBench.Port(name, vlans);

    void Set(MirrorSettings? mirror) => Assert.Null(Plane.SetSwitch(Lan(mirror)));

    /// <summary>Lets the switch learn where these are.</summary>
    void Tell(string names)
    {
        foreach (char name in names)
        {
            Hear($"{name}", VlanBench.Broadcast);
        }
    }

    string Hear(string name, ulong destination) => bench.Hear(name, destination);
}
