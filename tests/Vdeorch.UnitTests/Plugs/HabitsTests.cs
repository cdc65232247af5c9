using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class HabitsTests
{
    Habits habits = new();

    [Fact]
    public void APortThatWasQuietIsAskedForOneFrameAndABusyOneForMany()
    {
        Assert.Equal(1, habits.FramesWanted(turn: 1));
        Assert.Equal(FrameBatch.MaxFrames, habits.FramesWanted(turn: 2));
        Assert.Equal(FrameBatch.MaxFrames, habits.FramesWanted(turn: 3));
        Assert.Equal(1, habits.FramesWanted(turn: 5));
    }

    [Fact]
    public void AnAnswerIsExpectedOnceSeveralHaveComeInARow()
    {
        int needed = 0;
        while (!habits.Answers)
        {
            habits.Answered();
            needed++;
        }

        Assert.InRange(needed, 2, 16);
    }

    [Fact]
    public void AnAnswerThatDidNotComeIsNotExpectedForLonger()
    {
        Expect();

        habits.DidNotAnswer();

        Assert.InRange(Expect(), 32, 128);
    }

    int Expect()
    {
        int needed = 0;
        for (; !habits.Answers; needed++)
        {
            habits.Answered();
        }
        return needed;
    }
}
