using System.Diagnostics;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Impairments;

/// <summary>
/// A plug with a bad link in front of it, each way its own:
/// 1. frames that set out are decided on and held, super-frames cut and checksummed first: a link loses and delays what is on a wire;
/// 2. a timer tells when the next one arrives; 3. what has arrived goes to the plug, or to whoever receives.
/// A way that is not impaired, once nothing is held on it, costs nothing.
/// </summary>
/// <remarks>Senders of any thread meet the receiver under one lock; an impaired link is no fast one.</remarks>
sealed class ImpairedPlug : IPlug
{
    const ulong InnerToken = 0;
    const ulong TimerToken = 1;

    readonly Epoll readiness = new();
    readonly TimerFd timer = new();
    readonly Lock gate = new();
    readonly Held outward;
    readonly Held inward;
    readonly Way intoInward;
    long armed = long.MaxValue;

    /// <param name="inner">Owned from now on, unless this throws.</param>
    /// <exception cref="Vdeorch.Linux.LinuxException">It cannot be waited for.</exception>
    public ImpairedPlug(IPlug inner, PortImpairment? impairment)
    {
        Inner = inner;
        long now = Stopwatch.GetTimestamp();
        (outward, inward) = (new Held(now), new Held(now));
        intoInward = new Way(inward);
        Set(impairment);
        try
        {
            readiness.Add(inner.Readiness, InnerToken, Interest.Readable);
            readiness.Add(timer.Fd, TimerToken, Interest.Readable);
        }
        catch
        {
            readiness.Dispose();
            timer.Dispose();
            throw;
        }
    }

    public IPlug Inner { get; }

    /// <summary>What is really plugged in.</summary>
    public static IPlug Bare(IPlug plug) => (plug as ImpairedPlug)?.Inner ?? plug;

    /// <summary>The same plugs, with a bad link in front of those that are to have one and have none.</summary>
    /// <param name="plugs">As before if this throws.</param>
    /// <param name="impairments">The n-th of the n-th plug; null: none.</param>
    /// <exception cref="Vdeorch.Linux.LinuxException">One of them cannot be waited for.</exception>
    public static IPlug[] Wrap(IReadOnlyList<IPlug> plugs, PortImpairment?[] impairments)
    {
        List<IPlug> wrapped = [];
        try
        {
            foreach ((IPlug plug, PortImpairment? impairment) in plugs.Zip(impairments))
            {
                wrapped.Add(impairment is null || plug is ImpairedPlug ? plug : new ImpairedPlug(plug, impairment));
            }
        }
        catch
        {
            Unwrap(wrapped, plugs);
            throw;
        }
        return [.. wrapped];
    }

    /// <summary>Takes back what <see cref="Wrap"/> did.</summary>
    public static void Unwrap(IEnumerable<IPlug> wrapped, IReadOnlyList<IPlug> plugs)
    {
        foreach ((IPlug after, IPlug before) in wrapped.Zip(plugs))
        {
            if (after != before)
            {
                ((ImpairedPlug)after).LetGo();
            }
        }
    }

    public Fd Readiness => readiness.Fd;

    public Fd? Liveness => Inner.Liveness;

    public bool CarriesOffloads => outward.IsClear && Inner.CarriesOffloads;

    public int Headroom => Inner.Headroom;

    /// <summary>Frames on their way, both ways.</summary>
    public int Held
    {
        get
        {
            lock (gate)
            {
                return outward.Count + inward.Count;
            }
        }
    }

    /// <summary>Of both ways, since the link is a bad one.</summary>
    public LinkDrops Drops
    {
        get
        {
            lock (gate)
            {
                return outward.Drops + inward.Drops;
            }
        }
    }

    public Carrier Carrier
    {
        get
        {
            lock (gate)
            {
                long now = Stopwatch.GetTimestamp();
                return Impairments.Carrier.OfBoth(outward.Carrier(now), inward.Carrier(now));
            }
        }
    }

    /// <summary>Null where neither way has states.</summary>
    public PortLinkStates? States
    {
        get
        {
            lock (gate)
            {
                long now = Stopwatch.GetTimestamp();
                PortLinkStates states = new(outward.StateName(now), inward.StateName(now));
                return states is { Out: null, In: null } ? null : states;
            }
        }
    }

    /// <summary>From now on, for frames that set out.</summary>
    public void Set(PortImpairment? impairment)
    {
        lock (gate)
        {
            outward.Set(impairment?.Out);
            inward.Set(impairment?.In);
        }
    }

    public Transfer Receive(FrameBatch into)
    {
        Span<Ready> ready = stackalloc Ready[2];
        bool isInnerReady = false;
        bool isTime = false;
        foreach (Ready one in ready[..readiness.Wait(ready, 0)])
        {
            isInnerReady |= one.Token == InnerToken;
            isTime |= one.Token == TimerToken;
        }
        if (isInnerReady && !isTime && inward.IsClear)
        {
            return Inner.Receive(into);
        }

        int frames = 0;
        long bytes = 0;
        int errno = 0;
        lock (gate)
        {
            if (isTime)
            {
                timer.TryClear();
                armed = long.MaxValue;
            }
            if (isInnerReady)
            {
                FrameBatch came = into.Scratch;
                came.Clear();
                errno = Inner.Receive(came).Errno;
                errno = came.Count > 0 || errno == Errnos.Again ? 0 : errno;
                Offloads.Send(intoInward, came, Offloads.All(came));
            }
            inward.Deliver(into, Stopwatch.GetTimestamp(), ref frames, ref bytes);
            Flush(into.Scratch);
            Arm();
        }
        return new Transfer(frames, bytes, frames > 0 ? 0 : errno);
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        if (outward.IsClear)
        {
            return Inner.Send(batch, frames);
        }
        lock (gate)
        {
            Transfer admitted = Way.Admit(outward, batch, frames);
            Flush(batch.Scratch);
            Arm();
            return admitted;
        }
    }

    public void Dispose()
    {
        LetGo();
        Inner.Dispose();
    }

    /// <summary>As <see cref="Dispose"/>, but the plug in it is the caller's again.</summary>
    public void LetGo()
    {
        readiness.Dispose();
        timer.Dispose();
    }

    /// <summary>Hands the plug what has arrived on the way to it.</summary>
    void Flush(FrameBatch scratch)
    {
        int frames;
        do
        {
            scratch.Clear();
            frames = 0;
            long bytes = 0;
            outward.Deliver(scratch, Stopwatch.GetTimestamp(), ref frames, ref bytes);
            if (frames > 0)
            {
                Inner.Send(scratch, Offloads.All(scratch));
            }
        }
        while (frames > 0);
    }

    // A time that has passed makes it readable at once.
    void Arm()
    {
        long next = Math.Min(outward.Next, inward.Next);
        if (next < armed)
        {
            armed = next;
            timer.Arm(next);
        }
    }

    /// <summary>What a way looks like to whoever cuts super-frames for it.</summary>
    sealed class Way(Held held) : IPlug
    {
        public Fd Readiness => throw new UnreachableException();

        public int Headroom => 0;

        public Transfer Receive(FrameBatch into) => throw new UnreachableException();

        public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => Admit(held, batch, frames);

        public void Dispose()
        {
        }

        public static Transfer Admit(Held held, FrameBatch batch, ReadOnlySpan<int> frames)
        {
            long now = Stopwatch.GetTimestamp();
            long bytes = 0;
            foreach (int frame in frames)
            {
                held.Admit(batch.Frame(frame), now);
                bytes += batch.Frame(frame).Length;
            }
            return new Transfer(frames.Length, bytes, 0);
        }
    }
}
