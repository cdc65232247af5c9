using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization;

namespace Vdeorch.Model.Runtime;

/// <summary>Whose frames are to be copied. Ports and switches that are not there, or not yet, are fine: they are captured when they come.</summary>
/// <param name="Ports">By name.</param>
/// <param name="Switches">All ports of these, whenever they are plugged in.</param>
/// <param name="MaxBytes">Of a frame, from its start; from 1 to <see cref="LongestBytes"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CaptureSettings(ImmutableArray<string> Ports, ImmutableArray<string> Switches, int MaxBytes)
{
    /// <summary>MAXIMUM_SNAPLEN of libpcap; longer than any frame.</summary>
    public const int LongestBytes = 262_144;
}

/// <summary>
/// What a capture's socket carries from the runtime, a datagram at a time (AF_UNIX, SOCK_SEQPACKET): the frames of one batch of one port, or, once the
/// reader has shut its side down, how many of a port found no room. Little-endian:
/// u8 kind, u8 direction, u16 length of the name, u32 number of frames, i64 nanoseconds since 1970 (or frames dropped), the name;
/// then for each frame u32 bytes of it, u32 bytes it had, and its bytes.
/// </summary>
public static class CaptureMessage
{
    /// <summary>Bytes of one; a super-frame fits.</summary>
    public const int MaxBytes = 128 * 1024;

    internal const byte Frames = 1;
    internal const byte Drops = 2;
    internal const int CountAt = 4;
    internal const int TimeAt = 8;
    internal const int HeaderBytes = 16;
    internal const int FrameHeaderBytes = 8;

    /// <returns>Bytes of the message.</returns>
    public static int WriteDrops(Span<byte> into, ReadOnlySpan<byte> port, long dropped)
    {
        WriteHeader(into, Drops, isOutward: false, port, dropped);
        return HeaderBytes + port.Length;
    }

    internal static void WriteHeader(Span<byte> into, byte kind, bool isOutward, ReadOnlySpan<byte> port, long number)
    {
        into[0] = kind;
        into[1] = isOutward ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(into[2..], (ushort)port.Length);
        BinaryPrimitives.WriteInt32LittleEndian(into[CountAt..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(into[TimeAt..], number);
        port.CopyTo(into[HeaderBytes..]);
    }
}

/// <summary>Puts frames of one port and one direction into a message.</summary>
public ref struct CaptureWriter
{
    readonly Span<byte> into;
    readonly int maxFrameBytes;

    /// <param name="into">Has room for one frame at least, cut as asked.</param>
    /// <param name="port">Its name, in UTF-8.</param>
    /// <param name="isOutward">From the switch to what is plugged in.</param>
    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="maxFrameBytes">What a frame has beyond is left out.</param>
    public CaptureWriter(Span<byte> into, ReadOnlySpan<byte> port, bool isOutward, long time, int maxFrameBytes)
    {
        this.into = into;
        this.maxFrameBytes = maxFrameBytes;
        CaptureMessage.WriteHeader(into, CaptureMessage.Frames, isOutward, port, time);
        Bytes = CaptureMessage.HeaderBytes + port.Length;
    }

    /// <summary>Of the message so far.</summary>
    public int Bytes { get; private set; }

    public int Count { get; private set; }

    /// <returns>False when there is no room for it any more.</returns>
    public bool TryAdd(ReadOnlySpan<byte> frame)
    {
        int taken = Math.Min(frame.Length, maxFrameBytes);
        if (into.Length - Bytes < CaptureMessage.FrameHeaderBytes + taken)
        {
            return false;
        }
        BinaryPrimitives.WriteInt32LittleEndian(into[Bytes..], taken);
        BinaryPrimitives.WriteInt32LittleEndian(into[(Bytes + 4)..], frame.Length);
        frame[..taken].CopyTo(into[(Bytes + CaptureMessage.FrameHeaderBytes)..]);
        Bytes += CaptureMessage.FrameHeaderBytes + taken;
        BinaryPrimitives.WriteInt32LittleEndian(into[CaptureMessage.CountAt..], ++Count);
        return true;
    }
}

/// <summary>Takes a message apart. What does not add up is the end of it.</summary>
public ref struct CaptureReader
{
    ReadOnlySpan<byte> rest;
    int left;

    public CaptureReader(ReadOnlySpan<byte> message)
    {
        if (message.Length < CaptureMessage.HeaderBytes || message.Length < CaptureMessage.HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(message[2..]))
        {
            return;
        }
        int name = BinaryPrimitives.ReadUInt16LittleEndian(message[2..]);
        long number = BinaryPrimitives.ReadInt64LittleEndian(message[CaptureMessage.TimeAt..]);
        Port = message.Slice(CaptureMessage.HeaderBytes, name);
        IsOutward = message[1] != 0;
        rest = message[(CaptureMessage.HeaderBytes + name)..];
        switch (message[0])
        {
            case CaptureMessage.Frames:
                Time = number;
                left = BinaryPrimitives.ReadInt32LittleEndian(message[CaptureMessage.CountAt..]);
                break;
            case CaptureMessage.Drops:
                Dropped = number;
                break;
        }
    }

    /// <summary>UTF-8.</summary>
    public ReadOnlySpan<byte> Port { get; }

    public readonly string PortName => Encoding.UTF8.GetString(Port);

    public bool IsOutward { get; }

    /// <summary>Nanoseconds since 1970.</summary>
    public long Time { get; }

    /// <summary>Frames of the port that found no room, in all; 0 in any other message.</summary>
    public long Dropped { get; }

    /// <param name="length">Bytes the frame had.</param>
    public bool TryNext(out ReadOnlySpan<byte> frame, out int length)
    {
        frame = default;
        length = 0;
        if (left-- <= 0 || rest.Length < CaptureMessage.FrameHeaderBytes)
        {
            return false;
        }
        int taken = BinaryPrimitives.ReadInt32LittleEndian(rest);
        length = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
        rest = rest[CaptureMessage.FrameHeaderBytes..];
        if (taken < 0 || taken > rest.Length || length < taken)
        {
            left = 0;
            return false;
        }
        frame = rest[..taken];
        rest = rest[taken..];
        return true;
    }
}
