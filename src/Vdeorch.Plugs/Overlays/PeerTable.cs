using System.Numerics;
using Vdeorch.Linux.Udp;

namespace Vdeorch.Plugs.Overlays;

/// <summary>
/// Behind which peer an Ethernet address was last heard. Bounded; one thread writes, any number read at once without a lock.
/// </summary>
/// <remarks>
/// A hash of the address picks a set of eight entries with a sequence number, odd while it is being written: a reader that sees it odd or changed has
/// read nothing, and the frame goes to the group, which is always right. In a full set the entry unheard for longest gives way.
/// </remarks>
/// <param name="capacity">Entries at least; rounded up to a power of two.</param>
/// <param name="age">Milliseconds an entry counts for.</param>
/// <param name="seed">Keeps an attacker from choosing addresses of one set.</param>
public sealed class PeerTable(int capacity, long age, ulong seed)
{
    const int Ways = 8;

    /// <summary>"Heard" is written down at most this often for an address, or every eighth of its age.</summary>
    const long MaxRefreshMs = 1_000;

    readonly Entry[] entries = new Entry[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, Ways))];
    readonly int[] sequences = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, Ways)) / Ways];
    readonly ulong mixer = seed | 1;
    readonly long refresh = Math.Min(MaxRefreshMs, age / 8);

    /// <summary>For the one thread that writes.</summary>
    /// <param name="address">48 bits, not 0.</param>
    /// <param name="now">Milliseconds of a monotonic clock, as everywhere here.</param>
    public void Learn(ulong address, in UdpEndpoint peer, long now)
    {
        int set = SetOf(address);
        Span<Entry> ways = entries.AsSpan(set * Ways, Ways);
        int way = WayOf(ways, address);
        if (way >= 0 && ways[way].Peer == peer && now - ways[way].Heard < refresh)
        {
            return;
        }
        Write(set, ref ways[way >= 0 ? way : Oldest(ways)], new Entry { Address = address, Heard = now, Peer = peer });
    }

    public bool TryFind(ulong address, long now, out UdpEndpoint peer)
    {
        int set = SetOf(address);
        Span<Entry> ways = entries.AsSpan(set * Ways, Ways);
        // Twice: the writer needs a few nanoseconds.
        for (int attempt = 0; attempt < 2; attempt++)
        {
            int sequence = Volatile.Read(ref sequences[set]);
            int way = WayOf(ways, address);
            Entry entry = way < 0 ? default : ways[way];
            // What was read stays before the second look at the sequence, on processors too that would reorder.
            Thread.MemoryBarrier();
            if ((sequence & 1) == 0 && Volatile.Read(ref sequences[set]) == sequence)
            {
                peer = entry.Peer;
                return way >= 0 && now - entry.Heard < age;
            }
        }
        peer = default;
        return false;
    }

    /// <summary>The peer has left. For the one thread that writes.</summary>
    public void Forget(in UdpEndpoint peer)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Address != 0 && entries[i].Peer == peer)
            {
                Write(i / Ways, ref entries[i], default);
            }
        }
    }

    void Write(int set, ref Entry entry, Entry value)
    {
        ref int sequence = ref sequences[set];
        Volatile.Write(ref sequence, sequence + 1);
        Thread.MemoryBarrier();
        entry = value;
        Volatile.Write(ref sequence, sequence + 1);
    }

    static int WayOf(Span<Entry> ways, ulong address)
    {
        for (int way = 0; way < Ways; way++)
        {
            if (ways[way].Address == address)
            {
                return way;
            }
        }
        return -1;
    }

    // An empty entry goes first, whatever the clock says.
    static int Oldest(Span<Entry> ways)
    {
        int oldest = 0;
        for (int way = 0; way < Ways; way++)
        {
            if (ways[way].Address == 0)
            {
                return way;
            }
            if (ways[way].Heard < ways[oldest].Heard)
            {
                oldest = way;
            }
        }
        return oldest;
    }

    int SetOf(ulong address)
    {
        ulong hash = (address ^ mixer) * 0x9E3779B97F4A7C15;
        hash ^= hash >> 32;
        hash *= mixer;
        return (int)(hash >> 40) & (sequences.Length - 1);
    }

    struct Entry
    {
        public ulong Address;
        public long Heard;
        public UdpEndpoint Peer;
    }
}
