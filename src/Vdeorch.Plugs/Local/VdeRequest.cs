using System.Runtime.InteropServices;
using System.Text;

namespace Vdeorch.Plugs.Local;

/// <summary>What a client of a VDE switch says first, and once, on the control stream. Version 3 of the protocol, or version 1.</summary>
/// <remarks>
/// magic (4), version (4), type (4), sockaddr_un of the client's data socket (110), description (0 to 127, unterminated); integers as the host has
/// them, because it is the same host. Version 1 has the type, 0 or 1, where the version is now, and six bytes of nothing instead of the type and two
/// bytes in front of the address. vde-2, include/vdeplug/libvdeplug.h and src/vde_switch/datasock.c.
/// </remarks>
/// <param name="Type"><see cref="NewControl"/> or <see cref="NewManagementPort"/>.</param>
/// <param name="Port">0: any.</param>
/// <param name="DataPath">"" for a socket without a name.</param>
public sealed record VdeRequest(int Type, int Port, string DataPath, string Description)
{
    public const int NewControl = 0;

    /// <summary>Port 0 of the switch, which is meant for its management.</summary>
    public const int NewManagementPort = 1;

    public const int MaxPort = 0x7F_FFFF;
    public const int HeadBytes = AddressAt + VdeAddress.Bytes;
    public const int MaxDescriptionBytes = 127;
    public const int MaxBytes = OldHeadBytes + MaxDescriptionBytes;

    const uint Magic = 0xFEED_FACE;
    const int Version = 3;
    const int AddressAt = 12;
    const int OldAddressAt = 14;
    const int OldHeadBytes = OldAddressAt + VdeAddress.Bytes;

    /// <summary>Whether it is of version 1, which cannot ask for a port.</summary>
    public bool IsOld { get; init; }

    /// <param name="into">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written. The description is cut at 127.</returns>
    public int Write(Span<byte> into)
    {
        int head = IsOld ? OldHeadBytes : HeadBytes;
        into[..head].Clear();
        MemoryMarshal.Write(into, Magic);
        if (IsOld)
        {
            MemoryMarshal.Write(into[4..], Type);
        }
        else
        {
            MemoryMarshal.Write(into[4..], Version);
            MemoryMarshal.Write(into[8..], Port << 8 | Type);
        }
        VdeAddress.Write(DataPath, into[(head - VdeAddress.Bytes)..]);
        Encoder encoder = Encoding.UTF8.GetEncoder();
        // Whole characters only.
        encoder.Convert(Description, into.Slice(head, MaxDescriptionBytes), flush: true, out _, out int described, out _);
        return head + described;
    }

    /// <summary>Whether these bytes, the first of a connection, may still become a request when more come.</summary>
    public static bool MayGrow(ReadOnlySpan<byte> bytes) =>
        (bytes.Length < HeadBytes && MayBegin(bytes, Version))
        || (bytes.Length < OldHeadBytes && (MayBegin(bytes, NewControl) || MayBegin(bytes, NewManagementPort)));

    /// <returns>Null for what is no request: too short, another magic number or version, an unknown type, no address of AF_UNIX. What stands behind the longest description is left out.</returns>
    public static VdeRequest? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes || MemoryMarshal.Read<uint>(bytes) != Magic)
        {
            return null;
        }
        int version = MemoryMarshal.Read<int>(bytes[4..]);
        bool isOld = version is NewControl or NewManagementPort;
        int head = isOld ? OldHeadBytes : HeadBytes;
        if ((version != Version && !isOld) || bytes.Length < head)
        {
            return null;
        }
        int type = isOld ? version : MemoryMarshal.Read<int>(bytes[8..]);
        if ((type & 0xFF) is not (NewControl or NewManagementPort) || VdeAddress.TryRead(bytes.Slice(head - VdeAddress.Bytes, VdeAddress.Bytes)) is not { } path)
        {
            return null;
        }
        ReadOnlySpan<byte> description = bytes[head..];
        description = description[..Math.Min(description.Length, MaxDescriptionBytes)];
        int end = description.IndexOf((byte)0);
        return new VdeRequest(type & 0xFF, type >>> 8, path, Encoding.UTF8.GetString(end < 0 ? description : description[..end])) { IsOld = isOld };
    }

    static bool MayBegin(ReadOnlySpan<byte> bytes, int second)
    {
        Span<byte> start = stackalloc byte[8];
        MemoryMarshal.Write(start, Magic);
        MemoryMarshal.Write(start[4..], second);
        int known = Math.Min(bytes.Length, start.Length);
        return bytes[..known].SequenceEqual(start[..known]);
    }
}

/// <summary>struct sockaddr_un as it travels in requests and replies: the family, and a path padded with zeros. A reply is this and nothing else.</summary>
public static class VdeAddress
{
    public const int Bytes = 110;

    const ushort Family = 1;
    const int PathBytes = Bytes - 2;

    /// <param name="path">At most 107 bytes.</param>
    public static void Write(string path, Span<byte> into)
    {
        into[..Bytes].Clear();
        MemoryMarshal.Write(into, Family);
        Encoding.UTF8.GetBytes(path, into.Slice(2, PathBytes - 1));
    }

    /// <param name="bytes">May be shorter than <see cref="Bytes"/>: real clients take a short reply too.</param>
    /// <returns>"" for no name; null when it is no address of AF_UNIX.</returns>
    public static string? TryRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || MemoryMarshal.Read<ushort>(bytes) != Family)
        {
            return null;
        }
        ReadOnlySpan<byte> path = bytes[2..Math.Min(bytes.Length, Bytes)];
        int end = path.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? path : path[..end]);
    }
}
