using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>What <c>export</c> writes plans empty where it was written, and makes the same world where nothing is.</summary>
public class ExportTests
{
    const string Rich = """
        switches:
          lan: { vlans: { 10: staff, 20: guests }, mac-age: 60s, storm: 1000, mirror: { to: probe/vde0 } }
          dmz: { stp: { priority: 4096 }, hub: false }
          pub: { socket: DIRECTORY/pub, mode: "0660", console: DIRECTORY/pub.mgmt, numbered: { 3: { vlan: 10 } } }
        clouds:
          wan: { vxvde: 239.77.1.2, vni: 7 }
        plugs: { far: "udp://6022->127.0.0.1:6023" }
        cables:
          - { ends: [lan, dmz], vlan: 10, impair: { delay: 2ms, "->": { rate: 10mbit } } }
          - [dmz, far]
          - [left/vde0, right/vde0]
        namespaces:
          probe: { to: lan }
          alice:
            interfaces:
              vde0: { to: lan, address: [10.0.0.1/24, "fd00::1/64"], vlan: 10, shape: { rate: 5mbit } }
              vde1: { to: wan, address: 10.1.0.1/24, mtu: 1400 }
            routes: { default: 10.0.0.254, 10.9.0.0/16: { via: 10.1.0.9, metric: 50, table: 100 } }
            rules: { 100: { from: 10.0.0.1, table: 100 } }
            dns: [9.9.9.9]
            sysctl: { net.ipv4.ip_forward: 1 }
            files: { etc/motd: { from: ./motd, mode: "0640" }, etc/app/conf: "a: {{ namespace }}\n" }
            exec: { up: [[ip, link, set, lo, mtu, "60000"]] }
            services: { sleeper: { run: [sh, -c, "echo 'it is'; exec sleep 1000"], env: { A: "one two" }, restart: always } }
          left: { interfaces: { vde0: { address: 10.2.0.1/24 } } }
          right: { interfaces: { vde0: { address: 10.2.0.2/24 } } }
        checks: { pair: { from: left, ping: right } }
        """;

    const string Sealed = """
        switches: { lan: {} }
        clouds: { wan: "vxvde://239.77.1.3" }
        plugs: { sealed: { stack: [ { agno: { key: secret.key } } ], over: wan } }
        cables: [ [lan, sealed] ]
        namespaces: { a: { to: lan, address: 10.0.0.1/24 } }
        """;

    [Theory, RootAndUser]
    public Task ItPlansEmptyAndMakesTheSameWorldAgain(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "tc");
        File.WriteAllText(Path.Combine(lab.Files, "motd"), "copied {{ as it is }}\n");
        (await lab.ApplyAsync(Rich.Replace("DIRECTORY", lab.RunDirectory, StringComparison.Ordinal))).Exited(0);
        (await lab.RunInsideAsync("alice", "ip", "address", "add", "10.0.0.77/24", "brd", "+", "dev", "vde0")).Exited(0);
        string before = await WholeWorld.ShowAsync(lab);
        string directory = Path.Combine(Place(lab), "out");

        Finished exported = (await lab.RunAsync("export", lab.Topology, directory)).Exited(0);

        Assert.Equal("", exported.Err);
        string file = Path.Combine(directory, $"{lab.Topology}.yaml");
        Assert.Equal("copied {{ as it is }}\n", await File.ReadAllTextAsync($"{directory}/files/alice/etc/motd"));
        Assert.Equal(0b110_100_000, (int)File.GetUnixFileMode($"{directory}/files/alice/etc/motd"));
        Assert.Equal([directory], Directory.EnumerateFileSystemEntries(Place(lab)));
        Planned plan = new(Lab.Parse((await lab.RunAsync("plan", file, "-o", "json")).Exited(0)));
        Assert.True(plan.Changes.Count == 0, string.Join("\n", plan.Changes));

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        (await lab.RunAsync("apply", file, "--yes")).Exited(0);
        // Names are of what was applied: the address that was added by hand has one only now.
        string[] changes = WholeWorld.Changes(before, await WholeWorld.ShowAsync(lab)).Split('\n');
        Assert.All(changes, line => Assert.StartsWith("hosts ", line[2..], StringComparison.Ordinal));
        Assert.Contains("10.0.0.77", changes.Single(line => line[0] == '+'), StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task KeyFilesAreCopiedWhenThatIsSaidAndNamedWhenNot(Who who) => Lab.RunAsync(who, async lab =>
    {
        string key = Path.Combine(lab.Files, "secret.key");
        await File.WriteAllTextAsync(key, "00112233445566778899aabbccddeeff\n");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (who == Who.User && Host.IsRoot)
        {
            (await Running.ToEndAsync(["chown", "65534:65534", key])).Exited(0);
        }

        (await lab.ApplyAsync(Sealed)).Exited(0);
        string directory = Path.Combine(Place(lab), "out");

        Finished left = (await lab.RunAsync("export", lab.Topology, directory, "-o", "json")).Exited(0);

        JsonElement said = Lab.Parse(left);
        Assert.Equal(("keys/secret.key", key), (said.GetProperty("leftOut")[0].GetProperty("path").GetString(), said.GetProperty("leftOut")[0].GetProperty("source").GetString()));
        Assert.Contains("keys/secret.key is left out", left.Err, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{directory}/keys"));
        Assert.Contains("key: keys/secret.key", await File.ReadAllTextAsync($"{directory}/{lab.Topology}.yaml"), StringComparison.Ordinal);

        Assert.Contains("--force", (await lab.RunAsync("export", lab.Topology, directory, "--secrets")).Exited(1).Err, StringComparison.Ordinal);
        (await lab.RunAsync("export", lab.Topology, directory, "--secrets", "--force")).Exited(0);
        Assert.Equal(await File.ReadAllTextAsync(key), await File.ReadAllTextAsync($"{directory}/keys/secret.key"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{directory}/keys/secret.key"));

        // With the key moved only the plug's locator is another, and from there it all comes up.
        PlannedStep moved = new Planned(Lab.Parse((await lab.RunAsync("plan", $"{directory}/{lab.Topology}.yaml", "-o", "json")).Exited(0))).Only;
        Assert.Equal(("plug/sealed", "uvdel"), (moved.Id, Assert.Single(moved.Changes.Keys)));
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        File.Delete(key);
        (await lab.RunAsync("apply", $"{directory}/{lab.Topology}.yaml", "--yes")).Exited(0);
    });

    [Theory, RootAndUser]
    public Task WhatIsThereStaysAndNothingHalfMadeDoes(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync("switches: { lan: {} }\nnamespaces: { a: { to: lan, address: 10.0.0.1/24 } }\n")).Exited(0);
        string place = Place(lab);
        string full = Directory.CreateDirectory($"{place}/full").FullName;
        await File.WriteAllTextAsync($"{full}/mine.txt", "mine");

        Assert.Contains("not empty", (await lab.RunAsync("export", lab.Topology, full)).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("'mine.txt'", (await lab.RunAsync("export", lab.Topology, full, "--force")).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("no directory", (await lab.RunAsync("export", lab.Topology, $"{place}/no/where")).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("is a file", (await lab.RunAsync("export", lab.Topology, lab.File)).Exited(1).Err, StringComparison.Ordinal);
        (await lab.RunAsync("export", "nobody", $"{place}/out")).Exited(1);
        Assert.Equal("mine", await File.ReadAllTextAsync($"{full}/mine.txt"));
        Assert.Equal([full], Directory.EnumerateFileSystemEntries(place));
    });

    // Where whoever runs vdeorch may write.
    static string Place(Lab lab)
    {
        string place = Path.Combine(lab.Files, "place");
        if (!Directory.Exists(place))
        {
            Directory.CreateDirectory(place);
            File.SetUnixFileMode(place, (UnixFileMode)0b111_111_111);
        }

        return place;
    }
}
