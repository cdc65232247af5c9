using Vdeorch.SystemTests.Harness;
using Vdeorch.SystemTests.Interop;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>
/// The scenarios of topologies/talk/ with those they were told about: Debian's vdens and vde_plug, QEMU with guests, and another host. What each
/// file shows by itself is with <see cref="TopologiesTests"/>.
/// </summary>
[Collection(Talk.Name)]
public class TalkTests
{
    const string Up = "ip link set vde0 mtu 1450 up";

    // Of a vdens that is there until the test ends.
    const string Stay = "exec sleep 1000";

    [Fact]
    public Task TwoGuestsAndTheHostAreOnOneSwitch() => InAsync("kvm-tap", async (lab, two) =>
    {
        await OverlayLab.IpAsync($"-n {two.Hosts.Name(1)} addr add 10.80.0.254/24 dev tap0");
        await OverlayLab.IpAsync($"-n {two.Hosts.Name(1)} link set tap0 up");
        Task<Guest> booting = Guest.BootAsync(Who.Root, Guest.Card("/tmp/mysw", 1));
        await using Guest right = await Guest.BootAsync(Who.Root, Guest.Card("/tmp/mysw", 2));
        await using Guest left = await booting;
        await left.AddressAsync("10.80.0.1/24");
        await right.AddressAsync("10.80.0.2/24");

        await left.PingsAllAsync("10.80.0.2");
        await right.PingsAllAsync("10.80.0.1");
        await left.PingsAllAsync("10.80.0.254");
        await right.PingsAllAsync("10.80.0.11");
        await two.Hosts.PingsAllAsync(1, "10.80.0.1");
        await two.Hosts.PingsAllAsync(1, "10.80.0.2");
        (await two.InVdensAsync(1, ["vde:///tmp/mysw"], $"ip addr add 10.80.0.9/24 dev vde0; {Up}; {Pings("10.80.0.1")} && {Pings("10.80.0.254")}")).Exited(0);
        Assert.Equal(2, (await lab.RunAsync("status", "kvm-tap", "-o", "json")).Exited(0).Out.Split("QEMU").Length - 1);
    });

    [Fact]
    public Task AGuestHasTheNetworkOfTheFarHost() => InAsync("kvm-slirp", async (lab, two) =>
    {
        two.Hosts.Start(2, "socat", $"TCP-LISTEN:7,bind={TwoHosts.FarAway},reuseaddr,fork", "SYSTEM:echo from afar");
        Assert.NotEqual(0, (await Running.ToEndAsync([.. two.On(1), "socat", "-u", $"TCP:{TwoHosts.FarAway}:7,connect-timeout=1", "-"])).ExitCode);
        await using Guest guest = await Guest.BootAsync(Who.Root, Guest.Card("/tmp/mysw", 1));
        await guest.AddressAsync("10.0.2.15/24");
        (await guest.RunAsync("ip route add default via 10.0.2.2")).Exited(0);

        await guest.PingsAllAsync("10.0.2.2");
        await guest.PingsAllAsync("10.0.2.20");
        await Wait.UntilAsync("the far host answers the guest", async () =>
            (await guest.RunAsync($"sleep 2 | nc -w 10 {TwoHosts.FarAway} 7")).Out.Contains("from afar", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        Assert.Contains("from afar", (await ExecAsync(lab, "kvm-slirp/pc", "socat", "-u", $"TCP:{TwoHosts.FarAway}:7", "-")).Exited(0).Out, StringComparison.Ordinal);
    }, "socat", "vde_plug");

    [Fact]
    public Task ACloudIsOneNetworkOnTwoHosts() => InAsync("vxvde", (lab, two) => Lab.BesideAsync(Who.Root, async there =>
    {
        two.Enter(there, 2);
        (await there.ApplyAsync("""
            clouds: { lan1: "vxvde://234.0.0.1", elsewhere: "vxvde://234.0.0.9" }
            namespaces:
              three: { to: lan1, address: 10.81.0.3/24 }
              lost:  { to: elsewhere, address: 10.81.0.4/24 }
            checks:
              across: { from: three, ping: [10.81.0.1, 10.81.0.2], within: 15s }
              apart:  { from: lost, ping: 10.81.0.1, expect: blocked, within: 1s }
            """)).Exited(0);

        (await ExecAsync(lab, "vxvde/one", "ping", "-c", "5", "-i", "0.2", "-W", "5", "10.81.0.3")).Exited(0);
        (await two.InVdensAsync(2, ["vxvde://234.0.0.1"], $"ip addr add 10.81.0.9/24 dev vde0; {Up}; {Pings("10.81.0.1")} && {Pings("10.81.0.2")} && {Pings("10.81.0.3")}")).Exited(0);
        await LeaveAsync(there);
    }));

    [Fact]
    public Task MembersOfTheGroupMeetAcrossHostsAndOthersCannotSend() => InAsync("vxvdex", (lab, two) => Lab.BesideAsync(Who.Root, async there =>
    {
        two.Enter(there, 2);
        (await there.ApplyAsync("""
            clouds: { members: { vxvdex: { group: users } } }
            namespaces: { three: { to: members, address: 10.82.0.3/24 } }
            checks: { across: { from: three, ping: [10.82.0.1, 10.82.0.2], within: 15s } }
            """)).Exited(0);
        (await ExecAsync(lab, "vxvdex/two", "ping", "-c", "5", "-i", "0.2", "-W", "5", "10.82.0.3")).Exited(0);

        // 239.0.0.100: the group's number is 100 on every Debian.
        string[] sends = ["bash", "-c", "echo hello >/dev/udp/239.0.0.100/14789"];
        (await Running.ToEndAsync([.. two.On(1), "setpriv", "--reuid=65534", "--regid=100", "--clear-groups", .. sends])).Exited(0);
        Finished stranger = await Running.ToEndAsync([.. two.On(1), "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. sends]);
        Assert.NotEqual(0, stranger.ExitCode);
        Assert.Contains("not permitted", stranger.Err, StringComparison.Ordinal);
        await LeaveAsync(there);
    }), "nft", "setpriv", "bash");

    [Theory, RootAndUser]
    public Task WhoHasTheKeyIsInTheNetwork(Who who) => InAsync("agno", async (lab, two) =>
    {
        string key = Path.Combine(lab.Files, "own", "agno.key");
        string wrong = Path.Combine(lab.Files, "wrong.key");
        await File.WriteAllTextAsync(wrong, "00112233445566778899001122334455");

        (await two.InVdensAsync(1, [$"agno://{key}{{vde:///tmp/myswitch}}"], $"ip addr add 10.83.0.9/24 dev vde0; {Up}; {Pings("10.83.0.1")} && {Pings("10.83.0.2")}")).Exited(0);
        Finished refused = await two.InVdensAsync(1, [$"agno://{wrong}{{vde:///tmp/myswitch}}"], $"ip addr add 10.83.0.9/24 dev vde0; {Up}; ping -c 3 -W 1 10.83.0.1");
        Assert.Contains(" 0 received", refused.Out, StringComparison.Ordinal);
        // Without any key one reaches who has none either.
        (await two.InVdensAsync(1, ["vde:///tmp/myswitch"], $"ip addr add 10.83.0.9/24 dev vde0; {Up}; {Pings("10.83.0.66")} && ! ping -c 1 -W 1 10.83.0.1")).Exited(0);
    }, who);

    [Fact]
    public Task TheHostsInterfaceCarriesTheTag() => InAsync("vlan-tap", async (lab, two) =>
    {
        await OverlayLab.IpAsync($"-n {two.Hosts.Name(1)} link set mytap up");
        // The kernel's own VLAN interfaces are not in every kernel: a plug at the interface looks at the tags in their place.
        string Through(int vlan) => $"vlan://{vlan}{{pcap://mytap}}";
        await using Running member = Running.Start([.. two.On(1), Host.Current.Binary, "ns", Through(2), "--", "sh", "-c", $"ip addr add 10.84.0.9/24 dev vde0; ip link set vde0 up; {Stay}"], lab.Environment);
        await Wait.UntilAsync("VLAN 2 of the interface answers", async () => (await ExecAsync(lab, "vlan-tap/one", "ping", "-c", "1", "-W", "1", "10.84.0.9")).ExitCode == 0);
        (await ExecAsync(lab, "vlan-tap/two", "ping", "-c", "5", "-i", "0.2", "-W", "5", "10.84.0.9")).Exited(0);

        await using Running other = Running.Start([.. two.On(1), Host.Current.Binary, "ns", Through(3), "--", "sh", "-c", $"ip addr add 10.84.0.8/24 dev vde0; ip link set vde0 up; ping -c 3 -W 1 10.84.0.1"], lab.Environment);
        Finished stranger = await other.EndAsync();
        Assert.Contains(" 0 received", stranger.Out, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task ACableHasVdensAtItsEndAndThenAGuest(Who who) => InAsync("vdens-ptp-kvm", async (lab, two) =>
    {
        if (who == Who.Root)
        {
            (await two.InVdensAsync(1, ["ptp:///tmp/mylink"], $"ip addr add 10.85.0.8/24 dev vde0; {Up}; {Pings("10.85.0.1")} && {Pings("10.85.0.2")}")).Exited(0);
            // Killed, it has not said farewell: until ours has noticed, nobody else can be at the other end.
            // Whoever is refused leaves the name of his socket behind.
            await Wait.UntilAsync("the other end is free", async () =>
            {
                bool isFree = (await Running.ToEndAsync(["sh", "-c", "vde_plug ptp:///tmp/mylink </dev/null"])).ExitCode == 0;
                File.Delete("/tmp/mylink+");
                return isFree;
            }, TimeSpan.FromSeconds(30));
        }

        await using Guest guest = await Guest.BootAsync(who, Guest.Card("ptp:///tmp/mylink", 1));
        await guest.AddressAsync("10.85.0.9/24");
        await guest.PingsAllAsync("10.85.0.1");
        await guest.PingsAllAsync("10.85.0.2");
        (await ExecAsync(lab, "vdens-ptp-kvm/pc", "ping", "-c", "5", "-i", "0.2", "-W", "5", "10.85.0.9")).Exited(0);
    }, who);

    [Fact]
    public Task NamespacesScatteredOverTwoHostsReachEachOther() => InAsync("scatter", (lab, two) => Lab.BesideAsync(Who.Root, async there =>
    {
        two.Enter(there, 2);
        await using Running vdens = Running.Start([.. two.On(2), "vdens", "vxvde://234.0.0.1/vni=86", "sh", "-c", $"ip addr add 10.86.0.50/24 dev vde0; {Up}; {Stay}"], Host.Current.Environment(Who.Root));
        (await there.ApplyAsync("""
            clouds: { cloud: { vxvde: 234.0.0.1, vni: 86 } }
            namespaces:
              more: { replicas: 4, to: cloud, address: "10.86.0.{{ index + 41 }}/24" }
            checks:
              mesh:   { among: "more-*", ping: all }
              across: { from: "more-*", ping: [10.86.0.31, 10.86.0.32, 10.86.0.33, 10.86.0.34, 10.86.0.50], within: 20s }
            """)).Exited(0);
        foreach (string address in (string[])["10.86.0.41", "10.86.0.44", "10.86.0.50"])
        {
            (await ExecAsync(lab, "scatter/scatter-3", "ping", "-c", "5", "-i", "0.2", "-W", "5", address)).Exited(0);
        }

        await LeaveAsync(there);
    }));

    [Fact]
    public Task WhatIsBehindTheRouterLeavesByItsAddress() => InAsync("gateway", async (lab, two) =>
    {
        // The gateway of the talk is the host: an address at its end of the tap, and its own way out.
        await OverlayLab.IpAsync($"-n {two.Hosts.Name(1)} addr add 10.87.0.1/24 dev tapr");
        await OverlayLab.IpAsync($"-n {two.Hosts.Name(1)} link set tapr up");
        (await Running.ToEndAsync([.. two.On(1), "sh", "-ec", "echo 1 >/proc/sys/net/ipv4/ip_forward"])).Exited(0);
        await OverlayLab.IpAsync($"-n {two.Hosts.Name(2)} route add 10.87.0.0/24 via 10.9.0.1");
        Running heard = two.Hosts.Start(2, "socat", "TCP-LISTEN:7,reuseaddr,fork", "SYSTEM:echo $SOCAT_PEERADDR");
        await Wait.UntilAsync("the far host listens", async () => (await Running.ToEndAsync([.. two.On(2), "socat", "-u", "TCP:127.0.0.1:7", "-"])).ExitCode == 0);
        Assert.False(heard.HasExited);

        // Without a route back to the clouds: it answers the router, which is 10.87.0.2.
        foreach (string node in (string[])["node1", "node2"])
        {
            Assert.Equal("10.87.0.2", (await ExecAsync(lab, $"gateway/{node}", "socat", "-u", "TCP:10.9.0.2:7,connect-timeout=10", "-")).Exited(0).Out.Trim());
        }

        // A node on the other host, in the cloud by the tool of that host.
        Finished node3 = await two.InVdensAsync(2, ["vxvde://234.0.0.1/vni=87"],
            $"ip addr add 10.87.10.9/24 dev vde0; {Up}; ip route add default via 10.87.10.1; {Pings("10.87.10.2")} && {Pings("10.87.20.2")} && {Pings("10.87.0.1")} && socat -u TCP:10.9.0.2:7,connect-timeout=10 -");
        Assert.EndsWith("10.87.0.2\n", node3.Exited(0).Out, StringComparison.Ordinal);
    }, "nft", "socat");

    [Fact]
    public Task OfDegree0IsTheHostItself() => InAsync("degree-0", async (lab, two) =>
    {
        await OverlayLab.IpAsync($"-n {two.Hosts.Name(1)} addr add 10.90.0.1/24 dev degree0");
        await OverlayLab.IpAsync($"-n {two.Hosts.Name(1)} link set degree0 up");

        await two.Hosts.PingsAsync(1, "10.90.0.11");
        await two.Hosts.PingsAllAsync(1, "10.90.0.12");
        (await two.InVdensAsync(1, ["vde:///tmp/degree0"], $"ip addr add 10.90.0.9/24 dev vde0; {Up}; {Pings("10.90.0.1")}")).Exited(0);
    });

    [Fact]
    public Task OfDegree1IsANamespaceWithAStackOfItsOwn() => InAsync("degree-1", async (lab, two) =>
    {
        string Inode(Finished link) => link.Exited(0).Out.Trim();
        Assert.NotEqual(Inode(await ExecAsync(lab, "degree-1/one", "readlink", "/proc/self/ns/net")), Inode(await ExecAsync(lab, "degree-1/two", "readlink", "/proc/self/ns/net")));
        Assert.Equal(Inode(await ExecAsync(lab, "degree-1/one", "uname", "-a")), Inode(await Running.ToEndAsync(["uname", "-a"])));
        (await ExecAsync(lab, "degree-1/one", "ping", "-c", "5", "-i", "0.2", "-W", "5", "10.91.0.2")).Exited(0);
    });

    [Theory, RootAndUser]
    public Task OfDegree2HasItsConnectionsMadeByAProgramOfTheHost(Who who) => InAsync("degree-2", async (lab, two) =>
    {
        two.Hosts.Start(2, "socat", "TCP-LISTEN:7,reuseaddr,fork", "SYSTEM:echo $SOCAT_PEERADDR");
        await Wait.UntilAsync("the far host listens", async () => (await Running.ToEndAsync([.. two.On(2), "socat", "-u", "TCP:127.0.0.1:7", "-"])).ExitCode == 0);

        Assert.Equal("10.9.0.1", (await ExecAsync(lab, "degree-2/pc", "socat", "-u", "TCP:10.9.0.2:7,connect-timeout=10", "-")).Exited(0).Out.Trim());
    }, who, "socat");

    [Theory, RootAndUser]
    public Task OfDegree3IsAMachineWithAKernelOfItsOwn(Who who) => InAsync("degree-3", async (lab, two) =>
    {
        await using Guest guest = await Guest.BootAsync(who, Guest.Card("/tmp/degree3", 1, "e1000"));
        await guest.AddressAsync("10.93.0.1/24");

        Assert.NotEqual((await Running.ToEndAsync(["uname", "-r"])).Out, (await guest.RunAsync("uname -r")).Exited(0).Out);
        await guest.PingsAllAsync("10.93.0.11");
        (await ExecAsync(lab, "degree-3/two", "ping", "-c", "5", "-i", "0.2", "-W", "5", "10.93.0.1")).Exited(0);
    }, who);

    static string Pings(string address) => $"ping -c 5 -i 0.2 -W 10 {address}";

    static Task<Finished> ExecAsync(Lab lab, string ns, params string[] command) => lab.RunAsync(["exec", ns, "--", .. command]);

    static Task InAsync(string file, Func<Lab, TwoHosts, Task> test, params string[] tools) => InAsync(file, test, Who.Root, tools);

    /// <summary>Applies a file on the first of two hosts, and runs the test with it.</summary>
    static Task InAsync(string file, Func<Lab, TwoHosts, Task> test, Who who, params string[] tools) => Lab.RunAsync(who, async lab =>
    {
        await using TwoHosts two = await TwoHosts.MakeAsync(["vdens", .. tools]);
        two.Enter(lab, 1);
        string copy = await new Example($"talk/{file}.yaml").PlaceAsync(lab);
        (await lab.RunAsync("apply", copy, "--yes")).Exited(0);

        await test(lab, two);

        (await lab.RunAsync("plan", copy, "--exit-code")).Exited(0);
        (await lab.RunAsync("destroy", copy, "--yes")).Exited(0);
    });

    /// <summary>While its host is there.</summary>
    static async Task LeaveAsync(Lab there) => (await there.RunAsync("destroy", there.Topology, "--yes")).Exited(0);
}
