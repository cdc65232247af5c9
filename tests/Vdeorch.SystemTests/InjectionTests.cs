using System.Globalization;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>
/// The kernel refuses one call of an apply, the first, the second and so on to the last: whichever it is, the world is
/// afterwards as it was before, or as the file says, and the exit code tells which. The engine's one thread that changes
/// namespaces is traced; strace makes its calls fail. (Services and the plug runtime are started by others.)
/// </summary>
public class InjectionTests
{
    const string Before = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, dns: [9.9.9.9], sysctl: { net.ipv4.ip_forward: 1 }, services: { sleeper: { run: [sleep, infinity] } } }
          bob: { to: lan, address: 10.0.0.2/24, gateway: 10.0.0.1 }
          old: { to: lan, address: 10.0.0.9/24 }
        """;

    // Something of every kind is made, changed, re-plugged and deleted.
    const string After = """
        switches: { lan: { mac-age: 60s }, dmz: {} }
        namespaces:
          alice: { to: { lan: 10.0.0.11/24, dmz: "fd00::1/64" }, dns: [8.8.8.8], sysctl: { net.ipv4.ip_forward: 0, net.ipv4.ip_default_ttl: 33 }, services: { sleeper: { run: [sleep, "1000000"] } } }
          bob: { to: dmz, address: 10.0.0.22/24, gateway: 10.0.0.254 }
          carol: { to: dmz, address: 10.0.0.3/24 }
        """;

    [Theory, RootAndUser]
    public Task RefusedNetlinkMessages(Who who) => EachCallAsync(who, 10, "sendto");

    [Theory, RootAndUser]
    public Task RefusedAnswersOfTheKernel(Who who) => EachCallAsync(who, 10, "recvfrom");

    [Theory, RootAndUser]
    public Task RefusedFilesTapsAndMounts(Who who) => EachCallAsync(who, 3, "ioctl", "openat", "pwrite64", "mount", "umount2", "unshare", "socket");

    /// <param name="least">So many applies at least must have been rolled back, or the trace did not see what it should.</param>
    static Task EachCallAsync(Who who, int least, params string[] calls) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("strace");
        (await lab.ApplyAsync(Before)).Exited(0);
        List<int> exitCodes = [];
        foreach (string call in calls)
        {
            for (int number = 1; await RefuseAsync(lab, call, number) is { } exitCode; number++)
            {
                exitCodes.Add(exitCode);
            }
        }

        Assert.True(exitCodes.Count(code => code == 4) >= least, $"of {exitCodes.Count} refused calls: {string.Join(' ', exitCodes)}");
    });

    /// <returns>The exit code; null when there were not so many of these calls, so that none was refused.</returns>
    static async Task<int?> RefuseAsync(Lab lab, string call, int number)
    {
        string trace = Path.Combine(lab.Files, "trace");
        Finished applied;
        await using (Running strace = await AttachAsync(await KernelThreadAsync(lab), call, number, trace))
        {
            applied = await lab.ApplyAsync(After);
            await strace.SignalAsync("INT");
            await strace.EndAsync();
        }

        bool isRefused = File.ReadAllText(trace).Contains("(INJECTED)", StringComparison.Ordinal);
        string what = string.Create(CultureInfo.InvariantCulture, $"{call} number {number} was refused{(isRefused ? "" : " to nobody")}\n{applied}");
        Assert.True(applied.ExitCode is 0 or 1 or 4, what);
        lab.Write(applied.ExitCode == 0 ? After : Before);
        Planned left = await lab.PlanAsync();
        Assert.True(left.Changes.Count == 0, $"{what}\nleft: {string.Join("; ", left.Changes)}");
        (await lab.ApplyAsync(Before)).Exited(0);
        return isRefused ? applied.ExitCode : null;
    }

    static async Task<Running> AttachAsync(int thread, string call, int number, string trace)
    {
        Running strace = Running.Start(["strace", "-p", Text(thread), "-o", trace, "-e", $"trace={call}", "-e", string.Create(CultureInfo.InvariantCulture, $"inject={call}:error=ENOBUFS:when={number}")]);
        await Wait.UntilAsync("strace is attached", () => strace.Errors.Contains("attached", StringComparison.Ordinal));
        return strace;
    }

    static async Task<int> KernelThreadAsync(Lab lab)
    {
        int engine = (await lab.ReportAsync()).GetProperty("engine").GetProperty("pid").GetInt32();
        // A thread that it starts has its name too, until it gives itself another.
        return Directory.EnumerateDirectories($"/proc/{Text(engine)}/task")
            .Where(path => File.ReadAllText($"{path}/comm").Trim() == "vdeorch-kernel")
            .Min(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture));
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
