using System.Diagnostics;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Impairments;
using Vdeorch.Plugs.Switching;
using Vdeorch.UnitTests.Plugs.Offloading;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Impairments;

/// <summary>A link in front of one end of a socket pair.</summary>
public sealed class ImpairedPlugTests : IDisposable
{
    readonly IPlug far;
    readonly ImpairedPlug plug;
    readonly FrameBatch batch = new();

    public ImpairedPlugTests()
    {
        (IPlug near, far) = PatchPlug.Pair();
        plug = new ImpairedPlug(near, null);
    }

    public void Dispose()
    {
        plug.Dispose();
        far.Dispose();
    }

    [Fact]
    public void WithoutImpairmentEverythingPassesAsItIs()
    {
        byte[] super = new TcpPacket { Payload = new byte[5_000] }.ToSuperFrame(1_000);
        Assert.True(plug.CarriesOffloads);

        Send(plug, super);
        Assert.Equal([super], Arrived(far));
        Send(far, super);
        Assert.Equal([super], Arrived(plug));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FramesArriveLaterOneWayAndAtOnceTheOther(bool isOut)
    {
        Impairment late = new() { Delay = 30_000 };
        plug.Set(isOut ? new PortImpairment(late, null) : new PortImpairment(null, late));
        IPlug near = plug;
        (IPlug slow, IPlug slowEnd) = isOut ? (near, far) : (far, near);
        (IPlug fast, IPlug fastEnd) = (slowEnd, slow);

        Send(fast, Plain(1));
        Assert.Equal([Plain(1)], Arrived(fastEnd));

        long began = Stopwatch.GetTimestamp();
        Send(slow, Plain(2));
        Send(slow, Plain(3));
        Assert.Equal([Plain(2), Plain(3)], Come(slowEnd, 2));
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(30));
    }

    [Fact]
    public void WhatIsOnItsWayArrivesAfterTheImpairmentIsTakenAway()
    {
        plug.Set(new PortImpairment(new Impairment { Delay = 20_000 }, null));
        Send(plug, Plain(1));

        plug.Set(null);
        Assert.False(plug.CarriesOffloads);
        Send(plug, Plain(2));

        Assert.Equal([Plain(1), Plain(2)], Come(far, 2));
        Assert.True(plug.CarriesOffloads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ASuperFrameIsImpairedAsItsSegments(bool isOut)
    {
        Impairment late = new() { Delay = 1_000 };
        plug.Set(isOut ? new PortImpairment(late, null) : new PortImpairment(null, late));
        byte[] super = new TcpPacket { Payload = new byte[5_000] }.ToSuperFrame(1_000);

        Send(isOut ? plug : far, super);

        byte[][] segments = Come(isOut ? far : plug, 5);
        Assert.All(segments, segment => Assert.Equal(1_000 + 54 + VirtioNetHeader.Bytes, segment.Length));
        Assert.All(segments, segment => Assert.Equal(-1, segment.AsSpan(0, 10).IndexOfAnyExcept((byte)0)));
    }

    [Fact]
    public void NothingPassesALinkThatIsDown()
    {
        plug.Set(new PortImpairment(new Impairment { Down = true }, new Impairment { Down = true }));

        Send(plug, Plain(1));
        Send(far, Plain(2));

        Assert.Empty(Arrived(far));
        Assert.Empty(Arrived(plug));
    }

    [Fact]
    public void AFloodThroughADelayAllocatesNothingOnceItRuns()
    {
        plug.Set(new PortImpairment(new Impairment { Delay = 100 }, null));
        FrameBatch received = new();
        byte[] frame = new byte[60];

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                batch.Clear();
                batch.AddPlain(frame);
                Offloads.Send(plug, batch, Offloads.All(batch));
                received.Clear();
                plug.Receive(received);
                far.Receive(received);
            }
        }));
    }

    static byte[] Plain(byte number) => [.. new byte[VirtioNetHeader.Bytes + 12], 8, 0, number, .. new byte[50]];

    /// <param name="frame">With its virtio-net header.</param>
    void Send(IPlug to, byte[] frame)
    {
        batch.Clear();
        frame.CopyTo(batch.Room);
        batch.Add(frame.Length);
        Assert.Equal(0, Offloads.Send(to, batch, Offloads.All(batch)).Dropped);
    }

    /// <summary>What is there now.</summary>
    byte[][] Arrived(IPlug at)
    {
        batch.Clear();
        at.Receive(batch);
        return [.. Enumerable.Range(0, batch.Count).Select(i => batch.HeaderAndFrame(i).ToArray())];
    }

    /// <summary>As a worker waits: for the far end, too, the plug has to be served when its time comes.</summary>
    byte[][] Come(IPlug at, int count)
    {
        List<byte[]> came = [];
        while (came.Count < count)
        {
            Assert.True(Descriptors.Wait(plug.Readiness, Interest.Readable, TimeSpan.FromSeconds(at == plug ? 10 : 0.001)) || at == far);
            if (at == far)
            {
                plug.Receive(new FrameBatch());
            }
            came.AddRange(Arrived(at));
        }
        return [.. came];
    }
}
