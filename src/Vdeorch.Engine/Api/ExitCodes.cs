namespace Vdeorch.Engine.Api;

/// <summary>What every verb exits with; docs/cli.md is held to this list by a test.</summary>
public static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Differences = 2;
    public const int Invalid = 3;
    public const int RolledBack = 4;
    public const int NotRolledBack = 5;
    public const int Unhealthy = 6;
    public const int HostCannot = 7;
    public const int Busy = 8;
    public const int Usage = 64;
    public const int Interrupted = 130;
}
