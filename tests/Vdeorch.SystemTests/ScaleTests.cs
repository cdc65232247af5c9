using System.Globalization;
using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Many namespaces, large frames, and what switches do with addresses.</summary>
[Collection(Alone.Name)]
public class ScaleTests
{
    const string Pair = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
          bob: { to: lan, address: 10.0.0.2/24 }
          carol: { to: lan, address: 10.0.0.3/24 }
        """;

    [Theory, RootAndUser]
    public Task AHundredNamespacesComeMatchAndGo(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        const string hundred = """
            switches: { lan: {} }
            namespaces:
              n: { replicas: 100, to: lan, address: "10.0.0.{{ index + 1 }}/24" }
            """;

        (await lab.ApplyAsync(hundred)).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Finished again = (await lab.ApplyAsync(hundred)).Exited(0);
        TopologySeen seen = await lab.StatusAsync();
        bool reaches = await lab.PingsAsync("n-0", "10.0.0.100");
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.Contains("no change", again.Out + again.Err, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(202, seen.Objects.Count);
        Assert.Equal(100, seen.Switch("lan").GetProperty("ports").GetArrayLength());
        Assert.True(reaches);
        Assert.Null(lab.Pin("n-99"));
    });

    [Theory, RootAndUser]
    public Task ASuperFrameCrossesAsOneFrame(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "socat");
        (await lab.ApplyAsync(Pair)).Exited(0);
        const int bytes = 50_000_000;
        Running server = lab.StartInside("bob", "sh", "-c", "socat -u TCP-LISTEN:5001 - | wc -c");
        await Wait.UntilAsync("bob listens", async () => (await lab.RunInsideAsync("bob", "cat", "/proc/net/tcp")).Out.Contains(":1389", StringComparison.Ordinal));
        long before = (await lab.StatusAsync()).Port("lan", "bob/vde0").GetProperty("txFrames").GetInt64();

        (await lab.RunInsideAsync("alice", "sh", "-c", $"head -c {bytes} /dev/zero | socat -u -b 65536 - TCP:10.0.0.2:5001")).Exited(0);

        Assert.Equal(bytes.ToString(CultureInfo.InvariantCulture), (await server.EndAsync()).Exited(0).Out.Trim());
        JsonElement port = (await lab.StatusAsync()).Port("lan", "bob/vde0");
        long frames = port.GetProperty("txFrames").GetInt64() - before;
        // With an MTU of 1500 there would be 34,500 of them. What is written at once can go at once.
        Assert.InRange(frames, bytes / 65_536, bytes / 6_000);
        Assert.Equal(0, port.GetProperty("dropped").GetInt64());
    });

    [Theory, RootAndUser]
    public Task AHubRepeatsToEveryPortAndLearnsNothing(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Pair)).Exited(0);
        long learned = await HeardByCarolAsync(lab);

        (await lab.ApplyAsync(Pair.Replace("lan: {}", "lan: { hub: true }", StringComparison.Ordinal))).Exited(0);
        long repeated = await HeardByCarolAsync(lab);

        Assert.True(learned < 20, $"a learning switch sent carol {learned} frames that were not for her");
        Assert.True(repeated >= 40, $"a hub sent carol {repeated} frames of 40");
        Assert.Empty((await lab.StatusAsync()).Macs("lan"));
    });

    [Theory, RootAndUser]
    public Task AnAddressNotHeardFromIsForgotten(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Pair.Replace("lan: {}", "lan: { mac-age: 1s }", StringComparison.Ordinal))).Exited(0);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        string mac = (await lab.LinkAsync("alice")).Mac;
        await lab.IpAsync("alice", "link", "set", "vde0", "down");

        await Wait.UntilAsync("alice is forgotten", async () => !(await lab.StatusAsync()).Macs("lan").ContainsKey(mac));
    });

    [Theory, RootAndUser]
    public Task ThePortsOfASwitchAreLimited(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished refused = await lab.ApplyAsync(Pair.Replace("lan: {}", "lan: { ports: 2 }", StringComparison.Ordinal));

        // Whether the reader or the runtime says it, nothing stays behind.
        Assert.Contains(refused.ExitCode, new[] { 3, 4 });
        Assert.Contains("lan", refused.Err + refused.Out, StringComparison.Ordinal);
        Assert.Null(lab.Pin("alice"));
    });

    [Theory, RootAndUser]
    public Task AddingAPortDisturbsNoOther(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Pair)).Exited(0);
        Pinging pinging = await Pinging.StartAsync(lab, "alice", "10.0.0.2", 2000);

        for (int i = 0; i < 3; i++)
        {
            (await lab.ApplyAsync($"{Pair}\n  extra: {{ replicas: 5, to: lan, address: \"10.0.0.{{{{ index + 100 }}}}/24\" }}\n")).Exited(0);
            (await lab.ApplyAsync(Pair)).Exited(0);
        }

        (int lost, _) = await pinging.EndAsync();
        Assert.Equal(0, lost);
    });

    // Frames that arrive at carol while alice and bob exchange 20 pings.
    static async Task<long> HeardByCarolAsync(Lab lab)
    {
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        long before = await ReceivedAsync(lab);
        (await lab.RunInsideAsync("alice", "ping", "-c", "20", "-i", "0.01", "10.0.0.2")).Exited(0);
        return await ReceivedAsync(lab) - before;
    }

    static async Task<long> ReceivedAsync(Lab lab) =>
        JsonDocument.Parse(await lab.IpAsync("carol", "-j", "-s", "link", "show", "dev", "vde0")).RootElement[0].GetProperty("stats64").GetProperty("rx").GetProperty("packets").GetInt64();
}
