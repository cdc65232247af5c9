using System.Diagnostics;

namespace Vdeorch.Plugs.Switching;

/// <summary>
/// Which port an address was last heard on. Bounded; read and written by all workers at once without a lock: a reader never waits, a writer that
/// meets another one in its set leaves the learning to the next frame.
/// </summary>
/// <remarks>
/// A hash of the address picks a set of eight entries (two cache lines). A set has a sequence number, odd while it is being written: a reader that
/// sees it odd or changed has read nothing. In a full set the entry unheard for longest gives way, so a million addresses cost no more than the table.
/// An entry is one word of address, with sixteen bits left over for a VLAN, and one of port number (low 16 bits) and milliseconds.
/// </remarks>
public sealed class ForwardingTable
{
    public const int DefaultCapacity = 32_768;

    /// <summary>"Heard" is written down at most this often for an address, or every eighth of its age.</summary>
    const long MaxRefreshMs = 1_000;

    /// <summary>Where the VLAN stands in a key, above the 48 bits of the address.</summary>
    public const int VlanAt = 48;

    const int Ways = 8;
    const int PortBits = 16;

    readonly long[] words;
    readonly int[] sequences;
    readonly ulong seed;

    /// <param name="capacity">Entries, a power of two, at least 8.</param>
    /// <param name="seed">Keeps an attacker from choosing addresses of one set.</param>
    public ForwardingTable(int capacity, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, Ways);
        ArgumentOutOfRangeException.ThrowIfNotEqual(int.PopCount(capacity), 1);
        words = new long[capacity * 2];
        sequences = new int[capacity / Ways];
        this.seed = seed | 1;
    }

    /// <param name="Key">Address and VLAN.</param>
    /// <param name="HeardMs">On the clock of <c>now</c>.</param>
    public readonly record struct Entry(ulong Key, int Port, long HeardMs)
    {
        /// <summary>48 bits, as <see cref="Vdeorch.Model.Values.MacAddress.Bits"/>.</summary>
        public ulong Address => Key & (1UL << VlanAt) - 1;

        public int Vlan => (int)(Key >> VlanAt);
    }

    /// <summary>The address was heard on the port. A later port takes it from an earlier one.</summary>
    /// <param name="address">Not zero; with its VLAN from <see cref="VlanAt"/> on.</param>
    /// <param name="port">1 to 65,535.</param>
    /// <param name="now">Milliseconds of a monotonic clock, as everywhere here.</param>
    /// <param name="age">Milliseconds an entry counts for.</param>
    /// <param name="moveAfter">Milliseconds an address must not have been heard for before another port takes it; 0: it is taken at once.</param>
    public void Learn(ulong address, int port, long now, long age, long moveAfter = 0)
    {
        Debug.Assert(address != 0 && port is > 0 and < 1 << PortBits);
        int set = SetOf(address);
        Span<long> entries = words.AsSpan(set * Ways * 2, Ways * 2);
        int way = WayOf(entries, address);
        if (way >= 0 && IsGoodFor(Volatile.Read(ref entries[Ways + way]), port, now, age, moveAfter))
        {
            return;
        }

        int sequence = Volatile.Read(ref sequences[set]);
        if ((sequence & 1) != 0 || Interlocked.CompareExchange(ref sequences[set], sequence + 1, sequence) != sequence)
        {
            return;
        }
        way = WayOf(entries, address);
        way = way >= 0 ? way : Oldest(entries);
        Volatile.Write(ref entries[way], (long)address);
        Volatile.Write(ref entries[Ways + way], now << PortBits | (long)port);
        Volatile.Write(ref sequences[set], sequence + 2);
    }

    static bool IsGoodFor(long known, int port, long now, long age, long moveAfter)
    {
        long silent = now - HeardOf(known);
        if (PortOf(known) != port)
        {
            return moveAfter > 0 && silent <= moveAfter && silent < age;
        }
        // What is not written down must not make an address move much earlier than it may.
        long refresh = Math.Min(MaxRefreshMs, age / 8);
        return silent < (moveAfter > 0 ? Math.Min(refresh, moveAfter / 16) : refresh);
    }

    /// <returns>The port; 0 when the address is unknown or has not been heard for <paramref name="age"/>.</returns>
    public int Find(ulong address, long now, long age)
    {
        int set = SetOf(address);
        Span<long> entries = words.AsSpan(set * Ways * 2, Ways * 2);
        // Twice: a writer needs a few nanoseconds. If it was preempted in them the frame is flooded, which is always right.
        for (int attempt = 0; attempt < 2; attempt++)
        {
            int sequence = Volatile.Read(ref sequences[set]);
            int way = WayOf(entries, address);
            long value = way < 0 ? 0 : Volatile.Read(ref entries[Ways + way]);
            if ((sequence & 1) == 0 && Volatile.Read(ref sequences[set]) == sequence)
            {
                return value != 0 && now - HeardOf(value) < age ? PortOf(value) : 0;
            }
        }
        return 0;
    }

    /// <summary>Forgets what was learned on ports that are gone. Waits for writers; for the control thread, once no worker can learn them any more.</summary>
    public void Forget(Predicate<int> port) => ForgetEntries(entry => port(entry.Port));

    /// <inheritdoc cref="Forget"/>
    public void ForgetEntries(Predicate<Entry> isGone)
    {
        for (int set = 0; set < sequences.Length; set++)
        {
            Span<long> entries = words.AsSpan(set * Ways * 2, Ways * 2);
            for (int way = 0; way < Ways; way++)
            {
                if (Read(set, way, entries) is { Key: not 0 } entry && isGone(entry))
                {
                    Erase(set, way, isGone);
                }
            }
        }
    }

    /// <summary>Those that count, in no order; one that changes meanwhile is there before or after.</summary>
    public List<Entry> Entries(long now, long age)
    {
        List<Entry> found = [];
        for (int set = 0; set < sequences.Length; set++)
        {
            Span<long> entries = words.AsSpan(set * Ways * 2, Ways * 2);
            for (int way = 0; way < Ways; way++)
            {
                if (Read(set, way, entries) is { Key: not 0 } entry && now - entry.HeardMs < age)
                {
                    found.Add(entry);
                }
            }
        }
        return found;
    }

    Entry Read(int set, int way, Span<long> entries)
    {
        SpinWait spin = default;
        while (true)
        {
            int sequence = Volatile.Read(ref sequences[set]);
            long address = Volatile.Read(ref entries[way]);
            long value = Volatile.Read(ref entries[Ways + way]);
            if ((sequence & 1) == 0 && Volatile.Read(ref sequences[set]) == sequence)
            {
                return new Entry((ulong)address, PortOf(value), HeardOf(value));
            }
            spin.SpinOnce();
        }
    }

    void Erase(int set, int way, Predicate<Entry> isGone)
    {
        SpinWait spin = default;
        int sequence;
        while (((sequence = Volatile.Read(ref sequences[set])) & 1) != 0
               || Interlocked.CompareExchange(ref sequences[set], sequence + 1, sequence) != sequence)
        {
            spin.SpinOnce();
        }
        Span<long> entries = words.AsSpan(set * Ways * 2, Ways * 2);
        if (isGone(new Entry((ulong)entries[way], PortOf(entries[Ways + way]), HeardOf(entries[Ways + way]))))
        {
            Volatile.Write(ref entries[way], 0);
            Volatile.Write(ref entries[Ways + way], 0);
        }
        Volatile.Write(ref sequences[set], sequence + 2);
    }

    static int WayOf(Span<long> entries, ulong address)
    {
        for (int way = 0; way < Ways; way++)
        {
            if (Volatile.Read(ref entries[way]) == (long)address)
            {
                return way;
            }
        }
        return -1;
    }

    // An empty entry was heard at 0, so it goes first.
    static int Oldest(Span<long> entries)
    {
        int oldest = 0;
        for (int way = 1; way < Ways; way++)
        {
            if (HeardOf(entries[Ways + way]) < HeardOf(entries[Ways + oldest]))
            {
                oldest = way;
            }
        }
        return oldest;
    }

    int SetOf(ulong address)
    {
        ulong hash = (address ^ seed) * 0x9E3779B97F4A7C15;
        hash ^= hash >> 32;
        hash *= seed;
        return (int)(hash >> 40) & (sequences.Length - 1);
    }

    static int PortOf(long value) => (int)(value & (1 << PortBits) - 1);

    static long HeardOf(long value) => value >> PortBits;
}
