using System.Runtime.InteropServices;

namespace Vdeorch.Linux.Processes;

/// <summary>signal(7), the numbers used.</summary>
public static partial class Signals
{
    public const int Hup = 1;
    public const int Int = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    internal const int Pipe = 13;
    public const int Term = 15;
    internal const int Child = 17;

    /// <summary>Ends this process as one that never caught the signal.</summary>
    public static void DieBy(int signal)
    {
        Reset(signal);
        _ = Send(Environment.ProcessId, signal);
        // Where the signal was blocked, or had been ignored before us and is again.
        Environment.Exit(128 + signal);
    }

    internal static void Reset(int signal) => _ = SetHandler(signal, 0);

    [LibraryImport("libc.so.6", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc.so.6", EntryPoint = "kill")]
    private static partial int Send(int pid, int signal);
}
