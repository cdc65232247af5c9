namespace Vdeorch.Fuzz.Targets;

/// <summary>Something that takes any bytes. It throws when what must hold does not.</summary>
interface ITarget
{
    IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>What a mutation may put in.</summary>
    IReadOnlyList<byte[]> Tokens { get; }

    /// <summary>Frames that went the way on which nothing is allocated; 0 where there is no such way.</summary>
    long Frames => 0;

    /// <summary>On that way.</summary>
    long AllocatedBytes => 0;

    void ResetCounters()
    {
    }

    void Run(ReadOnlySpan<byte> input);
}

/// <summary>What must hold did not.</summary>
sealed class BrokenPromiseException(string message) : Exception(message)
{
    public static void Unless(bool holds, string promise)
    {
        if (!holds)
        {
            throw new BrokenPromiseException(promise);
        }
    }
}
