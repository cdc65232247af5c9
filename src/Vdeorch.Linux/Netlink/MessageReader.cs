using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Netlink;

/// <summary>The messages of one datagram, in order. Stops at the first whose length cannot be true.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> datagram)
{
    ReadOnlySpan<byte> _rest = datagram;

    public MessageHeader Header { get; private set; }

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    public bool MoveNext()
    {
        int headerBytes = Unsafe.SizeOf<MessageHeader>();
        if (_rest.Length < headerBytes)
        {
            return false;
        }

        Header = MemoryMarshal.Read<MessageHeader>(_rest);
        if (Header.Length < headerBytes || Header.Length > _rest.Length)
        {
            return false;
        }

        Body = _rest[headerBytes..(int)Header.Length];
        _rest = _rest[Math.Min(_rest.Length, Align((int)Header.Length))..];
        return true;
    }

    /// <summary>Netlink pads everything to four bytes.</summary>
    public static int Align(int bytes) => (bytes + 3) & ~3;

    /// <summary>The fixed part at the head of a body, and the attributes behind it.</summary>
    /// <returns>False when the body is too short for it.</returns>
    public static bool TrySplit<T>(ReadOnlySpan<byte> body, out T head, out AttributeReader attributes)
        where T : unmanaged
    {
        int bytes = Unsafe.SizeOf<T>();
        bool fits = body.Length >= bytes;
        head = fits ? MemoryMarshal.Read<T>(body) : default;
        attributes = new AttributeReader(fits ? body[Math.Min(body.Length, Align(bytes))..] : default);
        return fits;
    }
}

/// <summary>Attributes one after the other; unknown ones are for the caller to pass over.</summary>
internal ref struct AttributeReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    public ushort Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public bool MoveNext()
    {
        int headerBytes = Unsafe.SizeOf<AttributeHeader>();
        if (_rest.Length < headerBytes)
        {
            return false;
        }

        AttributeHeader header = MemoryMarshal.Read<AttributeHeader>(_rest);
        if (header.Length < headerBytes || header.Length > _rest.Length)
        {
            return false;
        }

        Type = (ushort)(header.Type & RouteAbi.TypeMask);
        Value = _rest[headerBytes..header.Length];
        _rest = _rest[Math.Min(_rest.Length, MessageReader.Align(header.Length))..];
        return true;
    }

    /// <summary>The value as a number or struct; default when it is too short.</summary>
    public readonly T As<T>()
        where T : unmanaged => Value.Length >= Unsafe.SizeOf<T>() ? MemoryMarshal.Read<T>(Value) : default;

    /// <summary>The value as text, without the zero some attributes end with.</summary>
    public readonly string AsText() => System.Text.Encoding.UTF8.GetString(Value.TrimEnd((byte)0));
}
