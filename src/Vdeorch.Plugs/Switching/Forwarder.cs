using System.Buffers.Binary;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Switching;

/// <summary>
/// A learning switch's decision for a batch of frames that came in on one port, all of it on the thread of the worker that received them:
/// 1. learn the source of each frame, and decide where it goes: a port, everywhere, nowhere;
/// 2. where there is storm control, drop what would go everywhere and is too much;
/// 3. hand each port its frames of the batch in one call, in the order they came in; what it does not take is counted there.
/// </summary>
/// <remarks>IEEE 802.1Q, 8.7 and 8.8. A switch that looks at VLANs is <see cref="VlanForwarder"/>'s. Frames to reserved addresses (LLDP and the like) are flooded as VDE switches do.</remarks>
public sealed class Forwarder
{
    const int Everywhere = Outbox.Everywhere;
    const int EthernetHeaderBytes = 14;

    readonly int worker;
    readonly TimeSpan grace;
    readonly Outbox outbox;
    readonly VlanForwarder vlans;

    /// <param name="worker">Whose cells of the counters are written.</param>
    /// <param name="grace">For how long the receiver of a batch is waited for when it is full and nobody else is on the wire: two ports, nothing to switch.</param>
    public Forwarder(int worker, TimeSpan grace)
    {
        (this.worker, this.grace) = (worker, grace);
        outbox = new Outbox(worker);
        vlans = new VlanForwarder(worker, outbox);
    }

    /// <param name="now">Milliseconds, monotonic.</param>
    /// <returns>The port that was given frames last; null when none was.</returns>
    public Port? Forward(FrameBatch batch, PluggedPort from, long now)
    {
        if (from.Switch is not { } view)
        {
            ref PortCounters counters = ref from.Port.Counters(worker);
            (from.IsMirror ? ref counters.Mirror : ref counters.Unplugged) += batch.Count;
            return null;
        }
        if (view.Vlans is not null)
        {
            return vlans.Forward(batch, from, view, now);
        }
        Port? latest = null;
        Decide(batch, from, view, now);
        if (from.Port.Storm is { } storm)
        {
            from.Port.Counters(worker).Storm += storm.Limit(batch, outbox.Targets, now);
        }
        for (int first = 0; first < batch.Count; first++)
        {
            int target = outbox.Targets[first];
            if (target == Outbox.Nowhere)
            {
                continue;
            }
            ReadOnlySpan<int> frames = outbox.Gather(first, batch.Count);
            if (target == Everywhere)
            {
                latest = Flood(batch, frames, from, view) ?? latest;
            }
            else
            {
                latest = view.Numbered[target]!;
                outbox.Deliver(batch, frames, latest, TimeSpan.Zero);
            }
        }
        return latest;
    }

    void Decide(FrameBatch batch, PluggedPort from, SwitchView view, long now)
    {
        long age = view.Settings.MacAgeMs;
        Span<int> targets = outbox.Targets;
        // A batch is mostly one conversation: what the frame before was answered is the answer.
        ulong knownSource = 0;
        ulong knownDestination = 0;
        int known = Outbox.Nowhere;
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> frame = batch.Frame(i);
            if (frame.Length < EthernetHeaderBytes)
            {
                from.Port.Counters(worker).Malformed++;
                targets[i] = Outbox.Nowhere;
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
                view.Table.Learn(source, from.Number, now, age, view.Settings.MoveAfterMs);
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
            _ when number == from.Number => Outbox.Nowhere,
            // Learned a moment ago on a port that has gone from this wiring.
            _ when (uint)number >= (uint)view.Numbered.Length || view.Numbered[number] is null => Everywhere,
            _ => number,
        };
    }

    Port? Flood(FrameBatch batch, ReadOnlySpan<int> frames, PluggedPort from, SwitchView view)
    {
        Port? latest = null;
        foreach (Port to in view.Members)
        {
            if (to != from.Port)
            {
                outbox.Deliver(batch, frames, to, view.Members.Length == 2 ? grace : TimeSpan.Zero);
                latest = to;
            }
        }
        return latest;
    }

    internal static bool IsGroup(ulong address) => (address & 0x0100_0000_0000) != 0;
}
