using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>vdeorch switch with virtual machines in it, which boot a kernel and use their cards.</summary>
[Collection(Talk.Name)]
public class GuestTests
{
    [Theory]
    [InlineData("virtio-net-pci")]
    [InlineData("e1000")]
    public async Task AGuestAndVdensReachEachOther(string card)
    {
        Host.Needs("vdens", "ip", "ping");
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, LocalLab.Me);
        await using Guest guest = await Guest.BootAsync(LocalLab.Me, Guest.Card(lab["sw"], 1, card, "port=5"));
        await guest.AddressAsync("10.88.0.1/24");

        Assert.Contains(LocalLab.DataSockets(lab["sw"]), name => name.StartsWith("005.", StringComparison.Ordinal));
        await SwitchTests.InVdensAsync(LocalLab.Me, lab["sw"], "ip addr add 10.88.0.2/24 dev vde0; ip link set vde0 up; ping -c 5 -i 0.2 -W 10 10.88.0.1");
        await using Running there = Running.Start(
            [.. Host.Current.As(LocalLab.Me, ["vdens", $"vde://{lab["sw"]}", "sh", "-c", "ip addr add 10.88.0.3/24 dev vde0; ip link set vde0 up; exec sleep 100"])], Host.Current.Environment(LocalLab.Me));
        await guest.PingsAllAsync("10.88.0.3");
        Assert.NotEqual(0, (await guest.RunAsync("ping -c 1 -W 1 10.88.0.4")).ExitCode);
    }

    [Theory, RootAndUser]
    public async Task TwoGuestsReachEachOther(Who who)
    {
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, who);
        Task<Guest> booting = Guest.BootAsync(who, Guest.Card(lab["sw"], 1));
        await using Guest two = await Guest.BootAsync(who, Guest.Card(lab["sw"], 2, "e1000"));
        await using Guest one = await booting;
        await one.AddressAsync("10.89.0.1/24");
        await two.AddressAsync("10.89.0.2/24");

        await one.PingsAllAsync("10.89.0.2");
        await two.PingsAllAsync("10.89.0.1");
        // Frames of every length up to the longest, and packets that take several.
        (await one.RunAsync("ping -c 2 -W 10 -s 1472 10.89.0.2")).Exited(0);
        (await two.RunAsync("ping -c 2 -W 10 -s 5000 10.89.0.1")).Exited(0);
        Assert.Contains("52:54:00:cd:00:02", (await one.RunAsync("ip neigh show")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStreamBetweenTwoGuestsArrivesWhole()
    {
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, LocalLab.Me);
        Task<Guest> booting = Guest.BootAsync(LocalLab.Me, Guest.Card(lab["sw"], 1));
        await using Guest two = await Guest.BootAsync(LocalLab.Me, Guest.Card(lab["sw"], 2));
        await using Guest one = await booting;
        await one.AddressAsync("10.90.0.1/24");
        await two.AddressAsync("10.90.0.2/24");
        await one.PingsAsync("10.90.0.2");

        string sent = (await one.RunAsync("dd if=/dev/urandom of=/tmp/file bs=64k count=64 2>/dev/null; md5sum </tmp/file")).Exited(0).Out;
        // A pipe that nobody closes: at the end of its input nc would end the stream the other way.
        Task<Finished> receiving = two.RunAsync("mkfifo /tmp/open; nc -l -p 7 <>/tmp/open >/tmp/file; md5sum </tmp/file");
        await Wait.UntilAsync("somebody listens, and has all", async () => (await one.RunAsync("nc 10.90.0.2 7 </tmp/file")).ExitCode == 0, TimeSpan.FromSeconds(60));

        Assert.Equal(sent, (await receiving).Exited(0).Out);
    }

    [Fact]
    public async Task AGuestThatEndsLeavesThePort()
    {
        await using LocalLab lab = new();
        await SwitchTests.StartAsync(lab, LocalLab.Me);
        await using (Guest guest = await Guest.BootAsync(LocalLab.Me, Guest.Card(lab["sw"], 1, more: "port=9")))
        {
            Assert.Single(LocalLab.DataSockets(lab["sw"]));
        }

        await Wait.UntilAsync("it has left", () => LocalLab.Sockets(lab["sw"]) == 0);
    }
}
