using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>Two cables with two VLANs between vdeorch switch and Debian's: each VLAN has a tree of its own, and both switches agree on each.</summary>
public partial class SpanningVlanTests
{
    const string Low = "00:ff:00:00:00:01";
    const string High = "00:ff:00:00:00:02";

    /// <summary>Of those, VLAN 10 prefers cable 1 and VLAN 20 cable 2.</summary>
    static readonly (int Vlan, int Preferred)[] s_vlans = [(10, 1), (20, 2)];

    /// <summary>Debian's switch misses three hellos of four seconds, and hears the next.</summary>
    static readonly TimeSpan s_protocol = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EachVlanHasATreeOfItsOwnAndBothAgreeOnIt(bool oursIsRoot)
    {
        Host.Needs("vde_plug", "vde_switch");
        await using LocalLab lab = new();
        lab.Add(Running.Start([.. Host.Current.As(LocalLab.Me, [Host.Current.Binary, "switch", "-F", "-s", lab["ours"], "-M", lab["m"], "--macaddr", oursIsRoot ? Low : High])], Host.Current.Environment(LocalLab.Me)));
        RealSwitch real = await lab.SwitchAsync("real", "-F", "--macaddr", oursIsRoot ? High : Low);
        using ConsoleEnd console = await ConsoleEnd.ConnectAsync(lab["m"]);
        Func<string, Task<string>> ours = command => Task.FromResult(console.Ask(command));
        Func<string, Task<string>> root = oursIsRoot ? ours : real.AskAsync;
        Func<string, Task<string>> other = oursIsRoot ? real.AskAsync : ours;
        await SetUpAsync(ours);
        await SetUpAsync(real.AskAsync);
        // What a way costs is said by who goes it.
        foreach ((int vlan, int preferred) in s_vlans)
        {
            await DoneAsync(other, $"fstp/bonus {vlan} {preferred} 5000000");
        }
        LocalEnd[] cables = [await CableAsync(lab, real, 1), await CableAsync(lab, real, 2)];
        // Those of VLAN 10, and of VLAN 20.
        (LocalEnd Near, LocalEnd Far)[] pairs = [(lab.Debian($"{lab["ours"]}[11]"), lab.Debian($"{lab["real"]}[11]")), (lab.Debian($"{lab["ours"]}[21]"), lab.Debian($"{lab["real"]}[21]"))];

        foreach ((int vlan, int preferred) in s_vlans)
        {
            await Wait.UntilAsync($"VLAN {vlan} has its tree", async () => await WayAsync(other, vlan) == ($"80:00:{Low}", preferred, 15_000_000), s_protocol);
            Assert.Equal(($"80:00:{Low}", 0, 0), await WayAsync(root, vlan));
            // One end of the other cable, whichever: Debian's is shut by what it hears from ours, or ours by what it hears from Debian's.
            await Wait.UntilAsync($"of VLAN {vlan} one cable is shut at one end", async () =>
                (await ShutAsync(ours, vlan)).Concat(await ShutAsync(real.AskAsync, vlan)).SequenceEqual([3 - preferred]), s_protocol);
        }
        foreach ((LocalEnd near, LocalEnd far) in pairs)
        {
            await near.ReachesAsync(far, s_protocol);
            await far.ReachesAsync(near, s_protocol);
        }
        // Its VLAN and nobody else's: what comes last came alone.
        byte[] staff = LocalFrames.Make(from: LocalFrames.Address(1));
        byte[] guests = LocalFrames.Make(from: LocalFrames.Address(2));
        await pairs[0].Near.SendAsync(staff);
        await pairs[0].Far.UntilAsync(staff);
        await pairs[1].Near.SendAsync(guests);
        Assert.DoesNotContain(await pairs[1].Far.UntilAsync(guests), frame => frame.SequenceEqual(staff));

        cables[0].Kill();
        foreach ((int vlan, _) in s_vlans)
        {
            await Wait.UntilAsync($"VLAN {vlan} goes the other way", async () => (await WayAsync(other, vlan)).Port == 2, s_protocol);
            await Wait.UntilAsync($"nothing of VLAN {vlan} is shut", async () => (await ShutAsync(ours, vlan)).Concat(await ShutAsync(real.AskAsync, vlan)).SequenceEqual([]), s_protocol);
        }
        foreach ((LocalEnd near, LocalEnd far) in pairs)
        {
            await near.ReachesAsync(far, s_protocol);
            await far.ReachesAsync(near, s_protocol);
        }
    }

    static async Task SetUpAsync(Func<string, Task<string>> ask)
    {
        foreach (string command in (string[])[
            "vlan/create 10", "vlan/create 20", "port/create 1", "port/create 2", "port/create 11", "port/create 21",
            "port/setvlan 1 4095", "port/setvlan 2 4095", "port/setvlan 11 10", "port/setvlan 21 20",
            "vlan/addport 10 1", "vlan/addport 10 2", "vlan/addport 20 1", "vlan/addport 20 2", "fstp/setedge 10 11 1", "fstp/setedge 20 21 1"])
        {
            await DoneAsync(ask, command);
        }
    }

    static async Task DoneAsync(Func<string, Task<string>> ask, string command) => Assert.Contains("1000 Success", await ask(command), StringComparison.Ordinal);

    /// <summary>Between the same port of both.</summary>
    static async Task<LocalEnd> CableAsync(LocalLab lab, RealSwitch real, int port)
    {
        LocalEnd cable = lab.Add(new LocalEnd(["vde_plug", $"{lab["ours"]}[{port}]", $"{real.Directory}[{port}]"]));
        await real.HasAsync(port);
        return cable;
    }

    /// <summary>How a switch says that it reaches the root; at the root by port 0.</summary>
    static async Task<(string Root, int Port, int Cost)> WayAsync(Func<string, Task<string>> ask, int vlan)
    {
        Match match = Way().Match(await ask($"fstp/print {vlan}"));
        Assert.True(match.Success);
        return (match.Groups[1].Value, int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>The ports of a VLAN that a switch says it has shut. That says <c>vlan/print</c>: of ports with tags vde_switch's <c>fstp/print</c> does not know the role.</summary>
    static async Task<IEnumerable<int>> ShutAsync(Func<string, Task<string>> ask, int vlan) =>
        Shut().Matches(await ask($"vlan/print {vlan}")).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"root (\S+)\n.*\n \+\+ rootport (\d+) cost (\d+) ")]
    private static partial Regex Way();

    [GeneratedRegex(@"Port (\d+) .*status=Discarding")]
    private static partial Regex Shut();
}
