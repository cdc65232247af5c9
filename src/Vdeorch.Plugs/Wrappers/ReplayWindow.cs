namespace Vdeorch.Plugs.Wrappers;

/// <summary>Which numbers have been seen: those of the last <see cref="Width"/> up to the highest, each once.</summary>
/// <remarks>RFC 6479: blocks of bits in a ring, of which one is being emptied.</remarks>
sealed class ReplayWindow
{
    const int BlockBits = 64;
    const int Blocks = 16;

    public const int Width = (Blocks - 1) * BlockBits;

    readonly ulong[] seen = new ulong[Blocks];
    ulong highest;

    /// <returns>False when it was seen, or is too old to tell.</returns>
    public bool TryTake(ulong number)
    {
        if (highest >= Width && number <= highest - Width)
        {
            return false;
        }
        ulong block = number / BlockBits;
        ulong last = highest / BlockBits;
        if (number > highest)
        {
            for (ulong fresh = Math.Max(last + 1, block >= Blocks ? block - Blocks + 1 : 0); fresh <= block; fresh++)
            {
                seen[fresh % Blocks] = 0;
            }
            highest = number;
        }
        ulong bit = 1UL << (int)(number % BlockBits);
        ref ulong bits = ref seen[block % Blocks];
        if ((bits & bit) != 0)
        {
            return false;
        }
        bits |= bit;
        return true;
    }
}
