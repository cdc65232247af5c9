using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>What was changed by hand shows in the plan, field by field, and the next apply repairs that and nothing else.</summary>
public class DriftTests
{
    const string Lan = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, services: { sleeper: { run: [sleep, infinity] } } }
          bob:
            interfaces: { vde0: { to: lan, address: [10.0.0.2/24, 10.1.0.2/24, "fd00::2/64"], mac: 52:54:00:00:00:02 } }
            gateway: 10.0.0.1
            sysctl: { net.ipv4.ip_forward: 1 }
            dns: [10.0.0.53]
            services: { once: { run: [sleep, infinity], restart: "no" } }
        """;

    [Theory, RootAndUser]
    public Task DriftIsWhatOthersChangedAndNotWhatTheFileDid(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Lan)).Exited(0);
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);
        // The file goes on; what runs is still what was applied.
        lab.Write(Lan.Replace("10.0.0.1/24", "10.0.0.9/24", StringComparison.Ordinal));
        (await lab.RunAsync("plan", lab.File, "--exit-code")).Exited(2);
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);

        await lab.IpAsync("bob", "link", "set", "vde0", "mtu", "1400");

        Finished drift = (await lab.RunAsync("drift", lab.Topology, "-o", "json")).Exited(2);
        System.Text.Json.JsonElement step = Assert.Single(Lab.Parse(drift).GetProperty("plan").GetProperty("steps").EnumerateArray(), one => !"keep".Equals(one.GetProperty("action").GetString(), StringComparison.OrdinalIgnoreCase));
        Assert.Equal("drift", step.GetProperty("reason").GetString());
        Assert.Equal(("mtu", "1400", "1500"), step.GetProperty("changes")[0] is var change
            ? (change.GetProperty("path").GetString(), change.GetProperty("before").GetString(), change.GetProperty("after").GetString()) : default);
        // Against the file both differ.
        Assert.Contains("10.0.0.9/24", (await lab.RunAsync("drift", lab.File)).Exited(2).Out, StringComparison.Ordinal);
        Finished unknown = (await lab.RunAsync("drift", "nosuch")).Exited(1);
        Assert.Contains("no topology 'nosuch'", unknown.Err, StringComparison.Ordinal);
    });

    /// <param name="byHand">What somebody did.</param>
    /// <param name="id">The one object that the plan must name.</param>
    /// <param name="path">The one field, its live value and the file's.</param>
    static Task RepairsAsync(Who who, Func<Lab, Task> byHand, string id, string path, string? before, string? after) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string alice = await lab.FingerprintAsync("alice");
        LinkSeen was = await lab.LinkAsync("bob");
        TopologySeen statusWas = await lab.StatusAsync();

        await byHand(lab);

        (await lab.RunAsync("plan", lab.File, "--exit-code")).Exited(2);
        (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(2);
        PlannedStep step = (await lab.PlanAsync()).Only;
        Assert.Equal((id, "update"), (step.Id, step.Action));
        Assert.Equal((before, after), step.Changes[path]);
        Assert.StartsWith("drift", step.Reason, StringComparison.Ordinal);
        TopologySeen drifted = await lab.StatusAsync();
        Assert.Equal(1, drifted.Differences);

        (await lab.ApplyAsync(Lan)).Exited(0);

        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(0);
        LinkSeen now = await lab.LinkAsync("bob");
        Assert.Equal((was.Index, was.Mac, was.Mtu, true, true), (now.Index, now.Mac, now.Mtu, now.IsUp, now.HasCarrier));
        Assert.Equal(was.Addresses, now.Addresses);
        Assert.Contains("default via 10.0.0.1", await lab.IpAsync("bob", "route"), StringComparison.Ordinal);
        Assert.Equal(alice, await lab.FingerprintAsync("alice"));
        Assert.Equal(statusWas.RuntimePid, (await lab.StatusAsync()).RuntimePid);
    });

    [Theory, Everyone]
    public Task AnAddressRemovedComesBack(Who who) => RepairsAsync(who, lab => lab.IpAsync("bob", "addr", "del", "10.1.0.2/24", "dev", "vde0"),
        "interface/bob/vde0", "address", "10.0.0.2/24, fd00::2/64", "10.0.0.2/24, 10.1.0.2/24, fd00::2/64");

    [Theory, RootAndUser]
    public Task TheAddressUnderTheGatewayRemovedComesBack(Who who) => RepairsAsync(who, lab => lab.IpAsync("bob", "addr", "del", "10.0.0.2/24", "dev", "vde0"),
        "interface/bob/vde0", "address", "10.1.0.2/24, fd00::2/64", "10.0.0.2/24, 10.1.0.2/24, fd00::2/64");

    [Theory, RootAndUser]
    public Task AnAddressAddedGoes(Who who) => RepairsAsync(who, lab => lab.IpAsync("bob", "addr", "add", "10.7.0.2/24", "dev", "vde0"),
        "interface/bob/vde0", "address", "10.0.0.2/24, 10.1.0.2/24, 10.7.0.2/24, fd00::2/64", "10.0.0.2/24, 10.1.0.2/24, fd00::2/64");

    [Theory, Everyone]
    public Task ALinkSetDownComesUpWithItsIPv6AddressesAndRoutes(Who who) => RepairsAsync(who, lab => lab.IpAsync("bob", "link", "set", "vde0", "down"),
        "interface/bob/vde0", "state", "down", "up");

    [Theory, Everyone]
    public Task ARouteAddedGoes(Who who) => RepairsAsync(who, lab => lab.IpAsync("bob", "route", "add", "10.99.0.0/16", "via", "10.0.0.1"),
        "interface/bob/vde0", "routes.10.99.0.0/16", "via 10.0.0.1", null);

    [Theory, RootAndUser]
    public Task ARouteRemovedComesBack(Who who) => RepairsAsync(who, lab => lab.IpAsync("bob", "route", "del", "default"),
        "interface/bob/vde0", "routes.default", null, "via 10.0.0.1");

    [Theory, RootAndUser]
    public Task AnMtuIsPutBack(Who who) => RepairsAsync(who, lab => lab.IpAsync("bob", "link", "set", "vde0", "mtu", "1300"),
        "interface/bob/vde0", "mtu", "1300", "1500");

    [Theory, RootAndUser]
    public Task AMacIsPutBack(Who who) => RepairsAsync(who, lab => lab.IpAsync("bob", "link", "set", "vde0", "address", "52:54:00:00:00:99"),
        "interface/bob/vde0", "mac", "52:54:00:00:00:99", "52:54:00:00:00:02");

    [Theory, Everyone]
    public Task ASysctlIsPutBack(Who who) => RepairsAsync(who, async lab => (await lab.RunInsideAsync("bob", "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward")).Exited(0),
        "namespace/bob", "sysctl.net.ipv4.ip_forward", "0", "1");

    [Theory, RootAndUser]
    public Task TheLoopbackComesUp(Who who) => RepairsAsync(who, lab => lab.IpAsync("bob", "link", "set", "lo", "down"),
        "namespace/bob", "state", "loopback down", "up");

    [Theory, Everyone]
    public Task AKilledServiceThatIsNotRestartedShows(Who who) => RepairsAsync(who, async lab =>
    {
        int pid = (await lab.StatusAsync())["service/bob/once"].Pid!.Value;
        Processes.Kill(pid);
        await Wait.UntilAsync("status says that the service has ended", async () => (await lab.StatusAsync())["service/bob/once"].State.StartsWith("exited", StringComparison.Ordinal));
    }, "service/bob/once", "state", "exited (137)", "running");

    [Theory, RootAndUser]
    public Task ADeletedInterfaceIsMadeAgain(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string mac = (await lab.LinkAsync("bob")).Mac;
        await lab.IpAsync("bob", "link", "del", "vde0");

        PlannedStep step = (await lab.PlanAsync()).Only;
        (await lab.ApplyAsync(Lan)).Exited(0);

        Assert.Equal(("interface/bob/vde0", "create"), (step.Id, step.Action));
        Assert.StartsWith("drift", step.Reason, StringComparison.Ordinal);
        Assert.Equal(mac, (await lab.LinkAsync("bob")).Mac);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ADeletedNamespaceIsMadeAgain(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        string alice = await lab.FingerprintAsync("alice");
        int once = (await lab.StatusAsync())["service/bob/once"].Pid!.Value;
        string pin = who == Who.Root ? lab.Pin("bob")! : $"{lab.RunDirectory}/netns/{lab.Topology}.bob";
        Assert.SkipUnless(Host.IsRoot, "only root takes a pin away from under an engine");
        string[] enter = who == Who.Root ? [] : ["nsenter", "-t", $"{lab.AnchorPid()}", "-m", "--"];
        (await Running.ToEndAsync([.. enter, "umount", pin])).Exited(0);
        (await Running.ToEndAsync([.. enter, "rm", pin])).Exited(0);

        Planned plan = await lab.PlanAsync();
        (await lab.ApplyAsync(Lan)).Exited(0);

        Assert.Equal("create", plan["namespace/bob"].Action);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        Assert.Equal(alice, await lab.FingerprintAsync("alice"));
        Assert.False(Processes.Lives(once), "the service in the lost namespace still runs");
        await lab.ExpectNothingToDoAsync();
    });

    [Theory]
    [InlineData(Who.Root, true)]
    [InlineData(Who.Root, false)]
    [InlineData(Who.User, true)]
    [InlineData(Who.UserWithIds, false)]
    public Task ADeletedDirectoryOfNotesAndSocketsIsMadeAgainByAnApply(Who who, bool withEngine) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        int index = (await lab.LinkAsync("bob")).Index;
        if (!withEngine)
        {
            (await lab.RunAsync("engine", "stop")).Exited(0);
        }

        Directory.Delete(Path.Combine(lab.RunDirectory, "topologies"), recursive: true);
        (await lab.ApplyAsync(Lan)).Exited(0);

        Assert.Equal(index, (await lab.LinkAsync("bob")).Index);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        await lab.ExpectNothingToDoAsync();
        Assert.Equal(lab.File, (await lab.StatusAsync()).Json.GetProperty("file").GetString());
    });

    [Theory, RootAndUser]
    public Task WhatOthersPutInTheNamespaceIsLeftAlone(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Lan)).Exited(0);
        await lab.IpAsync("bob", "tuntap", "add", "mine", "mode", "tap");
        await lab.IpAsync("bob", "addr", "add", "192.0.2.1/24", "dev", "mine");

        await lab.ExpectNothingToDoAsync();
        (await lab.ApplyAsync(Lan)).Exited(0);

        Assert.Equal(["192.0.2.1/24"], (await lab.LinkAsync("bob", "mine")).Addresses);
    });

    [Fact]
    public Task ANetworkNamespaceOfSomebodyElseIsNeverTakenOver() => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("ip");
        string pin = $"{lab.Topology}.bob";
        (await Running.ToEndAsync(["ip", "netns", "add", pin])).Exited(0);
        try
        {
            Finished refused = (await lab.ApplyAsync(Lan)).Exited(4);

            Assert.Contains(pin, refused.Err, StringComparison.Ordinal);
            Assert.True(File.Exists($"/run/netns/{pin}"));
            Assert.Null(lab.Pin("alice"));
        }
        finally
        {
            await Running.ToEndAsync(["ip", "netns", "delete", pin]);
        }
    });
}
