using System.Buffers.Binary;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Switching;

/// <summary>
/// What one port may bring in of frames that go everywhere: a bucket for each kind, filled as fast as the limit says and holding a second's worth, full at
/// first. Of the worker that receives from the port.
/// </summary>
sealed class StormControl(StormSettings settings)
{
    const ulong Broadcast = 0xFFFF_FFFF_FFFF;

    Bucket broadcast = new(settings.Broadcast);
    Bucket multicast = new(settings.Multicast);
    Bucket unknown = new(settings.Unknown);

    public StormSettings Settings => settings;

    /// <summary>Turns away the frames of a batch that are too many: those that have a target no longer have one. A super-frame is one.</summary>
    /// <param name="now">Milliseconds, monotonic.</param>
    /// <returns>How many.</returns>
    public int Limit(FrameBatch batch, Span<int> targets, long now)
    {
        int dropped = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            if (Outbox.IsEverywhere(targets[i]) && !BucketOf(batch.Frame(i)).TryTake(now))
            {
                targets[i] = Outbox.Nowhere;
                dropped++;
            }
        }
        return dropped;
    }

    ref Bucket BucketOf(ReadOnlySpan<byte> frame)
    {
        ulong destination = BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16;
        if (destination == Broadcast)
        {
            return ref broadcast;
        }
        return ref Forwarder.IsGroup(destination) ? ref multicast : ref unknown;
    }

    /// <param name="perSecond">Null: as many as come.</param>
    struct Bucket(int? perSecond)
    {
        const long Frame = 1_000;
        const long SecondMs = 1_000;

        readonly long perSecond = perSecond ?? 0;

        // Thousandths of frames, which is what comes in a millisecond.
        long thousandths = (perSecond ?? 0) * Frame;
        long filledMs;

        public bool TryTake(long now)
        {
            if (perSecond == 0)
            {
                return true;
            }
            if (now > filledMs)
            {
                thousandths = Math.Min(perSecond * Frame, thousandths + Math.Min(now - filledMs, SecondMs) * perSecond);
                filledMs = now;
            }
            if (thousandths < Frame)
            {
                return false;
            }
            thousandths -= Frame;
            return true;
        }
    }
}
