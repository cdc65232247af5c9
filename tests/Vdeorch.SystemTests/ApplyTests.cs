using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A file becomes a network, and goes again.</summary>
public class ApplyTests
{
    const string Hello = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
          bob:   { to: lan, address: [10.0.0.2/24, "fd00::2/64"] }
        checks:
          hello: { from: alice, ping: 10.0.0.2 }
        """;

    [Theory, Everyone]
    public Task AFileBecomesARunningCheckedNetwork(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");

        Finished applied = (await lab.ApplyAsync(Hello)).Exited(0);

        Assert.Contains("hello", applied.Out, StringComparison.Ordinal);
        LinkSeen alice = await lab.LinkAsync("alice"), bob = await lab.LinkAsync("bob");
        Assert.Equal(["10.0.0.1/24"], alice.Addresses);
        Assert.Equal(["10.0.0.2/24", "fd00::2/64"], bob.Addresses);
        Assert.Equal((1500, true, true), (alice.Mtu, alice.IsUp, alice.HasCarrier));
        Assert.NotEqual(alice.Mac, bob.Mac);
        Assert.Contains("UP", await lab.IpAsync("alice", "link", "show", "lo"), StringComparison.Ordinal);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        Assert.True(await lab.PingsAsync("bob", "10.0.0.1"));
    });

    [Theory, Everyone]
    public Task ApplyingAMatchingFileDoesNothingAndSaysSo(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Hello)).Exited(0);
        string before = await lab.FingerprintAsync("alice");

        Finished again = (await lab.ApplyAsync(Hello)).Exited(0);

        Assert.Contains("no change", again.Out + again.Err, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, await lab.FingerprintAsync("alice"));
        (await lab.RunAsync("plan", lab.File, "--exit-code")).Exited(0);
    });

    [Theory, Everyone]
    public Task ThePlanOfAnEmptyWorldCreatesEverythingAndStartsNothing(Who who) => Lab.RunAsync(who, async lab =>
    {
        lab.Write(Hello);

        Planned plan = await lab.PlanAsync();

        Assert.All(plan.Changes, step => Assert.Equal("create", step.Action));
        Assert.Equal(6, plan.Changes.Count);
        Assert.Equal((null, "10.0.0.1/24"), plan["interface/alice/vde0"].Changes["address"]);
        (await lab.RunAsync("plan", lab.File, "--exit-code")).Exited(2);
        Assert.Empty(lab.Leftovers());
    });

    [Theory, Everyone]
    public Task StatusSaysWhatRunsWithAndWithoutAnEngine(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Hello)).Exited(0);

        TopologySeen seen = await lab.StatusAsync();
        Finished table = (await lab.RunAsync("status", lab.Topology, "-o", "wide")).Exited(0);
        (await lab.RunAsync("engine", "stop")).Exited(0);
        System.Text.Json.JsonElement without = await lab.ReportAsync();

        Assert.Equal(0, seen.Differences);
        Assert.Equal("10.0.0.1/24", seen["interface/alice/vde0"]["address"]);
        Assert.Equal("up", seen["namespace/bob"].State);
        Assert.All(seen.Objects, thing => Assert.Equal("healthy", thing.Health));
        Assert.Contains("alice", table.Out, StringComparison.Ordinal);
        Assert.Contains("10.0.0.1/24", table.Out, StringComparison.Ordinal);
        Assert.False(without.TryGetProperty("engine", out System.Text.Json.JsonElement engine) && engine.ValueKind != System.Text.Json.JsonValueKind.Null);
        Assert.Equal(seen.Objects.Select(thing => (thing.Id, thing.State)), new TopologySeen(without.GetProperty("topologies")[0]).Objects.Select(thing => (thing.Id, thing.State)));
    });

    [Theory, Everyone]
    public Task StatusListsEveryTopologyAndEveryFormat(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Hello)).Exited(0);

        foreach (string format in new[] { "table", "wide", "json", "yaml" })
        {
            Assert.Contains(lab.Topology, (await lab.RunAsync("status", "-o", format)).Exited(0).Out, StringComparison.Ordinal);
        }

        (await lab.RunAsync("status", "nosuch")).Exited(1);
        (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(0);
    });

    [Theory, Everyone]
    public Task TheSwitchTellsItsPortsCountersAndAddresses(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Hello)).Exited(0);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));

        TopologySeen seen = await lab.StatusAsync();

        IReadOnlyDictionary<string, string> macs = seen.Macs("lan");
        Assert.Equal("alice/vde0", macs[(await lab.LinkAsync("alice")).Mac]);
        Assert.Equal("bob/vde0", macs[(await lab.LinkAsync("bob")).Mac]);
        Assert.True(seen.Port("lan", "alice/vde0").GetProperty("rxFrames").GetInt64() >= 2);
        Assert.True(seen.Port("lan", "bob/vde0").GetProperty("txBytes").GetInt64() >= 98);
    });

    [Theory, Everyone]
    public Task DestroyLeavesNothingWhileTheEngineStays(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Hello)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        (await lab.RunAsync("destroy", lab.File, "--yes")).Exited(0);

        Assert.False(Processes.Lives(runtime));
        Assert.Null(lab.Pin("alice"));
        Assert.False(Directory.Exists(Path.Combine(lab.RunDirectory, "topologies", lab.Topology)));
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(1);
        (await lab.RunAsync("engine", "status")).Exited(0);
    });

    [Theory, Everyone]
    public Task DestroyNeedsNoNotesOnDisk(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync("""
            switches: { lan: {} }
            namespaces:
              alice: { to: lan, address: 10.0.0.1/24, services: { sleeper: { run: [sleep, infinity] } } }
            """)).Exited(0);
        TopologySeen seen = await lab.StatusAsync();
        (await lab.RunAsync("engine", "stop")).Exited(0);
        Directory.Delete(Path.Combine(lab.RunDirectory, "topologies"), recursive: true);

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.False(Processes.Lives(seen.RuntimePid));
        Assert.False(Processes.Lives(seen["service/alice/sleeper"].Pid!.Value));
        Assert.Null(lab.Pin("alice"));
    });

    [Theory, RootAndUser]
    public Task DestroyEndsWhateverRunsInside(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync("""
            switches: { lan: {} }
            namespaces:
              alice: { to: lan, address: 10.0.0.1/24, services: { sleeper: { run: [sleep, infinity] } } }
            """)).Exited(0);
        int service = (await lab.StatusAsync())["service/alice/sleeper"].Pid!.Value;
        Running stray = lab.Start("exec", $"{lab.Topology}/alice", "--", "sleep", "infinity");
        await Wait.UntilAsync("the command runs inside", () => Processes.With(entry => entry == $"VDEORCH_NAMESPACE={lab.Topology}/alice").Length > 0);

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.False(Processes.Lives(service));
        await stray.EndAsync(TimeSpan.FromSeconds(5));
    });

    [Theory, RootAndUser]
    public Task TwoTopologiesSideBySideDoNotSeeEachOther(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Hello)).Exited(0);
        string other = Path.Combine(lab.Files, "other.yaml");
        await File.WriteAllTextAsync(other, $"topology: {lab.Topology}b\n{Hello.Replace("alice", "carol", StringComparison.Ordinal).Replace("10.0.0.1/", "10.0.0.9/", StringComparison.Ordinal)}");
        (await lab.RunAsync("apply", other, "--yes")).Exited(0);

        Assert.False(await lab.PingsAsync("alice", "10.0.0.9"));
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        (await lab.RunAsync("destroy", $"{lab.Topology}b", "--yes")).Exited(0);
        Assert.True(await lab.PingsAsync("alice", "10.0.0.2"));
        await lab.ExpectNothingToDoAsync();
    });

    [Fact]
    public Task AsRootIpNetnsSeesTheNamespaces() => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("ip", "ping");
        (await lab.ApplyAsync(Hello)).Exited(0);

        Finished ping = await Running.ToEndAsync(["ip", "netns", "exec", $"{lab.Topology}.alice", "ping", "-c", "1", "-W", "2", "10.0.0.2"]);

        ping.Exited(0);
        Assert.Contains($"{lab.Topology}.bob", (await Running.ToEndAsync(["ip", "netns", "list"])).Out, StringComparison.Ordinal);
    });

    [Theory, Everyone]
    public Task TheRuntimeHoldsNoPrivilege(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Hello)).Exited(0);

        int runtime = (await lab.StatusAsync()).RuntimePid;

        Assert.Equal("0000000000000000", Processes.Status(runtime, "CapEff"));
        Assert.Equal("0000000000000000", Processes.Status(runtime, "CapPrm"));
        Assert.Equal("1", Processes.Status(runtime, "NoNewPrivs"));
        Assert.DoesNotContain("0", Processes.Status(runtime, "Uid").Split('\t'));
    });

    [Theory, Everyone]
    public Task NamespacesNeedNoProcessEach(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync("""
            switches: { lan: {} }
            namespaces:
              n: { replicas: 10, to: lan, address: "10.0.0.{{ index + 1 }}/24" }
            """)).Exited(0);

        int[] ours = Processes.With(entry => entry.Contains(lab.RunDirectory, StringComparison.Ordinal));

        // Engine and runtime, and without root the anchor.
        Assert.InRange(ours.Length, 2, 3);
    });

    [Theory, RootAndUser]
    public Task OnlyTheOwnerReadsTheRunDirectoryAndItsSockets(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Hello)).Exited(0);

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(lab.RunDirectory) & others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(lab.RunDirectory, "engine.sock")) & others);
    });
}
