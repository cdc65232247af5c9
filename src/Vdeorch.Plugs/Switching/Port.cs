using System.Runtime.InteropServices;

namespace Vdeorch.Plugs.Switching;

/// <summary>A plug with a name and its counters. What it is plugged into is in <see cref="Wiring"/>, which changes as a whole.</summary>
public sealed class Port
{
    readonly PortCounters[] counters;
    Habits habits = new();
    volatile int fault;

    public Port(string name, IPlug plug, int slot, int worker, int workers)
        : this(name, plug, slot, worker, new PortCounters[workers])
    {
    }

    /// <summary>A port that counts on where another of that name, which is no more, has stopped.</summary>
    public Port(Port before, IPlug plug, int slot, int worker)
        : this(before.Name, plug, slot, worker, before.counters)
    {
    }

    Port(string name, IPlug plug, int slot, int worker, PortCounters[] counters) =>
        (Name, Plug, Slot, Worker, this.counters) = (name, plug, slot, worker, counters);

    public string Name { get; }
    public IPlug Plug { get; }

    /// <summary>Token in the epoll set of its worker, and index into the wiring.</summary>
    public int Slot { get; }

    /// <summary>Which one receives from it.</summary>
    public int Worker { get; }

    /// <summary>The errno that put the port out of service; 0 while it is in.</summary>
    public int Fault
    {
        get => fault;
        set => fault = value;
    }

    /// <summary>Whether a receiver behind it was waited for in vain, and has not caught up since.</summary>
    public bool IsStuck { get; set; }

    /// <summary>
    /// Who copies its frames; null: nobody. Set by the control thread before it publishes a wiring: once that is done, no worker is in a tap that is not
    /// there any more.
    /// </summary>
    internal IFrameTap[]? Taps { get; set; }

    /// <summary>What it may bring in of frames that go everywhere; null: any number. Set as <see cref="Taps"/> are.</summary>
    internal StormControl? Storm { get; set; }

    /// <summary>What its worker has noticed about it; that worker's alone.</summary>
    internal ref Habits Habits => ref habits;

    /// <summary>The same port with another plug, which counts on where this one is.</summary>
    public Port With(IPlug plug) => new(Name, plug, Slot, Worker, counters);

    /// <summary>The cell of one worker, which alone writes to it; the control thread may have the last.</summary>
    public ref PortCounters Counters(int worker) => ref counters[worker];

    public PortCounters Total()
    {
        PortCounters total = default;
        foreach (ref PortCounters cell in counters.AsSpan())
        {
            total.RxFrames += Volatile.Read(ref cell.RxFrames);
            total.RxBytes += Volatile.Read(ref cell.RxBytes);
            total.TxFrames += Volatile.Read(ref cell.TxFrames);
            total.TxBytes += Volatile.Read(ref cell.TxBytes);
            total.Full += Volatile.Read(ref cell.Full);
            total.Unplugged += Volatile.Read(ref cell.Unplugged);
            total.Malformed += Volatile.Read(ref cell.Malformed);
            total.Vlan += Volatile.Read(ref cell.Vlan);
            total.Discarding += Volatile.Read(ref cell.Discarding);
            total.Storm += Volatile.Read(ref cell.Storm);
            total.Mirror += Volatile.Read(ref cell.Mirror);
        }
        return total;
    }
}

/// <summary>
/// Two cache lines to itself, what is rare in the second. Rx is what came from the plug, Tx what it took; then the frames that were dropped, by reason: those
/// that came from the plug, but for <see cref="Full"/>, which are those that it did not take.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
public struct PortCounters
{
    public long RxFrames;
    public long RxBytes;
    public long TxFrames;
    public long TxBytes;

    /// <summary>What is plugged in had no room for it.</summary>
    public long Full;

    /// <summary>The port was plugged into nothing.</summary>
    public long Unplugged;

    /// <summary>Shorter than an Ethernet header, or its tag cut off.</summary>
    public long Malformed;

    /// <summary>Of a VLAN that the port is not in.</summary>
    public long Vlan;

    /// <summary>Of a VLAN in which a spanning tree keeps the port shut.</summary>
    public long Discarding;

    /// <summary>Beyond what storm control lets in.</summary>
    public long Storm;

    /// <summary>The port mirrors others, and is for nothing else.</summary>
    public long Mirror;

    public readonly long Dropped => Full + Unplugged + Malformed + Vlan + Discarding + Storm + Mirror;
}
