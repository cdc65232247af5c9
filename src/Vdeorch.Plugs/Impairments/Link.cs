using System.Buffers.Binary;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Impairments;

/// <summary>
/// One way of a link, without its frames: when each of them arrives, if it does. Time is whatever the caller says it is. For one thread at a time.
/// </summary>
/// <remarks>E. N. Gilbert, Capacity of a Burst-Noise Channel (1960), with loss in the bad state only.</remarks>
sealed class Link
{
    /// <summary>Of a time, in a second.</summary>
    public const long Second = 1_000_000_000;

    const long Microsecond = Second / 1_000_000;
    const long Millisecond = Second / 1_000;
    const int EthernetHeaderBytes = 14;
    const int TagBytes = 4;

    readonly Random random;
    readonly long began;
    readonly LinkWalk walk;

    /// <summary>When those that wait for the rate will have left.</summary>
    readonly Queue<long> leaving = new();
    long lastLeft;
    long lastArrival;
    bool isBad;

    /// <param name="random">Its chances.</param>
    public Link(Impairment impairment, Random random, long began)
    {
        this.random = random;
        this.began = began;
        walk = new LinkWalk(random);
        Impairment = Set(impairment, began);
    }

    public Link(Impairment impairment, int seed, long began)
        : this(impairment, new Random(seed), began)
    {
    }

    /// <summary>What counts now: that of the state it is in.</summary>
    public Impairment Impairment { get; private set; }

    /// <summary>Frames that did not get through.</summary>
    public LinkDrops Drops { get; private set; }

    /// <summary>Another impairment from now on. What was decided stays, and so does the state it is in, if there is still one of that name.</summary>
    public Impairment Set(Impairment impairment, long now) => Impairment = walk.Set(impairment, now);

    /// <summary>Whether anything can pass. As <see cref="Copies"/>, with its state from now on that of <paramref name="now"/>.</summary>
    public Carrier Carrier(long now)
    {
        Impairment = walk.At(now);
        long until = walk.GoesDown ? walk.Leaves : long.MaxValue;
        if (Impairment.Down)
        {
            return new Carrier(false, until);
        }
        if (!Flaps)
        {
            return new Carrier(true, until);
        }
        long up = Impairment.FlapUp * Millisecond;
        long period = up + Impairment.FlapDown * Millisecond;
        long phase = (now - began) % period;
        return new Carrier(phase < up, Math.Min(until, now - phase + (phase < up ? up : period)));
    }

    /// <summary>The name of the state it is in; null where it has none.</summary>
    public string? StateName(long now)
    {
        Impairment = walk.At(now);
        return walk.StateName;
    }

    /// <summary>How many of a frame get through, 0 to 2. Its state from now on is that of <paramref name="now"/>.</summary>
    public int Copies(ReadOnlySpan<byte> frame, long now)
    {
        Impairment = walk.At(now);
        if (Impairment.Down || (Flaps && !Carrier(now).IsUp))
        {
            Drops = Drops with { Lost = Drops.Lost + 1 };
            return 0;
        }
        if (Impairment.Mtu > 0 && PacketBytes(frame) > Impairment.Mtu)
        {
            Drops = Drops with { TooLong = Drops.TooLong + 1 };
            return 0;
        }
        if (IsLost())
        {
            Drops = Drops with { Lost = Drops.Lost + 1 };
            return 0;
        }
        return Happens(Impairment.Duplicate) ? 2 : 1;
    }

    /// <summary>One of them found no room on the way.</summary>
    public void CountCongested() => Drops = Drops with { Congested = Drops.Congested + 1 };

    /// <returns>When one of them arrives; null when the queue before it is full.</returns>
    public long? Arrival(int bytes, long now)
    {
        long left = now;
        if (Impairment.Rate > 0)
        {
            while (leaving.TryPeek(out long first) && first <= now)
            {
                leaving.Dequeue();
            }
            if (leaving.Count > Impairment.Queue)
            {
                return null;
            }
            left = Math.Max(now, lastLeft) + (long)((double)bytes * 8 * Second / Impairment.Rate);
            leaving.Enqueue(left);
            lastLeft = left;
        }
        if (Happens(Impairment.Reorder))
        {
            return left;
        }
        lastArrival = Math.Max(lastArrival, left + Delay());
        return lastArrival;
    }

    /// <summary>Turns one bit over, or none.</summary>
    public void Corrupt(Span<byte> frame)
    {
        if (Happens(Impairment.Corrupt))
        {
            int bit = random.Next(frame.Length * 8);
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    bool Flaps => Impairment is { FlapUp: > 0, FlapDown: > 0 };

    bool IsLost()
    {
        if (Impairment.Burst <= 1 || Impairment.Loss is <= 0 or >= 1)
        {
            return Happens(Impairment.Loss);
        }
        isBad = isBad ? !Happens(1 / Impairment.Burst) : Happens(Impairment.Loss / (Impairment.Burst * (1 - Impairment.Loss)));
        return isBad;
    }

    long Delay()
    {
        double spread = Impairment.Jitter == 0 ? 0 : Impairment.Jitter * (Impairment.IsNormal ? Normal() : random.NextDouble() * 2 - 1);
        return Math.Max(0, (long)((Impairment.Delay + spread) * Microsecond));
    }

    // Box and Muller.
    double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    bool Happens(double share) => share > 0 && random.NextDouble() < share;

    static int PacketBytes(ReadOnlySpan<byte> frame)
    {
        int header = EthernetHeaderBytes;
        while (frame.Length >= header && BinaryPrimitives.ReadUInt16BigEndian(frame[(header - 2)..]) is 0x8100 or 0x88A8)
        {
            header += TagBytes;
        }
        return Math.Max(0, frame.Length - header);
    }
}

/// <summary>Frames that did not get through one way of a link, or both.</summary>
/// <param name="Lost">By chance, or while it was down.</param>
/// <param name="TooLong">For its MTU.</param>
/// <param name="Congested">For which its queue had no room.</param>
readonly record struct LinkDrops(long Lost, long TooLong, long Congested)
{
    public static LinkDrops operator +(LinkDrops one, LinkDrops other) => new(one.Lost + other.Lost, one.TooLong + other.TooLong, one.Congested + other.Congested);
}
