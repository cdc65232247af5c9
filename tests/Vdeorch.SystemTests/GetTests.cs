using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>What <c>get</c> prints is a topology file of which the plan is empty, whatever has become of the world, and also when nothing is known of how it began.</summary>
public class GetTests
{
    const string Rich = """
        switches:
          lan: { vlans: { 10: staff, 20: guests }, mac-age: 60s, storm: 1000, mirror: { to: probe/vde0 } }
          dmz: { stp: { priority: 4096 }, hub: false }
          pub: { socket: DIRECTORY/pub, mode: "0660", console: DIRECTORY/pub.mgmt, numbered: { 3: { vlan: 10 } } }
        clouds:
          wan: { vxvde: 239.77.1.2, vni: 7 }
        plugs: { far: "udp://6002->127.0.0.1:6003" }
        cables:
          - { ends: [lan, dmz], vlan: 10, impair: { delay: 2ms, "->": { rate: 10mbit } } }
          - [dmz, far]
          - [left/vde0, right/vde0]
          - [dmz, "udp://6000->127.0.0.1:6001"]
        namespaces:
          probe: { to: lan }
          alice:
            interfaces:
              vde0: { to: lan, address: [10.0.0.1/24, "fd00::1/64"], vlan: 10, impair: { loss: 1% } }
              vde1: { to: wan, address: 10.1.0.1/24, mtu: 1400 }
            routes: { default: 10.0.0.254, 10.9.0.0/16: { via: 10.1.0.9, metric: 50 } }
            dns: [9.9.9.9]
            sysctl: { net.ipv4.ip_forward: 1 }
            services: { sleeper: { run: [sh, -c, "echo 'it is'; exec sleep 1000"], env: { A: "one two" }, restart: always } }
          left: { interfaces: { vde0: { address: 10.2.0.1/24 } } }
          right: { interfaces: { vde0: { address: 10.2.0.2/24 } } }
        checks: { pair: { from: left, ping: right } }
        """;

    [Theory, RootAndUser]
    public Task ItPlansEmpty(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Text(lab))).Exited(0);

        await ExpectSelfAsync(lab);
    });

    [Theory, RootAndUser]
    public Task WithWhatOthersChanged(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Text(lab))).Exited(0);
        (await lab.RunInsideAsync("alice", "ip", "address", "add", "10.0.0.77/24", "dev", "vde0")).Exited(0);
        (await lab.RunInsideAsync("alice", "ip", "link", "set", "vde1", "mtu", "1300")).Exited(0);
        (await lab.RunInsideAsync("alice", "ip", "route", "add", "10.8.0.0/16", "via", "10.1.0.8")).Exited(0);
        (await lab.RunAsync("console", $"{lab.Topology}/lan", "hash/setexpire 30")).Exited(0);

        string live = await ExpectSelfAsync(lab);

        Assert.Contains("10.0.0.77/24", live, StringComparison.Ordinal);
        Assert.Contains("1300", live, StringComparison.Ordinal);
        Assert.Contains("10.8.0.0/16", live, StringComparison.Ordinal);
        Assert.Contains("mac-age: 30s", live, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task WithoutAnyNotes(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Text(lab))).Exited(0);
        File.Delete($"{lab.RunDirectory}/topologies/{lab.Topology}/notes.json");

        await ExpectSelfAsync(lab, "restart", "ready");
    });

    [Theory, RootAndUser]
    public Task WhatNoFileCanSayIsSaid(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Text(lab))).Exited(0);
        (await lab.RunInsideAsync("left", "ip", "link", "set", "vde0", "down")).Exited(0);

        Finished got = (await lab.RunAsync("get", lab.Topology)).Exited(0);

        Assert.Contains("no file can say of interface/left/vde0: state 'down'", got.Err, StringComparison.Ordinal);
        (await lab.RunAsync("get", "nobody")).Exited(1);
    });

    static string Text(Lab lab) => Rich.Replace("DIRECTORY", lab.RunDirectory, StringComparison.Ordinal);

    /// <param name="unknown">Fields that the world cannot tell.</param>
    static async Task<string> ExpectSelfAsync(Lab lab, params string[] unknown)
    {
        Finished got = (await lab.RunAsync("get", lab.Topology)).Exited(0);
        File.WriteAllText(lab.File, got.Out);
        Planned plan = await lab.PlanAsync();
        Assert.True(plan.Changes.All(step => step.Changes.Keys.All(unknown.Contains)), $"{string.Join("\n", plan.Changes)}\n{got}");
        return got.Out;
    }
}
