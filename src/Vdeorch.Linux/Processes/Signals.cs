namespace Vdeorch.Linux.Processes;

/// <summary>signal(7), the numbers used.</summary>
public static class Signals
{
    public const int Hup = 1;
    public const int Int = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Term = 15;
    internal const int Child = 17;
}
