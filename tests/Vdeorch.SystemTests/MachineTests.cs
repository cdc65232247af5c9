using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Virtual machines of a topology, which boot a kernel and use their cards.</summary>
public class MachineTests
{
    // Translated, with both cores of a small machine taken by others.
    static readonly TimeSpan s_boot = TimeSpan.FromSeconds(90);

    static string Guest => $"memory: 128M, shutdown: 0s, kernel: {GuestImage.Kernel}, initrd: {GuestImage.Initramfs}";

    static string Append(string address) => $"append: \"console=ttyS0 quiet loglevel=1 panic=-1 address={address}\"";

    static string Pair => """
        switches: { lan: {}, other: {} }
        cables: [[lan, other]]
        namespaces:
          pc: { to: lan, address: 10.0.0.9/24 }
        machines:
          vm: { replicas: 2, to: lan, address: "10.0.0.{{ index + 1 }}/24", GUEST, APPEND }
        """.Replace("GUEST", Guest, StringComparison.Ordinal).Replace("APPEND", Append("10.0.0.{{ index + 1 }}/24"), StringComparison.Ordinal);

    static string One(string more = "") => $$"""
        switches: { lan: {}, other: {} }
        namespaces:
          pc: { to: lan, address: 10.0.0.9/24 }
          there: { to: other, address: 10.0.0.8/24 }
        machines:
          vm: { to: lan, address: 10.0.0.1/24, {{Guest}}, {{Append("10.0.0.1/24")}}{{more}} }
        """;

    [Theory, RootAndUser]
    public Task GuestsAndANamespaceReachEachOther(Who who) => Lab.RunAsync(who, async lab =>
    {
        await GuestImage.NeedAsync();
        (await lab.ApplyAsync($$"""
            {{Pair}}
            checks: { guests: { from: pc, ping: [vm-0, vm-1], within: 60s } }
            """, "--timeout", "100s")).Exited(0);

        TopologySeen seen = await lab.StatusAsync();
        Assert.StartsWith("running (", seen["machine/vm-0"].State, StringComparison.Ordinal);
        Assert.Equal("healthy", seen["card/vm-1/eth0"].Health);
        if (who == Who.Root)
        {
            Assert.Equal("65534 65534 65534 65534", string.Join(' ', Processes.Status(seen["machine/vm-0"].Pid!.Value, "Uid").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        }

        Assert.Equal("0000000000000000", Processes.Status(seen["machine/vm-0"].Pid!.Value, "CapEff"));
        Assert.Equal("2", Processes.Status(seen["machine/vm-0"].Pid!.Value, "Seccomp"));
        Finished said = (await lab.RunWithInputAsync("ip addr show eth0; ping -c 2 -W 5 10.0.0.2\n", "console", $"{lab.Topology}/vm-0")).Exited(0);
        Assert.Contains("2 packets received", said.Out, StringComparison.Ordinal);
        Assert.Contains("10.0.0.1/24", said.Out, StringComparison.Ordinal);
        Assert.Contains("2 packets received", (await lab.RunAsync("logs", $"{lab.Topology}/vm-0")).Exited(0).Out, StringComparison.Ordinal);
        (await lab.RunAsync("plan", lab.File, "--exit-code")).Exited(0);
        Assert.Contains("vm-1.", (await lab.RunAsync("exec", $"{lab.Topology}/pc", "--", "cat", "/etc/hosts")).Exited(0).Out, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task TheEngineKilledLeavesItsGuestsRunningAndTheNextOneAdoptsThem(Who who) => Lab.RunAsync(who, async lab =>
    {
        await UpAsync(lab, One());
        int guest = (await lab.StatusAsync())["machine/vm"].Pid!.Value;
        int engine = await lab.EnginePidAsync();

        Processes.Kill(engine);
        await Wait.UntilAsync("the engine is gone", () => !Processes.Lives(engine));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        Assert.Equal(guest, (await lab.StatusAsync())["machine/vm"].Pid);
        Assert.Contains($"machine/{lab.Topology}/vm", (await lab.ReportAsync()).GetProperty("engine").GetProperty("adopted").EnumerateArray().Select(it => it.GetString()));
        await PingsAsync(lab, "pc");
        // It is kept from now on as before.
        Processes.Kill(guest);
        await Wait.UntilAsync("another one runs", async () => (await lab.StatusAsync())["machine/vm"].Pid is { } pid && pid != guest, s_boot);
    });

    [Fact]
    public Task AGuestIsPluggedInElsewhereAndRunsOn() => Lab.RunAsync(Who.Root, async lab =>
    {
        await UpAsync(lab, One());
        int guest = (await lab.StatusAsync())["machine/vm"].Pid!.Value;

        lab.Write(One(", labels: { tier: guest }, shutdown: 1s").Replace("to: lan, address: 10.0.0.1", "to: other, address: 10.0.0.1", StringComparison.Ordinal).Replace("shutdown: 0s, ", "", StringComparison.Ordinal));
        Planned plan = await lab.PlanAsync();
        Assert.Equal("replug", plan["card/vm/eth0"].Cost);
        Assert.Equal("hot", plan["machine/vm"].Cost);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        await PingsAsync(lab, "there");
        Assert.NotEqual(0, (await lab.RunAsync("exec", $"{lab.Topology}/pc", "--", "ping", "-c", "1", "-W", "1", "10.0.0.1")).ExitCode);
        Assert.Equal(guest, (await lab.StatusAsync())["machine/vm"].Pid);
        (await lab.RunAsync("plan", lab.File, "--exit-code")).Exited(0);
    });

    [Theory, RootAndUser]
    public Task TheRuntimeKilledFindsItsGuestsAgain(Who who) => Lab.RunAsync(who, async lab =>
    {
        await UpAsync(lab, One());
        TopologySeen before = await lab.StatusAsync();

        Processes.Kill(before.RuntimePid);

        await Wait.UntilAsync("another runtime runs", async () => (await lab.StatusAsync()).Runtime?.GetProperty("pid").GetInt32() is { } pid && pid != before.RuntimePid);
        await PingsAsync(lab, "pc");
        Assert.Equal(before["machine/vm"].Pid, (await lab.StatusAsync())["machine/vm"].Pid);
    });

    [Fact]
    public Task AGuestThatSwitchesItselfOffStaysOff() => Lab.RunAsync(Who.Root, async lab =>
    {
        await UpAsync(lab, One());

        await lab.RunWithInputAsync("poweroff -f\n", "console", $"{lab.Topology}/vm");
        await Wait.UntilAsync("it is off", async () => (await lab.StatusAsync())["machine/vm"].State == "off", s_boot);

        (await lab.RunAsync("plan", lab.File, "--exit-code")).Exited(0);
    });

    [Fact]
    public Task WhatTheFileChangesOfAMachineRestartsItAlone() => Lab.RunAsync(Who.Root, async lab =>
    {
        await UpAsync(lab, One());
        TopologySeen before = await lab.StatusAsync();

        lab.Write(One(", cpus: 2"));
        PlannedStep step = (await lab.PlanAsync()).Only;
        Assert.Equal(("machine/vm", "restart"), (step.Id, step.Cost));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        TopologySeen after = await lab.StatusAsync();
        Assert.Equal(before.RuntimePid, after.RuntimePid);
        Assert.NotEqual(before["machine/vm"].Pid, after["machine/vm"].Pid);
        Assert.Equal("2", after["machine/vm"]["cpus"]);
        string live = Path.Combine(lab.Files, "live.yaml");
        await File.WriteAllTextAsync(live, (await lab.RunAsync("get", lab.Topology)).Exited(0).Out);
        (await lab.RunAsync("plan", live, "--exit-code")).Exited(0);
    });

    [Fact]
    public Task AnImageThatIsNotThereIsNamedBeforeAnythingIsChanged() => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("qemu-system-x86_64");
        lab.Write("""
            switches: { lan: {} }
            machines: { vm: { to: lan, disk: images/none.qcow2 } }
            """);

        foreach (string[] verb in new string[][] { ["plan", lab.File], ["apply", lab.File, "--yes"] })
        {
            Finished refused = (await lab.RunAsync(verb)).Exited(1);
            Assert.Contains($"machine/vm: disk '{lab.Files}/images/none.qcow2' is not there", refused.Err, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(lab.Topology, (await lab.RunAsync("status", "-o", "json")).Out, StringComparison.Ordinal);
    });

    [Fact]
    public Task WhatQemuDoesNotTakeIsSaidInItsWordsAndTakenBack() => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("qemu-system-x86_64");
        await File.WriteAllBytesAsync(Path.Combine(lab.Files, "not.qcow2"), new byte[1 << 16]);

        Finished refused = (await lab.ApplyAsync("""
            switches: { lan: {} }
            machines: { vm: { to: lan, disk: not.qcow2, accel: tcg } }
            """)).Exited(4);

        Assert.Contains("Image is not in qcow2 format", refused.Err, StringComparison.Ordinal);
        Assert.Empty(Processes.With(entry => entry == $"VDEORCH_MACHINE={lab.Topology}/vm"));
    });

    [Theory, RootAndUser]
    public Task AMachineOfOnesOwnJoinsByTheLineThatStatusSays(Who who) => Lab.RunAsync(who, async lab =>
    {
        await GuestImage.NeedAsync();
        (await lab.ApplyAsync("""
            switches: { lan: {} }
            namespaces: { pc: { to: lan, address: 10.0.0.9/24 } }
            machines: { byo: { external: true, to: lan, address: 10.0.0.1/24 } }
            """)).Exited(0);
        ObjectSeen card = (await lab.StatusAsync())["card/byo/eth0"];
        Assert.Equal("waiting", card.State);
        Assert.Contains(card["join"]!, card.Reason, StringComparison.Ordinal);

        await using (Guest guest = await Harness.Guest.BootAsync(who, card["join"]!.Split(' ')))
        {
            await guest.AddressAsync("10.0.0.1/24");
            await guest.PingsAsync("10.0.0.9");
            Assert.Equal(("joined", "healthy"), ((await lab.StatusAsync())["card/byo/eth0"].State, (await lab.StatusAsync())["card/byo/eth0"].Health));
            (await lab.RunAsync("plan", lab.File, "--exit-code")).Exited(0);
        }

        await Wait.UntilAsync("it has left", async () => (await lab.StatusAsync())["card/byo/eth0"].State == "waiting");
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
    });

    [Fact]
    public Task AConsoleThatCannotBeHadSaysWhy() => Lab.RunAsync(Who.Root, async lab =>
    {
        await UpAsync(lab, One(", console: true") + "\n  byo: { external: true, to: lan }\n  mute: { to: lan, console: false, boot: network, memory: 64M, shutdown: 0s }");
        foreach ((string name, string why) in ((string, string)[])[("byo", "is external"), ("mute", "has no console"), ("nobody", "no switch 'nobody'")])
        {
            Finished refused = await lab.RunAsync("console", $"{lab.Topology}/{name}");
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains(why, refused.Err, StringComparison.Ordinal);
        }

        Running there = lab.Start("console", $"{lab.Topology}/vm");
        await there.Input.WriteLineAsync("echo I am here");
        await there.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync("somebody is there", () => there.Output.Contains("I am here", StringComparison.Ordinal), s_boot);
        Finished late = await lab.RunAsync("console", $"{lab.Topology}/vm");
        Assert.NotEqual(0, late.ExitCode);
        Assert.Contains("somebody is at the console", late.Err, StringComparison.Ordinal);
    });

    static async Task UpAsync(Lab lab, string yaml)
    {
        await GuestImage.NeedAsync();
        (await lab.ApplyAsync(yaml)).Exited(0);
        await PingsAsync(lab, "pc");
    }

    static Task PingsAsync(Lab lab, string from) => Wait.UntilAsync($"the guest answers {from}", async () => (await lab.RunAsync("exec", $"{lab.Topology}/{from}", "--", "ping", "-c", "1", "-W", "1", "10.0.0.1")).ExitCode == 0, s_boot);
}
