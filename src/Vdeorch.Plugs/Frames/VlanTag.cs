using System.Buffers.Binary;

namespace Vdeorch.Plugs.Frames;

/// <summary>A tag behind the addresses of a frame, put on and taken off in place: the addresses move, what follows stays where it is.</summary>
/// <remarks>IEEE 802.1Q, 9.3: type, then priority (3 bits), drop eligibility (1) and VLAN (12).</remarks>
static class VlanTag
{
    public const int Bytes = 4;
    public const ushort Type = 0x8100;
    public const ushort IdMask = 0xfff;

    /// <summary>Where the type of a frame stands, or that of its first tag.</summary>
    public const int TypeAt = 12;

    /// <summary>Where the rest of its first tag stands.</summary>
    public const int ControlAt = TypeAt + sizeof(ushort);

    /// <param name="type"><see cref="Type"/>, or that of a service tag.</param>
    /// <param name="control">Priority, drop eligibility and VLAN.</param>
    public static void Push(FrameBatch batch, int index, ushort type, ushort control)
    {
        batch.Push(index, Bytes);
        Span<byte> frame = batch.Frame(index);
        frame.Slice(Bytes, TypeAt).CopyTo(frame);
        BinaryPrimitives.WriteUInt32BigEndian(frame[TypeAt..], (uint)type << 16 | control);
    }

    /// <summary>Takes off the first tag, which is there.</summary>
    public static void Pull(FrameBatch batch, int index)
    {
        Span<byte> frame = batch.Frame(index);
        frame[..TypeAt].CopyTo(frame[Bytes..]);
        batch.Pull(index, Bytes);
    }
}
