namespace Vdeorch.Linux.Io;

/// <summary>What a call on the frame path gave: no exception, no allocation.</summary>
/// <param name="Count">Bytes or frames moved; 0 when <paramref name="Errno"/> is not 0.</param>
/// <param name="Errno">0, or the error. EAGAIN is not an error, it is the end of a batch.</param>
public readonly record struct IoResult(int Count, int Errno)
{
    public bool IsOk => Errno == 0;
}
