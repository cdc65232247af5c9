using System.Buffers.Binary;
using System.Diagnostics;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>A port that mirrors others, while the workers run. What the ports lead to is held here by its other end.</summary>
public sealed class DataPlaneMirrorTests : IDisposable
{
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    readonly DataPlane plane = new(2, _ => { });
    readonly Dictionary<string, IPlug> ends = [];

    public DataPlaneMirrorTests()
    {
        Set(null);
        foreach (string name in new[] { "a", "b", "c", "m" })
        {
            Add(name);
        }
        Tell("abc");
    }

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
        Assert.Equal(1, plane.Ports.Single(port => port.Name == "m").Drops!.Mirror);
        Assert.DoesNotContain(plane.Macs("lan")!.Value, entry => entry.Port == "m");

        Set(null);
        Assert.Equal("a:m b:m c:m", Hear("m", VlanBench.Broadcast));
        Assert.Equal("m:a", Hear("a", VlanBench.Host('m')));
    }

    [Fact]
    public void AHubHasMirrorsToo()
    {
        Assert.Null(plane.SetSwitch(new SwitchSettings("lan", 8, 100_000, Hub: true) { Mirror = new MirrorSettings("m", true, false) }));

        Assert.Equal("b:a c:a m:a", Hear("a", VlanBench.Host('b')));
        Assert.Equal("", Hear("m", VlanBench.Host('b')));
    }

    [Fact]
    public void ItOutlivesThePortsAndFindsThemAgain()
    {
        Set(new MirrorSettings("m", true, false) { From = ["a"] });

        Assert.Null(plane.RemovePorts(["m"]));
        ends.Remove("m", out IPlug? gone);
        gone!.Dispose();
        Assert.Equal("b:a", Hear("a", VlanBench.Host('b')));

        Add("m");
        Assert.Equal("b:a m:a", Hear("a", VlanBench.Host('b')));

        Assert.Null(plane.SetSwitch(new SwitchSettings("wan", 8, 100_000, Hub: false)));
        Assert.Null(plane.Replug([new PortSettings("m", "wan")]));
        Assert.Equal("b:a", Hear("a", VlanBench.Host('b')));
        Assert.Null(plane.Replug([new PortSettings("m", "lan")]));
        ends.Remove("a", out gone);
        Add("a");
        gone!.Dispose();
        Assert.Equal("b:a m:a", Hear("a", VlanBench.Host('b')));
    }

    [Fact]
    public void ACopyHasTheTagThatTheMirroredPortHas()
    {
        Assert.Null(plane.Replug([Port("a", new VlanMembership(10, VlanSet.Empty)), Port("b", new VlanMembership(VlanMembership.None, VlanSet.Of([10]))), Port("m", new VlanMembership(30, VlanSet.Empty))]));
        Set(new MirrorSettings("m", true, true) { From = ["a", "b"] });

        // As it came in at a, and as it went out at b.
        Assert.Equal("b:a/10 m:a m:a/10", Hear("a", VlanBench.Host('b')));
    }

    [Fact]
    public void ACaptureOfTheMirrorHearsTheCopies()
    {
        using Vdeorch.Plugs.Capturing.Captures captures = new(plane);
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
        Assert.NotNull(plane.SetSwitch(Lan(new MirrorSettings("m", true, true) { From = ["a", "m"] })));
        Assert.NotNull(plane.SetSwitch(Lan(new MirrorSettings("m", false, false))));
        Assert.Null(plane.Switches.Single().Mirror);
    }

    public void Dispose()
    {
        plane.Dispose();
        foreach (IPlug end in ends.Values)
        {
            end.Dispose();
        }
    }

    static SwitchSettings Lan(MirrorSettings? mirror) => new("lan", 8, 100_000, Hub: false) { Mirror = mirror };

    static PortSettings Port(string name, VlanMembership? vlans) => new(name, "lan") { Options = new PortOptions { Vlans = vlans } };

    void Set(MirrorSettings? mirror) => Assert.Null(plane.SetSwitch(Lan(mirror)));

    void Add(string name)
    {
        (IPlug near, IPlug far) = PatchPlug.Pair();
        Assert.Null(plane.AddPorts([Port(name, null)], [near]));
        ends.Add(name, far);
    }

    /// <summary>Lets the switch learn where these are.</summary>
    void Tell(string names)
    {
        foreach (char name in names)
        {
            Hear($"{name}", VlanBench.Broadcast);
        }
    }

    /// <returns>Who got a frame of whom, and with which tag: <c>b:a/10</c>.</returns>
    string Hear(string name, ulong destination)
    {
        FrameBatch batch = new();
        long before = plane.Ports.Single(port => port.Name == name).RxFrames;
        batch.AddPlain(VlanBench.Frame(destination, VlanBench.Host(name[0]), VlanBench.Untagged));
        ends[name].Send(batch, [0]);
        // Given out in the same turn: whoever joins the wiring that is published next has finished with it.
        long began = Stopwatch.GetTimestamp();
        while (plane.Ports.Single(port => port.Name == name).RxFrames == before)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < s_longest, "the frame was not received");
            Thread.Yield();
        }
        Assert.Null(plane.Replug([]));
        List<string> heard = [];
        foreach ((string end, IPlug plug) in ends)
        {
            batch.Clear();
            plug.Receive(batch);
            for (int i = 0; i < batch.Count; i++)
            {
                ReadOnlySpan<byte> frame = batch.Frame(i);
                string tag = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == VlanTag.Type ? $"/{BinaryPrimitives.ReadUInt16BigEndian(frame[14..])}" : "";
                heard.Add($"{end}:{(char)frame[11]}{tag}");
            }
        }
        return string.Join(' ', heard.Order(StringComparer.Ordinal));
    }
}
