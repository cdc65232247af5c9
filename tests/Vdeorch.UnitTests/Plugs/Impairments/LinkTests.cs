using System.Numerics;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Impairments;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Impairments;

public class LinkTests
{
    const long Millisecond = Link.Second / 1_000;
    const int Frames = 100_000;

    static readonly byte[] s_frame = new byte[1_514];

    [Fact]
    public void ALinkWithoutImpairmentDeliversAtOnce()
    {
        Link link = new(new Impairment(), 1, 0);

        Assert.Equal(1, link.Copies(s_frame, 5));
        Assert.Equal(5, link.Arrival(1_514, 5));
    }

    [Fact]
    public void DelayIsAddedAndJitterStaysWithinItself()
    {
        Link link = new(new Impairment { Delay = 20_000, Jitter = 2_000 }, 1, 0);

        // So far apart that none has to wait for the one before.
        long[] delays = [.. Enumerable.Range(0, 1_000).Select(i => link.Arrival(100, i * 10 * Millisecond)!.Value - i * 10 * Millisecond)];

        Assert.All(delays, delay => Assert.InRange(delay, 18 * Millisecond, 22 * Millisecond));
        Assert.InRange(delays.Average(), 19.8 * Millisecond, 20.2 * Millisecond);
        Assert.True(delays.Max() - delays.Min() > 3 * Millisecond);
    }

    [Fact]
    public void WhenALinkThatFlapsGoesUpOrDownIsKnownBefore()
    {
        Link link = new(new Impairment { FlapUp = 100, FlapDown = 20 }, 1, 1_000 * Millisecond);

        Assert.Equal(new Carrier(true, 1_100 * Millisecond), link.Carrier(1_000 * Millisecond));
        Assert.Equal(new Carrier(true, 1_100 * Millisecond), link.Carrier(1_100 * Millisecond - 1));
        Assert.Equal(new Carrier(false, 1_120 * Millisecond), link.Carrier(1_100 * Millisecond));
        Assert.Equal(0, link.Copies(s_frame, 1_120 * Millisecond - 1));
        Assert.Equal(new Carrier(true, 1_220 * Millisecond), link.Carrier(1_120 * Millisecond));

        link.Set(new Impairment { Down = true }, 1_130 * Millisecond);
        Assert.Equal(new Carrier(false, long.MaxValue), link.Carrier(1_130 * Millisecond));
        link.Set(new Impairment { Loss = 1 }, 1_140 * Millisecond);
        Assert.Equal(new Carrier(true, long.MaxValue), link.Carrier(1_140 * Millisecond));
    }

    [Theory]
    [InlineData(true, 150)]
    [InlineData(false, long.MaxValue)]
    public void ALinkWithStatesIsLookedAtAgainOnlyWhereOneOfThemIsDown(bool hasDown, long until)
    {
        LinkStates states = new()
        {
            Every = 150,
            All = [new LinkState("good", new Impairment()) { Moves = [new LinkMove(1, 1)] }, new LinkState("bad", new Impairment { Down = hasDown, Loss = 0.5 }) { Moves = [new LinkMove(0, 1)] }],
        };
        Link link = new(new Impairment { States = states }, 1, 0);

        Assert.Equal(new Carrier(true, hasDown ? until * Millisecond : until), link.Carrier(1));
        Assert.Equal(!hasDown, link.Carrier(151 * Millisecond).IsUp);
        Assert.Equal("bad", link.StateName(152 * Millisecond));
    }

    [Fact]
    public void ALinkIsDownWhileBothItsWaysAre()
    {
        Carrier up = new(true, 10);
        Carrier down = new(false, 20);

        Assert.Equal(new Carrier(false, 15), Carrier.OfBoth(down, down with { Until = 15 }));
        Assert.Equal(new Carrier(true, 10), Carrier.OfBoth(up, down));
        Assert.Equal(new Carrier(true, 30), Carrier.OfBoth(up, up with { Until = 30 }));
        Assert.Equal(Carrier.Always, Carrier.OfBoth(Carrier.Always, down));
    }

    [Fact]
    public void FramesStayInOrderHoweverTheDelayVaries()
    {
        Link link = new(new Impairment { Delay = 20_000, Jitter = 20_000, IsNormal = true }, 1, 0);

        long[] arrivals = [.. Enumerable.Range(0, 10_000).Select(i => link.Arrival(100, i * Millisecond / 10)!.Value)];

        Assert.Equal(arrivals.Order(), arrivals);
    }

    [Fact]
    public void FramesThatAreReorderedOvertakeOthers()
    {
        Link link = new(new Impairment { Delay = 20_000, Reorder = 0.25 }, 1, 0);

        int overtaking = Enumerable.Range(0, Frames).Count(i => link.Arrival(100, i * Millisecond) == i * Millisecond);

        Assert.InRange(overtaking, Frames * 0.24, Frames * 0.26);
    }

    [Theory]
    [InlineData(0.3, 0)]
    [InlineData(0.2, 5)]
    [InlineData(0.01, 20)]
    public void AsManyAreLostAsAskedForInRunsAsLongAsAskedFor(double loss, double burst)
    {
        Link link = new(new Impairment { Loss = loss, Burst = burst }, 1, 0);
        bool[] lost = [.. Enumerable.Range(0, 5 * Frames).Select(_ => link.Copies(s_frame, 0) == 0)];

        int runs = lost.Zip(lost.Skip(1)).Count(pair => !pair.First && pair.Second);
        double share = (double)lost.Count(one => one) / lost.Length;
        Assert.InRange(share, loss * 0.9, loss * 1.1);
        Assert.InRange(lost.Count(one => one) / (double)runs, (burst > 1 ? burst : 1 / (1 - loss)) * 0.9, (burst > 1 ? burst : 1 / (1 - loss)) * 1.1);
    }

    [Fact]
    public void ARateSpacesFramesByTheirBits()
    {
        Link link = new(new Impairment { Rate = 12_112_000 }, 1, 0);

        // 1514 bytes are 12112 bits: one a millisecond.
        Assert.Equal([Millisecond, 2 * Millisecond, 3 * Millisecond], Enumerable.Range(0, 3).Select(_ => link.Arrival(1_514, 0)!.Value));
        Assert.Equal(10 * Millisecond + Millisecond, link.Arrival(1_514, 10 * Millisecond));
    }

    [Fact]
    public void NoMoreWaitForTheRateThanTheQueueHolds()
    {
        Link link = new(new Impairment { Rate = 12_112_000, Queue = 3 }, 1, 0);

        // One leaves, three wait.
        Assert.Equal([true, true, true, true, false, false], Enumerable.Range(0, 6).Select(_ => link.Arrival(1_514, 0) is not null));
        Assert.Equal(5 * Millisecond, link.Arrival(1_514, Millisecond));
    }

    [Theory]
    [InlineData(1_500, true)]
    [InlineData(1_499, false)]
    public void PacketsLongerThanTheMtuAreLost(int mtu, bool passes)
    {
        Link link = new(new Impairment { Mtu = mtu }, 1, 0);
        byte[] tagged = [.. new byte[12], 0x81, 0, 0, 7, 8, 0, .. new byte[1_500]];

        Assert.Equal(passes ? 1 : 0, link.Copies(s_frame, 0));
        Assert.Equal(passes ? 1 : 0, link.Copies(tagged, 0));
    }

    [Fact]
    public void ALinkThatFlapsIsDownWhenItsTimeComes()
    {
        Link link = new(new Impairment { FlapUp = 100, FlapDown = 20 }, 1, began: 7 * Millisecond);

        Assert.Equal([1, 1, 0, 0, 1, 0], ((int[])[7, 106, 107, 126, 127, 230]).Select(ms => link.Copies(s_frame, ms * Millisecond)));
    }

    [Fact]
    public void CorruptionIsOneBit()
    {
        Link link = new(new Impairment { Corrupt = 1 }, 1, 0);
        byte[] frame = new byte[1_514];

        link.Corrupt(frame);

        Assert.Equal(1, frame.Sum(part => BitOperations.PopCount(part)));
    }

    [Fact]
    public void DuplicatesComeTwice()
    {
        Link link = new(new Impairment { Duplicate = 0.5 }, 1, 0);

        Assert.InRange(Enumerable.Range(0, Frames).Sum(_ => link.Copies(s_frame, 0)), Frames * 1.49, Frames * 1.51);
    }
}
