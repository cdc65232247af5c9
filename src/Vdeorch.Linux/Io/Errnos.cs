namespace Vdeorch.Linux.Io;

/// <summary>The errors that decide something on the frame path; asm-generic/errno-base.h and errno.h.</summary>
public static class Errnos
{
    public const int Io = 5;

    /// <summary>Nothing to read, or no room to write, for now.</summary>
    public const int Again = 11;

    /// <summary>The other side has gone.</summary>
    public const int ConnectionReset = 104;
}
