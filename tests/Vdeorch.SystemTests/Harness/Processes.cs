using System.Text;
using Vdeorch.Linux.Processes;

namespace Vdeorch.SystemTests.Harness;

/// <summary>Looks at /proc itself, so that nothing of the product is trusted to tell what the product left.</summary>
static class Processes
{
    public static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out int pid) ? pid : 0).Where(pid => pid > 0);

    public static string[] Environment(int pid) => Strings(pid, "environ");

    public static string[] CommandLine(int pid) => Strings(pid, "cmdline");

    /// <summary>Processes, zombies left out, of whose environment an entry satisfies the condition.</summary>
    public static int[] With(Func<string, bool> entry) => [.. All().Where(pid => Environment(pid).Any(entry))];

    public static bool Lives(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>0 for one that is gone.</summary>
    public static int Parent(int pid)
    {
        try
        {
            return int.Parse(Status(pid, "PPid"), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>One line of /proc/PID/status, without its name.</summary>
    public static string Status(int pid, string name) =>
        File.ReadLines($"/proc/{pid}/status").Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    /// <param name="signal">A name without SIG.</param>
    public static Task SignalAsync(int pid, string signal)
    {
        using ProcessHandle process = ProcessHandle.TryOpen(pid) ?? throw new InvalidOperationException($"there is no process {pid}");
        process.Signal(signal switch { "INT" => Signals.Int, "TERM" => Signals.Term, "STOP" => 19, "CONT" => 18, _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, null) });
        return Task.CompletedTask;
    }

    /// <summary>SIGKILL at once, without a helper process.</summary>
    public static void Kill(int pid)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.GetProcessById(pid);
        process.Kill();
    }

    static string[] Strings(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
