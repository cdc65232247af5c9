using System.Globalization;
using System.Text.RegularExpressions;

namespace Vdeorch.SystemTests.Harness;

/// <summary>A system call that the kernel refuses a process: strace makes it fail. Of all its threads, and of what it spawns until that is another program.</summary>
/// <param name="Call">Its name.</param>
/// <param name="Subject">Only where it concerns this path (<c>socket:[INODE]</c>, too); null: wherever.</param>
/// <param name="Number">The first of them is 1, in each thread.</param>
/// <param name="Error">Its name.</param>
sealed partial record Refusal(string Call, string? Subject, int Number, string Error)
{
    // Threads of the engine's pool are as many as there are processors: calls are counted for each, so one of them is to do it all.
    public const string OneProcessor = "DOTNET_PROCESSOR_COUNT";

    string Injection => string.Create(CultureInfo.InvariantCulture, $"inject={Call}:error={Error}:when={Number}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Call} number {Number} {(Subject is null ? "" : $"on {Subject} ")}({Error})");

    /// <summary>Runs while these calls are refused.</summary>
    /// <returns>What came of the work, and whether any call was refused.</returns>
    public async Task<(Finished Done, bool IsRefused)> DuringAsync(int process, string trace, Func<Task<Finished>> work)
    {
        string[] paths = Subject is null ? [] : ["-P", Subject];
        Finished done = await TracedAsync(process, trace, [.. paths, "-e", $"trace={Call}", "-e", Injection], work);
        return (done, (await File.ReadAllTextAsync(trace)).Contains("(INJECTED)", StringComparison.Ordinal));
    }

    /// <summary>What a process asks of the kernel in the course of some work: each call with the path it is about, once.</summary>
    /// <param name="isAsked">Which paths matter.</param>
    public static async Task<(string Call, string Path)[]> CallsAsync(int process, string trace, string calls, Func<string, bool> isAsked, Func<Task<Finished>> work)
    {
        (await TracedAsync(process, trace, ["-y", "-s", "4096", "-e", $"trace={calls}"], work)).Exited(0);
        return [.. File.ReadLines(trace).Where(line => !line.Contains("O_RDONLY", StringComparison.Ordinal) && !line.Contains("= -1 ", StringComparison.Ordinal)).Select(line => Line().Match(line)).Where(match => match.Success)
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value)).Where(call => isAsked(call.Item2)).Distinct()];
    }

    static async Task<Finished> TracedAsync(int process, string trace, string[] how, Func<Task<Finished>> work)
    {
        await using Running strace = Running.Start(["strace", "-f", "--detach-on=execve", "-p", process.ToString(CultureInfo.InvariantCulture), "-o", trace, .. how]);
        await Wait.UntilAsync("strace is attached", () => strace.Errors.Contains("attached", StringComparison.Ordinal));
        Finished done = await work();
        await strace.SignalAsync("INT");
        await strace.EndAsync();
        return done;
    }

    // 4711 openat(AT_FDCWD</>, "/a/b", …, 4711 pwrite64(23</a/b>, …
    [GeneratedRegex("^\\d+ +(\\w+)\\((?:AT_FDCWD[^,]*, )?(?:\"|\\d+<)(/[^\">]*)")]
    private static partial Regex Line();
}
