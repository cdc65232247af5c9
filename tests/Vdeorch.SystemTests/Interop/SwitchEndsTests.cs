using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>How vdeorch switch begins and ends, what it makes for whom, and what it leaves.</summary>
public class SwitchEndsTests
{
    [Theory, RootAndUser]
    public async Task Check26SigtermIsTheEndAndTheDirectoryIsGone(Who who)
    {
        await using LocalLab lab = new();
        Running ours = await SwitchTests.StartAsync(lab, who);
        LocalEnd client = await SwitchTests.JoinAsync(lab, who, lab["sw"]);

        await ours.SignalAsync("TERM");

        (await ours.EndAsync()).Exited(0);
        Assert.False(Directory.Exists(lab["sw"]));
        Assert.Equal(0, await client.EndAsync(TimeSpan.FromSeconds(5)));
    }

    /// <summary>vde_switch goes on without its file; what one asked for and does not get is said by the process one has called, and by its exit code.</summary>
    [Theory]
    [InlineData("there is no '/nosuch/rc'", 1, "-f", "/nosuch/rc")]
    [InlineData("is a directory", 1, "-f", "/tmp")]
    [InlineData("/nosuch/pid", 1, "-p", "/nosuch/pid")]
    [InlineData("cannot make the socket '/nosuch/mgmt'", 1, "-M", "/nosuch/mgmt")]
    [InlineData("another one serves there", 255)]
    public async Task ADaemonThatCannotBeJoinedSaysWhy(string why, int exitCode, params string[] options)
    {
        await using LocalLab lab = new();
        Running? other = exitCode == 255 ? await SwitchTests.StartAsync(lab, LocalLab.Me) : null;

        Finished ended = (await Running.ToEndAsync([.. Host.Current.As(LocalLab.Me, [Host.Current.Binary, "switch", "-s", lab["sw"], "-d", .. options])], Host.Current.Environment(LocalLab.Me))).Exited(exitCode);

        Assert.Contains(why, ended.Err, StringComparison.Ordinal);
        Assert.Equal(other is not null, Directory.Exists(lab["sw"]));
    }

    [Fact]
    public async Task APidFileOfOneThatWasKilledIsTakenOverAndNoOther()
    {
        await using LocalLab lab = new();
        string[] words = [.. Host.Current.As(LocalLab.Me, [Host.Current.Binary, "switch", "-s", lab["sw"], "-d", "-p", lab["pid"]])];
        await File.WriteAllTextAsync(lab["pid"], "4194303\n", TestContext.Current.CancellationToken);
        (await Running.ToEndAsync(words, Host.Current.Environment(LocalLab.Me))).Exited(0);
        int first = int.Parse(await File.ReadAllTextAsync(lab["pid"], TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            Finished second = (await Running.ToEndAsync([.. words.Select(word => word == lab["sw"] ? lab["other"] : word)], Host.Current.Environment(LocalLab.Me))).Exited(1);
            Assert.Contains($"'{lab["pid"]}' is that of process {first} (vdeorch), which runs", second.Err, StringComparison.Ordinal);
        }
        finally
        {
            await Processes.SignalAsync(first, "TERM");
            await Wait.UntilAsync("it is gone", () => !Processes.Lives(first));
        }

        await File.WriteAllTextAsync(lab["pid"], "no number\n", TestContext.Current.CancellationToken);
        Assert.Contains("holds no process id", (await Running.ToEndAsync(words, Host.Current.Environment(LocalLab.Me))).Exited(1).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoLacksWhatOnlyRootHasIsToldSo()
    {
        await using LocalLab lab = new();
        Running roots = await SwitchTests.StartAsync(lab, Who.Root);

        Finished taken = (await Running.ToEndAsync([.. Host.Current.As(Who.User, [Host.Current.Binary, "switch", "-s", lab["sw"], "-d"])], Host.Current.Environment(Who.User))).Exited(255);
        Finished tap = (await Running.ToEndAsync([.. Host.Current.As(Who.User, [Host.Current.Binary, "switch", "-s", lab["mine"], "-t", "vtnosuch", "-d"])], Host.Current.Environment(Who.User))).Exited(7);

        Assert.Contains("it is of another user, whose switch serves there", taken.Err, StringComparison.Ordinal);
        Assert.Contains("that takes root", tap.Err, StringComparison.Ordinal);
        await roots.SignalAsync("TERM");
        (await roots.EndAsync()).Exited(0);
    }

    [Fact]
    public async Task Check26TheEndOfStandardInputIsTheEnd()
    {
        await using LocalLab lab = new();
        Running ours = await SwitchTests.StartAsync(lab, LocalLab.Me);
        await ours.Input.WriteLineAsync("port/print");

        ours.Input.Close();

        (await ours.EndAsync()).Exited(0);
        Assert.False(Directory.Exists(lab["sw"]));
    }

    [Fact]
    public async Task SigintCleansUpAndKills()
    {
        await using LocalLab lab = new();
        Running ours = await SwitchTests.StartAsync(lab, LocalLab.Me);

        await ours.SignalAsync("INT");

        (await ours.EndAsync()).Exited(130);
        Assert.False(Directory.Exists(lab["sw"]));
    }

    [Theory, RootAndUser]
    public async Task Check27ASecondOneIsRefusedAndAKilledOneIsFollowed(Who who)
    {
        await using LocalLab lab = new();
        Running first = await SwitchTests.StartAsync(lab, who);
        LocalEnd client = await SwitchTests.JoinAsync(lab, who, lab["sw"]);

        Finished second = await Running.ToEndAsync([.. Host.Current.As(who, [Host.Current.Binary, "switch", "-s", lab["sw"]])], Host.Current.Environment(who));

        second.Exited(255);
        Assert.Contains("Address already in use", second.Err, StringComparison.Ordinal);
        await Wait.UntilAsync("the client has settled", () => Directory.EnumerateFileSystemEntries(lab["sw"]).All(path => Path.GetFileName(path)[0] != '.'));
        Processes.Kill(first.Pid);
        await first.EndAsync();
        Assert.Equal(0, await client.EndAsync(TimeSpan.FromSeconds(5)));
        Assert.NotEmpty(LocalLab.DataSockets(lab["sw"]));

        Running third = lab.Add(Running.Start([.. Host.Current.As(who, [Host.Current.Binary, "switch", "-s", lab["sw"]])], Host.Current.Environment(who)));
        await Wait.UntilAsync("what was left is swept away", () => third.HasExited || (SwitchTests.Listens(lab["sw/ctl"]) && LocalLab.Sockets(lab["sw"]) == 0));
        LocalEnd one = await SwitchTests.JoinAsync(lab, who, lab["sw"]);
        LocalEnd two = await SwitchTests.JoinAsync(lab, who, lab["sw"]);
        await one.ReachesAsync(two);
    }

    [Fact]
    public async Task ADirectoryWithOtherFilesOrAnotherOwnerIsLeftAlone()
    {
        Assert.SkipUnless(Host.IsRoot, "only root can become somebody else; run the tests as root");
        await using LocalLab lab = new();
        Directory.CreateDirectory(lab["full"]);
        await File.WriteAllTextAsync(lab["full/file"], "mine", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(lab["others"]);
        (await Running.ToEndAsync(["chown", "65534", lab["others"]])).Exited(0);

        foreach ((string name, string why) in ((string, string)[])[("full", "Directory not empty"), ("others", "File exists")])
        {
            Finished refused = await Running.ToEndAsync([Host.Current.Binary, "switch", "-s", lab[name]], Host.Current.Environment(Who.Root));
            refused.Exited(1);
            Assert.Contains(why, refused.Err, StringComparison.Ordinal);
        }
        Assert.Equal("mine", await File.ReadAllTextAsync(lab["full/file"], TestContext.Current.CancellationToken));
        Assert.Equal("65534 755", await SwitchTests.StatAsync("%u %a", lab["others"]));
    }

    [Theory]
    [InlineData("2700", "600")]
    [InlineData("2750", "640", "-m", "640")]
    [InlineData("2770", "660", "-mode", "660")]
    [InlineData("2777", "666", "--mod=666")]
    [InlineData("2755", "644", "--mode", "0644")]
    [InlineData("2770", "770", "-m770")]
    [InlineData("755", "644", "--dirmode", "755")]
    [InlineData("2770", "660", "-dirmode", "2770")]
    public async Task ModesAreTheOriginals(string directory, string listener, params string[] options)
    {
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, LocalLab.Me, options);

        // The directory is opened to others last.
        await Wait.UntilAsync($"the directory has mode {directory}", async () => await SwitchTests.StatAsync("%a", lab["sw"]) == directory);
        Assert.Equal(listener, await SwitchTests.StatAsync("%a", lab["sw/ctl"]));
    }

    [Fact]
    public async Task RootGivesDataSocketsToTheirClients()
    {
        Host.Needs("vde_plug");
        Assert.SkipUnless(Host.IsRoot, "only root can become somebody else; run the tests as root");
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, Who.Root, "-m", "666", "-g", "daemon");
        using LocalRawClient own = new(lab["sw"]);
        string mine = own.Join();

        await SwitchTests.JoinAsync(lab, Who.User, $"{lab["sw"]}[9]");

        string his = Path.Combine(lab["sw"], LocalLab.DataSockets(lab["sw"]).Single(name => name.StartsWith("009.", StringComparison.Ordinal)));
        Assert.Equal("600 root daemon", await SwitchTests.StatAsync("%a %U %G", mine));
        Assert.Equal("nobody", await SwitchTests.StatAsync("%U", his));
        Assert.Equal("daemon daemon", $"{await SwitchTests.StatAsync("%G", lab["sw"])} {await SwitchTests.StatAsync("%G", lab["sw/ctl"])}");
    }

    [Fact]
    public async Task APortIsForOneUserAtATime()
    {
        Host.Needs("vde_plug");
        Assert.SkipUnless(Host.IsRoot, "only root can become somebody else; run the tests as root");
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, Who.Root, "-m", "666");
        await SwitchTests.JoinAsync(lab, Who.User, $"{lab["sw"]}[3]");

        LocalEnd other = lab.Add(new LocalEnd([.. Host.Current.As(Who.UserWithIds, ["vde_plug", $"{lab["sw"]}[3]"])]));

        Assert.Equal(1, await other.EndAsync(TimeSpan.FromSeconds(5)));
        await SwitchTests.JoinAsync(lab, Who.User, $"{lab["sw"]}[3]");
        await SwitchTests.JoinAsync(lab, Who.UserWithIds, $"{lab["sw"]}[4]");
    }

    [Fact]
    public async Task ATapIsJoinedToIt()
    {
        Host.Needs("ip", "vde_plug");
        Assert.SkipUnless(Host.IsRoot, "only root can make a tap");
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, Who.Root, "-tap", "vtsw0");
        (await Running.ToEndAsync(["ip", "link", "set", "vtsw0", "up"])).Exited(0);

        LocalEnd client = await SwitchTests.JoinAsync(lab, Who.Root, lab["sw"]);

        // The first port is the tap's.
        Assert.StartsWith("002.", Assert.Single(LocalLab.DataSockets(lab["sw"])), StringComparison.Ordinal);
        // What the kernel says on a link of its own accord.
        Assert.NotEmpty(await client.NextAsync());
    }

    [Fact]
    public async Task ADaemonIsReadyWhenItsStarterEndsAndItsPidFileMustBeNew()
    {
        await using LocalLab lab = new();
        string[] words = [Host.Current.Binary, "switch", "-daemon", "-s", lab["sw"], "-p", lab["pid"]];

        (await Running.ToEndAsync([.. Host.Current.As(LocalLab.Me, words)], Host.Current.Environment(LocalLab.Me))).Exited(0);

        int pid = int.Parse(await File.ReadAllTextAsync(lab["pid"], TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        using (LocalRawClient client = new(lab["sw"]))
        {
            client.Join();
        }
        Assert.Equal("644", await SwitchTests.StatAsync("%a", lab["pid"]));
        Finished second = await Running.ToEndAsync([.. Host.Current.As(LocalLab.Me, [.. words[..3], "-s", lab["other"], "-p", lab["pid"]])], Host.Current.Environment(LocalLab.Me));
        second.Exited(1);
        Assert.False(Directory.Exists(lab["other"]));
        await Processes.SignalAsync(pid, "TERM");
        await Wait.UntilAsync("it has ended", () => !Processes.Lives(pid));
        Assert.False(Directory.Exists(lab["sw"]) || File.Exists(lab["pid"]));
    }

    [Theory]
    [InlineData("extra")]
    [InlineData("-n", "0")]
    [InlineData("-n", "x")]
    [InlineData("--mode", "9")]
    [InlineData("--group", "no-such-group")]
    [InlineData("--nosuch")]
    [InlineData("--sock")]
    [InlineData("--macaddr", "1:2")]
    public async Task WhatCannotBeMeantEndsItWith1(params string[] options)
    {
        await using LocalLab lab = new();

        Finished refused = await Running.ToEndAsync([.. Host.Current.As(LocalLab.Me, [Host.Current.Binary, "switch", "-s", lab["sw"], .. options])], Host.Current.Environment(LocalLab.Me));

        refused.Exited(1);
        Assert.NotEmpty(refused.Err);
        Assert.False(Directory.Exists(lab["sw"]));
    }

    [Fact]
    public async Task HelpAndVersionAreNoSwitch()
    {
        Finished help = (await Running.ToEndAsync([.. Host.Current.As(LocalLab.Me, [Host.Current.Binary, "switch", "-h"])], Host.Current.Environment(LocalLab.Me))).Exited(0);
        Finished version = (await Running.ToEndAsync([.. Host.Current.As(LocalLab.Me, [Host.Current.Binary, "switch", "-v"])], Host.Current.Environment(LocalLab.Me))).Exited(0);

        Assert.Contains("--numports", help.Out, StringComparison.Ordinal);
        Assert.StartsWith("vdeorch ", version.Out, StringComparison.Ordinal);
    }
}
