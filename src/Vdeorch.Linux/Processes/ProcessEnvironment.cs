using System.Collections;
using System.Collections.Immutable;
using Vdeorch.Linux.Native;

namespace Vdeorch.Linux.Processes;

/// <summary>Ourselves, for the processes we start.</summary>
public static class ProcessEnvironment
{
    /// <summary>Our variables, as <see cref="SpawnRequest.Environment"/> wants them.</summary>
    public static ImmutableArray<string> Own() =>
        [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => $"{entry.Key}={entry.Value}")];

    /// <summary>Waits for a child of ours that nobody else waits for.</summary>
    /// <returns>Its exit code, 128 + the signal, or null when it is not ours.</returns>
    public static int? Reap(int pid) => Syscalls.WaitForChild(pid);
}
