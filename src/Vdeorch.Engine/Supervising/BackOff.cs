namespace Vdeorch.Engine.Supervising;

/// <summary>How long to wait before starting again what ended: 100 ms, doubled each time up to 30 s, forgotten after 10 s of running.</summary>
/// <param name="firstIsFree">The first restart happens at once.</param>
internal sealed class BackOff(TimeProvider clock, bool firstIsFree)
{
    static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    static readonly TimeSpan s_stable = TimeSpan.FromSeconds(10);

    long _started = clock.GetTimestamp();
    int _failures;

    /// <summary>Starts in a row that did not last.</summary>
    public int Failures => _failures;

    /// <summary>It was started again, and has not yet run long enough for that to be forgotten.</summary>
    public bool IsFresh => _failures > 0 && clock.GetElapsedTime(_started) < s_stable;

    public void Started() => _started = clock.GetTimestamp();

    /// <summary>Call when it ended.</summary>
    public TimeSpan Next()
    {
        if (clock.GetElapsedTime(_started) >= s_stable)
        {
            _failures = 0;
        }

        int doublings = _failures++ - (firstIsFree ? 1 : 0);
        return doublings < 0 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(s_longest.Ticks, s_first.Ticks << Math.Min(doublings, 16)));
    }
}
