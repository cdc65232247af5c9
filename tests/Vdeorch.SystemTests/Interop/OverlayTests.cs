using System.Net;
using System.Net.Sockets;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>udp, vxvde and vxlan between hosts, against libvdeplug's and the kernel's own.</summary>
[Collection(nameof(OverlayTests))]
public class OverlayTests
{
    const string Here = "10.50.0.1";
    const string There = "10.50.0.2";

    static readonly IPAddress s_group = IPAddress.Parse("239.0.0.1");

    public static TheoryData<Tool, Tool> Pairs => new() { { Tool.Ours, Tool.Ours }, { Tool.Ours, Tool.TheirOwn }, { Tool.TheirOwn, Tool.Ours } };

    [Theory, MemberData(nameof(Pairs))]
    public async Task Check30UdpJoinsTwoHosts(Tool left, Tool right)
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync("vde_plug");
        await lab.JoinAsync(1, left, "t0", Here, "udp://10001->10.9.0.2:10002");
        await lab.JoinAsync(2, right, "t0", There, "udp://10002->10.9.0.1:10001");

        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(1, There);
        await lab.PingsAllAsync(2, Here, "-s", "1400");
    }

    [Theory, MemberData(nameof(Pairs))]
    public async Task Check30UdpJoinsTwoHostsOverIpv6(Tool left, Tool right)
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync("vde_plug");
        await lab.JoinAsync(1, left, "t0", Here, "udp://10001->fd09::2:10002");
        await lab.JoinAsync(2, right, "t0", There, right == Tool.Ours ? "udp://10002->[fd09::1]:10001" : "udp://10002->fd09::1:10001");

        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(2, Here);
    }

    [Theory, MemberData(nameof(Pairs))]
    public async Task Check34VxvdeJoinsTwoHosts(Tool left, Tool right) => await VxvdeAsync(left, right, "vxvde://", "");

    [Theory, MemberData(nameof(Pairs))]
    public async Task Check34VxvdeOfAnotherNumberPortAndReach(Tool left, Tool right) => await VxvdeAsync(left, right, "vxvde:///vni=1234/port=15000/ttl=3", "");

    [Theory, MemberData(nameof(Pairs))]
    public async Task Check34VxvdeOfAGroupOfUsers(Tool left, Tool right) => await VxvdeAsync(left, right, "vxvde:///grp=1000", "vxvde://239.0.3.232/vni=1000");

    [Theory, MemberData(nameof(Pairs))]
    public async Task Check34VxvdeOverIpv6OnAnInterface(Tool left, Tool right) => await VxvdeAsync(left, right, "vxvde:///v6/if=wire", "vxvde://ff05:56de::1/if=wire");

    [Theory, MemberData(nameof(Pairs))]
    public async Task Check34VxvdePlugsOfOneHostHearEachOther(Tool left, Tool right)
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync("vde_plug");
        // Two taps of one network on one host would answer for each other; the far one is host 2's in all but the cable.
        await lab.JoinAsync(1, left, "t0", Here, "vxvde://");
        Running second = lab.Plug(1, right, "tap://t1", "vxvde://");
        await Wait.UntilAsync("t1 is there", () => lab.In(1, () => Directory.Exists("/proc/sys/net/ipv4/conf/t1")));
        await OverlayLab.IpAsync($"-n {lab.Name(1)} link set t1 netns {lab.Name(2)}");
        await OverlayLab.IpAsync($"-n {lab.Name(2)} addr add {There}/24 dev t1");
        await OverlayLab.IpAsync($"-n {lab.Name(2)} link set t1 mtu 1450 up");

        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(2, Here);
        Assert.False(second.HasExited);
    }

    [Fact]
    public async Task Check34VxvdeAnswersOnTheEphemeralPortUntilTheFarewell()
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync();
        Running plug = await lab.JoinAsync(2, Tool.Ours, "t0", There, "vxvde://");
        using Socket group = lab.Member(1, s_group, 14789);
        using Socket peer = lab.Udp(1, IPAddress.Parse("10.9.0.1"), 0);
        byte[] datagram = new byte[2000];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);

        // Who has 10.50.0.2? Tell 10.50.0.1 at 02:00:00:00:00:09.
        byte[] request =
        [
            8, 0, 0, 0, 0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9, 8, 6,
            0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 9, 10, 50, 0, 1, 0, 0, 0, 0, 0, 0, 10, 50, 0, 2,
        ];
        peer.ReceiveTimeout = 500;
        int length = 0;
        await Wait.UntilAsync("an answer to the ephemeral port", () =>
        {
            peer.SendTo(request, new IPEndPoint(s_group, 14789));
            return TryReceive(peer, datagram, ref from, out length);
        });

        Assert.Equal([8, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 9], datagram[..14]);
        Assert.NotEqual(14789, ((IPEndPoint)from).Port);
        EndPoint sender = from;
        (await OverlayLab.EndAsync(plug)).Exited(0);
        while (!TryReceive(group, datagram, ref from, out length) || !from.Equals(sender) || length != 8)
        {
        }
        Assert.Equal([8, 0, 0, 0, 0, 0, 1, 0], datagram[..8]);
    }

    [Fact]
    public async Task Check34VxvdeLeavesWithTheHopsAskedFor()
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync("socat");
        Running heard = lab.Start(2, "socat", "-u", "UDP4-RECVFROM:15000,bind=239.0.0.1,ip-add-membership=239.0.0.1:wire,ip-recvttl", "SYSTEM:echo ttl $SOCAT_IP_TTL; cat >/dev/null");
        await lab.JoinAsync(1, Tool.Ours, "t0", Here, "vxvde:///port=15000/ttl=3");

        await Wait.UntilAsync("a datagram is heard", async () =>
        {
            await Running.ToEndAsync([.. lab.Inside(1, "ping", "-n", "-c", "1", "-W", "1", There)]);
            return heard.Output.Contains("ttl", StringComparison.Ordinal);
        });

        Assert.Equal("ttl 3", heard.Output.Trim());
    }

    [Fact]
    public async Task Check35VxlanJoinsAKernelDevice()
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync();
        await OverlayLab.IpAsync($"-n {lab.Name(2)} link add vx0 type vxlan id 1 group 239.0.0.1 dev wire dstport 4789");
        await OverlayLab.IpAsync($"-n {lab.Name(2)} addr add {There}/24 dev vx0");
        await OverlayLab.IpAsync($"-n {lab.Name(2)} link set vx0 up");
        await lab.JoinAsync(1, Tool.Ours, "t0", Here, "vxlan:///if=wire");

        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(1, There, "-s", "1400");
        await lab.PingsAllAsync(2, Here);
    }

    // What docs/plugs/vxlan.md says of a kernel device behind a veth: nobody ever writes the checksums inside, and "ethtool -K wire tx off" has the kernel write them.
    [Fact]
    public async Task AKernelDeviceOnTheSameHostWritesChecksumsOnceItsVethDoesNot()
    {
        // ETHTOOL_STXCSUM with 0, by SIOCETHTOOL: linux/ethtool.h.
        const string TxOff = """
            import array, fcntl, socket, struct
            value = array.array("I", [0x17, 0])
            fcntl.ioctl(socket.socket(), 0x8946, struct.pack("16sP", b"wire", value.buffer_info()[0]) + bytes(16))
            """;
        await using OverlayLab lab = await OverlayLab.MakeAsync("socat", "python3");
        await OverlayLab.IpAsync($"-n {lab.Name(2)} link add vx0 type vxlan id 1 group 239.0.0.1 dev wire dstport 4789");
        await OverlayLab.IpAsync($"-n {lab.Name(2)} addr add {There}/24 dev vx0");
        await OverlayLab.IpAsync($"-n {lab.Name(2)} link set vx0 up");
        await lab.JoinAsync(1, Tool.Ours, "t0", Here, "vxlan:///if=wire");
        await lab.PingsAsync(1, There);
        lab.Start(1, "socat", "TCP-LISTEN:7,fork", "SYSTEM:echo heard");
        Task<Finished> AskAsync() => Running.ToEndAsync([.. lab.Inside(2, "socat", "-T", "1", "-", $"TCP:{Here}:7,connect-timeout=1")]);

        Assert.DoesNotContain("heard", (await AskAsync()).Out, StringComparison.Ordinal);

        (await Running.ToEndAsync([.. lab.Inside(2, "python3", "-c", TxOff)])).Exited(0);
        await Wait.UntilAsync("TCP passes", async () => (await AskAsync()).Out.Contains("heard", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check35VxlanPlugsReachEachOther()
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync();
        await lab.JoinAsync(1, Tool.Ours, "t0", Here, "vxlan:///vni=77");
        await lab.JoinAsync(2, Tool.Ours, "t0", There, "vxlan:///vni=77");

        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(2, Here);
    }

    [Theory]
    [InlineData("vxvde://", 14789)]
    [InlineData("vxlan://", 4789)]
    [InlineData("udp://10001->10.9.0.PEER:10001", 10001)]
    public async Task GarbageAFloodAndALinkThatGoesAndComesHarmNobody(string locator, int port)
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync();
        Running left = await lab.JoinAsync(1, Tool.Ours, "t0", Here, locator.Replace("PEER", "2", StringComparison.Ordinal));
        Running right = await lab.JoinAsync(2, Tool.Ours, "t0", There, locator.Replace("PEER", "1", StringComparison.Ordinal));
        await lab.PingsAsync(1, There);

        using (Socket stranger = lab.Udp(1, IPAddress.Any, 0))
        {
            IPEndPoint to = new(port == 10001 ? IPAddress.Parse("10.9.0.2") : s_group, port);
            Random random = new(7);
            byte[] bytes = new byte[65_507];
            random.NextBytes(bytes);
            foreach (int length in (int[])[0, 1, 7, 8, 9, 21, 22, 23, 1500, 9242, 9243, 65_507])
            {
                foreach (byte first in (byte[])[0, 8, 9])
                {
                    new byte[] { first, 0, 0, 0, 0, 0, 1, 0 }.CopyTo(bytes, 0);
                    stranger.SendTo(bytes.AsSpan(0, length), to);
                }
            }
            for (int i = 0; i < 50_000; i++)
            {
                random.NextBytes(bytes.AsSpan(8, 12));
                stranger.SendTo(bytes.AsSpan(0, 200), to);
            }
        }
        await lab.PingsAsync(1, There);

        await OverlayLab.IpAsync($"-n {lab.Name(2)} link set wire down");
        await Running.ToEndAsync([.. lab.Inside(1, "ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", There)]);
        await OverlayLab.IpAsync($"-n {lab.Name(2)} link set wire up");
        // A link that goes down takes its routes along, whoever owns it.
        await OverlayLab.IpAsync($"-n {lab.Name(2)} route replace 224.0.0.0/4 dev wire");
        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(2, Here);
        Assert.False(left.HasExited || right.HasExited);
    }

    [Fact]
    public async Task FramesLongerThanThePathsMtuGoInFragments()
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync("iperf3");
        await lab.JoinAsync(1, Tool.Ours, "t0", Here, "vxvde://", mtu: 1500);
        await lab.JoinAsync(2, Tool.Ours, "t0", There, "vxvde://", mtu: 1500);
        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(1, There, "-s", "1472", "-M", "do");
        lab.Start(2, "iperf3", "-s", "-1");

        await Wait.UntilAsync("a stream of full frames passes", async () =>
            (await Running.ToEndAsync([.. lab.Inside(1, "iperf3", "-c", There, "-n", "20M")])).ExitCode == 0);
    }

    static async Task VxvdeAsync(Tool left, Tool right, string locator, string same)
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync("vde_plug");
        await lab.JoinAsync(1, left, "t0", Here, locator);
        await lab.JoinAsync(2, right, "t0", There, same.Length > 0 ? same : locator);

        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(1, There, "-s", "1400");
        await lab.PingsAllAsync(2, Here);
    }

    static bool TryReceive(Socket socket, byte[] into, ref EndPoint from, out int length)
    {
        try
        {
            length = socket.ReceiveFrom(into, ref from);
            return true;
        }
        catch (SocketException silent) when (silent.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            length = 0;
            return false;
        }
    }
}
