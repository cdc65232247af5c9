using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A namespace of somebody else's becomes a file, and the file a namespace that is like it.</summary>
public class ImportTests
{
    [Fact]
    public Task WhatIsMadeOfTheFileIsLikeWhatItWasReadFrom() => Lab.RunAsync(Who.Root, lab => WithNamespaceAsync(lab, async foreign =>
    {
        Finished imported = (await lab.RunAsync("import", foreign, "--name", lab.Topology)).Exited(0);
        Assert.Equal("", imported.Err);
        File.WriteAllText(lab.File, imported.Out);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        await lab.ExpectNothingToDoAsync();

        foreach (string[] what in new string[][] { ["-4", "route", "show", "table", "all", "proto", "static"], ["-6", "route", "show", "table", "all", "proto", "static"] })
        {
            string theirs = (await Running.ToEndAsync(["ip", "-n", foreign, .. what])).Exited(0).Out;
            Assert.NotEqual("", theirs);
            Assert.Equal(Words(theirs), Words((await lab.IpAsync(lab.Topology, [.. what[..^1], "117"])).Replace("proto 117", "", StringComparison.Ordinal)));
        }

        LinkSeen link = await lab.LinkAsync(lab.Topology, "left");
        Assert.Equal(("02:00:00:00:00:07", 1400), (link.Mac, link.Mtu));
        Assert.Equal(["10.44.0.1/24", "fd44::1/64"], link.Addresses);
        Assert.Contains("100:\tfrom 10.44.7.0/24 lookup 100 proto 117", await lab.IpAsync(lab.Topology, "rule"), StringComparison.Ordinal);
        Assert.Equal("1", (await lab.RunInsideAsync(lab.Topology, "cat", "/proc/sys/net/ipv4/ip_forward")).Out.Trim());
        // It is still whose it was.
        (await Running.ToEndAsync(["ip", "-n", foreign, "link", "show", "left"])).Exited(0);
    }));

    [Fact]
    public Task WhatNoFileCanSayIsSaid() => Lab.RunAsync(Who.Root, lab => WithNamespaceAsync(lab, async foreign =>
    {
        (await Running.ToEndAsync(["ip", "-n", foreign, "route", "add", "10.99.0.0/16", "dev", "left", "proto", "static"])).Exited(0);
        (await Running.ToEndAsync(["ip", "-n", foreign, "rule", "add", "iif", "left", "table", "9", "priority", "400"])).Exited(0);
        (await Running.ToEndAsync(["ip", "-n", foreign, "link", "set", "right", "down"])).Exited(0);

        Finished imported = (await lab.RunAsync("import", $"netns://{foreign}")).Exited(0);

        Assert.Contains("no file can say this: the route to 10.99.0.0/16 goes to the link itself", imported.Err, StringComparison.Ordinal);
        Assert.Contains("no file can say this: there is a rule 400 from 0.0.0.0/0 to table 9, and more", imported.Err, StringComparison.Ordinal);
        Assert.Contains("no file can say this: right is down", imported.Err, StringComparison.Ordinal);
        File.WriteAllText(lab.File, imported.Out);
        (await lab.RunAsync("validate", lab.File)).Exited(0);
    }));

    [Theory, RootAndUser]
    public Task WhoHasNoSuchNamespaceIsTold(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished none = (await lab.RunAsync("import", "nobody-has-this")).Exited(1);
        Assert.Contains("/run/netns/nobody-has-this", none.Err, StringComparison.Ordinal);
    });

    [Fact]
    public Task WhoMayNotEnterIsTold() => Lab.RunAsync(Who.User, lab => WithNamespaceAsync(lab, async foreign =>
        Assert.Contains("not permitted", (await lab.RunAsync("import", foreign)).Exited(1).Err, StringComparison.OrdinalIgnoreCase)));

    static async Task WithNamespaceAsync(Lab lab, Func<string, Task> test)
    {
        Host.Needs("ip");
        Assert.SkipUnless(Host.IsRoot, "`ip netns add` is root's");
        string name = $"vtx{lab.Topology}";
        await IpAsync($"netns add {name}");
        try
        {
            await IpAsync($"-n {name} link add left address 02:00:00:00:00:07 mtu 1400 type veth peer name right");
            await IpAsync($"-n {name} link set left up");
            await IpAsync($"-n {name} link set right up");
            await IpAsync($"-n {name} addr add 10.44.0.1/24 dev left");
            await IpAsync($"-n {name} addr add fd44::1/64 dev left nodad");
            await IpAsync($"-n {name} route add default via 10.44.0.254 proto static");
            await IpAsync($"-n {name} route add 10.45.0.0/16 via 10.44.0.9 metric 5 table 100 proto static");
            await IpAsync($"-n {name} route add fd45::/32 via fd44::9 proto static");
            await IpAsync($"-n {name} rule add from 10.44.7.0/24 table 100 priority 100");
            await IpAsync($"netns exec {name} sysctl -qw net.ipv4.ip_forward=1");
            await test(name);
        }
        finally
        {
            await IpAsync($"netns del {name}");
        }
    }

    static async Task IpAsync(string arguments) => (await Running.ToEndAsync(["ip", .. arguments.Split(' ')])).Exited(0);

    static string[] Words(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Order(StringComparer.Ordinal)];
}
