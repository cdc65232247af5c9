using System.Buffers.Binary;
using Vdeorch.Model.Values;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Switching;

/// <summary>
/// The decision of a switch that knows VLANs, or whose ports a spanning tree may shut:
/// 0. take out what switches say of spanning trees, where this one has any;
/// 1. say which VLAN each frame is of, and drop those of VLANs that its port is not in, or is shut in;
/// 2. learn its source in that VLAN, and decide where it goes there: a port, everywhere, nowhere;
/// 3. where there is storm control, drop what would go everywhere and is too much;
/// 4. hand each port of the VLAN its frames. Those that it gets with a tag, or without one, as they came in go first; then tags are put on or taken
///    off in place, once for all the ports that want it so, and afterwards the batch is put back to what it was.
/// </summary>
/// <remarks>
/// The rules of vde_switch: a tag is as good as none on a port that is in the VLAN either way, a tag of VLAN 0 is a tag like any other, what is in a tag
/// beside the VLAN stays from tag to tag, only the first tag counts.
/// </remarks>
sealed class VlanForwarder(int worker, Outbox outbox)
{
    const int Everywhere = Outbox.Everywhere;
    const int VlanAt = 16;
    const int EthernetHeaderBytes = 14;
    const int Untagged = -1;

    /// <summary>Of what has no VLAN, for it is no frame.</summary>
    const int Malformed = -1;

    // By frame: what its tag says beside its type.
    readonly int[] arrived = new int[FrameBatch.MaxFrames];

    /// <param name="view">With <see cref="SwitchView.Vlans"/>.</param>
    /// <param name="now">Milliseconds, monotonic.</param>
    /// <returns>The port that was given frames last; null when none was.</returns>
    public Port? Forward(FrameBatch batch, PluggedPort from, SwitchView view, long now)
    {
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
            int vlan = target >> VlanAt;
            int number = target & Everywhere;
            if (number == Everywhere)
            {
                latest = Flood(batch, frames, from, view, vlan, withTags: arrived[first] != Untagged) ?? latest;
                latest = Flood(batch, frames, from, view, vlan, withTags: arrived[first] == Untagged) ?? latest;
            }
            else
            {
                latest = view.Numbered[number]!;
                bool withTags = view.Vlans![number].IsTagged(vlan);
                Change(batch, frames, withTags, vlan);
                outbox.Deliver(batch, frames, latest, TimeSpan.Zero);
                ChangeBack(batch, frames, withTags);
            }
        }
        return latest;
    }

    void Decide(FrameBatch batch, PluggedPort from, SwitchView view, long now)
    {
        PortVlans own = view.Vlans![from.Number];
        Spanning.BpduInbox? bpdus = view.Bpdus;
        Span<int> targets = outbox.Targets;
        // A batch is mostly one conversation: what the frame before was answered is the answer.
        ulong knownSource = 0;
        ulong knownDestination = 0;
        int known = Outbox.Nowhere;
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> frame = batch.Frame(i);
            // Heard where the port is shut, too: that is why it is.
            if (bpdus is not null && Spanning.Bpdu.IsFor(frame, view.LooksAtTags))
            {
                bpdus.Post(from.Port, frame);
                targets[i] = Outbox.Nowhere;
                continue;
            }
            int vlan = VlanOf(frame, own, view.LooksAtTags, out arrived[i]);
            if (vlan == Malformed || !own.Forwards(vlan))
            {
                CountDrop(ref from.Port.Counters(worker), vlan, own);
                targets[i] = Outbox.Nowhere;
                continue;
            }
            ulong scope = (ulong)vlan << ForwardingTable.VlanAt;
            ulong destination = BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16;
            ulong source = BinaryPrimitives.ReadUInt64BigEndian(frame[4..]) & 0xFFFF_FFFF_FFFF;
            if ((scope | source) != knownSource && source != 0 && !Forwarder.IsGroup(source))
            {
                knownSource = scope | source;
                view.Table.Learn(knownSource, from.Number, now, view.Settings.MacAgeMs, view.Settings.MoveAfterMs);
            }
            if ((scope | destination) != knownDestination || i == 0)
            {
                knownDestination = scope | destination;
                known = Look(destination, vlan, from, view, now);
            }
            targets[i] = known;
        }
    }

    /// <param name="control">What its tag says beside its type; <see cref="Untagged"/> without one.</param>
    /// <returns>Perhaps <see cref="VlanMembership.None"/>, or <see cref="Malformed"/>.</returns>
    static int VlanOf(ReadOnlySpan<byte> frame, PortVlans own, bool looksAtTags, out int control)
    {
        control = Untagged;
        if (frame.Length < EthernetHeaderBytes)
        {
            return Malformed;
        }
        if (!looksAtTags || BinaryPrimitives.ReadUInt16BigEndian(frame[VlanTag.TypeAt..]) != VlanTag.Type)
        {
            return own.Untagged;
        }
        if (frame.Length < EthernetHeaderBytes + VlanTag.Bytes)
        {
            return Malformed;
        }
        control = BinaryPrimitives.ReadUInt16BigEndian(frame[VlanTag.ControlAt..]);
        return control & VlanTag.IdMask;
    }

    static void CountDrop(ref PortCounters counters, int vlan, PortVlans own)
    {
        if (vlan == Malformed)
        {
            counters.Malformed++;
        }
        else if (own.Discarding.Contains(vlan))
        {
            counters.Discarding++;
        }
        else
        {
            counters.Vlan++;
        }
    }

    static int Look(ulong destination, int vlan, PluggedPort from, SwitchView view, long now)
    {
        int everywhere = vlan << VlanAt | Everywhere;
        if (Forwarder.IsGroup(destination) || destination == 0)
        {
            return everywhere;
        }
        int number = view.Table.Find((ulong)vlan << ForwardingTable.VlanAt | destination, now, view.Settings.MacAgeMs);
        return number switch
        {
            0 => everywhere,
            _ when number == from.Number => Outbox.Nowhere,
            // Learned a moment ago on a port that has gone from this wiring, or from this VLAN.
            _ when (uint)number >= (uint)view.Numbered.Length || view.Numbered[number] is null || !view.Vlans![number].Forwards(vlan) => everywhere,
            _ => vlan << VlanAt | number,
        };
    }

    /// <summary>To all ports of the VLAN that want tags, or all that want none.</summary>
    Port? Flood(FrameBatch batch, ReadOnlySpan<int> frames, PluggedPort from, SwitchView view, int vlan, bool withTags)
    {
        Port? latest = null;
        for (int number = 1; number < view.Numbered.Length; number++)
        {
            if (view.Numbered[number] is not { } to || to == from.Port || !view.Vlans![number].Forwards(vlan) || view.Vlans[number].IsTagged(vlan) != withTags)
            {
                continue;
            }
            if (latest is null)
            {
                Change(batch, frames, withTags, vlan);
            }
            outbox.Deliver(batch, frames, to, TimeSpan.Zero);
            latest = to;
        }
        if (latest is not null)
        {
            ChangeBack(batch, frames, withTags);
        }
        return latest;
    }

    void Change(FrameBatch batch, ReadOnlySpan<int> frames, bool withTags, int vlan)
    {
        foreach (int frame in frames)
        {
            if (withTags == (arrived[frame] != Untagged))
            {
                continue;
            }
            if (withTags)
            {
                VlanTag.Push(batch, frame, VlanTag.Type, (ushort)vlan);
            }
            else
            {
                VlanTag.Pull(batch, frame);
            }
        }
    }

    void ChangeBack(FrameBatch batch, ReadOnlySpan<int> frames, bool withTags)
    {
        foreach (int frame in frames)
        {
            if (withTags == (arrived[frame] != Untagged))
            {
                continue;
            }
            if (withTags)
            {
                VlanTag.Pull(batch, frame);
            }
            else
            {
                VlanTag.Push(batch, frame, VlanTag.Type, (ushort)arrived[frame]);
            }
        }
    }
}
