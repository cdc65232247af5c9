namespace Vdeorch.UnitTests;

/// <summary>What a piece of code allocates each time it runs.</summary>
static class Allocated
{
    const int Rounds = 8;

    /// <returns>Bytes of the cheapest of several rounds: what the runtime allocates once, when it compiles a method anew, is not the code's.</returns>
    public static long Least(Action round)
    {
        long least = long.MaxValue;
        for (int i = 0; i < Rounds; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
