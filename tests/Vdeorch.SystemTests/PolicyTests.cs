using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>What the policy of a file leaves to others stays theirs, and a failed apply ends as it says.</summary>
public class PolicyTests
{
    const string Ignoring = """
        policy: { ignore: ["interface/alice/vde0 mtu", "alice routes.*", "namespace/alice sysctl.net.ipv4.ip_default_ttl"] }
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, sysctl: { net.ipv4.ip_default_ttl: 77 } }
        """;

    [Theory, RootAndUser]
    public Task WhatIsIgnoredIsSetOnceAndThenOthers(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Ignoring)).Exited(0);
        Assert.Equal("77", (await lab.RunInsideAsync("alice", "cat", "/proc/sys/net/ipv4/ip_default_ttl")).Exited(0).Out.Trim());
        (await lab.RunInsideAsync("alice", "ip", "link", "set", "vde0", "mtu", "1300")).Exited(0);
        (await lab.RunInsideAsync("alice", "ip", "route", "add", "10.8.0.0/16", "via", "10.0.0.8")).Exited(0);
        (await lab.RunInsideAsync("alice", "sh", "-c", "echo 66 > /proc/sys/net/ipv4/ip_default_ttl")).Exited(0);

        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);
        (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(0);
        // What is not ignored of the same objects is set, and nothing else.
        (await lab.ApplyAsync(Ignoring.Replace("10.0.0.1/24", "[10.0.0.1/24, 10.0.0.2/24]", StringComparison.Ordinal).Replace("ttl: 77", "ttl: 77, net.ipv4.ip_forward: 1", StringComparison.Ordinal))).Exited(0);

        LinkSeen link = await lab.LinkAsync("alice");
        Assert.Equal((1300, 2), (link.Mtu, link.Addresses.Length));
        Assert.Contains("10.8.0.0/16", (await lab.RunInsideAsync("alice", "ip", "route")).Exited(0).Out, StringComparison.Ordinal);
        Assert.Equal("66 1", (await lab.RunInsideAsync("alice", "sh", "-c", "cd /proc/sys/net/ipv4; echo $(cat ip_default_ttl ip_forward)")).Exited(0).Out.Trim());
    });

    [Theory, RootAndUser]
    public Task AFailedApplyStopsWhereTheFileSaysSo(Who who) => Lab.RunAsync(who, async lab =>
    {
        const string Failing = """
            policy: { on-failure: stop }
            switches: { lan: {} }
            namespaces: { alice: { to: lan, services: { none: { run: [no-such-program] } } } }
            """;

        (await lab.ApplyAsync(Failing)).Exited(5);
        Assert.NotNull(lab.Pin("alice"));
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        (await lab.ApplyAsync(Failing, "--on-failure", "rollback")).Exited(4);
        Assert.Null(lab.Pin("alice"));
    });
}
