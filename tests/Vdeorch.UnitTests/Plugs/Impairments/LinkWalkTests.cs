using System.Collections.Immutable;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Impairments;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Impairments;

public class LinkWalkTests
{
    const long Millisecond = Link.Second / 1_000;

    [Fact]
    public void ItStaysAndMovesAsItsChancesSay()
    {
        // Of 100 ms each: good for three periods and no longer (0.9 * 0.9 * 0.9 > 0.7 > 0.9 ^ 4), then bad for one, then worse for good.
        LinkWalk walk = new(new Script(0.3, 0.05, 0.1, 0.9));
        LinkStates states = States(State("good", 1, (1, 0.1)), State("bad", 2, (0, 0.25), (2, 0.25)), State("worse", 3));

        Assert.Equal(1, walk.Set(In(states), 0).Mtu);

        Assert.Equal([1, 1, 2, 2, 3, 3], ((long[])[0, 399, 400, 499, 500, 1_000_000_000]).Select(ms => walk.At(ms * Millisecond).Mtu));
    }

    [Fact]
    public void ItIsInTheSameStatesHoweverOftenItIsAsked()
    {
        LinkStates states = States(State("good", 1, (1, 0.3)), State("bad", 2, (0, 0.4)));
        LinkWalk often = new(new Random(7));
        LinkWalk seldom = new(new Random(7));
        often.Set(In(states), 0);
        seldom.Set(In(states), 0);

        int[] seen = [.. Enumerable.Range(0, 10_000).Select(i => often.At(i * 10 * Millisecond).Mtu)];

        Assert.Equal(seen.Where((_, i) => i % 50 == 0), Enumerable.Range(0, 200).Select(i => seldom.At(i * 500 * Millisecond).Mtu));
    }

    [Fact]
    public void ItsTimeIsSharedByStatesAsTheChainSays()
    {
        // The shares that the moves leave as they are: 10 of 15, 4 of 15, 1 of 15.
        LinkStates states = States(State("clear", 1, (1, 0.02)), State("rain", 2, (0, 0.05), (2, 0.05)), State("storm", 3, (1, 0.2)));
        LinkWalk walk = new(new Random(1));
        walk.Set(In(states), 0);

        int[] seen = [.. Enumerable.Range(0, 1_000_000).Select(i => walk.At(i * 100L * Millisecond).Mtu)];

        Assert.InRange(seen.Count(state => state == 1) / 1e6, 10 / 15.0 - 0.02, 10 / 15.0 + 0.02);
        Assert.InRange(seen.Count(state => state == 2) / 1e6, 4 / 15.0 - 0.02, 4 / 15.0 + 0.02);
        Assert.InRange(seen.Count(state => state == 3) / 1e6, 1 / 15.0 - 0.02, 1 / 15.0 + 0.02);
    }

    [Fact]
    public void ALinkThatWasIdleForYearsIsAskedInNoTime()
    {
        Counting random = new(1);
        LinkWalk walk = new(random);
        walk.Set(In(States(State("good", 1, (1, 0.5)), State("bad", 2, (0, 0.5))) with { Every = 1 }), 0);

        walk.At(10L * 365 * 24 * 3600 * Link.Second);

        Assert.InRange(random.Drawn, 4_096, 4 * 4_096);
    }

    [Fact]
    public void AnotherImpairmentKeepsTheStateOfThatName()
    {
        LinkWalk walk = new(new Script(0.99));
        walk.Set(In(States(State("good", 1, (1, 1)), State("bad", 2))), 0);
        Assert.Equal(2, walk.At(100 * Millisecond).Mtu);

        Assert.Equal(20, walk.Set(In(States(State("fair", 5), State("bad", 20), State("good", 10))), 150 * Millisecond).Mtu);
        Assert.Equal(7, walk.Set(In(States(State("other", 7), State("good", 10))), 160 * Millisecond).Mtu);
        Assert.Equal(0, walk.Set(new Impairment(), 170 * Millisecond).Mtu);
        Assert.Equal(0, walk.At(1_000 * Millisecond).Mtu);
    }

    [Fact]
    public void TheSameImpairmentAgainDoesNotPutItsMoveOff()
    {
        LinkWalk walk = new(new Script(0.99));
        walk.Set(In(States(State("good", 1, (1, 1)), State("bad", 2))), 0);

        Assert.Equal(1, walk.Set(In(States(State("good", 1, (1, 1)), State("bad", 2))), 90 * Millisecond).Mtu);
        Assert.Equal(2, walk.At(100 * Millisecond).Mtu);
    }

    [Fact]
    public void ALinkLosesAndDelaysAsItsStateSays()
    {
        Impairment slow = new() { Delay = 20_000 };
        Link link = new(slow with { States = States(new LinkState("slow", slow) { Moves = [new LinkMove(1, 1)] }, new LinkState("dead", slow with { Down = true }) { Moves = [new LinkMove(2, 1)] }, new LinkState("fast", new Impairment())) }, 1, 0);

        Assert.Equal(1, link.Copies(new byte[60], 99 * Millisecond));
        Assert.Equal(119 * Millisecond, link.Arrival(60, 99 * Millisecond));
        Assert.Equal(0, link.Copies(new byte[60], 100 * Millisecond));
        Assert.Equal(1, link.Copies(new byte[60], 200 * Millisecond));
        Assert.Equal(200 * Millisecond, link.Arrival(60, 200 * Millisecond));
    }

    [Fact]
    public void FramesOnTheirWayAreNotOvertakenByThoseOfAFasterState()
    {
        Impairment slow = new() { Delay = 150_000 };
        Link link = new(slow with { States = States(new LinkState("slow", slow) { Moves = [new LinkMove(1, 1)] }, new LinkState("fast", new Impairment())) }, 1, 0);
        link.Copies(new byte[60], 0);
        Assert.Equal(150 * Millisecond, link.Arrival(60, 0));

        link.Copies(new byte[60], 100 * Millisecond);

        Assert.Equal(150 * Millisecond, link.Arrival(60, 100 * Millisecond));
    }

    [Fact]
    public void MovesAllocateNothing()
    {
        LinkWalk walk = new(new Random(1));
        walk.Set(In(States(State("good", 1, (1, 0.5)), State("bad", 2, (0, 0.5)))), 0);
        long now = 0;

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                walk.At(now += 100 * Millisecond);
            }
        }));
    }

    [Fact]
    public void ImpairmentsOfEqualStatesAreEqual()
    {
        static Impairment Made(double share) => In(States(State("good", 1, (1, share)), State("bad", 2)));

        Assert.Equal(Made(0.5), Made(0.5));
        Assert.Equal(Made(0.5).GetHashCode(), Made(0.5).GetHashCode());
        Assert.NotEqual(Made(0.5), Made(0.4));
        Assert.False(Made(0.5).IsNone);
        Assert.True(new Impairment().IsNone);
    }

    static Impairment In(LinkStates states) => new() { States = states };

    static LinkStates States(params ImmutableArray<LinkState> states) => new() { All = states };

    /// <param name="mtu">To know it by.</param>
    static LinkState State(string name, int mtu, params ImmutableArray<(int To, double Share)> moves) =>
        new(name, new Impairment { Mtu = mtu }) { Moves = [.. moves.Select(move => new LinkMove(move.To, move.Share))] };

    sealed class Script(params double[] chances) : Random
    {
        int at;

        public override double NextDouble() => chances[at++];
    }

    sealed class Counting(int seed) : Random(seed)
    {
        public int Drawn { get; private set; }

        public override double NextDouble()
        {
            Drawn++;
            return base.NextDouble();
        }
    }
}
