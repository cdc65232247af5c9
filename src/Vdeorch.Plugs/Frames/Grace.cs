using System.Diagnostics;
using Vdeorch.Linux.Io;

namespace Vdeorch.Plugs.Frames;

/// <summary>How long senders of a batch may wait for a receiver that is full. Not at all, unless it has been granted: a switch has others to serve. For one thread.</summary>
public sealed class Grace
{
    TimeSpan left;

    /// <summary>Whether there was some, and it has all been used.</summary>
    public bool IsUsedUp { get; private set; }

    /// <param name="time">For the sends that follow, all together.</param>
    public void Grant(TimeSpan time) => (left, IsUsedUp) = (time, false);

    /// <summary>For a plug that has met EAGAIN: waits for room.</summary>
    /// <param name="full">Becomes writable when there is some.</param>
    /// <returns>Whether to try again; false when what is not taken now is not taken at all.</returns>
    public bool TryWait(Fd full)
    {
        if (left <= TimeSpan.Zero)
        {
            return false;
        }
        long began = Stopwatch.GetTimestamp();
        bool hasRoom = Descriptors.Wait(full, Interest.Writable, left);
        left -= Stopwatch.GetElapsedTime(began);
        IsUsedUp = left <= TimeSpan.Zero;
        return hasRoom;
    }
}
