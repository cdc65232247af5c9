using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>VLANs of a topology's switches, seen from the kernels of its namespaces.</summary>
public class VlanTests
{
    const string Campus = """
        switches: { campus: { vlans: { 10: staff, 20: guests } } }
        namespaces:
          router: { interfaces: { vde0: { to: campus, vlan: none, trunk: [staff, guests] } } }
          alice:  { interfaces: { vde0: { to: campus, vlan: staff, address: 10.0.10.1/24 } } }
          bob:    { interfaces: { vde0: { to: campus, vlan: staff, address: 10.0.10.2/24 } } }
          carol:  { interfaces: { vde0: { to: campus, vlan: guests, address: [10.0.10.3/24, 10.0.20.3/24] } } }
        """;

    [Theory, RootAndUser]
    public Task ATrunkIsInEachVlanThroughAnInterfaceOfItsOwn(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping", "socat");
        (await lab.ApplyAsync(Campus)).Exited(0);

        foreach (string vlan in new[] { "10", "20" })
        {
            await AddVlanAsync(lab, "router", vlan);
            await ExecAsync(lab, "router", "ip", "address", "add", $"10.0.{vlan}.254/24", "dev", $"vde0.{vlan}");
            await ExecAsync(lab, "router", "ip", "link", "set", $"vde0.{vlan}", "up");
        }

        await Wait.UntilAsync("router and alice meet", () => lab.PingsAsync("router", "10.0.10.1"));
        Assert.True(await lab.PingsAsync("carol", "10.0.20.254"));
        Assert.True(await lab.PingsAsync("alice", "10.0.10.2"));
        Assert.False(await lab.PingsAsync("carol", "10.0.10.1"));
        Assert.False(await lab.PingsAsync("alice", "10.0.20.3"));

        // Super-frames, whose checksums and segments are left to be done, get their tags here and lose them there.
        const int Bytes = 20_000_000;
        Running listening = lab.StartInside("alice", "sh", "-c", "socat -u TCP-LISTEN:7,reuseaddr - | wc -c");
        await ExecAsync(lab, "router", "sh", "-c", $"head -c {Bytes} /dev/zero | socat -u - TCP:10.0.10.1:7,retry=50,interval=0.1");
        Assert.Equal($"{Bytes}", (await listening.EndAsync()).Out.Trim());
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AVlanChangesHotAndConnectionsThroughAnotherStay(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping", "socat");
        (await lab.ApplyAsync(Campus)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;
        int index = (await lab.LinkAsync("carol")).Index;
        Running listening = lab.StartInside("bob", "socat", "-u", "TCP-LISTEN:7,reuseaddr", "-");
        Running talking = lab.StartInside("alice", "sh", "-c", "i=0; while sleep 0.05; do i=$((i+1)); echo line $i; done | socat -u - TCP:10.0.10.2:7,retry=50,interval=0.1");
        await Wait.UntilAsync("lines come", () => listening.Output.Contains("line 3", StringComparison.Ordinal));
        Assert.False(await lab.PingsAsync("carol", "10.0.10.1"));

        Planned plan = await lab.PlanAsync(Campus.Replace("vlan: guests, address", "vlan: staff, address", StringComparison.Ordinal));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.Equal(("interface/carol/vde0", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        Assert.Equal(("20", "10"), plan.Only.Changes["vlan"]);
        await Wait.UntilAsync("carol is among the staff", () => lab.PingsAsync("carol", "10.0.10.1"));
        int seen = listening.Output.Count(c => c == '\n');
        await Wait.UntilAsync("more lines come on the same connection", () => listening.Output.Count(c => c == '\n') > seen + 5);
        Assert.False(talking.HasExited);
        Assert.Equal((runtime, index), ((await lab.StatusAsync()).RuntimePid, (await lab.LinkAsync("carol")).Index));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task VlansComeBackWithTheRuntimeAndWithTheEngine(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Campus)).Exited(0);
        Processes.Kill(await lab.EnginePidAsync());
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        Processes.Kill(runtime);

        await Wait.UntilAsync("another runtime runs", async () => (await lab.StatusAsync()).Runtime?.GetProperty("pid").GetInt32() is { } pid && pid != runtime);
        await Wait.UntilAsync("everything is where it was", async () => (await lab.PlanAsync()).Changes.Count == 0);
        Assert.True(await lab.PingsAsync("alice", "10.0.10.2"));
        Assert.False(await lab.PingsAsync("carol", "10.0.10.1"));
    });

    [Theory, RootAndUser]
    public Task ATrunkBetweenSwitchesChangesHot(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        const string Before = """
            switches: { campus: { vlans: { 10: staff, 20: guests } }, annexe: {} }
            cables: [ { ends: [campus, annexe], vlan: none, trunk: 10 } ]
            namespaces:
              alice: { interfaces: { vde0: { to: campus, vlan: staff, address: 10.0.10.1/24 } } }
              bob:   { interfaces: { vde0: { to: annexe, vlan: 10, address: 10.0.10.2/24 } } }
              carol: { interfaces: { vde0: { to: campus, vlan: guests, address: 10.0.20.1/24 } } }
              dave:  { interfaces: { vde0: { to: annexe, vlan: 20, address: 10.0.20.2/24 } } }
            """;
        (await lab.ApplyAsync(Before)).Exited(0);
        Assert.True(await lab.PingsAsync("alice", "10.0.10.2"));
        Assert.False(await lab.PingsAsync("carol", "10.0.20.2"));

        Planned plan = await lab.PlanAsync(Before.Replace("trunk: 10", "trunk: [10, 20]", StringComparison.Ordinal));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.Equal(("cable/campus=annexe", "update", "hot"), (plan.Only.Id, plan.Only.Action, plan.Only.Cost));
        await Wait.UntilAsync("guests meet", () => lab.PingsAsync("carol", "10.0.20.2"));
        await lab.ExpectNothingToDoAsync();
    });

    // A kernel without 802.1Q has a bridge and our own plug for it: the tagged frames cross vde0 all the same.
    static async Task AddVlanAsync(Lab lab, string ns, string vlan)
    {
        string[] device = ["ip", "link", "add", "link", "vde0", "name", $"vde0.{vlan}", "type", "vlan", "id", vlan];
        Finished added = await lab.RunAsync(["exec", $"{lab.Topology}/{ns}", "--", .. device]);
        if (!added.Err.Contains("Unknown device type", StringComparison.Ordinal))
        {
            added.Exited(0);
            return;
        }

        if (!(await lab.IpAsync(ns, "link")).Contains("br0", StringComparison.Ordinal))
        {
            await ExecAsync(lab, ns, "ip", "link", "add", "br0", "up", "type", "bridge");
            await ExecAsync(lab, ns, "ip", "link", "set", "vde0", "master", "br0");
        }

        lab.Start("exec", $"{lab.Topology}/{ns}", "--", Host.Current.Binary, "plug", $"vlan://{vlan}{{tap://t{vlan}}}", $"tap://vde0.{vlan}");
        await Wait.UntilAsync("the plug is there", async () => (await lab.IpAsync(ns, "link")).Contains($"vde0.{vlan}:", StringComparison.Ordinal));
        await ExecAsync(lab, ns, "ip", "link", "set", $"t{vlan}", "master", "br0", "up");
    }

    static async Task ExecAsync(Lab lab, string ns, params string[] command) => (await lab.RunAsync(["exec", $"{lab.Topology}/{ns}", "--", .. command])).Exited(0);
}
