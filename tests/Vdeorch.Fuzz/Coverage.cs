using System.Numerics;
using System.Runtime.InteropServices;

namespace Vdeorch.Fuzz;

/// <summary>What all inputs so far have reached. How often a branch was taken counts in classes, as in AFL: 1, 2, 3, 4-7, 8-15, 16-31, 32-127, 128 and more.</summary>
sealed class Coverage
{
    static readonly byte[] s_classes = [.. Enumerable.Range(0, 256).Select(Class)];

    readonly byte[] seen = new byte[Instrumented.MapBytes];

    public int Edges => seen.Count(classes => classes != 0);

    /// <returns>True when the map has something new.</returns>
    public bool Add(ReadOnlySpan<byte> map)
    {
        bool isNew = false;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(map);
        // Nearly all of it is zero.
        for (int word = 0, next; (next = words[word..].IndexOfAnyExcept(0UL)) >= 0; word++)
        {
            word += next;
            for (ulong rest = words[word]; rest != 0;)
            {
                int within = BitOperations.TrailingZeroCount(rest) / 8;
                rest &= ~(0xFFUL << (within * 8));
                int at = word * 8 + within;
                byte reached = s_classes[map[at]];
                isNew |= (seen[at] & reached) != reached;
                seen[at] |= reached;
            }
        }

        return isNew;
    }

    static byte Class(int hits) => hits switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
