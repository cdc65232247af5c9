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
            total.Dropped += Volatile.Read(ref cell.Dropped);
        }
        return total;
    }
}

/// <summary>A cache line to itself. Rx is what came from the plug, Tx what it took.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
public struct PortCounters
{
    public long RxFrames;
    public long RxBytes;
    public long TxFrames;
    public long TxBytes;
    public long Dropped;
}
