using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>Loops of cables between vdeorch switch and Debian's, each with spanning trees.</summary>
public partial class SpanningTests
{
    const string Low = "00:ff:00:00:00:01";
    const string High = "00:ff:00:00:00:02";

    /// <summary>Debian's switch misses three hellos of four seconds, and hears the next.</summary>
    static readonly TimeSpan s_protocol = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Check22OfTwoCablesToDebiansSwitchOneIsShutUntilTheOtherIsCut(bool oursIsRoot)
    {
        Host.Needs("vde_plug", "vde_switch");
        await using LocalLab lab = new();
        await OursAsync(lab, "ours", "--macaddr", oursIsRoot ? Low : High);
        RealSwitch real = await lab.SwitchAsync("real", "-F", "--macaddr", oursIsRoot ? High : Low);
        LocalEnd first = await CableAsync(lab, real, 1);
        LocalEnd near = lab.Debian($"{lab["ours"]}[9]");
        LocalEnd far = lab.Debian($"{lab["real"]}[9]");
        await near.ReachesAsync(far);
        await CableAsync(lab, real, 2);

        await Wait.UntilAsync("Debian's switch knows its place", async () => (await real.AskAsync("fstp/print")).Contains($"root 80:00:{Low}", StringComparison.Ordinal));
        // Debian's end of it: whoever heard the other say something worse shuts his.
        await Wait.UntilAsync("one cable is shut", async () => Discarding(await real.AskAsync("vlan/print")) == "2");
        await near.ReachesAsync(far, s_protocol);
        Assert.Equal(1, await CopiesAsync(near, far));
        Assert.Equal(1, await CopiesAsync(far, near));

        first.Kill();
        await near.ReachesAsync(far, s_protocol);
        await far.ReachesAsync(near, s_protocol);
        Assert.Equal(1, await CopiesAsync(near, far));
        Assert.Equal("", Discarding(await real.AskAsync("vlan/print")));
    }

    [Fact]
    public async Task Check22OfTwoCablesBetweenOurSwitchesOneIsShutUntilTheOtherIsCut()
    {
        Host.Needs("vde_plug");
        await using LocalLab lab = new();
        await OursAsync(lab, "one", "--priority", "4096");
        await OursAsync(lab, "two");
        Running first = lab.Ours($"{lab["one"]}[1]", $"{lab["two"]}[1]");
        await Wait.UntilAsync("the first cable is there", () => LocalLab.Sockets(lab["two"]) == 1);
        LocalEnd near = lab.Debian($"{lab["one"]}[9]");
        LocalEnd far = lab.Debian($"{lab["two"]}[9]");
        await near.ReachesAsync(far);
        lab.Ours($"{lab["one"]}[2]", $"{lab["two"]}[2]");
        await Wait.UntilAsync("the second cable is there", () => LocalLab.Sockets(lab["two"]) == 3);

        // The root says hello at both; what is said again after four seconds says that the state is one that stays.
        await HelloAsync(far);
        await HelloAsync(far);
        Assert.Equal(1, await CopiesAsync(near, far));
        Assert.Equal(1, await CopiesAsync(far, near));

        await first.SignalAsync("INT");
        await near.ReachesAsync(far);
        await far.ReachesAsync(near);
        Assert.Equal(1, await CopiesAsync(near, far));
    }

    [Fact]
    public async Task Check22WhatOurSwitchSaysIsWhatDebiansSays()
    {
        Host.Needs("vde_plug", "vde_switch");
        await using LocalLab lab = new();
        await OursAsync(lab, "ours", "--macaddr", Low, "--priority", "12345");
        await lab.SwitchAsync("real", "-F", "--macaddr", Low, "--priority", "12345");
        LocalEnd ours = lab.Debian($"{lab["ours"]}[9]");
        LocalEnd debians = lab.Debian($"{lab["real"]}[9]");

        byte[] expected = await HelloAsync(debians);

        Assert.Equal(53, expected.Length);
        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(await HelloAsync(ours)));
    }

    [Fact]
    public async Task WithoutSpanningTreesTheirFramesAreFramesLikeAnyOther()
    {
        Host.Needs("vde_plug");
        await using LocalLab lab = new();
        lab.Add(Running.Start([.. Host.Current.As(LocalLab.Me, [Host.Current.Binary, "switch", "-s", lab["sw"]])], Host.Current.Environment(LocalLab.Me)));
        await Wait.UntilAsync("it listens", () => Listening.At(Path.Combine(lab["sw"], "ctl")));
        LocalEnd one = lab.Debian(lab["sw"]);
        LocalEnd two = lab.Debian(lab["sw"]);
        await one.ReachesAsync(two);
        byte[] bpdu = Convert.FromHexString("0180c200000000ff000000010027424203000002027c800000ff0000000100000000800000ff000000018009000028000400000000");

        await one.SendAsync(bpdu);

        Assert.Equal(bpdu, await two.NextAsync());
    }

    static async Task OursAsync(LocalLab lab, string name, params string[] options)
    {
        lab.Add(Running.Start([.. Host.Current.As(LocalLab.Me, [Host.Current.Binary, "switch", "-F", "-s", lab[name], .. options])], Host.Current.Environment(LocalLab.Me)));
        await Wait.UntilAsync($"{name} listens", () => Listening.At(Path.Combine(lab[name], "ctl")));
    }

    /// <summary>Between the same port of both.</summary>
    static async Task<LocalEnd> CableAsync(LocalLab lab, RealSwitch real, int port)
    {
        // At SIGINT it would take its process group with it, and that is ours.
        LocalEnd cable = lab.Add(new LocalEnd(["vde_plug", $"{lab["ours"]}[{port}]", $"{real.Directory}[{port}]"]));
        await real.HasAsync(port);
        return cable;
    }

    /// <summary>The ports that Debian's switch says it has shut.</summary>
    static string Discarding(string printed) => string.Join(", ", Shut().Matches(printed).Select(match => match.Groups[1].Value.TrimStart('0')));

    /// <summary>The next that is said by a port that has been there for a while.</summary>
    static async Task<byte[]> HelloAsync(LocalEnd at)
    {
        const int FlagsAt = 21;
        const byte Agreed = 0x7c;
        while (true)
        {
            if (await at.NextAsync() is { Length: > FlagsAt } frame && IsSpanning(frame) && frame[FlagsAt] == Agreed)
            {
                return frame;
            }
        }
    }

    /// <summary>How often a broadcast arrives. What comes another way has come once something that was sent in answer is back.</summary>
    static async Task<int> CopiesAsync(LocalEnd from, LocalEnd to)
    {
        byte[] frame = LocalFrames.Make(from: LocalFrames.Address(1));
        byte[] behind = LocalFrames.Make(from: LocalFrames.Address(1));
        byte[] answer = LocalFrames.Make(from: LocalFrames.Address(2));
        byte[] last = LocalFrames.Make(from: LocalFrames.Address(1));
        await from.SendAsync(frame, behind);
        List<byte[]> came = await to.UntilAsync(behind);
        await to.SendAsync(answer);
        await from.UntilAsync(answer);
        await from.SendAsync(last);
        came.AddRange(await to.UntilAsync(last));
        Assert.DoesNotContain(came, one => one.SequenceEqual(behind));
        return came.Count(one => one.SequenceEqual(frame));
    }

    static bool IsSpanning(byte[] frame) => frame.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x01, 0x80, 0xc2, 0, 0, 0]);

    [GeneratedRegex(@"Port (\d+) .*status=Discarding")]
    private static partial Regex Shut();
}
