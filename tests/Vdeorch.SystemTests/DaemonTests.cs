using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Daemons of network functions: they serve, read their configuration again without letting go of anybody, and can do no harm.</summary>
public class DaemonTests
{
    const string Net = "0000000000003400";

    static string Web(string nginx, string more = "") => $$"""
        switches: { lan: {} }
        namespaces:
          web: { to: lan, address: 10.0.0.80/24, vnfs: { nginx: {{nginx}} } }
          pc: { to: lan, address: 10.0.0.7/24 }
        {{more}}
        """;

    [Theory, RootAndUser]
    public Task AWebServerServesAndIsReloadedWhileSomebodyWaits(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("nginx", "socat");
        string site = Directory.CreateDirectory(Path.Combine(lab.Files, "site")).FullName;
        await File.WriteAllTextAsync(Path.Combine(site, "index.html"), "a page\n", TestContext.Current.CancellationToken);
        (await lab.ApplyAsync(Web("{ root: ./site }", "checks: { site: { from: pc, http: \"http://web/\", status: 200 } }"))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        int pid = await PidAsync(lab, "vnf/web/nginx");

        Running slow = lab.StartInside("pc", "socat", "-", "TCP:10.0.0.80:80");
        await slow.Input.WriteAsync("GET / HTTP/1.1\r\nHost: web\r\n");
        await slow.Input.FlushAsync(TestContext.Current.CancellationToken);
        PlannedStep step = (await lab.PlanAsync(Web("{ root: ./site, listen: 8080 }"))).Only;
        Assert.Equal(("vnf/web/nginx", "reload"), (step.Id, step.Cost));
        (await lab.ApplyAsync(Web("{ root: ./site, listen: 8080 }", "checks: { site: { from: pc, http: \"http://web:8080/\", status: 200 } }"))).Exited(0);
        await slow.Input.WriteAsync("Connection: close\r\n\r\n");
        await slow.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the one who waited has the page", () => slow.Output.Contains("a page", StringComparison.Ordinal));
        Assert.Equal(pid, await PidAsync(lab, "vnf/web/nginx"));
        await lab.ExpectNothingToDoAsync();

        (await lab.ApplyAsync(Web("{ root: ./nowhere }"))).Exited(4);
        Assert.Equal("a page\n", await PageAsync(lab, 8080));
        Assert.Equal(pid, await PidAsync(lab, "vnf/web/nginx"));
        Assert.Empty((await lab.PlanAsync(Web("{ root: ./site, listen: 8080 }"))).Changes);
    });

    [Theory, RootAndUser]
    public Task ItHasTheRightsOfTheNetworkAndWritesNowhereElse(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("nginx");
        (await lab.ApplyAsync(Web("{}"))).Exited(0);
        int pid = await PidAsync(lab, "vnf/web/nginx");

        string[] status = await File.ReadAllLinesAsync($"/proc/{pid}/status", TestContext.Current.CancellationToken);
        foreach (string set in (string[])["CapEff", "CapPrm", "CapBnd", "CapAmb"])
        {
            // The bounding set of a process that may not give it up is worth nothing with no_new_privs.
            Assert.True((set == "CapBnd" && who == Who.User) || status.Contains($"{set}:\t{Net}"), string.Join('\n', status));
        }

        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.DoesNotContain(status, line => line.StartsWith("Uid:\t0\t", StringComparison.Ordinal));
        string[] writable = [.. (await File.ReadAllLinesAsync($"/proc/{pid}/mountinfo", TestContext.Current.CancellationToken)).Select(line => line.Split(' ')).Where(words => words[5].Split(',')[0] == "rw").Select(words => words[4]).Order(StringComparer.Ordinal)];
        Assert.Equal(["/run", "/var/lib", "/var/log"], writable);
        Assert.Equal("web\n", await PageAsync(lab, 80));
    });

    [Theory, RootAndUser]
    public Task WhatOthersDoToItsConfigurationIsDrift(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("nginx");
        (await lab.ApplyAsync(Web("{}"))).Exited(0);
        string file = Path.Combine(lab.RunDirectory, "topologies", lab.Topology, "daemons", "web", "nginx", "config", "nginx.conf");
        await File.AppendAllTextAsync(file, "# mine\n", TestContext.Current.CancellationToken);

        PlannedStep drift = (await lab.PlanAsync()).Only;
        Assert.Equal(("vnf/web/nginx", "reload", "drift"), (drift.Id, drift.Cost, drift.Reason));
        Assert.Equal("written, and not read yet", drift.Changes["config.nginx.conf"].Before);
        (await lab.ApplyAsync(Web("{}"))).Exited(0);
        Assert.DoesNotContain("# mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();

        (await lab.ApplyAsync(Web("{}").Replace(", vnfs: { nginx: {} }", "", StringComparison.Ordinal))).Exited(0);
        Assert.False(File.Exists(file));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task NamesAreAnsweredAndNewOnesAfterAReload(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("dnsmasq");
        const string Names = """
            switches: { lan: {} }
            namespaces:
              infra: { to: lan, address: [10.0.0.53/24, "fd00::53/64"], vnfs: { dns: { zone: lab.test{MORE} } } }
              web: { replicas: 2, to: lan, address: "10.0.0.{{ index + 80 }}/24" }
              pc: { to: lan, address: 10.0.0.7/24, dns: 10.0.0.53, depends-on: { infra: healthy }, services: { asks: { run: [getent, hosts, web-1.lab.test], restart: "no" } } }
            """;
        (await lab.ApplyAsync(Names.Replace("{MORE}", "", StringComparison.Ordinal))).Exited(0);
        int pid = await PidAsync(lab, "vnf/infra/dns");
        Assert.Equal("10.0.0.81", await LookUpAsync(lab, "web-1.lab.test"));
        Assert.Equal("", await LookUpAsync(lab, "printer.lab.test"));

        string more = Names.Replace("{MORE}", ", hosts: { printer: 10.0.0.9 }", StringComparison.Ordinal);
        Assert.Equal("reload", (await lab.PlanAsync(more)).Only.Cost);
        (await lab.ApplyAsync(more)).Exited(0);
        await Wait.UntilAsync("it knows the printer", async () => await LookUpAsync(lab, "printer.lab.test") == "10.0.0.9");
        Assert.Equal(pid, await PidAsync(lab, "vnf/infra/dns"));

        // A new engine takes it over as it is.
        (await lab.RunAsync("engine", "stop")).Exited(0);
        (await lab.ApplyAsync(more)).Exited(0);
        Assert.Equal(pid, await PidAsync(lab, "vnf/infra/dns"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AddressesAreGivenAndKeptAcrossARestart(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("dnsmasq", "udhcpc");
        const string Pool = """
            switches: { lan: {} }
            namespaces:
              infra: { to: lan, address: 10.0.0.1/24, vnfs: { dhcp: { pool: 10.0.0.100-10.0.0.199, router: 10.0.0.1, dns: 10.0.0.53{MORE} } } }
              pc: { interfaces: { vde0: { to: lan, mac: 52:54:00:00:00:07 } } }
            """;
        (await lab.ApplyAsync(Pool.Replace("{MORE}", "", StringComparison.Ordinal))).Exited(0);
        string first = await LeaseAsync(lab);
        Assert.StartsWith("ip=10.0.0.1", first, StringComparison.Ordinal);
        Assert.EndsWith(" router=10.0.0.1 dns=10.0.0.53", first, StringComparison.Ordinal);

        // Another pool restarts it; whom it knows keeps the address.
        Assert.Equal("restart", (await lab.PlanAsync(Pool.Replace("{MORE}", "", StringComparison.Ordinal).Replace("0.199", "0.250", StringComparison.Ordinal))).Only.Cost);
        (await lab.ApplyAsync(Pool.Replace("{MORE}", "", StringComparison.Ordinal).Replace("0.199", "0.250", StringComparison.Ordinal))).Exited(0);
        Assert.Equal(first, await LeaseAsync(lab));

        string reserved = Pool.Replace("{MORE}", ", reservations: { box: { mac: \"52:54:00:00:00:07\", address: 10.0.0.20 } }", StringComparison.Ordinal).Replace("0.199", "0.250", StringComparison.Ordinal);
        Assert.Equal("reload", (await lab.PlanAsync(reserved)).Only.Cost);
        (await lab.ApplyAsync(reserved)).Exited(0);
        await Wait.UntilAsync("it has what is reserved for it", async () => (await LeaseAsync(lab)).StartsWith("ip=10.0.0.20 ", StringComparison.Ordinal));
    });

    static async Task<int> PidAsync(Lab lab, string id) => (await lab.StatusAsync())[id].Pid!.Value;

    static async Task<string> PageAsync(Lab lab, int port) =>
        (await lab.RunInsideAsync("pc", "sh", "-c", $"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | socat - TCP:10.0.0.80:{port}")).Exited(0).Out.Split("\r\n\r\n")[1];

    static async Task<string> LookUpAsync(Lab lab, string name) => (await lab.RunAsync("exec", $"{lab.Topology}/pc", "--", "getent", "hosts", name)).Out.Split(' ')[0];

    // Asks, and gives it back to nobody: the address is not taken.
    static async Task<string> LeaseAsync(Lab lab)
    {
        string script = Path.Combine(lab.Files, "lease");
        await File.WriteAllTextAsync(script, "#!/bin/sh\n[ \"$1\" != bound ] || echo \"ip=$ip router=$router dns=$dns\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return (await lab.RunInsideAsync("pc", "udhcpc", "-i", "vde0", "-n", "-q", "-f", "-s", script)).Exited(0).Out.Trim();
    }
}
