using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>The options of vdeorch plug beside those of vde_plug.</summary>
public partial class PlugOptionsTests
{
    // An IPv4 packet of 10.1.2.3, as the stream has it.
    static readonly byte[] s_packet = LocalEnd.Framed(
        [.. LocalFrames.Everybody, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17, 0, 0, 10, 1, 2, 3, 10, 1, 2, 4, .. new byte[26]]);

    public PlugOptionsTests() => Host.Needs("vde_plug", "vde_switch", "unshare", "setpriv");

    public static TheoryData<Tool> Tools => [Tool.Ours, Tool.TheirOwn];

    [Theory]
    [InlineData("-l null://", 0, "START STOP")]
    [InlineData("--log null://", 0, "START STOP")]
    [InlineData("-L null://", 0, "START 10.1.2.3 STOP")]
    [InlineData("-L null:// = sh program", 0, "START 10.1.2.3 STOP")]
    [InlineData("null://", 0, "")]
    [InlineData("-l /nosuch", 1, "START STOP")]
    [InlineData("-c vde_plug null://", 0, "START STOP")]
    [InlineData("-c ls null://", 255, "FAILED")]
    public async Task TheLogIsThatOfVdePlug(string words, int exitCode, string events)
    {
        await using SystemLog log = await SystemLog.OpenAsync();
        (Finished ours, string[] ourLog) = await log.OfAsync([Host.Current.Binary, "plug", .. words.Split(' ')], events);
        (Finished theirs, string[] theirLog) = await log.OfAsync(["vde_plug", .. words.Split(' ')], events);

        Assert.Equal(exitCode, ours.ExitCode);
        Assert.Equal(exitCode, theirs.ExitCode);
        Assert.Equal(theirLog, ourLog);
        Assert.Equal(events, string.Join(' ', ourLog.Select(line => Event().Match(line).Value)));
    }

    [Theory]
    [InlineData(false, "START STOP")]
    [InlineData(true, "START 10.1.2.3 STOP")]
    public async Task OfALoginShellAddressesAreLoggedForMembersOfTheGroup(bool isMember, string events)
    {
        await using SystemLog log = await SystemLog.OpenAsync();
        string[] asMember = isMember ? ["setpriv", "--groups=4243"] : [];
        (Finished ours, string[] ourLog) = await log.OfAsync([.. asMember, Host.Current.Binary, "-c", "vde_plug", "null://"], events, isMember);
        (Finished theirs, string[] theirLog) = await log.OfAsync([.. asMember, "vde_plug", "-c", "vde_plug", "null://"], events, isMember);

        Assert.Equal((0, 0), (ours.ExitCode, theirs.ExitCode));
        Assert.Equal(theirLog, ourLog);
        Assert.Equal(events, string.Join(' ', ourLog.Select(line => Event().Match(line).Value)));
    }

    [Fact]
    public async Task ALoginShellIsNone()
    {
        await using SystemLog log = await SystemLog.OpenAsync();
        (Finished ours, string[] ourLog) = await log.OfAsync(["bash", "-c", $"exec -a -vdeorch {Host.Current.Binary}"], "FAILED");
        (Finished theirs, string[] theirLog) = await log.OfAsync(["bash", "-c", "exec -a -vde_plug vde_plug"], "FAILED");

        Assert.Equal((255, 255), (ours.ExitCode, theirs.ExitCode));
        Assert.Contains("this is no login shell", ours.Err, StringComparison.Ordinal);
        Assert.Equal(theirLog, ourLog);
        Assert.StartsWith("FAILED", Event().Match(Assert.Single(ourLog)).Value, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task ADaemonKeepsItsPidInAFileAndTakesItAlong(Tool tool)
    {
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        RealSwitch far = await lab.SwitchAsync("far");
        string file = lab["pid"];

        (await RunAsync(lab, tool, "-d", "-p", file, near.Directory, far.Directory)).Exited(0);

        await near.HasAsync(1);
        await far.HasAsync(1);
        await Wait.UntilAsync("the pid is there", () => File.Exists(file) && new FileInfo(file).Length > 0);
        int pid = int.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        Assert.True(Processes.Lives(pid));
        Assert.Contains(near.Directory, Processes.CommandLine(pid));
        Assert.Equal("/", new DirectoryInfo($"/proc/{pid}/cwd").ResolveLinkTarget(false)!.FullName);
        await Processes.SignalAsync(pid, "TERM");
        await Wait.UntilAsync("it has gone", () => !Processes.Lives(pid));
        Assert.False(File.Exists(file));
        await near.HasAsync(1, 0);
    }

    // It takes its directory away before it ends: who is told once more in between has still done what it was asked.
    [Fact]
    public async Task ToldToEndAgainAndAgainItEndsWell()
    {
        for (int i = 0; i < 20; i++)
        {
            await using LocalLab lab = new();
            await using Running plug = Running.Start([.. Command(Tool.Ours), $"hub://{lab["hub"]}", "null://"], Host.Current.Environment(LocalLab.Me));
            await Wait.UntilAsync("it runs", () => Path.Exists(lab["hub/ctl"]));

            await Running.ToEndAsync(["sh", "-c", $"while kill -TERM {plug.Pid} 2>/dev/null; do :; done"]);

            Assert.Equal("", (await plug.EndAsync()).Exited(0).Err);
        }
    }

    // vde_plug has returned 0 by then.
    [Fact]
    public async Task ADaemonThatCannotPlugSaysSo()
    {
        await using LocalLab lab = new();

        Finished ended = (await RunAsync(lab, Tool.Ours, "-d", "-p", lab["pid"], "/nosuch", "null://")).Exited(1);

        Assert.StartsWith("vdeorch: open /nosuch: No such file or directory\n", ended.Err, StringComparison.Ordinal);
        Assert.False(File.Exists(lab["pid"]));
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task AFileThatIsThereIsWrittenOver(Tool tool)
    {
        await using LocalLab lab = new();
        await File.WriteAllTextAsync(lab["pid"], "something longer than any process id\n", TestContext.Current.CancellationToken);
        await using LocalEnd plug = new([.. Command(tool), "-p", lab["pid"], "null://"], Host.Current.Environment(LocalLab.Me));

        await Wait.UntilAsync("its pid is there", () => File.Exists(lab["pid"]) && File.ReadAllText(lab["pid"]) == $"{plug.Pid}\n");
        plug.Close();

        Assert.Equal(0, await plug.EndAsync(TimeSpan.FromSeconds(10)));
        Assert.False(File.Exists(lab["pid"]));
    }

    // vde_plug writes over it, and whoever started the other cannot end it any more.
    [Fact]
    public async Task TheFileOfAProcessThatRunsIsLeftAlone()
    {
        await using LocalLab lab = new();
        await using LocalEnd plug = new([.. Command(Tool.Ours), "-p", lab["pid"], "null://"], Host.Current.Environment(LocalLab.Me));
        await Wait.UntilAsync("its pid is there", () => File.Exists(lab["pid"]) && File.ReadAllText(lab["pid"]) == $"{plug.Pid}\n");

        Finished refused = (await RunAsync(lab, Tool.Ours, "-d", "-p", lab["pid"], "null://", "null://")).Exited(1);

        Assert.Contains($"is that of process {plug.Pid}, which runs", refused.Err, StringComparison.Ordinal);
        Assert.Equal($"{plug.Pid}\n", await File.ReadAllTextAsync(lab["pid"], TestContext.Current.CancellationToken));
    }

    [Theory, MemberData(nameof(Tools))]
    public async Task ModeGroupAndDescriptionAreThoseGiven(Tool tool)
    {
        Assert.SkipUnless(Host.IsRoot, "an ordinary user may be in no second group");
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        RealSwitch far = await lab.SwitchAsync("far");

        lab.Add(Running.Start(["setsid", .. Command(tool), "-m", "0640", "-g", "users", "-M", "0606", "-G", "daemon", "-D", "a description", near.Directory, far.Directory], Host.Current.Environment(LocalLab.Me)));

        await near.HasAsync(1);
        await far.HasAsync(1);
        // The client's mode is that of the switch's socket too; the group is that of its own, which has no name any more.
        Assert.Equal("640", await StatAsync("%a", near.Directory));
        Assert.Equal("606", await StatAsync("%a", far.Directory));
        Assert.Matches(@"module unix prog   : a description user=\w+ pid=\d+", await near.AskAsync("port/print"));
        Assert.Contains("a description", await far.AskAsync("port/print"), StringComparison.Ordinal);

        static async Task<string> StatAsync(string format, string directory)
        {
            string socket = Path.Combine(directory, Assert.Single(LocalLab.DataSockets(directory)));
            return (await Running.ToEndAsync(["stat", "-c", format, socket])).Exited(0).Out.Trim();
        }
    }

    [Fact]
    public async Task ModeAndGroupAreThoseOfAPtpSocketToo()
    {
        Assert.SkipUnless(Host.IsRoot, "an ordinary user may be in no second group");
        await using LocalLab lab = new();
        foreach ((string path, string[] command) in new[] { (lab["ours"], Command(Tool.Ours)), (lab["theirs"], Command(Tool.TheirOwn)) })
        {
            lab.Add(new LocalEnd([.. command, "-m", "0660", "-g", "users", $"ptp://{path}"], Host.Current.Environment(LocalLab.Me)));
            await Wait.UntilAsync("it is there", async () => (await Running.ToEndAsync(["stat", "-c", "%a %G", path])).Out == "660 users\n");
        }
    }

    static string[] Command(Tool tool) => tool == Tool.Ours ? [Host.Current.Binary, "plug"] : ["vde_plug"];

    // A daemon of vde_plug keeps the streams it was started with open no longer than it takes to open everything.
    static Task<Finished> RunAsync(LocalLab lab, Tool tool, params string[] words) =>
        Running.ToEndAsync(["setsid", "--wait", .. Command(tool), .. words], Host.Current.Environment(LocalLab.Me), lab.Directory);

    [GeneratedRegex(@"START|STOP|FAILED|10\.1\.2\.3")]
    private static partial Regex Event();

    /// <summary>A system log of the test's: /dev/log in a mount namespace of those who write to it.</summary>
    sealed class SystemLog : IAsyncDisposable
    {
        // "$1": a socket; "$2": a file of groups.
        const string Inside = """
            set -e
            mount -t tmpfs devices /mnt
            for device in null zero urandom random tty; do touch /mnt/$device; mount --bind /dev/$device /mnt/$device; done
            ln -s "$1" /mnt/log
            mount --bind "$2" /etc/group
            mount --rbind /mnt /dev
            shift 2
            exec "$@"
            """;

        readonly LocalLab lab = new();
        readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

        public static async Task<SystemLog> OpenAsync()
        {
            Assert.SkipUnless(Host.IsRoot, "mount namespaces are root's");
            SystemLog log = new();
            log.socket.Bind(new UnixDomainSocketEndPoint(log.lab["log"]));
            await File.WriteAllBytesAsync(log.lab["packet"], s_packet, TestContext.Current.CancellationToken);
            // vde_plug may not see what a program says with its last breath.
            await File.WriteAllTextAsync(log.lab["program"], "cat packet; until [ -e stop ]; do sleep 0.01; done\n", TestContext.Current.CancellationToken);
            return log;
        }

        /// <summary>Runs it with a packet on its standard input, which ends once all these but the last have come.</summary>
        /// <returns>What it wrote to the log, without time and program.</returns>
        public async Task<(Finished Finished, string[] Lines)> OfAsync(string[] command, string events, bool hasMember = false)
        {
            string groups = await File.ReadAllTextAsync("/etc/group", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(lab["group"], hasMember ? $"{groups}vdeplug_iplog:x:4243:root\n" : groups, TestContext.Current.CancellationToken);
            File.Delete(lab["stop"]);
            await using Running running = Running.Start(
                ["unshare", "--mount", "--propagation", "private", "sh", "-c", Inside, "sh", lab["log"], lab["group"], .. command], Host.Current.Environment(Who.Root), lab.Directory);
            List<string> lines = [];
            try
            {
                await running.Input.BaseStream.WriteAsync(s_packet, TestContext.Current.CancellationToken);
                await running.Input.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
                await Wait.UntilAsync("it has written what it should", () => running.HasExited || Read(lines) >= events.Split(' ').Length - 1);
                await File.WriteAllTextAsync(lab["stop"], "", TestContext.Current.CancellationToken);
                running.Input.Close();
            }
            catch (IOException)
            {
                // It ended without reading.
            }
            Finished finished = await running.EndAsync();
            Read(lines);
            return (finished, [.. lines]);
        }

        int Read(List<string> lines)
        {
            byte[] line = new byte[2000];
            while (socket.Available > 0)
            {
                string text = Encoding.UTF8.GetString(line, 0, socket.Receive(line));
                lines.Add(Regex.Match(text, @"^<14>\w+ +\d+ [\d:]+ (?:vde_plug|vdeorch): (.*)$").Groups[1].Value);
            }
            return lines.Count;
        }

        public async ValueTask DisposeAsync()
        {
            socket.Dispose();
            File.Delete(lab["log"]);
            await lab.DisposeAsync();
        }
    }
}
