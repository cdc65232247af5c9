namespace Vdeorch.Engine;

/// <summary>The few error numbers decisions are made by. asm-generic/errno.h</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int NoSpace = 28;
    public const int ConnectionReset = 104;
    public const int TimedOut = 110;
    public const int ConnectionRefused = 111;
}
