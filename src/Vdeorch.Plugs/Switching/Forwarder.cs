using System.Buffers.Binary;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Switching;

/// <summary>
/// A learning switch's decision for a batch of frames that came in on one port, all of it on the thread of the worker that received them:
/// 1. learn the source of each frame, and decide where it goes: a port, everywhere, nowhere;
/// 2. hand each port its frames of the batch in one call, in the order they came in; what it does not take is counted there.
/// </summary>
/// <remarks>IEEE 802.1Q, 8.7 and 8.8, without VLANs. Frames to reserved addresses (LLDP and the like) are flooded as VDE switches do.</remarks>
/// <param name="worker">Whose cells of the counters are written.</param>
/// <param name="grace">For how long the receiver of a batch is waited for when it is full and nobody else is on the wire: two ports, nothing to switch.</param>
public sealed class Forwarder(int worker, TimeSpan grace)
{
    const int Everywhere = -1;
    const int Nowhere = -2;
    const int EthernetHeaderBytes = 14;

    readonly int[] targets = new int[FrameBatch.MaxFrames];
    readonly int[] group = new int[FrameBatch.MaxFrames];

    /// <param name="now">Milliseconds, monotonic.</param>
    /// <returns>The port that was given frames last; null when none was.</returns>
    public Port? Forward(FrameBatch batch, PluggedPort from, long now)
    {
        if (from.Switch is not { } view)
        {
            from.Port.Counters(worker).Dropped += batch.Count;
            return null;
        }
        Port? latest = null;
        Decide(batch, from, view, now);
        for (int first = 0; first < batch.Count; first++)
        {
            int target = targets[first];
            if (target == Nowhere)
            {
                continue;
            }
            ReadOnlySpan<int> frames = Gather(target, first, batch.Count);
            if (target == Everywhere)
            {
                latest = Flood(batch, frames, from, view) ?? latest;
            }
            else
            {
                latest = view.Numbered[target]!;
                Deliver(batch, frames, latest, TimeSpan.Zero);
            }
        }
        return latest;
    }

    void Decide(FrameBatch batch, PluggedPort from, SwitchView view, long now)
    {
        long age = view.Settings.MacAgeMs;
        // A batch is mostly one conversation: what the frame before was answered is the answer.
        ulong knownSource = 0;
        ulong knownDestination = 0;
        int known = Nowhere;
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> frame = batch.Frame(i);
            if (frame.Length < EthernetHeaderBytes)
            {
                from.Port.Counters(worker).Dropped++;
                targets[i] = Nowhere;
                continue;
            }
            if (view.Settings.Hub)
            {
                targets[i] = Everywhere;
                continue;
            }
            ulong destination = BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16;
            ulong source = BinaryPrimitives.ReadUInt64BigEndian(frame[4..]) & 0xFFFF_FFFF_FFFF;
            if (source != knownSource && source != 0 && !IsGroup(source))
            {
                view.Table.Learn(source, from.Number, now, age);
                knownSource = source;
            }
            if (destination != knownDestination || i == 0)
            {
                known = Look(destination, from, view, now, age);
                knownDestination = destination;
            }
            targets[i] = known;
        }
    }

    static int Look(ulong destination, PluggedPort from, SwitchView view, long now, long age)
    {
        if (IsGroup(destination) || destination == 0)
        {
            return Everywhere;
        }
        int number = view.Table.Find(destination, now, age);
        return number switch
        {
            0 => Everywhere,
            _ when number == from.Number => Nowhere,
            // Learned a moment ago on a port that has gone from this wiring.
            _ when (uint)number >= (uint)view.Numbered.Length || view.Numbered[number] is null => Everywhere,
            _ => number,
        };
    }

    // Marks what it takes as done.
    ReadOnlySpan<int> Gather(int target, int first, int count)
    {
        int taken = 0;
        for (int i = first; i < count; i++)
        {
            if (targets[i] == target)
            {
                group[taken++] = i;
                targets[i] = Nowhere;
            }
        }
        return group.AsSpan(0, taken);
    }

    Port? Flood(FrameBatch batch, ReadOnlySpan<int> frames, PluggedPort from, SwitchView view)
    {
        Port? latest = null;
        foreach (Port to in view.Members)
        {
            if (to != from.Port)
            {
                Deliver(batch, frames, to, view.Members.Length == 2 ? grace : TimeSpan.Zero);
                latest = to;
            }
        }
        return latest;
    }

    void Deliver(FrameBatch batch, ReadOnlySpan<int> frames, Port to, TimeSpan patience)
    {
        // Who was waited for in vain is not waited for again before having taken something whole.
        batch.Grace.Grant(to.IsStuck ? TimeSpan.Zero : patience);
        Delivery sent = Offloads.Send(to.Plug, batch, frames);
        ref PortCounters counters = ref to.Counters(worker);
        counters.TxFrames += sent.Frames;
        counters.TxBytes += sent.Bytes;
        counters.Dropped += sent.Dropped;
        to.IsStuck = sent.Dropped > 0 && (to.IsStuck || batch.Grace.IsUsedUp);
    }

    static bool IsGroup(ulong address) => (address & 0x0100_0000_0000) != 0;
}
