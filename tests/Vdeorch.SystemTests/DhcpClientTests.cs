using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Interfaces that ask for their address: what a server gives them is theirs, and nobody's drift.</summary>
public class DhcpClientTests
{
    const string Server = "switches: { lan: {} }\nnamespaces:\n  infra: { to: lan, address: 10.0.0.1/24, vnfs: { dhcp: { pool: 10.0.0.100-10.0.0.199, router: 10.0.0.1, dns: 10.0.0.53, lease: 2m } } }\n";

    const string Client = "dhcp-vde0";

    static string Asking(string more = "") => $$"""
        {{Server}}  pc: { to: lan, dhcp: true, depends-on: { infra: healthy }{{more}} }
          after: { to: lan, address: 10.0.0.9/24, depends-on: { pc: healthy }, services: { sleeps: { run: [sleep, infinity] } } }
        checks: { out: { from: pc, ping: infra } }
        """;

    [Theory, RootAndUser]
    public Task ItHasAnAddressARouteAndNamesWhenApplyEndsAndNoneOfThatIsDrift(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("dnsmasq", "udhcpc");
        (await lab.ApplyAsync(Asking())).Exited(0);
        await lab.ExpectNothingToDoAsync();

        string address = await LeasedAsync(lab);
        Assert.StartsWith("10.0.0.1", address, StringComparison.Ordinal);
        Assert.Contains($"inet {address} ", await lab.IpAsync("pc", "addr", "show", "vde0"), StringComparison.Ordinal);
        Assert.StartsWith("default via 10.0.0.1 dev vde0 proto dhcp metric 1000", await lab.IpAsync("pc", "route"), StringComparison.Ordinal);
        Assert.Equal("# as leased\nnameserver 10.0.0.53\n", (await lab.RunAsync("exec", $"{lab.Topology}/pc", "--", "cat", "/etc/resolv.conf")).Exited(0).Out);

        // The server says whose it is.
        JsonElement lease = Assert.Single((await lab.ReportAsync()).GetProperty("topologies")[0].GetProperty("objects").EnumerateArray().Single(thing => thing.GetProperty("id").ToString().Contains("dhcp", StringComparison.Ordinal) && thing.TryGetProperty("leases", out _)).GetProperty("leases").EnumerateArray());
        Assert.Equal((address.Split('/')[0], "pc"), (lease.GetProperty("address").GetString(), lease.GetProperty("name").GetString()));
        Assert.Contains($"vnf/infra/dhcp  {lease.GetProperty("address").GetString()}", (await lab.RunAsync("status", lab.Topology, "-o", "wide")).Exited(0).Out, StringComparison.Ordinal);

        // What is written back asks, and has no address.
        string live = (await lab.RunAsync("get", lab.Topology)).Exited(0).Out;
        Assert.Contains("dhcp: true", live, StringComparison.Ordinal);
        // With its prefix, as addresses of a file are: it may be the first or the last of the pool, which stands there.
        Assert.DoesNotContain(address, live, StringComparison.Ordinal);
        Assert.DoesNotContain(Client, live, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task TheAddressStaysAcrossAChangeAKilledClientAndAnotherEngine(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("dnsmasq", "udhcpc");
        (await lab.ApplyAsync(Asking())).Exited(0);
        string address = await LeasedAsync(lab);
        int client = await PidAsync(lab);

        (await lab.ApplyAsync(Asking(", labels: { tier: client }"))).Exited(0);
        Processes.Kill(await lab.EnginePidAsync());
        (await lab.ApplyAsync(Asking())).Exited(0);
        Assert.Equal((client, address), (await PidAsync(lab), await LeasedAsync(lab)));

        // Another client takes its place, and asks for the same.
        Pinging pinging = await Pinging.StartAsync(lab, "pc", "10.0.0.1", 1000);
        Processes.Kill(client);
        await Wait.UntilAsync("there is another client, and it is ready", async () => (await lab.StatusAsync())[$"vnf/pc/{Client}"] is { Pid: { } pid, Health: "healthy" } && pid != client);
        Assert.Equal(address, await LeasedAsync(lab));
        Assert.Equal(0, (await pinging.EndAsync()).Lost);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task NameServersOfTheFileArePreferredAndComeAndGoWhileItRuns(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("dnsmasq", "udhcpc");
        (await lab.ApplyAsync(Asking())).Exited(0);
        int client = await PidAsync(lab);

        (await lab.ApplyAsync(Asking(", dns: 192.0.2.53, gateway: 10.0.0.1, address: 10.0.0.7/24"))).Exited(0);
        Assert.Equal("nameserver 192.0.2.53\n", await ResolverAsync(lab));
        Assert.StartsWith("default via 10.0.0.1 dev vde0 proto 117", await lab.IpAsync("pc", "route"), StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();

        (await lab.ApplyAsync(Asking())).Exited(0);
        await Wait.UntilAsync("they are the lease's again", async () => await ResolverAsync(lab) == "# as leased\nnameserver 10.0.0.53\n");
        Assert.Equal(client, await PidAsync(lab));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task WithoutAServerItIsNotReadyAndSaysSo(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("dnsmasq", "udhcpc");
        const string Alone = "switches: { lan: {} }\nnamespaces: { pc: { to: lan, dhcp: true } }\n";
        Finished late = (await lab.ApplyAsync(Alone, "--timeout", "2s")).Exited(6);
        Assert.Contains("no DHCP server has given vde0 an address", late.Err, StringComparison.Ordinal);
        Assert.Equal("degraded", (await lab.StatusAsync())["interface/pc/vde0"].Health);

        // What it gave back when the interface stopped asking is free again.
        (await lab.ApplyAsync(Asking())).Exited(0);
        string leases = Path.Combine(lab.RunDirectory, "topologies", lab.Topology, "daemons", "infra", "dhcp", "lib", "leases");
        Assert.NotEqual("", await File.ReadAllTextAsync(leases, TestContext.Current.CancellationToken));
        (await lab.ApplyAsync(Asking().Replace("dhcp: true, ", "", StringComparison.Ordinal).Replace("\nchecks: { out: { from: pc, ping: infra } }", "", StringComparison.Ordinal).Replace(", depends-on: { pc: healthy }", "", StringComparison.Ordinal))).Exited(0);
        Assert.DoesNotContain("inet ", await lab.IpAsync("pc", "addr", "show", "vde0"), StringComparison.Ordinal);
        await Wait.UntilAsync("the server has it back", async () => (await File.ReadAllTextAsync(leases, TestContext.Current.CancellationToken)).Length == 0);
    });

    static async Task<string> LeasedAsync(Lab lab) => (await lab.StatusAsync())["interface/pc/vde0"]["leased"]!;

    static async Task<int> PidAsync(Lab lab) => (await lab.StatusAsync())[$"vnf/pc/{Client}"].Pid!.Value;

    static async Task<string> ResolverAsync(Lab lab) => (await lab.RunAsync("exec", $"{lab.Topology}/pc", "--", "cat", "/etc/resolv.conf")).Exited(0).Out;
}
