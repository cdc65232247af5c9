using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Netlink;

/// <summary>Builds one netlink message: header, fixed part, attributes, each aligned to four bytes.</summary>
internal sealed class MessageWriter
{
    const int Alignment = 4;

    byte[] _bytes = new byte[256];
    int _length;

    public MessageWriter(ushort type, ushort flags)
    {
        Append(new MessageHeader { Type = type, Flags = flags });
        Type = type;
    }

    public ushort Type { get; }

    /// <summary>The fixed part that follows the header; goes before any attribute.</summary>
    public MessageWriter Append<T>(in T part)
        where T : unmanaged
    {
        MemoryMarshal.Write(Grow(Unsafe.SizeOf<T>()), in part);
        return this;
    }

    public MessageWriter Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        AttributeHeader header = new() { Length = (ushort)(Unsafe.SizeOf<AttributeHeader>() + value.Length), Type = type };
        Append(header);
        value.CopyTo(Grow(value.Length));
        return this;
    }

    public MessageWriter Attribute<T>(ushort type, T value)
        where T : unmanaged => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>The message, its length and number filled in. Valid until the next change.</summary>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        ref MessageHeader header = ref MemoryMarshal.AsRef<MessageHeader>(_bytes.AsSpan());
        header.Length = (uint)_length;
        header.Sequence = sequence;
        return _bytes.AsSpan(0, _length);
    }

    // What lies between parts stays zero: the buffer only grows, and each byte is written once.
    Span<byte> Grow(int bytes)
    {
        int start = _length;
        _length += (bytes + Alignment - 1) & ~(Alignment - 1);
        if (_length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length, _bytes.Length * 2));
        }

        return _bytes.AsSpan(start, bytes);
    }
}
