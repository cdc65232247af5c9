using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Switching;

/// <summary>Hears what passes a port. Any worker may be in it.</summary>
interface IFrameTap
{
    /// <summary>The frames are as they are at the port, and left so. Never waits.</summary>
    /// <param name="isOutward">To what is plugged in, and not from it.</param>
    /// <param name="time">Nanoseconds since 1970; one for all.</param>
    /// <param name="worker">Who is in it.</param>
    void Copy(FrameBatch batch, ReadOnlySpan<int> frames, bool isOutward, long time, int worker);
}

static class FrameTaps
{
    public static void Copy(IFrameTap[] taps, FrameBatch batch, ReadOnlySpan<int> frames, bool isOutward, int worker)
    {
        long time = (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
        foreach (IFrameTap tap in taps)
        {
            tap.Copy(batch, frames, isOutward, time, worker);
        }
    }
}
