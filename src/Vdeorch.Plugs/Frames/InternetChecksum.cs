using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vdeorch.Plugs.Frames;

/// <summary>The ones' complement sum of IP, TCP and UDP. Words are added in the host's byte order, which gives the same sum in that order.</summary>
/// <remarks>RFC 1071. Sums of parts may be added when each part but the last is of an even length.</remarks>
static class InternetChecksum
{
    /// <summary>Of a part: not folded, and far from overflowing whatever else of a packet is added.</summary>
    public static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        // By name rather than as Vector256: compiled ahead of time, this is asked of the processor that runs it.
        if (Avx2.IsSupported && bytes.Length >= 64)
        {
            ReadOnlySpan<Vector256<uint>> vectors = MemoryMarshal.Cast<byte, Vector256<uint>>(bytes);
            sum = SumVectors(vectors);
            bytes = bytes[(vectors.Length * Vector256<byte>.Count)..];
        }
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(bytes);
        foreach (uint word in words)
        {
            sum += word;
        }
        bytes = bytes[(words.Length * sizeof(uint))..];
        if (bytes.Length >= sizeof(ushort))
        {
            sum += MemoryMarshal.Read<ushort>(bytes);
            bytes = bytes[sizeof(ushort)..];
        }
        if (bytes.Length > 0)
        {
            sum += BitConverter.IsLittleEndian ? bytes[0] : (uint)bytes[0] << 8;
        }
        return sum;
    }

    /// <summary>A number as it counts in a sum: as if it stood in the packet in network order.</summary>
    public static ulong Word(int value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((ushort)value) : (ushort)value;

    /// <summary>What takes a number out of a sum again.</summary>
    public static ulong Without(int value) => (ushort)~Word(value);

    /// <summary>To 16 bits, not complemented: as the field of a packet whose checksum is still to be completed has it.</summary>
    public static ushort Fold(ulong sum)
    {
        sum = (sum & uint.MaxValue) + (sum >> 32);
        sum = (sum & uint.MaxValue) + (sum >> 32);
        sum = (sum & ushort.MaxValue) + (sum >> 16);
        sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)((sum & ushort.MaxValue) + (sum >> 16));
    }

    public static ulong Read(ReadOnlySpan<byte> field) => MemoryMarshal.Read<ushort>(field);

    /// <summary>The folded sum itself, for a checksum that is completed later.</summary>
    public static void WritePartial(Span<byte> field, ulong sum) => MemoryMarshal.Write(field, Fold(sum));

    public static void Write(Span<byte> field, ulong sum) => MemoryMarshal.Write(field, (ushort)~Fold(sum));

    /// <summary>For UDP, where 0 says that there is none.</summary>
    public static void WriteNonZero(Span<byte> field, ulong sum)
    {
        ushort folded = Fold(sum);
        MemoryMarshal.Write(field, folded == ushort.MaxValue ? folded : (ushort)~folded);
    }

    /// <summary>Whether a sum over everything, the checksum with it, says that nothing changed.</summary>
    public static bool IsRight(ulong sum) => Fold(sum) == ushort.MaxValue;

    // Even and odd halves of each word are added up on their own in 32 bits: room for a megabyte, and no frame is longer than 64 KiB.
    static ulong SumVectors(ReadOnlySpan<Vector256<uint>> vectors)
    {
        Vector256<uint> low = Vector256.Create((uint)ushort.MaxValue);
        Vector256<uint> evens = Vector256<uint>.Zero;
        Vector256<uint> odds = Vector256<uint>.Zero;
        Vector256<uint> moreEvens = Vector256<uint>.Zero;
        Vector256<uint> moreOdds = Vector256<uint>.Zero;
        int i = 0;
        for (; i + 1 < vectors.Length; i += 2)
        {
            evens = Avx2.Add(evens, Avx2.And(vectors[i], low));
            odds = Avx2.Add(odds, Avx2.ShiftRightLogical(vectors[i], 16));
            moreEvens = Avx2.Add(moreEvens, Avx2.And(vectors[i + 1], low));
            moreOdds = Avx2.Add(moreOdds, Avx2.ShiftRightLogical(vectors[i + 1], 16));
        }
        if (i < vectors.Length)
        {
            evens = Avx2.Add(evens, Avx2.And(vectors[i], low));
            odds = Avx2.Add(odds, Avx2.ShiftRightLogical(vectors[i], 16));
        }
        Vector256<uint> all = Avx2.Add(Avx2.Add(evens, odds), Avx2.Add(moreEvens, moreOdds));
        ulong sum = 0;
        for (int lane = 0; lane < Vector256<uint>.Count; lane++)
        {
            sum += all.GetElement(lane);
        }
        return sum;
    }
}
