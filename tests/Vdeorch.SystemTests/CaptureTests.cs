using System.Globalization;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Captures of what runs, read back by tcpdump.</summary>
public class CaptureTests
{
    const string Lan = """
        switches: { lan: {}, wan: {} }
        cables: [[lan, wan]]
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
          bob:   { to: lan, address: 10.0.0.2/24 }
          carol: { to: wan, address: 10.0.0.3/24 }
        """;

    [Theory, RootAndUser]
    public Task ASwitchIsCapturedWithEachPortAndBothWays(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tcpdump", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        Running capture = await StartAsync(lab, "lan", "-c", "4", "icmp and host 10.0.0.3");

        Assert.True(await lab.PingsAsync("alice", "10.0.0.3"));

        Finished ended = (await capture.EndAsync()).Exited(0);
        Assert.Contains("4 frames captured, 0 dropped", ended.Err, StringComparison.Ordinal);
        string[] lines = await ReadAsync(lab);
        Assert.Equal(4, lines.Length);
        Assert.Equal(2, lines.Count(line => line.Contains("10.0.0.1 > 10.0.0.3: ICMP echo request", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(line => line.Contains("10.0.0.3 > 10.0.0.1: ICMP echo reply", StringComparison.Ordinal)));
        byte[] file = await File.ReadAllBytesAsync(FileOf(lab), TestContext.Current.CancellationToken);
        Assert.All(new[] { "alice/vde0", "bob/vde0", "cable/lan=wan" }, port => Assert.True(file.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(port)) > 0, port));
    });

    /// <summary>No worker sends it, but the thread that keeps the trees.</summary>
    [Theory, RootAndUser]
    public Task WhatASwitchSaysItselfIsCapturedToo(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync("""
            switches: { lan: { stp: true } }
            namespaces: { alice: { to: lan, address: 10.0.0.1/24 } }
            """)).Exited(0);

        Running capture = await StartToOutputAsync(lab, "lan", "--count", "1", "ether dst 01:80:c2:00:00:00");

        Assert.Contains("alice/vde0 Out", (await capture.EndAsync(TimeSpan.FromSeconds(15))).Exited(0).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await lab.StatusAsync()).Differences);
    });

    [Theory, RootAndUser]
    public Task WithoutAFileThereIsALineForEachFrame(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        Running capture = await StartToOutputAsync(lab, "alice/vde0", "--count", "2", "icmp");

        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));

        string[] lines = (await capture.EndAsync()).Exited(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{6} alice/vde0 In  .* IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id \d+, seq 1, length 98$", lines[0]);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{6} alice/vde0 Out .* IP 10.0.0.2 > 10.0.0.1: ICMP echo reply, id \d+, seq 1, length 98$", lines[1]);
        Assert.Equal(2, lines.Length);
    });

    [Theory, RootAndUser]
    public Task ACaptureGoesOnWhenItsInterfaceIsPluggedInElsewhereAndWhenTheRuntimeIsKilled(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tcpdump", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        Running capture = await StartAsync(lab, "alice/vde0");
        await SeeAsync(lab, "10.0.0.2");

        (await lab.ApplyAsync(Lan.Replace("alice: { to: lan", "alice: { to: wan", StringComparison.Ordinal))).Exited(0);
        await SeeAsync(lab, "10.0.0.3");
        int runtime = (await lab.StatusAsync()).RuntimePid;
        Processes.Kill(runtime);
        await Wait.UntilAsync("it is back", () => capture.Errors.Contains("is back", StringComparison.Ordinal));
        await SeeAsync(lab, "10.0.0.3");
        (await lab.ApplyAsync(Lan)).Exited(0);
        await SeeAsync(lab, "10.0.0.2");

        await capture.SignalAsync("INT");
        Finished ended = (await capture.EndAsync()).Exited(0);
        Assert.Contains($"the plug runtime of '{lab.Topology}' is gone", ended.Err, StringComparison.Ordinal);
        Assert.NotEmpty(await ReadAsync(lab));
    });

    [Theory, RootAndUser]
    public Task WhoeverDiesOrGoesAwayLeavesNothingInTheRuntime(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tcpdump", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;
        int before = Descriptors(runtime);

        for (int i = 0; i < 3; i++)
        {
            Running killed = await StartAsync(lab, "lan");
            Processes.Kill(ProcessOf(lab, killed));
            Running interrupted = await StartAsync(lab, "lan");
            await interrupted.SignalAsync("INT");
            (await interrupted.EndAsync()).Exited(0);
            await ReadAsync(lab);
        }

        string command = string.Join(' ', lab.Command("capture", $"{lab.Topology}/lan", "-w", "-").Select(word => $"'{word}'"));
        Running left = lab.Keep(Running.Start(["sh", "-c", $"{{ {command}; echo ended $? >&2; }} | head -c 1 >/dev/null"], lab.Environment, lab.Files));
        Assert.Contains("ended 0", (await left.EndAsync(TimeSpan.FromSeconds(20))).Err, StringComparison.Ordinal);

        // Whoever asks for the status has one for a moment, too: before as now.
        await Wait.UntilAsync("the runtime has no descriptor more", () => Descriptors(runtime) <= before);
        Assert.Equal(runtime, (await lab.StatusAsync()).RuntimePid);
    });

    [Theory, RootAndUser]
    public Task AReaderThatStopsReadingMissesFramesAndNobodyElseDoes(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tcpdump", "ping", "socat");
        (await lab.ApplyAsync(Lan)).Exited(0);
        Running capture = await StartAsync(lab, "lan");
        int process = ProcessOf(lab, capture);
        await Processes.SignalAsync(process, "STOP");

        const int Bytes = 50_000_000;
        Running listening = lab.StartInside("bob", "sh", "-c", "socat -u TCP-LISTEN:7,reuseaddr - | wc -c");
        (await lab.RunInsideAsync("alice", "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"head -c {Bytes} /dev/zero | socat -u - TCP:10.0.0.2:7,retry=50,interval=0.1"))).Exited(0);
        Assert.Equal($"{Bytes}", (await listening.EndAsync()).Out.Trim());
        TopologySeen status = await lab.StatusAsync();
        Assert.All(new[] { "alice/vde0", "bob/vde0" }, port => Assert.Equal(0, status.Port("lan", port).GetProperty("dropped").GetInt64()));

        await Processes.SignalAsync(process, "CONT");
        await Processes.SignalAsync(process, "INT");
        Finished ended = (await capture.EndAsync()).Exited(0);
        Assert.DoesNotContain(" 0 dropped", ended.Err, StringComparison.Ordinal);
        Assert.NotEmpty(await ReadAsync(lab));
    });

    [Theory, RootAndUser]
    public Task ACaptureEndsWithItsTopologyAndItsFileIsWhole(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tcpdump", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        Running capture = await StartAsync(lab, "lan");
        await SeeAsync(lab, "10.0.0.2");

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.Contains($"the topology '{lab.Topology}' is gone", (await capture.EndAsync()).Exited(0).Err, StringComparison.Ordinal);
        Assert.True(await CountAsync(lab) > 0);
    });

    [Fact]
    public Task OnAFullDiskTheFileEndsBehindAWholeBlock() => Lab.RunAsync(Host.IsRoot ? Who.Root : Who.User, async lab =>
    {
        Assert.SkipUnless(Host.IsRoot, "only root can make a disk that is soon full");
        Host.Needs("tcpdump", "ping", "mount");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string disk = Path.Combine(lab.Files, "disk");
        Directory.CreateDirectory(disk);
        (await Running.ToEndAsync(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk])).Exited(0);
        try
        {
            string file = Path.Combine(disk, "x.pcapng");
            Running capture = await StartToOutputAsync(lab, "lan", "-w", file);
            Running pinging = lab.StartInside("alice", "ping", "-i", "0.01", "-s", "1400", "10.0.0.2");

            Finished ended = (await capture.EndAsync()).Exited(1);

            Assert.False(pinging.HasExited);
            Assert.Contains("No space left on device (ENOSPC)", ended.Err, StringComparison.Ordinal);
            Finished read = (await Running.ToEndAsync(["tcpdump", "-n", "-r", file])).Exited(0);
            Assert.DoesNotContain("truncated", read.Err, StringComparison.Ordinal);
            Assert.True(read.Out.Split('\n').Length > 20, read.ToString());
        }
        finally
        {
            (await Running.ToEndAsync(["umount", disk])).Exited(0);
        }
    });

    [Theory, RootAndUser]
    public Task WhatCannotBeCapturedIsSaid(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Lan)).Exited(0);

        Assert.Contains($"did you mean '{lab.Topology}/lan'?", (await lab.RunAsync("capture", $"{lab.Topology}/lam")).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("no topology 'nothere'", (await lab.RunAsync("capture", "nothere/lan")).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("'-1' is no number from 1", (await lab.RunAsync("capture", $"{lab.Topology}/lan", "--count=-1")).Exited(64).Err, StringComparison.Ordinal);
        Assert.Contains("syntax error", (await lab.RunAsync("capture", $"{lab.Topology}/lan", "host", "and")).Exited(64).Err, StringComparison.Ordinal);
        Assert.Contains("(ENOENT)", (await lab.RunAsync("capture", $"{lab.Topology}/lan", "-w", "/nowhere/x")).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("No space left on device (ENOSPC)", (await lab.RunAsync("capture", $"{lab.Topology}/lan", "-w", "/dev/full", "--duration", "1s")).Exited(1).Err, StringComparison.Ordinal);
        (await lab.RunAsync("capture", $"{lab.Topology}/lan", "--duration", "100ms")).Exited(0);
    });

    // Beside the file of the other user's tests; its writer may be that user.
    static string FileOf(Lab lab) => Path.Combine(Host.Current.Home(lab.Who), $"{lab.Topology}.pcapng");

    static Task<Running> StartAsync(Lab lab, string target, params string[] more) => StartToOutputAsync(lab, target, ["--write", FileOf(lab), .. more]);

    static async Task<Running> StartToOutputAsync(Lab lab, string target, params string[] more)
    {
        Running capture = lab.Start(["capture", $"{lab.Topology}/{target}", .. more]);
        await Wait.UntilAsync("it has begun", () => capture.Errors.Contains("capturing", StringComparison.Ordinal));
        return capture;
    }

    static int Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    // setpriv and env replace themselves.
    static int ProcessOf(Lab lab, Running capture)
    {
        Assert.Equal("capture", Processes.CommandLine(capture.Pid)[1]);
        return capture.Pid;
    }

    /// <summary>A ping of alice is found in the file.</summary>
    static async Task SeeAsync(Lab lab, string to)
    {
        int before = await CountAsync(lab);
        await Wait.UntilAsync($"a ping to {to} is captured", async () => await lab.PingsAsync("alice", to) && await CountAsync(lab) > before);
    }

    static async Task<int> CountAsync(Lab lab) => (await ReadAsync(lab)).Count(line => line.Contains("ICMP echo reply", StringComparison.Ordinal));

    static async Task<string[]> ReadAsync(Lab lab)
    {
        Finished read = await Running.ToEndAsync(["tcpdump", "-n", "-r", FileOf(lab)]);
        return read.Exited(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
