using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Switching;

/// <summary>Where each frame of a batch goes, and the sending of those that go to the same place together. Of one worker.</summary>
sealed class Outbox(int worker)
{
    public const int Nowhere = -2;

    /// <summary>Below the VLAN, if any: to all ports that it may go to.</summary>
    public const int Everywhere = 0xffff;

    readonly int[] group = new int[FrameBatch.MaxFrames];

    /// <summary>By frame: <see cref="Nowhere"/>, or a port's number or <see cref="Everywhere"/>, below what else the forwarder has to keep.</summary>
    public int[] Targets { get; } = new int[FrameBatch.MaxFrames];

    public static bool IsEverywhere(int target) => (target & Everywhere) == Everywhere;

    /// <summary>The frames that go where <paramref name="first"/> goes, in the order they came in, each marked as done. Good until the next call.</summary>
    public ReadOnlySpan<int> Gather(int first, int count)
    {
        int target = Targets[first];
        int taken = 0;
        for (int i = first; i < count; i++)
        {
            if (Targets[i] == target)
            {
                group[taken++] = i;
                Targets[i] = Nowhere;
            }
        }
        return group.AsSpan(0, taken);
    }

    /// <param name="patience">For how long a port that is full is waited for.</param>
    public void Deliver(FrameBatch batch, ReadOnlySpan<int> frames, Port to, TimeSpan patience) => Deliver(batch, frames, to, patience, worker);

    /// <param name="worker">Whose batch it is.</param>
    /// <inheritdoc cref="Deliver(FrameBatch, ReadOnlySpan{int}, Port, TimeSpan)"/>
    public static void Deliver(FrameBatch batch, ReadOnlySpan<int> frames, Port to, TimeSpan patience, int worker)
    {
        if (to.Taps is { } taps)
        {
            FrameTaps.Copy(taps, batch, frames, isOutward: true, worker);
        }
        // Who was waited for in vain is not waited for again before having taken something whole.
        batch.Grace.Grant(to.IsStuck ? TimeSpan.Zero : patience);
        Delivery sent = Offloads.Send(to.Plug, batch, frames);
        ref PortCounters counters = ref to.Counters(worker);
        counters.TxFrames += sent.Frames;
        counters.TxBytes += sent.Bytes;
        counters.Full += sent.Dropped;
        to.IsStuck = sent.Dropped > 0 && (to.IsStuck || batch.Grace.IsUsedUp);
    }
}
