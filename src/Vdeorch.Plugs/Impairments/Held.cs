using System.Diagnostics;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Impairments;

/// <summary>Frames on their way along one way of a link. For one thread at a time.</summary>
/// <param name="began">Nanoseconds, monotonic: when it began to flap, if it ever does.</param>
sealed class Held(long began)
{
    /// <summary>On the way, beyond those that wait for the rate: what a delay times a flood would come to is not kept.</summary>
    const long MaxBytes = 64L << 20;

    readonly PriorityQueue<(byte[] Buffer, int Bytes), (long At, long Turn)> frames = new();
    readonly FrameStore store = new();
    readonly Link link = new(new Impairment(), Random.Shared.Next(), began);
    long heldBytes;
    long turn;
    bool isUnimpaired = true;

    /// <summary>Nothing is on its way and nothing is to be done to what comes.</summary>
    public bool IsClear { get; private set; } = true;

    /// <summary>Nanoseconds, monotonic: when the next one arrives; <see cref="long.MaxValue"/> when none is on its way.</summary>
    public long Next => frames.TryPeek(out _, out (long At, long Turn) first) ? first.At : long.MaxValue;

    /// <summary>Frames on their way.</summary>
    public int Count => frames.Count;

    public LinkDrops Drops => link.Drops;

    public Carrier Carrier(long now) => link.Carrier(now);

    /// <summary>Null where it has no states.</summary>
    public string? StateName(long now) => link.StateName(now);

    /// <param name="impairment">Null: of nothing. What is on its way stays on it.</param>
    public void Set(Impairment? impairment)
    {
        link.Set(impairment ?? new Impairment(), Stopwatch.GetTimestamp());
        isUnimpaired = impairment is null or { IsNone: true };
        IsClear = isUnimpaired && frames.Count == 0;
    }

    /// <summary>A plain frame sets out. It is copied.</summary>
    public void Admit(ReadOnlySpan<byte> frame, long now)
    {
        for (int copies = link.Copies(frame, now); copies > 0; copies--)
        {
            if (heldBytes + frame.Length > MaxBytes || link.Arrival(frame.Length, now) is not { } arrival)
            {
                link.CountCongested();
                return;
            }
            byte[] buffer = store.Take(frame.Length);
            frame.CopyTo(buffer);
            link.Corrupt(buffer.AsSpan(0, frame.Length));
            frames.Enqueue((buffer, frame.Length), (arrival, turn++));
            heldBytes += frame.Length;
        }
    }

    /// <summary>Appends what has arrived, as far as there is room.</summary>
    public void Deliver(FrameBatch into, long now, ref int count, ref long bytes)
    {
        while (into.HasRoom && Next <= now)
        {
            (byte[] buffer, int length) = frames.Dequeue();
            into.AddPlain(buffer.AsSpan(0, length));
            store.Give(buffer);
            heldBytes -= length;
            count++;
            bytes += length;
        }
        IsClear = isUnimpaired && frames.Count == 0;
    }
}
