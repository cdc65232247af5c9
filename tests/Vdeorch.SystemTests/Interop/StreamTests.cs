using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>vdeorch plug where vde_plug stood: dpipe, commands, serial lines, inherited sockets, a user-mode network.</summary>
public class StreamTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Check28DpipeJoinsOneOfThemAndOneOfOurs(bool oursIsFirst)
    {
        Host.Needs("vde_switch", "vde_plug", "dpipe");
        await using LocalLab lab = new();
        (LocalEnd near, LocalEnd far) = await TwoSwitchesAsync(lab);
        (string one, string two) = (lab["one"], lab["two"]);
        string[] ours = [Host.Current.Binary, "plug", one];
        string[] theirs = ["vde_plug", two];

        lab.Add(Running.Start(["dpipe", .. oursIsFirst ? ours : theirs, "=", .. oursIsFirst ? theirs : ours], Host.Current.Environment(LocalLab.Me)));

        await ExchangesAsync(near, far);
    }

    [Fact]
    public async Task Check28DpipeJoinsTwoOfOurs()
    {
        Host.Needs("vde_switch", "vde_plug", "dpipe");
        await using LocalLab lab = new();
        (LocalEnd near, LocalEnd far) = await TwoSwitchesAsync(lab);
        (string one, string two) = (lab["one"], lab["two"]);

        lab.Add(Running.Start(["dpipe", Host.Current.Binary, "plug", one, "=", Host.Current.Binary, "plug", two], Host.Current.Environment(LocalLab.Me)));

        await ExchangesAsync(near, far);
    }

    [Fact]
    public async Task Check28OursIsTheCommandOfTheirCmdPlug()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        (LocalEnd near, LocalEnd far) = await TwoSwitchesAsync(lab);
        (string one, string two) = (lab["one"], lab["two"]);

        Run(lab, ["vde_plug", $"cmd://{Host.Current.Binary} plug {one}", two]);

        await ExchangesAsync(near, far);
    }

    [Fact]
    public async Task Check28OursIsTheirCommandAfterEquals()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        (LocalEnd near, LocalEnd far) = await TwoSwitchesAsync(lab);
        (string one, string two) = (lab["one"], lab["two"]);

        Run(lab, ["vde_plug", two, "=", Host.Current.Binary, "plug", one]);

        await ExchangesAsync(near, far);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Check28TheirsIsOurCommand(bool byLocator)
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        (LocalEnd near, LocalEnd far) = await TwoSwitchesAsync(lab);
        (string one, string two) = (lab["one"], lab["two"]);

        // A remote end behind a shell, as ssh starts it.
        lab.Ours(byLocator ? [$"cmd://sh -c 'exec vde_plug {two}'", one] : [one, "=", "sh", "-c", $"exec vde_plug {two}"]);

        await ExchangesAsync(near, far);
    }

    [Fact]
    public async Task Check31FramesPassASerialLineAndABrokenOneIsPassedOver()
    {
        Host.Needs("vde_plug", "socat");
        await using LocalLab lab = new();
        lab.Add(Running.Start(["socat", $"pty,link={lab["a"]},raw,echo=0", $"pty,link={lab["b"]},raw,echo=0"]));
        await Wait.UntilAsync("the line is there", () => File.Exists(lab["a"]) && File.Exists(lab["b"]));
        LocalEnd ours = lab.OurEnd($"vdesl://{lab["a"]}[speed=115200]");
        LocalEnd theirs = lab.Debian($"vdesl://{lab["b"]}[speed=115200]");
        await ExchangesAsync(ours, theirs);
        theirs.Close();
        await theirs.EndAsync(TimeSpan.FromSeconds(10));

        // Part of a frame, silence, and another frame.
        byte[] whole = LocalFrames.Make(300);
        await File.WriteAllBytesAsync(lab["b"], LocalEnd.Framed(LocalFrames.Make(300))[..100], TestContext.Current.CancellationToken);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(lab["b"], LocalEnd.Framed(whole), TestContext.Current.CancellationToken);

        Assert.Equal(whole, await ours.NextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Check32AnInheritedSocketOfPacketsJoinsThem(bool theyGoFirst)
    {
        Host.Needs("vde_plug", "python3");
        await using LocalLab lab = new();
        // Python makes the pair and starts both, each with its end and its own fifo pair to us.
        const string Pair = """
            import os, socket, subprocess, sys
            a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            os.set_inheritable(a.fileno(), True); os.set_inheritable(b.fileno(), True)
            one = subprocess.Popen([*sys.argv[1].split(), f"seqpacket://{a.fileno()}"], pass_fds=[a.fileno()])
            two = subprocess.Popen([*sys.argv[2].split(), f"seqpacket://{b.fileno()}", "=", "cat"], pass_fds=[b.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            a.close(); b.close()
            code = one.wait()
            other = two.wait(10)
            sys.exit(code or other)
            """;
        string ours = $"{Host.Current.Binary} plug";
        LocalEnd end = lab.Add(new LocalEnd(["python3", "-c", Pair, theyGoFirst ? "vde_plug" : ours, theyGoFirst ? ours : "vde_plug"], Host.Current.Environment(LocalLab.Me)));
        byte[] frame = LocalFrames.Make();

        // cat sends back what comes to it.
        await end.ReachesAsync(end);
        await end.SendAsync(frame);
        Assert.Equal(frame, await end.NextAsync());
        end.Close();

        // The one ended with its input, the other with the one.
        Assert.Equal(0, await end.EndAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task Check39SlirpAnswersArpPingAndDhcp()
    {
        Host.Needs("ip", "ping");
        await using LocalLab lab = new();
        Finished inside = await Running.ToEndAsync(
            [Host.Current.Binary, "ns", "slirp://", "sh", "-c", "ip addr add 10.0.2.100/24 dev vde0; ip link set vde0 up; ping -c 2 -i 0.2 -W 5 10.0.2.2; ip neigh show dev vde0"],
            Host.Current.Environment(LocalLab.Me));
        LocalEnd guest = lab.OurEnd("slirp:///hostname=test");

        Assert.Contains(" 0% packet loss", inside.Out, StringComparison.Ordinal);
        Assert.Contains("10.0.2.2 lladdr 52:55:0a:00:02:02", inside.Out, StringComparison.Ordinal);
        await guest.SendAsync(Discover());
        byte[] offer;
        do
        {
            offer = await guest.NextAsync();
        }
        while (offer[12] != 8 || offer[23] != 17);
        // yiaddr: BOOTP behind Ethernet, IP and UDP headers.
        Assert.Equal([10, 0, 2, 15], offer[(14 + 20 + 8 + 16)..][..4]);
    }

    [Theory]
    [InlineData("slirp:///addr='10.9.0.1/20'", "10.9.2.15")]
    [InlineData("slirp:///addr=10.9.0.1%2f20", "10.9.2.15")]
    [InlineData("slirp:///dhcp=10.0.2.77", "10.0.2.77")]
    public async Task Check39OptionsOfSlirpAreReadAsTheyAreThere(string locator, string lease)
    {
        await using LocalLab lab = new();
        LocalEnd guest = lab.OurEnd(locator);
        await guest.SendAsync(Discover());
        byte[] offer;
        do
        {
            offer = await guest.NextAsync();
        }
        while (offer[12] != 8 || offer[23] != 17);

        Assert.Equal(lease, string.Join('.', offer[(14 + 20 + 8 + 16)..][..4]));
    }

    [Fact]
    public async Task Check39AnUnquotedSlashEndsAnOptionOfSlirp()
    {
        Finished refused = (await Running.ToEndAsync([Host.Current.Binary, "plug", "slirp:///addr=10.9.0.1/24", "null://"], Host.Current.Environment(LocalLab.Me))).Exited(1);

        Assert.Contains("Invalid argument", refused.Err, StringComparison.Ordinal);
        Assert.Contains("24", refused.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AForeignPlugRunsInAProcessOfItsOwn()
    {
        Host.Needs("vde_plug");
        await using LocalLab lab = new();
        string path = lab["p"];
        LocalEnd theirs = lab.Debian($"ptp://{path}");
        await Wait.UntilAsync("Debian's is there", () => File.Exists(path));
        LocalEnd ours = lab.OurEnd($"libvdeplug:ptp://{path}");

        await ExchangesAsync(ours, theirs);
    }

    [Fact]
    public async Task APlugThatNobodyHasIsAnsweredWithThoseThereAre()
    {
        Finished refused = (await Running.ToEndAsync([Host.Current.Binary, "plug", "nosuch://x", "null://"], Host.Current.Environment(LocalLab.Me))).Exited(1);

        Assert.StartsWith("vdeorch: open nosuch://x: Protocol not supported\n", refused.Err, StringComparison.Ordinal);
        Assert.Contains("known: ", refused.Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProgramEndsWithUsAlsoWhenWeAreKilled()
    {
        await using LocalLab lab = new();
        string mark = $"VDEORCH_TEST_CHILD={lab.Directory}";
        Running plug = lab.Ours("null://", "=", "env", mark, "sleep", "1000");
        await Wait.UntilAsync("the child runs", () => Processes.With(entry => entry == mark).Length > 0);

        Processes.Kill(plug.Pid);

        await Wait.UntilAsync("the child is gone", () => Processes.With(entry => entry == mark).Length == 0);
        await plug.EndAsync();
    }

    [Fact]
    public async Task AProgramThatStaysIsMadeToGo()
    {
        await using LocalLab lab = new();
        string mark = $"VDEORCH_TEST_CHILD={lab.Directory}";
        LocalEnd plug = lab.Add(new LocalEnd([Host.Current.Binary, "plug", $"cmd://env {mark} sh -c \"trap '' TERM; sleep 1000; sleep 1000\""], Host.Current.Environment(LocalLab.Me)));
        await Wait.UntilAsync("the child runs", () => Processes.With(entry => entry == mark).Length > 1);

        plug.Close();

        Assert.Equal(0, await plug.EndAsync(TimeSpan.FromSeconds(10)));
        await Wait.UntilAsync("nobody of it is left", () => Processes.With(entry => entry == mark).Length == 0);
    }

    [Fact]
    public async Task APeerThatNeverReadsHoldsNobodyUp()
    {
        await using LocalLab lab = new();
        LocalEnd plug = lab.Add(new LocalEnd([Host.Current.Binary, "plug", "cmd://sleep 1000"], Host.Current.Environment(LocalLab.Me)));
        byte[] frame = LocalEnd.Framed(LocalFrames.Make(1514));

        for (int i = 0; i < 1000; i++)
        {
            await plug.WriteAsync(frame).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        }

        plug.Close();
        Assert.Equal(0, await plug.EndAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task APipeThatIsFullLosesWholeFramesAndKeepsTheOthersInOrder()
    {
        await using LocalLab lab = new();
        LocalEnd sender = lab.OurEnd($"ptp://{lab["p"]}");
        LocalEnd late = lab.Add(new LocalEnd(
            ["sh", "-c", $"{Host.Current.Binary} plug ptp://{lab["p"]} | {{ until [ -e {lab["go"]} ]; do sleep 0.01; done; cat; }}"], Host.Current.Environment(LocalLab.Me)));
        // Heard on the way back, so both are there; what it says itself it is not heard to have been told.
        await late.ReachesAsync(sender);
        byte[][] sent = [.. Enumerable.Range(0, 8_000).Select(_ => LocalFrames.Make(1_000))];

        await sender.SendAsync(sent).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(lab["go"], "", TestContext.Current.CancellationToken);
        await sender.ReachesAsync(late);
        byte[] last = LocalFrames.Make();
        await sender.SendAsync(last);
        List<byte[]> came = await late.UntilAsync(last);

        // Of 8 MB a pipe holds 256 KiB, or 64 where the user has too many, and sockets on the way 2 MB at most.
        TestContext.Current.TestOutputHelper?.WriteLine($"{came.Count} of {sent.Length} came");
        Assert.InRange(came.Count, 50, sent.Length / 2);
        Assert.Equal(sent[..50], came[..50]);
        int at = 0;
        foreach (byte[] frame in came)
        {
            at = Array.FindIndex(sent, at, one => one.AsSpan().SequenceEqual(frame)) + 1;
            Assert.NotEqual(0, at);
        }
    }

    [Fact]
    public async Task ASerialSpeedThatDoesNotExistIsRefused()
    {
        Finished refused = (await Running.ToEndAsync([Host.Current.Binary, "plug", "vdesl:///dev/null[speed=1234]", "null://"], Host.Current.Environment(LocalLab.Me))).Exited(1);

        Assert.Contains("Invalid argument", refused.Err, StringComparison.Ordinal);
        Assert.Contains("115200", refused.Err, StringComparison.Ordinal);
    }

    static async Task<(LocalEnd Near, LocalEnd Far)> TwoSwitchesAsync(LocalLab lab)
    {
        RealSwitch one = await lab.SwitchAsync("one");
        RealSwitch two = await lab.SwitchAsync("two");
        return (await lab.DebianAsync(one.Directory), await lab.DebianAsync(two.Directory));
    }

    // Interrupted, vde_plug interrupts its whole process group: not with us in it.
    static void Run(LocalLab lab, string[] command) => lab.Add(Running.Start(["setsid", .. command], Host.Current.Environment(LocalLab.Me)));

    static async Task ExchangesAsync(LocalEnd one, LocalEnd other)
    {
        await one.ReachesAsync(other);
        await other.ReachesAsync(one);
        byte[] there = LocalFrames.Make(1514);
        byte[] back = LocalFrames.Make(64, from: LocalFrames.Address(9));
        await one.SendAsync(there);
        Assert.Equal(there, await other.NextAsync());
        await other.SendAsync(back);
        Assert.Equal(back, await one.NextAsync());
    }

    // DHCPDISCOVER, RFC 2131; no checksum is needed over IPv4's UDP.
    static byte[] Discover()
    {
        byte[] bootp = new byte[300];
        (bootp[0], bootp[1], bootp[2]) = (1, 1, 6);
        bootp[10] = 0x80;
        byte[] mac = [2, 0, 0, 0, 0, 7];
        mac.CopyTo(bootp, 28);
        byte[] options = [0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255];
        options.CopyTo(bootp, 236);
        byte[] udp = [0, 68, 0, 67, (byte)((bootp.Length + 8) >> 8), (byte)(bootp.Length + 8), 0, 0];
        byte[] ip = [0x45, 0, (byte)((bootp.Length + 28) >> 8), (byte)(bootp.Length + 28), 0, 0, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255];
        int sum = 0;
        for (int i = 0; i < ip.Length; i += 2)
        {
            sum += (ip[i] << 8) | ip[i + 1];
        }
        sum = (sum & 0xffff) + (sum >> 16);
        (ip[10], ip[11]) = ((byte)(~sum >> 8), (byte)~sum);
        return [255, 255, 255, 255, 255, 255, .. mac, 8, 0, .. ip, .. udp, .. bootp];
    }
}
