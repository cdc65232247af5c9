using System.Globalization;
using System.Text;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>The management console of vdeorch switch: Debian's programs talk to it, and it says what vde_switch says.</summary>
public class ConsoleTests
{
    const string Mac = "00:ff:11:22:33:44";

    [Fact]
    public async Task Check18TheVlanMatrixAsItIsSetUpAtAConsole()
    {
        Host.Needs("vde_plug");
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, LocalLab.Me, "-M", lab["m"]);
        using ConsoleEnd console = await ConsoleEnd.ConnectAsync(lab["m"]);
        foreach (string command in (string[])["vlan/create 10", "port/create 1", "port/create 2", "port/create 3", "port/setvlan 1 10", "vlan/addport 10 2", "port/setvlan 3 4095", "vlan/addport 10 3", "vlan/addport 0 1"])
        {
            Assert.Equal("1000 Success\n\nvde$ ", console.Ask(command));
        }
        LocalEnd[] ends = [await JoinAsync(lab, 1), await JoinAsync(lab, 2), await JoinAsync(lab, 3)];

        await SentAsync(ends, 0, "0800", "", "8100000a0800", "8100000a0800");
        await SentAsync(ends, 1, "0800", "810000000800", "", "");
        await SentAsync(ends, 1, "8100e00a0800", "0800", "", "8100e00a0800");
        await SentAsync(ends, 2, "0800", "", "", "");
        await SentAsync(ends, 2, "8100000a0800", "0800", "8100000a0800", "");
        await SentAsync(ends, 0, "8100000a0800", "", "8100000a0800", "8100000a0800");
        // Whoever was to get nothing has got nothing when the next one comes.
        await SentAsync(ends, 2, "8100000a0800", "0800", "8100000a0800", "");
        await SentAsync(ends, 0, "8100000a0800", "", "8100000a0800", "8100000a0800");
    }

    [Fact]
    public async Task Check23DebiansProgramsTalkToIt()
    {
        Host.Needs("vdeterm", "unixterm", "unixcmd", "socat", "script");
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, LocalLab.Me, "-M", lab["m"]);
        await Wait.UntilAsync("the console listens", () => Listening.At(lab["m"]));

        Assert.Contains("Numports=32", (await Running.ToEndAsync(["unixcmd", "-s", lab["m"], "-f", "/etc/vde2/vdecmd", "port/showinfo"])).Out, StringComparison.Ordinal);
        // Without a line feed, as vdeterm sends them.
        Assert.Contains("FSTP=false", (await Running.ToEndAsync(["sh", "-c", $"printf fstp/showinfo | socat -t 5 - UNIX-CONNECT:{lab["m"]},ignoreeof & sleep 0.5; kill $!; wait"])).Out, StringComparison.Ordinal);

        Running unixterm = lab.Add(Running.Start(["unixterm", lab["m"]]));
        await unixterm.Input.WriteLineAsync("hash/showinfo".AsMemory(), TestContext.Current.CancellationToken);
        await unixterm.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync("unixterm has its answer", () => unixterm.Output.Contains("1000 Success", StringComparison.Ordinal));
        Assert.Contains("Hash size 128", unixterm.Output, StringComparison.Ordinal);
        await unixterm.Input.WriteLineAsync("logout".AsMemory(), TestContext.Current.CancellationToken);
        await unixterm.Input.FlushAsync(TestContext.Current.CancellationToken);
        await unixterm.EndAsync();

        // It wants a terminal. Its list for completion comes from help: what was begun is finished.
        Running vdeterm = lab.Add(Running.Start(["script", "-qec", $"vdeterm {lab["m"]}", "/dev/null"]));
        await Wait.UntilAsync("vdeterm prompts", () => vdeterm.Output.Contains("vde[", StringComparison.Ordinal));
        await vdeterm.Input.WriteAsync("ds/sh\t\n".AsMemory(), TestContext.Current.CancellationToken);
        await vdeterm.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync("vdeterm has its answer", () => vdeterm.Output.Contains("std mode 0600", StringComparison.Ordinal) && vdeterm.Output.Contains("Success", StringComparison.Ordinal));
        await vdeterm.Input.WriteAsync("logout\n".AsMemory(), TestContext.Current.CancellationToken);
        await vdeterm.Input.FlushAsync(TestContext.Current.CancellationToken);
        await vdeterm.EndAsync();
    }

    [Fact]
    public async Task Check24ItsRepliesAreTheRealOnes()
    {
        Host.Needs("vde_switch");
        await using LocalLab real = new();
        await using LocalLab ours = new();
        await real.SwitchAsync("sw", "-M", real["m"], "--macaddr", Mac);
        await SwitchTests.StartAsync(ours, LocalLab.Me, "-M", ours["m"], "--macaddr", Mac);
        using ConsoleEnd theirs = await ConsoleEnd.ConnectAsync(real["m"]);
        using ConsoleEnd mine = await ConsoleEnd.ConnectAsync(ours["m"]);
        Assert.Equal(theirs.Greeting, mine.Greeting);

        foreach (string command in s_commands)
        {
            string expected = ConsoleEnd.Alike(theirs.Ask(command), real.Directory);
            Assert.Equal($"{command}: {expected}", $"{command}: {ConsoleEnd.Alike(mine.Ask(command), ours.Directory)}");
        }
        Assert.Equal("9999 END OF SESSION<end>", mine.Ask("logout"));
        Assert.Equal("9999 END OF SESSION<end>", theirs.Ask("logout"));
    }

    /// <summary>What they come to of options and commands that speak of hubs and of spanning trees: the real one is asked the same.</summary>
    [Theory]
    [InlineData("-x", "-F", "--priority", "77")]
    [InlineData("-F", "-x")]
    [InlineData("--priority", "77")]
    [InlineData("-F", "--priority", "4096")]
    public async Task HubsAndSpanningTreesAreAsTheyAreThere(params string[] options)
    {
        Host.Needs("vde_switch");
        await using LocalLab real = new();
        await using LocalLab ours = new();
        await real.SwitchAsync("sw", ["-M", real["m"], "--macaddr", Mac, .. options]);
        await SwitchTests.StartAsync(ours, LocalLab.Me, ["-M", ours["m"], "--macaddr", Mac, .. options]);
        using ConsoleEnd theirs = await ConsoleEnd.ConnectAsync(real["m"]);
        using ConsoleEnd mine = await ConsoleEnd.ConnectAsync(ours["m"]);

        foreach (string change in (string[])["ds/showinfo", "fstp/setfstp 1", "port/sethub 0", "fstp/setfstp 1", "port/sethub 1", "fstp/setfstp 1", "port/sethub 0"])
        {
            foreach (string command in (string[])[change, "port/showinfo", "fstp/showinfo"])
            {
                Assert.Equal($"{change}, {command}: {ConsoleEnd.Alike(theirs.Ask(command), real.Directory)}", $"{change}, {command}: {ConsoleEnd.Alike(mine.Ask(command), ours.Directory)}");
            }
        }
    }

    /// <summary>Clients come, speak, share a port, and leave: what is told, and what the tables show then.</summary>
    [Fact]
    public async Task Check25ItsEventsAreTheRealOnes()
    {
        Host.Needs("vde_switch", "vde_plug");
        Assert.Equal(await WatchAsync(async lab =>
        {
            await lab.SwitchAsync("sw", "-M", lab["m"], "--macaddr", Mac);
        }), await WatchAsync(lab => SwitchTests.StartAsync(lab, LocalLab.Me, "-M", lab["m"], "--macaddr", Mac)));
    }

    [Fact]
    public async Task Check26ItIsConfiguredByAScriptAndByAnother()
    {
        await using LocalLab lab = new();
        await File.WriteAllTextAsync(lab["rc"], $"# a comment\nvlan/create 10\nno such command\nport/create 4\nport/setvlan 4 10\nload {lab["more"]}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(lab["more"], "vlan/create 11\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(lab["rc"], (UnixFileMode)0b110_100_100);
        File.SetUnixFileMode(lab["more"], (UnixFileMode)0b110_100_100);
        Running ours = await SwitchTests.StartAsync(lab, LocalLab.Me, "-f", lab["rc"], "-M", lab["m"]);
        using ConsoleEnd console = await ConsoleEnd.ConnectAsync(lab["m"]);

        Assert.Contains("VLAN 0010\n -- Port 0004 tagged=0 active=0", console.Ask("vlan/allprint"), StringComparison.Ordinal);
        Assert.Contains("VLAN 0011\n", console.Ask("vlan/print"), StringComparison.Ordinal);
        Assert.Equal($"vde[{lab["more"]}]: vlan/create 11\n1017 File exists\n1000 Success\n\nvde$ ", console.Ask($"load {lab["more"]}"));
        await ours.Input.WriteAsync("vlan/create 12\n".AsMemory(), TestContext.Current.CancellationToken);
        await ours.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync("standard input is a console", () => ours.Output.Contains("1000 Success", StringComparison.Ordinal));
        Assert.DoesNotContain("vde$", ours.Output, StringComparison.Ordinal);
        Assert.Contains("VLAN 0012\n", console.Ask("vlan/print"), StringComparison.Ordinal);

        Assert.Equal("9999 END OF SESSION<end>", console.Ask("shutdown"));
        (await ours.EndAsync()).Exited(0);
        Assert.False(Directory.Exists(lab["sw"]) || File.Exists(lab["m"]));
    }

    [Theory]
    [InlineData("600")]
    [InlineData("660", "--mgmtmode", "0660")]
    public async Task TheSocketIsForWhomItIsSaid(string mode, params string[] options)
    {
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, LocalLab.Me, ["-M", lab["m"], .. options]);
        using ConsoleEnd console = await ConsoleEnd.ConnectAsync(lab["m"]);

        Assert.Equal(mode, await SwitchTests.StatAsync("%a", lab["m"]));
        Assert.Contains($"mgmt {lab["m"]} perm 0{mode}", console.Ask("showinfo"), StringComparison.Ordinal);
    }

    /// <summary>A thousand that connect and vanish, in the middle of a command or of its answer, and those that never read.</summary>
    [Fact]
    public async Task WhoeverComesAndGoesOrDoesNotReadLeavesNothing()
    {
        await using LocalLab lab = new();
        Running ours = await SwitchTests.StartAsync(lab, LocalLab.Me, "-M", lab["m"]);
        using ConsoleEnd console = await ConsoleEnd.ConnectAsync(lab["m"]);
        int before = Descriptors(ours);
        for (int i = 0; i < 1_000; i++)
        {
            using ConsoleEnd gone = await ConsoleEnd.ConnectAsync(lab["m"]);
            gone.Socket.Send(Encoding.UTF8.GetBytes(i % 3 == 0 ? "help" : i % 3 == 1 ? "debug/add" : "vla"));
        }
        using (ConsoleEnd deaf = await ConsoleEnd.ConnectAsync(lab["m"]))
        {
            deaf.Socket.SendTimeout = 2_000;
            // More answers than anybody keeps: it is let go of.
            Assert.ThrowsAny<System.Net.Sockets.SocketException>(() => AskOnAndOn(deaf));
        }

        Assert.Contains("Numports=32", console.Ask("port/showinfo"), StringComparison.Ordinal);
        await Wait.UntilAsync("its descriptors are those of before", () => Descriptors(ours) == before);
    }

    [Fact]
    public async Task TheConsoleOfARealSwitchIsReachedByTheVerb()
    {
        Host.Needs("vde_switch");
        await using LocalLab lab = new();
        await lab.SwitchAsync("sw", "-M", lab["m"]);
        await Wait.UntilAsync("the console listens", () => Listening.At(lab["m"]));

        Finished shown = (await ConsoleAsync(lab["m"], "port/showinfo")).Exited(0);
        Finished refused = await ConsoleAsync(lab["m"], "vlan/create", "4094");

        Assert.Equal("Numports=32\nHUB=false\ncounters=true\n", shown.Out);
        refused.Exited(1);
        Assert.Contains("vlan/create 4094: Invalid argument", refused.Err, StringComparison.Ordinal);
    }

    static void AskOnAndOn(ConsoleEnd end)
    {
        while (true)
        {
            end.Socket.Send("help"u8);
        }
    }

    static int Descriptors(Running process) => Directory.GetFiles($"/proc/{process.Pid}/fd").Length;

    static Task<Finished> ConsoleAsync(params string[] words) =>
        Running.ToEndAsync([.. Host.Current.As(LocalLab.Me, [Host.Current.Binary, "console", .. words])], Host.Current.Environment(LocalLab.Me));

    static Task<LocalEnd> JoinAsync(LocalLab lab, int port) => SwitchTests.JoinAsync(lab, LocalLab.Me, string.Create(CultureInfo.InvariantCulture, $"{lab["sw"]}[{port}]"));

    /// <summary>A broadcast with that type, and the types it has where it arrives; empty: it does not.</summary>
    static async Task SentAsync(LocalEnd[] ends, int from, string type, params string[] expected)
    {
        byte[] frame = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, (byte)(from + 1), .. Convert.FromHexString(type), .. new byte[46]];
        await ends[from].SendAsync(frame);
        for (int i = 0; i < ends.Length; i++)
        {
            if (expected[i].Length > 0)
            {
                byte[] came = await ends[i].NextAsync();
                Assert.StartsWith(expected[i], Convert.ToHexStringLower(came.AsSpan(12)), StringComparison.Ordinal);
            }
        }
    }

    static async Task<string> WatchAsync(Func<LocalLab, Task> start)
    {
        await using LocalLab lab = new();
        await start(lab);
        using ConsoleEnd console = await ConsoleEnd.ConnectAsync(lab["m"]);
        StringBuilder seen = new();
        seen.Append(console.Ask("debug/add port"));
        seen.Append(console.Ask("debug/add hash"));
        seen.Append(console.Ask("port/create 5"));
        LocalEnd one = await JoinAsync(lab, 5);
        seen.Append(console.ReadTo("port/descr")).Append(console.ReadTo("\n"));
        await one.SendAsync([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 0, .. new byte[46]]);
        seen.Append(console.ReadTo("hash/+")).Append(console.ReadTo("\n"));
        LocalEnd two = await JoinAsync(lab, 5);
        seen.Append(console.ReadTo("port/descr")).Append(console.ReadTo("\n"));
        foreach (string command in (string[])["port/print", "port/remove 5", "port/epclose 5 999", "vlan/print", "vlan/create 3", "port/setvlan 5 3", "hash/print"])
        {
            seen.Append(console.Ask(command));
        }
        two.Close();
        seen.Append(console.ReadTo("port/ep/-")).Append(console.ReadTo("\n"));
        one.Close();
        seen.Append(console.ReadTo("port/- 05\n"));
        // That the last has left is told a moment before his socket is removed.
        await Wait.UntilAsync("nobody is there", () => LocalLab.Sockets(lab["sw"]) == 0);
        await JoinAsync(lab, 9);
        seen.Append(console.ReadTo("port/descr")).Append(console.ReadTo("\n"));
        foreach (string command in (string[])["port/print", "port/allprint 5", "port/resetcounter 5", "port/allprint 5", "port/remove 5", "port/allprint"])
        {
            seen.Append(console.Ask(command));
        }
        return ConsoleEnd.Alike(seen.ToString(), lab.Directory);
    }

    static readonly string[] s_commands =
    [
        "help\n",
        "showinfo",
        "port/showinfo",
        "hash/showinfo",
        "ds/showinfo",
        "vlan/print",
        "port/print 5",
        "port/print 99",
        "vlan/create 10",
        "vlan/create 10",
        "vlan/create 4094",
        "foo",
        "\n",
        "# x",
        "help port",
        "help zz",
        "plugin/list",
        "debug/list",
        "debug/add port",
        "debug/add port",
        "debug/add zz",
        "debug/del zz",
        "debug/del hash",
        "port/create 3",
        "port/create 3",
        "port/create 33",
        "port/create 0",
        "port/print",
        "port/allprint",
        "port/print 3",
        "port/setvlan 3 10",
        "port/setvlan 3 11",
        "vlan/print",
        "vlan/allprint",
        "vlan/addport 10 3",
        "vlan/addport 0 3",
        "vlan/allprint",
        "vlan/delport 10 3",
        "vlan/allprint 0",
        "vlan/print 0",
        "vlan/allprint 10",
        "port/createauto",
        "port/createauto",
        "hash/print",
        "hash/find zz",
        "hash/find 00:00:00:00:00:01",
        "load /nosuch",
        "port/setuser 3 nobody",
        "port/setgroup 3 nogroup",
        "port/allprint 3",
        "port/setuser 3 NONE",
        "port/setuser 3 nosuch",
        "port/allprint 3",
        "port/remove 3",
        "port/remove 9",
        "port/allocatable 1 0",
        "port/setnumports 2",
        "port/setnumports 16",
        "port/resetcounter",
        "port/resetcounter 9",
        "vlan/create 20",
        "port/create 7",
        "vlan/addport 20 7",
        "vlan/allprint",
        "port/setvlan 7 20",
        "vlan/allprint 20",
        "port/setvlan 7 0",
        "vlan/allprint",
        "vlan/remove 20",
        "vlan/delport 20 7",
        "vlan/addport 20 9",
        "vlan/addport 21 7",
        "vlan/addport 20",
        "vlan/remove 20",
        "vlan/remove 0",
        "vlan/remove 99",
        "port/setvlan 7 4095",
        "vlan/allprint",
        "port/allprint 7",
        "port/setvlan 7",
        "port/setvlan",
        "port/setvlan 99 0",
        "port/setvlan 9 0",
        "port/setvlan 7 zz",
        "port/setvlan 7 4094",
        "port/setvlan 7 5000",
        "port/create",
        "port/create -1",
        "port/create zz",
        "vlan/create",
        "vlan/create 0",
        "port/allocatable 7 1",
        "port/allprint 7",
        "port/allocatable 99 1",
        "port/allocatable 7",
        "port/setuser 7",
        "port/setuser 7 0",
        "port/allprint 7",
        "port/setgroup 7 ANY",
        "port/setgroup 7 nosuch",
        "port/sethub 5",
        "port/showinfo",
        "vlan/allprint",
        "port/sethub zz",
        "vlan/allprint",
        "hash/setsize 0",
        "hash/setsize 200",
        "hash/setexpire 0",
        "hash/setexpire 50",
        "hash/setgcint 0",
        "hash/setminper 9",
        "hash/showinfo",
        "hash/setexpire",
        "vlan/print 9",
        "vlan/print zz",
        "vlan/allprint 4095",
        "vlan/create 4093",
        "vlan/print 5000",
        "port/print zz",
        "port/print -1",
        "port/print 0",
        "port/remove 0",
        "port/remove 99",
        "port/setnumports 0",
        "port/setnumports -5",
        "port/resetcounter 7",
        "port/resetcounter 99",
        "port/epclose 7",
        "port/epclose 9 1",
        "plugin/del x",
        "load",
        "debug/add",
        "debug/add",
        "debug/del",
        "debug/add hash/+",
        "debug/list",
        "debug/del hash/+",
        "  showinfo",
        "showinfoXYZ",
        "help  port",
        "shut",
        "ds",
        "port",
        " ",
        "port/createautoXX",
        "hash/find 00:00:00:00:00:01 5",
        "hash/find",
        "hash/find 0.0.0.0.0.1",
        "vlan/create 10\nvlan/create 30\n",
        "vlan/allprint",
        "fstp/showinfo",
        "fstp/print",
        "fstp/print 10",
        "fstp/print 9",
        "fstp/print 5000",
        "fstp/setedge 0 7 1",
        "fstp/setedge 0 9 1",
        "fstp/setedge 9 7 1",
        "fstp/setedge 0 99 1",
        "fstp/setedge 0",
        "fstp/setedge 5000 1 1",
        "fstp/bonus 0 7 100",
        "fstp/print 0",
        "fstp/bonus 0 9 1",
        "fstp/print 0",
        "fstp/bonus 0 99 1",
        "fstp/bonus",
        "port/sethub 1",
        "fstp/setfstp 1",
        "port/sethub 0",
        "fstp/showinfo",
        "port/remove 7",
        "port/remove 7",
        "port/create 7",
        "fstp/setfstp 1",
        "fstp/showinfo",
        "fstp/setfstp 0",
        "fstp/setfstp zz",
    ];
}
