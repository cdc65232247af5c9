using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>
/// The kernel refuses a write of any file that an apply writes, a message to the plug runtime, the start of a program: whichever it is, the whole world is
/// afterwards what it was, or what the file says, or it is said that it is neither. (Changes inside namespaces: <see cref="InjectionTests"/>.)
/// </summary>
public partial class PlanInjectionTests
{
    const string Before = """
        switches: { lan: {}, dmz: {} }
        plugs: { far: "udp://6032->127.0.0.1:6033" }
        namespaces:
          alice:
            interfaces: { vde0: { to: lan, address: 10.0.0.1/24, shape: { rate: 10mbit } } }
            files: { etc/motd: { text: "one\n", mode: "0640" }, etc/hostname: "alice\n" }
            limits: { pids: 1000 }
            dns: [9.9.9.9]
            rules: { 100: { from: 10.0.0.1, table: 100 } }
            routes: { 10.9.0.0/16: { via: 10.0.0.254, table: 100 } }
            exec: { up: [[ip, link, set, lo, mtu, "60000"]], down: [["true"]] }
            services: { stays: { run: [sleep, infinity] }, changes: { run: [sleep, "1000000"] }, goes: { run: [sleep, "1000001"] } }
          bob: { to: lan, address: 10.0.0.2/24 }
          old: { to: lan, address: 10.0.0.3/24, exec: { down: [["true"]] }, files: { etc/motd: "old" } }
        """;

    const string After = """
        switches: { lan: { mac-age: 60s }, new: {} }
        plugs: { far: "udp://6032->127.0.0.1:6034" }
        cables: [ [lan, new] ]
        namespaces:
          alice:
            interfaces: { vde0: { to: new, address: 10.0.0.1/24, shape: { rate: 20mbit } } }
            files: { etc/motd: { text: "two\n", mode: "0600" }, etc/issue: "new\n" }
            limits: { pids: 900 }
            dns: [8.8.8.8]
            rules: { 200: { from: 10.0.0.1, table: 200 } }
            routes: { 10.9.0.0/16: { via: 10.0.0.253, table: 200 } }
            exec: { up: [[ip, link, set, lo, mtu, "50000"]], down: [["true"]] }
            services: { stays: { run: [sleep, infinity] }, changes: { run: [PROGRAMS/changed, "2000000"] }, comes: { run: [PROGRAMS/new, "2000001"] } }
          bob: { to: lan, address: 10.0.0.2/24 }
          new: { to: new, address: 10.0.0.4/24, files: { etc/motd: "new" }, exec: { up: [[PROGRAMS/hook]] } }
        """;

    static readonly string[] s_untouched = ["alice", "bob", "alice/stays"];

    // What only the later file starts, so that nothing that is put back needs it.
    static readonly string[] s_programs = ["changed", "new", "hook"];

    readonly List<string> _broken = [];

    [Theory, RootAndUser]
    public Task RefusedWritesOfFiles(Who who) => PreparedAsync(who, async (lab, before) =>
    {
        string own = $"{lab.RunDirectory}/topologies/{lab.Topology}";
        int engine = await lab.EnginePidAsync();
        (string Call, string Path)[] calls = await Refusal.CallsAsync(engine, Trace(lab), "openat,pwrite64,ftruncate,chmod,unlink,rename,mkdir,symlink",
            path => path.StartsWith(own, StringComparison.Ordinal), () => lab.ApplyAsync(Later(lab)));
        (await lab.ApplyAsync(Before)).Exited(0);
        List<int> exitCodes = [];
        // Who it is makes no difference to most of them: every second one is the user's.
        foreach ((string call, string path) in calls.Where((_, index) => index % 2 == (int)who))
        {
            exitCodes.Add((await RefuseAsync(lab, before, engine, new Refusal(call, path, 1, "ENOSPC"))).ExitCode);
        }

        Judge(exitCodes, 15);
    });

    [Theory]
    [InlineData(Who.Root, "sendmsg", "ENOBUFS")]
    [InlineData(Who.User, "recvmsg", "ECONNRESET")]
    public Task RefusedMessagesToTheRuntime(Who who, string call, string error) => PreparedAsync(who, async (lab, before) =>
    {
        Host.Needs("ss");
        int engine = await lab.EnginePidAsync();
        List<int> exitCodes = [];
        bool isRefused = true;
        for (int number = 1; isRefused; number++)
        {
            (int exitCode, isRefused) = await RefuseAsync(lab, before, engine, new Refusal(call, await ControlSocketAsync(lab), number, error));
            if (isRefused)
            {
                exitCodes.Add(exitCode);
                // What its successor is told is what there was, too.
                int runtime = (await lab.StatusAsync()).RuntimePid;
                Processes.Kill(runtime);
                await Wait.UntilAsync("there is another runtime", async () => (await lab.StatusAsync()).Runtime is { } now && now.GetProperty("pid").GetInt32() != runtime);
                await ExpectAsync(lab, before, $"{call} number {number}, after the runtime was replaced");
            }
        }

        Judge(exitCodes, 6);
    });

    [Theory, RootAndUser]
    public Task RefusedStartsOfPrograms(Who who) => PreparedAsync(who, async (lab, before) =>
    {
        int engine = await lab.EnginePidAsync();
        List<int> exitCodes = [];
        bool isRefused = true;
        for (int number = 1; isRefused; number++)
        {
            (int exitCode, isRefused) = await RefuseAsync(lab, before, engine, new Refusal("clone", null, number, "EAGAIN"));
            exitCodes.Add(exitCode);
        }

        // On its way to be a program.
        foreach (string call in new[] { "setsid", "dup3" })
        {
            exitCodes.Add((await RefuseAsync(lab, before, engine, new Refusal(call, null, 1, "EACCES"))).ExitCode);
        }

        Judge(exitCodes, 1);
        foreach (string program in s_programs)
        {
            Assert.Equal((4, true), await RefuseAsync(lab, before, engine, new Refusal("execve", Program(lab, program), 1, "EACCES")));
        }

        Judge(exitCodes, 1);
    });

    static Task PreparedAsync(Who who, Func<Lab, string, Task> test) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("strace", "ip", "tc");
        foreach (string program in s_programs)
        {
            File.Copy(program == "hook" ? "/bin/true" : "/bin/sleep", Program(lab, program));
        }

        lab.Variables[Refusal.OneProcessor] = "1";
        (await lab.ApplyAsync(Before)).Exited(0);
        await test(lab, await WholeWorld.ShowAsync(lab, s_untouched));
    });

    async Task<(int ExitCode, bool IsRefused)> RefuseAsync(Lab lab, string before, int engine, Refusal refusal)
    {
        (Finished applied, bool isRefused) = await refusal.DuringAsync(engine, Trace(lab), () => lab.ApplyAsync(Later(lab)));
        string what = $"{refusal} was refused{(isRefused ? "" : " to nobody")}\n{applied}";
        if (applied.ExitCode is not (0 or 1 or 4 or 5) || applied.Err.Contains("vdeorch itself failed", StringComparison.Ordinal))
        {
            _broken.Add(what);
        }

        if (applied.ExitCode == 0)
        {
            await lab.ExpectNothingToDoAsync();
        }
        else if (applied.ExitCode != 5)
        {
            await ExpectAsync(lab, before, what);
        }

        (await lab.ApplyAsync(Before)).Exited(0);
        if (applied.ExitCode is 0 or 5)
        {
            await ExpectAsync(lab, before, $"applied again after {what}");
        }

        return (applied.ExitCode, isRefused);
    }

    async Task ExpectAsync(Lab lab, string before, string what)
    {
        string now = "";
        try
        {
            await Wait.UntilAsync("all is as it was", async () => (now = await WholeWorld.ShowAsync(lab, s_untouched)) == before, TimeSpan.FromSeconds(2));
        }
        catch (Xunit.Sdk.FailException)
        {
            _broken.Add($"{what}\nis not what it was:\n{WholeWorld.Changes(before, now)}");
        }
    }

    void Judge(List<int> exitCodes, int least)
    {
        Assert.True(_broken.Count == 0, string.Join("\n\n", _broken));
        Assert.True(exitCodes.Count(code => code == 4) >= least, $"of {exitCodes.Count} refused calls: {string.Join(' ', exitCodes)}");
    }

    // The engine's end of its connection to the runtime.
    static async Task<string> ControlSocketAsync(Lab lab)
    {
        string sockets = (await Running.ToEndAsync(["ss", "-xH"])).Exited(0).Out;
        Match end = Ends().Matches(sockets).Single(match => match.Groups[1].Value == $"{lab.RunDirectory}/topologies/{lab.Topology}/runtime.sock");
        return string.Create(CultureInfo.InvariantCulture, $"socket:[{end.Groups[2].Value}]");
    }

    static string Later(Lab lab) => After.Replace("PROGRAMS", lab.Files, StringComparison.Ordinal);

    static string Program(Lab lab, string name) => Path.Combine(lab.Files, name);

    static string Trace(Lab lab) => Path.Combine(lab.Files, "trace");

    [GeneratedRegex(@"(\S*/runtime\.sock)\s+\d+\s+\*\s+(\d+)")]
    private static partial Regex Ends();
}
