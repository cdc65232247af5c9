using Vdeorch.SystemTests.Harness;
using Vdeorch.SystemTests.Interop;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>vdeorch ns where vdens stood, as root and as an ordinary user.</summary>
public class NsTests
{
    [Theory, RootAndUser]
    public async Task TheExitCodeOfTheCommandIsOurs(Who who)
    {
        (await RunAsync(who, "ns", "--", "true")).Exited(0);
        (await RunAsync(who, "ns", "null://", "sh", "-c", "exit 3")).Exited(3);
        (await RunAsync(who, "ns", "no", "sh", "-c", "kill -TERM $$")).Exited(143);
        (await RunAsync(who, "ns", "--", "no-such-command")).Exited(127);
        (await RunAsync(who, "ns", "--", "/etc/passwd")).Exited(126);
    }

    [Theory, RootAndUser]
    public async Task EachNetworkIsAnInterfaceAndNoneIsLoopbackAlone(Who who)
    {
        Host.Needs("ip");
        string two = (await RunAsync(who, "ns", "-i", "net", "null://", "null://", "--", "ip", "-br", "link")).Exited(0).Out;
        string none = (await RunAsync(who, "ns", "-", "ip", "-br", "link")).Exited(0).Out;

        Assert.Equal(["lo", "net0", "net1"], two.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Order());
        Assert.Equal(["lo"], none.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task AUserIsItselfInsideWithTheCapabilitiesOfVdens()
    {
        Finished ended = (await RunAsync(Who.User, "ns", "--", "sh", "-c", "id -u; grep CapAmb /proc/self/status")).Exited(0);
        Finished more = (await RunAsync(Who.User, "ns", "-s", "--", "grep", "CapAmb", "/proc/self/status")).Exited(0);

        Assert.Contains("0000000000003c00", ended.Out, StringComparison.Ordinal);
        Assert.StartsWith(Host.IsRoot ? "65534" : "", ended.Out, StringComparison.Ordinal);
        Assert.Contains("0000000000203c00", more.Out, StringComparison.Ordinal);
    }

    [Theory, RootAndUser]
    public async Task NameServersAndHostNameAreThoseGiven(Who who)
    {
        Finished ended = (await RunAsync(who, "ns", "-R", "192.0.2.1,192.0.2.2", "-H", "elsewhere", "--", "sh", "-c", "cat /etc/resolv.conf; cat /proc/sys/kernel/hostname")).Exited(0);

        Assert.Equal("nameserver 192.0.2.1\nnameserver 192.0.2.2\nelsewhere\n", ended.Out);
    }

    [Theory, RootAndUser]
    public async Task TwoOfThemReachEachOtherThroughASwitch(Who who)
    {
        Host.Needs("vde_switch", "ip", "ping");
        await using LocalLab lab = new();
        RealSwitch real = await lab.SwitchAsync("sw", "-m", "666");
        Running other = lab.Add(Running.Start(
            [.. Host.Current.As(who, [Host.Current.Binary, "ns", real.Directory, "sh", "-c", "ip addr add 10.88.0.2/24 dev vde0; ip link set vde0 up; echo up; read stop"])],
            Host.Current.Environment(who)));
        await Wait.UntilAsync("the other is up", () => other.Output.Contains("up", StringComparison.Ordinal));

        Finished ping = await RunAsync(who, "ns", real.Directory, "sh", "-c", "ip addr add 10.88.0.1/24 dev vde0; ip link set vde0 up; ping -c 3 -i 0.2 -W 5 10.88.0.2");

        ping.Exited(0);
        await other.Input.WriteLineAsync("stop");
        (await other.EndAsync()).Exited(0);
    }

    [Fact]
    public async Task AProgramIsANetworkToo()
    {
        Host.Needs("vde_switch", "vde_plug", "ip");
        await using LocalLab lab = new();
        RealSwitch real = await lab.SwitchAsync("sw");
        LocalEnd heard = await lab.DebianAsync(real.Directory);

        (await RunAsync(Who.Root, "ns", $"=vde_plug {real.Directory}", "sh", "-c", "ip link set vde0 up; ip addr add 10.88.0.1/24 dev vde0; ping -c 2 -W 1 10.88.0.9; true")).Exited(0);

        // Somebody asked who has 10.88.0.9.
        byte[] frame;
        do
        {
            frame = await heard.NextAsync();
        }
        while (frame[12] != 8 || frame[13] != 6);
    }

    [Fact]
    public async Task WhatCannotBeOpenedIsSaidBeforeAnythingRuns()
    {
        Finished refused = (await RunAsync(Who.Root, "ns", "/nosuch/network", "touch", "/nosuch")).Exited(1);

        Assert.StartsWith("vdeorch: open /nosuch/network: No such file or directory\n", refused.Err, StringComparison.Ordinal);
    }

    static Task<Finished> RunAsync(Who who, params string[] words) =>
        Running.ToEndAsync([.. Host.Current.As(who, [Host.Current.Binary, .. words])], Host.Current.Environment(who));
}
