using System.Diagnostics;

namespace Vdeorch.Bench;

/// <summary>Other programs, run and timed.</summary>
internal static class Shell
{
    /// <summary>Waits for it; its output is the result.</summary>
    /// <exception cref="InvalidOperationException">It exited with anything but 0; the message has its words.</exception>
    public static string Run(params ReadOnlySpan<string> command)
    {
        (int code, string output, string errors) = TryRun(command);
        return code == 0 ? output
            : throw new InvalidOperationException($"'{string.Join(' ', command)}' exited with {code}: {errors.Trim()} {output.Trim()}");
    }

    public static (int Code, string Output, string Errors) TryRun(params ReadOnlySpan<string> command)
    {
        using Process process = Start(command);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Leaves it running; the caller ends it.</summary>
    public static Process Start(params ReadOnlySpan<string> command)
    {
        ProcessStartInfo start = new(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <returns>Seconds it took, the start of the process included.</returns>
    public static double Time(params ReadOnlySpan<string> command)
    {
        long began = Stopwatch.GetTimestamp();
        Run(command);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>Waits for a condition.</summary>
    public static void Until(string what, Func<bool> holds)
    {
        long began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(10))
            {
                throw new InvalidOperationException($"{what} did not happen within 10 s");
            }

            Thread.Sleep(5);
        }
    }
}
