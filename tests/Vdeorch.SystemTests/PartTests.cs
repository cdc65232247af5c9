using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A saved plan does just what it says, or nothing; <c>--only</c> touches a part, and what is applied of which file is not forgotten.</summary>
public class PartTests
{
    const string Before = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
          bob: { to: lan, address: 10.0.0.2/24, services: { sleeper: { run: [sleep, infinity] } } }
        """;

    const string After = """
        switches: { lan: { mac-age: 60s }, dmz: {} }
        clouds: { wan: vxvde://239.7.7.7 }
        namespaces:
          alice: { to: lan, address: 10.0.0.11/24 }
          bob: { to: dmz, address: 10.0.0.22/24, services: { sleeper: { run: [sleep, "1000000"] } } }
          carol: { to: wan, address: 10.0.0.3/24 }
        """;

    [Theory, RootAndUser]
    public Task ASavedPlanIsAppliedAsItIs(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Before)).Exited(0);
        Finished planned = (await lab.RunAsync("plan", lab.Write(After), "-o", "json")).Exited(0);
        string saved = Save(lab, planned.Out);
        // The files may say something else by now.
        lab.Write("switches: {}");

        (await lab.RunAsync("apply", saved)).Exited(0);

        lab.Write(After);
        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("apply", saved, "--set", "a=b")).Exited(64);
        (await lab.RunAsync("apply", saved, "--only", "bob")).Exited(64);
    });

    [Fact]
    public Task APlanIsSavedInAFileOfItsOwn() => Lab.RunAsync(Who.Root, async lab =>
    {
        string saved = Path.Combine(lab.Files, "plan.bin");
        Finished planned = (await lab.RunAsync("plan", lab.Write(Before), "-o", saved)).Exited(0);

        Assert.Contains("Plan: 7 to create", planned.Out, StringComparison.Ordinal);
        (await lab.RunAsync("apply", saved)).Exited(0);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AStalePlanIsRefusedAndSaysWhatChanged(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Before)).Exited(0);
        string saved = Save(lab, (await lab.RunAsync("plan", lab.Write(After), "-o", "json")).Exited(0).Out);
        (await lab.RunInsideAsync("alice", "ip", "link", "set", "vde0", "mtu", "1400")).Exited(0);
        string alice = await lab.FingerprintAsync("alice");
        string bob = await lab.FingerprintAsync("bob");

        Finished refused = (await lab.RunAsync("apply", saved)).Exited(1);

        Assert.Contains("interface/alice/vde0: was to change address from '10.0.0.1/24' to '10.0.0.11/24', now to change address from '10.0.0.1/24' to '10.0.0.11/24', mtu from '1400' to '1500'", refused.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("bob", refused.Err, StringComparison.Ordinal);
        Assert.Equal((alice, bob), (await lab.FingerprintAsync("alice"), await lab.FingerprintAsync("bob")));
    });

    [Theory, RootAndUser]
    public Task OnlyAPartIsAppliedAndTheRestStaysAsItWasAskedFor(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Before)).Exited(0);
        string alice = await lab.FingerprintAsync("alice");
        int sleeper = (await lab.StatusAsync())["service/bob/sleeper"].Pid!.Value;
        // Not asked for, and not to be healed either.
        (await lab.RunInsideAsync("alice", "ip", "link", "set", "vde0", "mtu", "1400")).Exited(0);

        (await lab.RunAsync("apply", lab.Write(After), "--yes", "--only", "interface/bob/*")).Exited(0);

        // What it is plugged into came with it; nothing else did.
        Assert.Equal(["10.0.0.22/24"], (await lab.LinkAsync("bob")).Addresses);
        Assert.Equal(sleeper, (await lab.StatusAsync())["service/bob/sleeper"].Pid);
        Assert.Null(lab.Pin("carol"));
        Assert.Equal(["cloud/wan", "interface/alice/vde0", "interface/carol/vde0", "namespace/carol", "runtime/" + lab.Topology, "service/bob/sleeper", "switch/lan"], (await lab.PlanAsync()).Changes.Select(step => step.Id).Order(StringComparer.Ordinal));
        Finished drift = (await lab.RunAsync("drift", lab.Topology)).Exited(2);
        Assert.Contains("mtu", drift.Out, StringComparison.Ordinal);
        (await lab.RunInsideAsync("alice", "ip", "link", "set", "vde0", "mtu", "1500")).Exited(0);
        Assert.Equal(alice, await lab.FingerprintAsync("alice"));
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);

        // The next engine knows it too.
        (await lab.RunAsync("engine", "stop")).Exited(0);
        (await lab.RunAsync("apply", lab.File, "--yes", "--only", "service/bob/sleeper", "--only", "carol")).Exited(0);
        Assert.Equal(["interface/alice/vde0", "switch/lan"], (await lab.PlanAsync()).Changes.Select(step => step.Id).Order(StringComparer.Ordinal));
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);

        (await lab.ApplyAsync(After)).Exited(0);
        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);
    });

    [Theory, RootAndUser]
    public Task APartThatFailsIsRolledBackAlone(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Before)).Exited(0);
        (await lab.RunInsideAsync("alice", "ip", "link", "set", "vde0", "mtu", "1400")).Exited(0);

        (await lab.RunAsync("apply", lab.Write(After.Replace("[sleep,", "[no-such-program,", StringComparison.Ordinal)), "--yes", "--only", "bob")).Exited(4);

        Assert.Equal(["10.0.0.2/24"], (await lab.LinkAsync("bob")).Addresses);
        Assert.Equal("running", (await lab.StatusAsync())["service/bob/sleeper"].State);
        Assert.Equal(1400, (await lab.LinkAsync("alice")).Mtu);
    });

    [Theory, RootAndUser]
    public Task APartThatIsNotThereIsNamed(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished refused = (await lab.ApplyAsync(Before, "--only", "bbo")).Exited(1);

        Assert.Contains("'bbo' (did you mean 'bob'?)", refused.Err, StringComparison.Ordinal);
        Assert.Null(lab.Pin("bob"));
        (await lab.RunAsync("plan", lab.File, "--only", "switch/nix")).Exited(1);
    });

    static string Save(Lab lab, string json)
    {
        string path = Path.Combine(lab.Files, "plan.json");
        File.WriteAllText(path, json);
        return path;
    }
}
