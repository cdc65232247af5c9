using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Vdeorch.Plugs.Frames;

/// <summary>
/// The frames of one turn, packed one after the other into one slab that a worker uses for all its ports. Owned by that worker's thread.
/// </summary>
/// <remarks>
/// In the slab: headroom, virtio-net header, frame; headroom, header, frame; … The header lies against its frame, so that a tap takes both in one
/// write, and moves with the frame's start when a nested plug wraps it. Small frames pack densely; of super-frames a few fit. The slab is pinned.
/// </remarks>
public sealed class FrameBatch
{
    /// <summary>Bytes free in front of each header, for plugs that wrap. More than outer Ethernet, VLAN, IPv6, UDP and VXLAN headers together (74).</summary>
    public const int Headroom = 128;

    /// <summary>An IP packet of 65,535 bytes, with Ethernet header and two VLAN tags.</summary>
    public const int MaxFrameBytes = 65_535 + 14 + 8;

    public const int MaxFrames = 64;

    const int Alignment = 64;
    const int MaxSlotBytes = (Headroom + VirtioNetHeader.Bytes + MaxFrameBytes + Alignment - 1) / Alignment * Alignment;
    const int SlabBytes = 4 * MaxSlotBytes;

    readonly byte[] slab = GC.AllocateUninitializedArray<byte>(SlabBytes, pinned: true);
    readonly Slot[] slots = new Slot[MaxFrames];
    int used;

    public int Count { get; private set; }

    /// <summary>Whether a frame of any size still fits.</summary>
    public bool HasRoom => Count < MaxFrames && SlabBytes - used >= MaxSlotBytes;

    /// <summary>Where the next header and frame go; then <see cref="Add"/>.</summary>
    public Span<byte> Room
    {
        get
        {
            Debug.Assert(HasRoom);
            return slab.AsSpan(used + Headroom, VirtioNetHeader.Bytes + MaxFrameBytes);
        }
    }

    /// <param name="bytes">Of header and frame, as put into <see cref="Room"/>.</param>
    public void Add(int bytes)
    {
        Debug.Assert(HasRoom && bytes is >= VirtioNetHeader.Bytes and <= VirtioNetHeader.Bytes + MaxFrameBytes);
        slots[Count++] = new Slot(used + Headroom + VirtioNetHeader.Bytes, bytes - VirtioNetHeader.Bytes, Headroom);
        used += (Headroom + bytes + Alignment - 1) / Alignment * Alignment;
    }

    public void Clear()
    {
        Count = 0;
        used = 0;
    }

    /// <summary>From the destination address on; there is no frame check sequence.</summary>
    public Span<byte> Frame(int index)
    {
        Slot slot = slots[index];
        return slab.AsSpan(slot.Offset, slot.Bytes);
    }

    public Span<byte> HeaderAndFrame(int index)
    {
        Slot slot = slots[index];
        return slab.AsSpan(slot.Offset - VirtioNetHeader.Bytes, slot.Bytes + VirtioNetHeader.Bytes);
    }

    public ref VirtioNetHeader Header(int index) =>
        ref MemoryMarshal.AsRef<VirtioNetHeader>(slab.AsSpan(slots[index].Offset - VirtioNetHeader.Bytes, VirtioNetHeader.Bytes));

    /// <summary>Room in front of the frame that is still free.</summary>
    public int HeadroomOf(int index) => slots[index].Headroom;

    /// <summary>Makes the frame begin <paramref name="bytes"/> earlier; those are the caller's to fill. The header moves along and keeps meaning the same bytes.</summary>
    public void Push(int index, int bytes)
    {
        Debug.Assert(bytes >= 0 && bytes <= slots[index].Headroom);
        Shift(index, -bytes);
    }

    /// <summary>Takes <paramref name="bytes"/> off the start of the frame: the reverse of <see cref="Push"/>.</summary>
    public void Pull(int index, int bytes)
    {
        Debug.Assert(bytes >= 0 && bytes <= slots[index].Bytes);
        Shift(index, bytes);
    }

    void Shift(int index, int by)
    {
        ref Slot slot = ref slots[index];
        VirtioNetHeader header = Header(index);
        if ((header.Flags & VirtioNetHeader.NeedsChecksum) != 0)
        {
            header.ChecksumStart = (ushort)(header.ChecksumStart - by);
        }
        if (header.HeaderBytes != 0)
        {
            header.HeaderBytes = (ushort)(header.HeaderBytes - by);
        }
        slot = new Slot(slot.Offset + by, slot.Bytes - by, slot.Headroom + by);
        Header(index) = header;
    }

    /// <param name="Offset">Of the frame in the slab; the header ends there.</param>
    readonly record struct Slot(int Offset, int Bytes, int Headroom);
}
