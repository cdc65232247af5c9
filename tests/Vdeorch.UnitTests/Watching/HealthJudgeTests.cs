using Vdeorch.Engine.Watching;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Watching;

public class HealthJudgeTests
{
    static readonly TimeSpan s_early = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_late = TimeSpan.FromSeconds(11);
    static readonly HealthSpec s_spec = new() { Port = 80, Retries = 3, StartPeriod = TimeSpan.FromSeconds(10) };

    static string Words(HealthJudge judge) => $"{judge.State} {judge.Failures} {judge.Why}";

    [Fact]
    public void ItStartsUntilATrySucceeds()
    {
        HealthJudge judge = new(s_spec);

        Assert.False(judge.Take("refused", s_early));
        Assert.Equal("Starting 0 refused", Words(judge));
        Assert.True(judge.Take(null, s_early));
        Assert.Equal("Healthy 0 ", Words(judge));
    }

    [Fact]
    public void FailuresWithinTheStartPeriodDoNotCount()
    {
        HealthJudge judge = new(s_spec);

        for (int i = 0; i < 20; i++)
        {
            Assert.False(judge.Take("refused", s_early));
        }

        Assert.False(judge.Take("refused", s_late));
        Assert.False(judge.Take("refused", s_late));
        Assert.True(judge.Take("refused", s_late));
        Assert.Equal("Unhealthy 3 refused", Words(judge));
    }

    [Fact]
    public void OnceHealthyFailuresCountFromTheBeginning()
    {
        HealthJudge judge = new(s_spec);
        judge.Take(null, s_early);

        Assert.False(judge.Take("one", s_early));
        Assert.False(judge.Take("two", s_early));
        Assert.Equal("Healthy 2 two", Words(judge));
        Assert.True(judge.Take("three", s_early));
        Assert.Equal("Unhealthy 3 three", Words(judge));
    }

    [Fact]
    public void OneThatSucceedsForgetsThoseThatFailed()
    {
        HealthJudge judge = new(s_spec);
        judge.Take(null, s_early);
        judge.Take("one", s_early);
        judge.Take("two", s_early);
        judge.Take(null, s_early);

        Assert.False(judge.Take("one", s_early));
        Assert.False(judge.Take("two", s_early));
        Assert.True(judge.Take("three", s_early));
        Assert.True(judge.Take(null, s_early));
        Assert.Equal("Healthy 0 ", Words(judge));
    }

    [Fact]
    public void OneThatWasStartedAnewStartsAgain()
    {
        HealthJudge judge = new(s_spec);
        judge.Resume(HealthState.Unhealthy, 7, "refused");
        Assert.Equal("Unhealthy 7 refused", Words(judge));

        judge.Restart();

        Assert.Equal("Starting 0 ", Words(judge));
    }
}
