namespace Vdeorch.Plugs.Impairments;

/// <summary>Buffers for frames that are held back. What was given back is given out again, so that a steady flow allocates nothing. Not for several threads at once.</summary>
sealed class FrameStore
{
    static readonly int[] Sizes = [256, 2_048, 10_240, 66_560];

    readonly Stack<byte[]>[] free = [.. Sizes.Select(_ => new Stack<byte[]>())];

    /// <param name="bytes">At most a frame's (65,557).</param>
    /// <returns>At least that long.</returns>
    public byte[] Take(int bytes)
    {
        int at = ClassOf(bytes);
        return free[at].TryPop(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(Sizes[at]);
    }

    public void Give(byte[] buffer) => free[ClassOf(buffer.Length)].Push(buffer);

    static int ClassOf(int bytes)
    {
        int at = 0;
        while (Sizes[at] < bytes)
        {
            at++;
        }
        return at;
    }
}
