using System.Buffers.Binary;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Wrappers;

/// <summary>
/// A network seen through VLAN tags: put on, taken off, changed in place, and put back before the batch goes to others. Priority and drop eligibility
/// of a tag that is changed stay (the C plugin loses them).
/// </summary>
/// <remarks>VDE protocols, 5.14. A tap takes a super-frame with tags, so offloads pass where the inner plug carries them.</remarks>
public sealed class VlanPlug : WrapperPlug
{
    public static readonly PlugKind Kind = new("vlan", (uvdel, opening) => new VlanPlug(opening.OpenNested(uvdel), VlanOptions.From(uvdel)));

    const int HeaderBytes = 14;
    const ushort Drop = 0xffff;
    const ushort Untag = 0xfffe;
    const ushort Leave = 0xfffd;

    readonly ushort tagType;

    // By VLAN: another, Drop or Untag. What is without a tag has a rule of its own, where Leave is one more.
    readonly ushort[] outward = new ushort[VlanTag.IdMask + 1];
    readonly ushort[] inward = new ushort[VlanTag.IdMask + 1];
    readonly ushort outwardUntagged;
    readonly ushort inwardUntagged;

    /// <param name="inner">Owned from now on.</param>
    public VlanPlug(IPlug inner, VlanOptions options)
        : base(inner)
    {
        tagType = options.Service ? (ushort)0x88A8 : VlanTag.Type;
        for (int id = 0; id <= VlanTag.IdMask; id++)
        {
            outward[id] = inward[id] = options.Trunk && VlanOptions.MayBeTagged(id) ? (ushort)id : Drop;
        }
        foreach ((int here, int there) in options.Listed)
        {
            outward[here] = (ushort)there;
            inward[there] = (ushort)here;
        }
        outward[options.Tagged] = Untag;
        inward[options.Untagged] = Untag;
        outwardUntagged = options switch
        {
            { Untagged: 0, Tagged: 0 } => Leave,
            { Untagged: 0 or VlanOptions.NoVlan } => Drop,
            _ => (ushort)options.Untagged,
        };
        inwardUntagged = options switch
        {
            { Untagged: 0, Tagged: 0 } => Leave,
            { Tagged: 0 } => Drop,
            _ => (ushort)options.Tagged,
        };
    }

    public override bool CarriesOffloads => Inner.CarriesOffloads;
    public override int Headroom => Inner.Headroom + VlanTag.Bytes;

    public override Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        Span<int> passed = stackalloc int[FrameBatch.MaxFrames];
        Span<Change> changes = stackalloc Change[FrameBatch.MaxFrames];
        int count = 0;
        foreach (int frame in frames)
        {
            if (Apply(batch, frame, outward, outwardUntagged, out changes[count]))
            {
                passed[count++] = frame;
            }
        }
        if (count == 0)
        {
            return default;
        }
        Transfer sent = Inner.Send(batch, passed[..count]);
        for (int i = 0; i < count; i++)
        {
            Undo(batch, passed[i], changes[i]);
        }
        return sent;
    }

    protected override bool TryUnwrap(FrameBatch batch, int index)
    {
        if (!Apply(batch, index, inward, inwardUntagged, out _))
        {
            return false;
        }
        if (batch.Header(index).IsPlain)
        {
            Trim(batch, index);
        }
        return true;
    }

    /// <returns>False when it must not pass; then nothing has changed.</returns>
    bool Apply(FrameBatch batch, int index, ushort[] rules, ushort untagged, out Change change)
    {
        change = default;
        Span<byte> frame = batch.Frame(index);
        if (frame.Length < HeaderBytes)
        {
            return false;
        }
        if (BinaryPrimitives.ReadUInt16BigEndian(frame[VlanTag.TypeAt..]) != tagType)
        {
            if (untagged < Leave)
            {
                VlanTag.Push(batch, index, tagType, untagged);
                change = new Change(Done.Tagged, 0);
            }
            return untagged != Drop;
        }
        if (frame.Length < HeaderBytes + VlanTag.Bytes)
        {
            return false;
        }
        Span<byte> tag = frame[HeaderBytes..];
        ushort before = BinaryPrimitives.ReadUInt16BigEndian(tag);
        ushort rule = rules[before & VlanTag.IdMask];
        switch (rule)
        {
            case Drop:
                return false;
            case Untag:
                VlanTag.Pull(batch, index);
                change = new Change(Done.Untagged, before);
                return true;
            default:
                BinaryPrimitives.WriteUInt16BigEndian(tag, (ushort)(before & ~VlanTag.IdMask | rule));
                change = new Change(Done.Changed, before);
                return true;
        }
    }

    void Undo(FrameBatch batch, int index, Change change)
    {
        switch (change.Done)
        {
            case Done.Tagged:
                VlanTag.Pull(batch, index);
                break;
            case Done.Untagged:
                VlanTag.Push(batch, index, tagType, change.Tag);
                break;
            case Done.Changed:
                BinaryPrimitives.WriteUInt16BigEndian(batch.Frame(index)[HeaderBytes..], change.Tag);
                break;
        }
    }

    // libvdeplug gives frames whose tag it has changed the length of the buffer they are in: 9,234 bytes. An IP packet knows better.
    static void Trim(FrameBatch batch, int index)
    {
        const int ShortestBytes = 64;
        ReadOnlySpan<byte> frame = batch.Frame(index);
        if (frame.Length > FrameBatch.MaxPlainFrameBytes)
        {
            batch.Resize(index, FrameBatch.MaxPlainFrameBytes);
        }
        if (frame.Length > ShortestBytes && PacketLayout.TryRead(frame, out PacketLayout layout) && layout.End < frame.Length)
        {
            batch.Resize(index, Math.Max(layout.End, ShortestBytes));
        }
    }

    enum Done : byte
    {
        Nothing,
        Tagged,
        Untagged,
        Changed,
    }

    readonly record struct Change(Done Done, ushort Tag);
}
