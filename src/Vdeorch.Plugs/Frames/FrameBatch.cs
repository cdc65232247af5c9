using System.Diagnostics;
using System.Runtime.InteropServices;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Udp;

namespace Vdeorch.Plugs.Frames;

/// <summary>
/// The frames of one turn, packed one after the other into one slab that a worker uses for all its ports. Owned by that worker's thread.
/// </summary>
/// <remarks>
/// In the slab: headroom, virtio-net header, frame, tailroom; headroom, header, frame, … The header lies against its frame, so that a tap takes both
/// in one write, and moves with the frame's start when a nested plug wraps it. Small frames pack densely; of super-frames a few fit. The slab is
/// pinned, so spans of it may be handed to the vectors of Vdeorch.Linux.
/// There are two ways in: one frame at a time (<see cref="Room"/>, <see cref="Add"/>), and several at once for recvmmsg (<see cref="Lay"/>, <see cref="Take"/>).
/// </remarks>
public sealed class FrameBatch
{
    /// <summary>Bytes free in front of each header, for plugs that wrap. More than outer Ethernet, VLAN, IPv6, UDP and VXLAN headers together (74).</summary>
    public const int Headroom = 128;

    /// <summary>An IP packet of 65,535 bytes, with Ethernet header and two VLAN tags.</summary>
    public const int MaxFrameBytes = 65_535 + 14 + 8;

    public const int MaxFrames = 64;

    /// <summary>Bytes free behind each frame, for plugs that pad or sign it.</summary>
    public const int Tailroom = 64;

    /// <summary>What VDE peers send at most: an MTU of 9216, Ethernet header and one tag (VDE_ETHBUFSIZE of libvdeplug).</summary>
    public const int MaxPlainFrameBytes = 9216 + 14 + 4;

    const int Alignment = 64;
    const int MaxSlotBytes = (Headroom + VirtioNetHeader.Bytes + MaxFrameBytes + Tailroom + Alignment - 1) / Alignment * Alignment;

    /// <summary>One at a time: no more than the caches hold.</summary>
    const int TurnBytes = 4 * MaxSlotBytes;

    /// <summary>Many at once: most of it stays untouched when frames are short.</summary>
    const int SlabBytes = 10 * MaxSlotBytes;

    readonly byte[] slab = GC.AllocateUninitializedArray<byte>(SlabBytes, pinned: true);
    readonly Slot[] slots = new Slot[MaxFrames];
    int used;
    int laidBytes;
    int limit = MaxFrames;
    FrameBatch? scratch;
    MessageVector? messages;
    DatagramVector? datagrams;

    public FrameBatch()
        : this(new Grace())
    {
    }

    FrameBatch(Grace grace) => Grace = grace;

    /// <summary>Of whoever sends from this batch or its scratch.</summary>
    public Grace Grace { get; }

    /// <summary>
    /// Another batch of the same thread, one level deeper, for whoever has to change frames that others get next: segments, ciphertext. Its user clears
    /// it first, and hands on only to plugs, which in turn use the scratch of the batch they are given.
    /// </summary>
    public FrameBatch Scratch => scratch ??= new FrameBatch(Grace);

    /// <summary>For one recvmmsg or sendmmsg at a time on this thread.</summary>
    public MessageVector Messages => messages ??= new MessageVector();

    /// <summary>The same for UDP, where one socket sends to many places.</summary>
    public DatagramVector Datagrams => datagrams ??= new DatagramVector();

    public int Count { get; private set; }

    /// <summary>How many more the kernel is to be asked for. What a plug has taken from it already may come all the same, while there is room.</summary>
    public int Wanted => Math.Max(0, limit - Count);

    /// <summary>Whether a frame of any size still fits.</summary>
    public bool HasRoom => Count < MaxFrames && TurnBytes - used >= MaxSlotBytes;

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
        used += (Headroom + bytes + Tailroom + Alignment - 1) / Alignment * Alignment;
    }

    /// <summary>A plain frame: neither checksum nor segmentation is left to be done. It is copied.</summary>
    public void AddPlain(ReadOnlySpan<byte> frame)
    {
        Span<byte> room = Room;
        room[..VirtioNetHeader.Bytes].Clear();
        frame.CopyTo(room[VirtioNetHeader.Bytes..]);
        Add(VirtioNetHeader.Bytes + frame.Length);
    }

    /// <summary>Prepares room for several frames of at most <paramref name="bytes"/> each, for a call that fills many at once. Then <see cref="Laid"/> and <see cref="Take"/>.</summary>
    /// <returns>How many may come, at most as many as are <see cref="Wanted"/>; it may be 0.</returns>
    public int Lay(int bytes)
    {
        Debug.Assert(bytes is > 0 and <= MaxFrameBytes);
        laidBytes = (Headroom + VirtioNetHeader.Bytes + bytes + Tailroom + Alignment - 1) / Alignment * Alignment;
        return Math.Min(Wanted, (SlabBytes - used) / laidBytes);
    }

    /// <summary>Where the <paramref name="index"/>-th frame since <see cref="Lay"/> begins.</summary>
    public Span<byte> Laid(int index) =>
        slab.AsSpan(used + index * laidBytes + Headroom + VirtioNetHeader.Bytes, laidBytes - Headroom - VirtioNetHeader.Bytes - Tailroom);

    /// <summary>Adds what came into a room as a plain frame. In ascending order; rooms passed over are lost. Then <see cref="Taken"/>.</summary>
    /// <param name="skip">Bytes of an outer header in front of the frame; they become headroom.</param>
    /// <param name="bytes">Of the frame alone.</param>
    public void Take(int index, int skip, int bytes)
    {
        Debug.Assert(Count < MaxFrames && skip >= 0 && bytes >= 0 && skip + bytes <= laidBytes);
        int offset = used + index * laidBytes + Headroom + VirtioNetHeader.Bytes + skip;
        slots[Count++] = new Slot(offset, bytes, Headroom + skip);
        slab.AsSpan(offset - VirtioNetHeader.Bytes, VirtioNetHeader.Bytes).Clear();
    }

    /// <summary>Ends what <see cref="Lay"/> began: <paramref name="rooms"/> of them, from the first, are in use from now on.</summary>
    public void Taken(int rooms) => used += rooms * laidBytes;

    /// <summary>Cuts the frame at its end, or lengthens it into its tailroom; bytes that come in are the caller's to fill.</summary>
    public void Resize(int index, int bytes)
    {
        Debug.Assert(bytes >= 0 && bytes <= slots[index].Bytes + Tailroom);
        slots[index] = slots[index] with { Bytes = bytes };
    }

    /// <summary>Takes a frame out; those behind it move up by one.</summary>
    public void Remove(int index)
    {
        slots.AsSpan(index + 1, Count - index - 1).CopyTo(slots.AsSpan(index));
        Count--;
    }

    /// <summary>Lets the frame stand at an earlier place, over what was there. Then <see cref="KeepFirst"/>: what is between is gone.</summary>
    internal void MoveUp(int index, int to) => slots[to] = slots[index];

    /// <summary>Drops all frames but the first <paramref name="count"/>.</summary>
    internal void KeepFirst(int count) => Count = count;

    /// <summary>Bytes that lie unused between the tailroom of a frame and the headroom of the next that is kept.</summary>
    internal int GapBehind(int index, int next) =>
        slots[next].Offset - slots[next].Headroom - VirtioNetHeader.Bytes - slots[index].Offset - slots[index].Bytes - Tailroom;

    /// <summary>Moves the end of a later frame, from <paramref name="skip"/> on, to the end of this one, which grows into room that nobody uses.</summary>
    /// <param name="from">At <paramref name="to"/> + 1 or behind it there is nothing that is kept, or a gap of that size before it.</param>
    internal void Append(int to, int from, int skip)
    {
        ReadOnlySpan<byte> bytes = Frame(from)[skip..];
        ref Slot slot = ref slots[to];
        bytes.CopyTo(slab.AsSpan(slot.Offset + slot.Bytes));
        slot = slot with { Bytes = slot.Bytes + bytes.Length };
    }

    /// <param name="wanted">1 to <see cref="MaxFrames"/>.</param>
    public void Clear(int wanted = MaxFrames)
    {
        Count = 0;
        used = 0;
        limit = wanted;
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
