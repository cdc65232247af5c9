using System.Diagnostics;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Capturing;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Capturing;

/// <summary>Captures of ports that live and change. What the ports lead to is held here by its other end.</summary>
public sealed class CapturesTests : IDisposable
{
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    readonly DataPlane plane = new(2, _ => { });
    readonly Captures captures;
    readonly Dictionary<string, IPlug> ends = [];

    public CapturesTests()
    {
        captures = new Captures(plane);
        Assert.Null(plane.SetSwitch(new SwitchSettings("lan", 8, 100_000, Hub: false)));
        Assert.Null(plane.SetSwitch(new SwitchSettings("wan", 8, 100_000, Hub: false)));
        Add("a", "lan");
        Add("b", "lan");
        Add("c", "wan");
    }

    [Fact]
    public void APortIsHeardBothWaysAndNoOtherOne()
    {
        Fd reader = Start(["a"], []);

        Say("a");
        Say("b");

        Assert.Equal(["a < a", "a > b"], Read(reader));
        reader.Dispose();
    }

    [Fact]
    public void PortsThatComeToASwitchLaterAreHeardAndThoseThatLeaveAreNot()
    {
        Fd reader = Start([], ["lan"]);
        Add("d", "lan");
        Assert.Null(plane.Replug([new PortSettings("b", "wan")]));

        Say("a");
        Say("b");

        Assert.Equal(["a < a", "d > a"], Read(reader));
        reader.Dispose();
    }

    [Fact]
    public void WhatASwitchSaysItselfIsHeard()
    {
        Fd reader = Start(["a"], []);

        plane.Spanned.Send("lan", 1, VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host('x'), VlanBench.Untagged));

        Assert.Equal(["a > x"], Read(reader));
        reader.Dispose();
    }

    [Fact]
    public void APortThatIsPluggedInElsewhereIsHeardThere()
    {
        Fd reader = Start(["a"], []);

        Assert.Null(plane.Replug([new PortSettings("a", "wan")]));
        Say("c");

        Assert.Equal(["a > c"], Read(reader));
        reader.Dispose();
    }

    [Fact]
    public void AFrameIsCutOffAndItsLengthIsNot()
    {
        Fd reader = Start(["a"], [], maxBytes: 20);

        Say("a");

        byte[] message = new byte[CaptureMessage.MaxBytes];
        CaptureReader read = new(message.AsSpan(0, SeqPacketSocket.TryRead(reader, message).Count));
        Assert.True(read.TryNext(out ReadOnlySpan<byte> frame, out int length));
        Assert.Equal((20, 60), (frame.Length, length));
        Assert.InRange(DateTime.UtcNow - DateTime.UnixEpoch.AddTicks(read.Time / 100), TimeSpan.Zero, s_longest);
        Assert.False(read.TryNext(out _, out _));
        reader.Dispose();
    }

    [Fact]
    public void WhatFindsNoRoomIsCountedAndToldAtTheEnd()
    {
        Fd reader = Start(["a"], [], queueBytes: 4096);
        const int Frames = 500;
        for (int i = 0; i < Frames; i++)
        {
            Say("a");
        }

        SeqPacketSocket.ShutDownSending(reader);
        (int heard, long dropped) = ReadToEnd(reader);

        Assert.Equal(Frames, heard + dropped);
        Assert.InRange(dropped, 1, Frames - 1);
        Assert.All(plane.Ports.Where(port => port.Name == "b"), port => Assert.Equal((Frames, 0), (port.TxFrames, port.Dropped)));
        reader.Dispose();
    }

    [Fact]
    public void AReaderThatIsGoneIsForgottenWithItsSocket()
    {
        (Fd reader, Fd writer) = SeqPacketSocket.Pair(1 << 20);
        Assert.Null(captures.Start(new CaptureSettings([], ["lan"], 1000), writer));
        Fd other = Start(["a"], []);
        reader.Dispose();
        Serve(() => writer.IsClosed);

        Say("a");

        Assert.Equal(["a < a"], Read(other));
        other.Dispose();
    }

    public void Dispose()
    {
        captures.Dispose();
        plane.Dispose();
        foreach (IPlug end in ends.Values)
        {
            end.Dispose();
        }
    }

    Fd Start(string[] ports, string[] switches, int maxBytes = 1000, int queueBytes = 1 << 20)
    {
        (Fd reader, Fd writer) = SeqPacketSocket.Pair(queueBytes);
        Assert.Null(captures.Start(new CaptureSettings([.. ports], [.. switches], maxBytes), writer));
        return reader;
    }

    void Add(string name, string sw)
    {
        (IPlug near, IPlug far) = PatchPlug.Pair();
        Assert.Null(plane.AddPorts([new PortSettings(name, sw)], [near]));
        ends.Add(name, far);
    }

    /// <summary>A broadcast, which has been given to everyone when this returns.</summary>
    void Say(string name)
    {
        FrameBatch batch = new();
        long before = plane.Ports.Single(port => port.Name == name).RxFrames;
        batch.AddPlain(VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host(name[0]), VlanBench.Untagged));
        ends[name].Send(batch, [0]);
        Until(() => plane.Ports.Single(port => port.Name == name).RxFrames > before);
        Assert.Null(plane.Replug([]));
        foreach ((_, IPlug end) in ends)
        {
            batch.Clear();
            end.Receive(batch);
        }
    }

    /// <returns><c>a &lt; b</c>: at port a, from what is plugged in, a frame of host b.</returns>
    static string[] Read(Fd reader)
    {
        List<string> heard = [];
        byte[] message = new byte[CaptureMessage.MaxBytes];
        while (SeqPacketSocket.TryRead(reader, message) is { IsOk: true, Count: > 0 } read)
        {
            CaptureReader one = new(message.AsSpan(0, read.Count));
            while (one.TryNext(out ReadOnlySpan<byte> frame, out _))
            {
                heard.Add($"{one.PortName} {(one.IsOutward ? '>' : '<')} {(char)frame[11]}");
            }
        }

        return [.. heard];
    }

    (int Heard, long Dropped) ReadToEnd(Fd reader)
    {
        int heard = 0;
        long dropped = 0;
        byte[] message = new byte[CaptureMessage.MaxBytes];
        Serve(() =>
        {
            IoResult read = SeqPacketSocket.TryRead(reader, message);
            CaptureReader one = new(message.AsSpan(0, read.Count));
            while (one.TryNext(out _, out _))
            {
                heard++;
            }
            dropped += one.Dropped;
            return read is { IsOk: true, Count: 0 };
        });
        return (heard, dropped);
    }

    // The control thread's part.
    void Serve(Func<bool> done) => Until(() =>
    {
        captures.Serve();
        return done();
    });

    static void Until(Func<bool> done)
    {
        long began = Stopwatch.GetTimestamp();
        while (!done())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < s_longest, "it did not happen");
            Thread.Yield();
        }
    }
}
