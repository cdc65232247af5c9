using System.Security.Cryptography;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Tunnels of WireGuard's: what passes, what is heard outside, and that they change, are put right and come back without harm to those who talk.</summary>
public class WireguardTests
{
    const string Pattern = "7664656f726368"; // "vdeorch", which pings carry

    // Who gets no answer agrees on keys anew after 15 s (KEEPALIVE_TIMEOUT + REKEY_TIMEOUT of WireGuard's paper).
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    static string Two(string more = "", string peers = "", string gw = "listen: 51820") => $$"""
        switches: { wan: { hub: true } }
        namespaces:
          gw: { to: wan, address: [198.51.100.1/24, "2001:db8::1/64"], vnfs: { wireguard: { private-key: secrets/gw.key, {{gw}}, address: [10.99.0.1/24, "fd99::1/64"], peers: { pc: { preshared-key: secrets/psk }{{peers}} } } } }
          pc: { to: wan, address: 198.51.100.7/24, vnfs: { wireguard: { private-key: secrets/pc.key, address: [10.99.0.7/24, "fd99::7/64"], peers: { gw: { preshared-key: secrets/psk } } } } }
          ear: { to: wan, address: 198.51.100.9/24 }
          more: { to: wan, address: 198.51.100.8/24{{more}} }
        """;

    const string Third = ", vnfs: { wireguard: { private-key: secrets/more.key, listen: 51820, address: [10.99.0.8/24, \"fd99::8/64\"], peers: { gw: {} } } }";

    [Theory, RootAndUser]
    public Task PacketsPassAndOutsideNobodyHearsMoreThanUdp(Who who) => RunAsync(who, async (lab, _) =>
    {
        Host.Needs("tcpdump", "ping");
        (await lab.ApplyAsync(Two())).Exited(0);
        await lab.ExpectNothingToDoAsync();
        // What neighbours ask each other is no part of it.
        Running ear = lab.StartInside("ear", "tcpdump", "-l", "-n", "-X", "-i", "vde0", "ip or udp or tcp or (icmp6 and (ip6[40] == 128 or ip6[40] == 129))");
        await Wait.UntilAsync("somebody listens", () => ear.Output.Contains("listening on", StringComparison.Ordinal) || ear.Errors.Contains("listening on", StringComparison.Ordinal));

        (await lab.RunInsideAsync("pc", "ping", "-c", "5", "-i", "0.2", "-p", Pattern, "10.99.0.1")).Exited(0);
        (await lab.RunInsideAsync("gw", "ping", "-c", "5", "-i", "0.2", "-p", Pattern, "fd99::7")).Exited(0);
        await Wait.UntilAsync("it was heard", () => Packets(ear).Length >= 20);
        Assert.All(Packets(ear), packet => Assert.Contains(".51820", packet, StringComparison.Ordinal));
        Assert.All(Packets(ear), packet => Assert.Contains(": UDP, length", packet, StringComparison.Ordinal));
        Assert.DoesNotContain("vdeorch", ear.Output.Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);

        // Not for want of looking: by the addresses outside the same pings are read.
        (await lab.RunInsideAsync("pc", "ping", "-c", "1", "-p", Pattern, "198.51.100.1")).Exited(0);
        await Wait.UntilAsync("in clear text", () => ear.Output.Contains("ICMP echo request", StringComparison.Ordinal) && ear.Output.Contains("vdeorch", StringComparison.Ordinal));
        ObjectSeen tunnel = (await lab.StatusAsync())["vnf/gw/wireguard"];
        Assert.Matches("^1 peer, pc: handshake [0-9]+ s ago$", tunnel.Reason);
        Assert.Equal("healthy", tunnel.Health);
    });

    [Theory, RootAndUser]
    public Task APeerThatComesOrGoesIsNoneOfTheOthersBusiness(Who who) => RunAsync(who, async (lab, _) =>
    {
        (await lab.ApplyAsync(Two())).Exited(0);
        Pinging pinging = await Pinging.StartAsync(lab, "pc", "10.99.0.1", 2000);
        string more = Two(Third, ", more: { allowed: [10.99.0.8, 10.8.0.0/16] }");
        Planned plan = await lab.PlanAsync(more);
        Assert.Equal("hot", plan["vnf/gw/wireguard"].Cost);
        Assert.Equal(["peers.more", "routes"], plan["vnf/gw/wireguard"].Changes.Keys.Order(StringComparer.Ordinal));
        (await lab.ApplyAsync(more)).Exited(0);
        await lab.ExpectNothingToDoAsync();
        await Wait.UntilAsync("the third is there", () => lab.PingsAsync("more", "10.99.0.1"));
        Assert.Contains("10.8.0.0/16 dev wg0 proto 117", await lab.IpAsync("gw", "route"), StringComparison.Ordinal);
        (await lab.ApplyAsync(Two())).Exited(0);
        Assert.Equal(0, (await pinging.EndAsync()).Lost);
        Assert.DoesNotContain("10.8.0.0/16", await lab.IpAsync("gw", "route"), StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();

        // Another port, another key: hot, too. Another name is another interface.
        await KeyAsync(lab, "new.key");
        (await lab.ApplyAsync(Two(gw: "listen: 51999, mtu: 1400").Replace("secrets/gw.key", "secrets/new.key", StringComparison.Ordinal))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        await Wait.UntilAsync("they have found each other", () => lab.PingsAsync("pc", "10.99.0.1"));
        Assert.Contains("mtu 1400", await lab.IpAsync("gw", "link", "show", "wg0"), StringComparison.Ordinal);
        string named = Two(gw: "listen: 51999, interface: office");
        Assert.Equal("replace", (await lab.PlanAsync(named))["vnf/gw/wireguard"].Action);
        (await lab.ApplyAsync(named)).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.DoesNotContain("wg0", await lab.IpAsync("gw", "link"), StringComparison.Ordinal);
        await Wait.UntilAsync("and again", () => lab.PingsAsync("pc", "fd99::1"));

        (await lab.ApplyAsync("switches: { wan: {} }\nnamespaces: { gw: { to: wan }, pc: { to: wan } }")).Exited(0);
        Assert.DoesNotContain("office", await lab.IpAsync("gw", "link"), StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task WhatIsBehindItComesBackAfterItWasKilledAndWhenTheEngineWas(Who who) => RunAsync(who, async (lab, _) =>
    {
        (await lab.ApplyAsync(Two())).Exited(0);
        ObjectSeen before = (await lab.StatusAsync())["vnf/gw/wireguard"];
        Assert.SkipWhen(before.Pid is null, "this kernel makes them itself: nobody is behind them");
        string addresses = await lab.IpAsync("gw", "-o", "address", "show", "dev", "wg0");
        Processes.Kill(before.Pid!.Value);
        await Wait.UntilAsync("another has its place", async () => (await lab.StatusAsync())["vnf/gw/wireguard"] is { Pid: { } now } && now != before.Pid);
        await Wait.UntilAsync("it knows what it is for", async () => (await lab.PlanAsync()).Changes.Count == 0);
        Assert.Equal(addresses, await lab.IpAsync("gw", "-o", "address", "show", "dev", "wg0"));
        await Wait.UntilAsync("packets pass again", () => lab.PingsAsync("pc", "10.99.0.1"), s_patience);

        // No more rights than it needs, and no way to more.
        string[] status = await File.ReadAllLinesAsync($"/proc/{(await lab.StatusAsync())["vnf/gw/wireguard"].Pid}/status");
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("CapEff:\t0000000000003400", status);
        Assert.DoesNotContain(status, line => line.StartsWith("Uid:\t0", StringComparison.Ordinal));

        int pid = (await lab.StatusAsync())["vnf/gw/wireguard"].Pid!.Value;
        Processes.Kill(await lab.EnginePidAsync());
        Assert.True(await lab.PingsAsync("pc", "10.99.0.1"));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Equal(pid, (await lab.StatusAsync())["vnf/gw/wireguard"].Pid);
        await lab.ExpectNothingToDoAsync();

        Processes.Kill(await lab.EnginePidAsync());
        Processes.Kill(pid);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        await lab.ExpectNothingToDoAsync();
        await Wait.UntilAsync("a new engine has seen to it", () => lab.PingsAsync("pc", "10.99.0.1"), s_patience);
    });

    [Theory, RootAndUser]
    public Task WhatWasChangedByHandIsSeenAndPutRight(Who who) => RunAsync(who, async (lab, keys) =>
    {
        Host.Needs("wg", "unshare");
        (await lab.ApplyAsync(Two(Third, ", more: {}"))).Exited(0);
        string more = await PublicAsync(keys["more.key"]);
        string stranger = await PublicAsync(NewKey());
        await WgAsync(lab, "peer", more, "remove");
        await WgAsync(lab, "peer", stranger, "allowed-ips", "10.99.0.66/32");
        await WgAsync(lab, "peer", await PublicAsync(keys["pc.key"]), "persistent-keepalive", "7");
        await lab.IpAsync("gw", "address", "add", "10.99.0.99/24", "dev", "wg0");
        await lab.IpAsync("gw", "link", "set", "wg0", "mtu", "1300");

        PlannedStep drift = (await lab.PlanAsync()).Only;
        Assert.Equal(("vnf/gw/wireguard", "hot"), (drift.Id, drift.Cost));
        Assert.Equal(new[] { "address", "mtu", "peers.more", "peers.pc", $"peers.{stranger}" }.Order(StringComparer.Ordinal), drift.Changes.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("keepalive: 7s", drift.Changes["peers.pc"].Before, StringComparison.Ordinal);
        // As it is, it can be said in the language.
        string live = (await lab.RunAsync("get", lab.Topology)).Exited(0).Out;
        Assert.Contains("stranger-1: { public-key: ", live, StringComparison.Ordinal);
        (await lab.RunAsync("validate", lab.Write(Unnamed(live), "live.yaml"))).Exited(0);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.True(await lab.PingsAsync("more", "10.99.0.1"));

        // Another key in the file is as good as a change of the file.
        await KeyAsync(lab, "more.key");
        Assert.Equal(["vnf/gw/wireguard", "vnf/more/wireguard"], (await lab.PlanAsync()).Changes.Select(step => step.Id).Order(StringComparer.Ordinal));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        await lab.ExpectNothingToDoAsync();
        await Wait.UntilAsync("by the new key", () => lab.PingsAsync("more", "10.99.0.1"));

        // Without any notes its marks say whose it is.
        Directory.Delete(Path.Combine(lab.RunDirectory, "topologies", lab.Topology, "vnfs"), recursive: true);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.True(await lab.PingsAsync("more", "10.99.0.1"));
    });

    [Theory, RootAndUser]
    public Task PrivateKeysAreNowhereButInTheirFiles(Who who) => RunAsync(who, async (lab, keys) =>
    {
        List<string> said = [];
        foreach (string[] verb in new string[][] { ["validate", lab.Write(Two())], ["plan", lab.File, "-o", "json"], ["apply", lab.File, "--yes"], ["plan", lab.File], ["status", lab.Topology, "-o", "json"], ["status", lab.Topology, "-o", "wide"], ["get", lab.Topology], ["render", lab.File], ["logs", $"{lab.Topology}/gw/wireguard"] })
        {
            Finished finished = (await lab.RunAsync(verb)).Exited(0);
            said.Add(finished.Out);
            said.Add(finished.Err);
        }

        said.AddRange(Directory.EnumerateFiles(lab.RunDirectory, "*", SearchOption.AllDirectories).Where(path => (File.GetAttributes(path) & (FileAttributes.ReparsePoint | FileAttributes.Device)) == 0 && new FileInfo(path).Length > 0).Select(path => File.ReadAllText(path)));
        Assert.All(keys.Values, key => Assert.All(said, text => Assert.DoesNotContain(key, text, StringComparison.Ordinal)));

        // What it says of itself in the language is the same tunnel.
        string rendered = (await lab.RunAsync("render", lab.File)).Exited(0).Out;
        Assert.Empty((await lab.PlanAsync(Unnamed(rendered))).Changes);
    });

    // With keys in secrets/, which only the user of the lab may read.
    static Task RunAsync(Who who, Func<Lab, Dictionary<string, string>, Task> test) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("wg", "wireguard-go", "ping");
        Dictionary<string, string> keys = [];
        foreach (string name in new[] { "gw.key", "pc.key", "more.key", "psk" })
        {
            keys[name] = await KeyAsync(lab, name);
        }

        await test(lab, keys);
    });

    static string Unnamed(string yaml) => string.Join('\n', yaml.Split('\n').Where(line => !line.StartsWith("topology:", StringComparison.Ordinal)));

    static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    static async Task<string> KeyAsync(Lab lab, string name)
    {
        string key = NewKey();
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(lab.Files, "secrets")).FullName, name);
        await File.WriteAllTextAsync(path, $"{key}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Host.IsRoot && lab.Who != Who.Root)
        {
            (await Running.ToEndAsync(["chown", "65534:65534", path])).Exited(0);
        }

        return key;
    }

    static async Task<string> PublicAsync(string key) => (await Running.ToEndAsync(["wg", "pubkey"], input: $"{key}\n")).Exited(0).Out.Trim();

    // As somebody would who knows where the program listens; where the kernel does, that is no harm.
    static async Task WgAsync(Lab lab, params string[] arguments)
    {
        string run = Path.Combine(lab.RunDirectory, "topologies", lab.Topology, "daemons", "gw", "wireguard", "run");
        (await lab.RunInsideAsync("gw", ["unshare", "-m", "sh", "-ec", $"[ ! -d {run} ] || mount --bind {run} /run; exec \"$@\"", "sh", "wg", "set", "wg0", .. arguments])).Exited(0);
    }

    static string[] Packets(Running ear) => [.. ear.Output.Split('\n').Where(line => line.Contains(" IP ", StringComparison.Ordinal) || line.Contains(" IP6 ", StringComparison.Ordinal))];
}
