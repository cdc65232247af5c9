using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Observing;

/// <summary>A runtime or service of ours, found by the marks in its environment.</summary>
/// <param name="StartTime">Clock ticks since boot; with the pid it names the process for good.</param>
internal sealed record MarkedProcess(int Pid, ulong StartTime, ImmutableDictionary<string, string> Environment)
{
    /// <summary>Topology; null when this is not a runtime.</summary>
    public string? Runtime => Environment.GetValueOrDefault(Marks.Runtime);

    /// <summary><c>topology/namespace/service</c>; null when this is not a service.</summary>
    public string? Service => Environment.GetValueOrDefault(Marks.Service);

    /// <summary><c>topology/machine</c>; null when this is no machine's QEMU.</summary>
    public string? Machine => Environment.GetValueOrDefault(Marks.Machine);

    /// <summary>Of what it is a part.</summary>
    public string Topology => Runtime ?? (Service ?? Machine!).Split('/')[0];

    /// <summary>One pass over /proc. Of the processes that inherited a mark the oldest session leader is the one we started.</summary>
    public static ImmutableArray<MarkedProcess> Scan(RunDirectory run)
    {
        byte[] owner = Encoding.UTF8.GetBytes($"{Marks.Owner}={run.Path}");
        Dictionary<string, MarkedProcess> oldest = [];
        foreach (int pid in ProcFs.Pids())
        {
            if (!ProcFs.EnvironmentContains(pid, owner)
                || ProcFs.Environment(pid) is not { } environment
                || ProcFs.StartTime(pid) is not { } started
                || ProcFs.IsZombie(pid)
                || !LeadsSession(pid))
            {
                continue;
            }

            MarkedProcess found = new(pid, started, environment);
            string? mark = found.Runtime is { } runtime ? $"runtime/{runtime}" : found.Machine is { } machine ? $"machine/{machine}" : found.Service;
            if (mark is not null && (!oldest.TryGetValue(mark, out MarkedProcess? other) || other.StartTime > started))
            {
                oldest[mark] = found;
            }
        }

        return [.. oldest.Values];
    }

    // proc_pid_stat(5): after the command in parentheses come state, ppid, pgrp, session.
    static bool LeadsSession(int pid)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return int.Parse(fields[3], CultureInfo.InvariantCulture) == pid;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
