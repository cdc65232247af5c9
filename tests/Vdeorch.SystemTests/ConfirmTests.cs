using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>What is applied with <c>--confirm</c> is taken back unless somebody confirms it, whatever happens to the engine.</summary>
public class ConfirmTests
{
    const string Before = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, services: { sleeper: { run: [sleep, infinity] } } }
        """;

    const string After = """
        switches: { lan: {}, dmz: {} }
        namespaces:
          alice: { to: dmz, address: 10.0.0.11/24, services: { sleeper: { run: [sleep, infinity] } } }
          bob: { to: dmz, address: 10.0.0.2/24 }
        """;

    [Theory, RootAndUser]
    public Task WithoutAWordItIsTakenBack(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Before)).Exited(0);
        string alice = await lab.FingerprintAsync("alice");

        Finished applied = (await lab.ApplyAsync(After, "--confirm", "2s")).Exited(0);

        Assert.Contains($"vdeorch confirm {lab.Topology}", applied.Out, StringComparison.Ordinal);
        JsonElement seen = (await lab.ReportAsync()).GetProperty("topologies")[0];
        Assert.True(seen.TryGetProperty("confirmBy", out _));
        Assert.Equal(["10.0.0.11/24"], (await lab.LinkAsync("alice")).Addresses);
        await Wait.UntilAsync("it is taken back", async () => !(await lab.ReportAsync()).GetProperty("topologies")[0].TryGetProperty("confirmBy", out _));
        // The service was never touched.
        Assert.Equal(alice, await lab.FingerprintAsync("alice"));
        lab.Write(Before);
        await lab.ExpectNothingToDoAsync();
        (await lab.RunAsync("drift", lab.Topology)).Exited(0);
    });

    [Theory, RootAndUser]
    public Task ConfirmedItStays(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Before)).Exited(0);
        (await lab.RunAsync("confirm", lab.Topology)).Exited(1);
        (await lab.ApplyAsync(After, "--confirm", "2s")).Exited(0);

        (await lab.RunAsync("confirm", lab.Topology)).Exited(0);

        // One that is applied after it, for as long, outlives what would have become of it.
        string later = Path.Combine(lab.Files, "later.yaml");
        File.WriteAllText(later, $"topology: {lab.Topology}b\n{Before}");
        (await lab.RunAsync("apply", later, "--yes", "--confirm", "2s")).Exited(0);
        await Wait.UntilAsync("the later one is taken back", async () => (await lab.RunAsync("status", $"{lab.Topology}b")).ExitCode == 1);
        await lab.ExpectNothingToDoAsync();
        Assert.Contains("nothing of", (await lab.RunAsync("confirm", lab.Topology)).Exited(1).Err, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task WhereNothingWasNothingIsLeft(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Before, "--confirm", "1s")).Exited(0);

        await Wait.UntilAsync("it is taken back", async () => (await lab.RunAsync("status", lab.Topology)).ExitCode == 1);
        Assert.Null(lab.Pin("alice"));
        Assert.Empty(Processes.With(entry => entry == $"VDEORCH_RUNTIME={lab.Topology}"));
    });

    [Theory, RootAndUser]
    public Task TheNextEngineTakesItBackToo(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Before)).Exited(0);
        (await lab.ApplyAsync(After, "--confirm", "3s")).Exited(0);
        Processes.Kill((await lab.ReportAsync()).GetProperty("engine").GetProperty("pid").GetInt32());
        await Wait.UntilAsync("the time is up", async () =>
            (await lab.ReportAsync()).GetProperty("topologies")[0].GetProperty("confirmBy").GetDateTimeOffset() < DateTimeOffset.UtcNow);

        // Starts an engine, and comes too late.
        Assert.NotEqual(0, (await lab.RunAsync("confirm", lab.Topology)).ExitCode);

        lab.Write(Before);
        await Wait.UntilAsync("it is taken back", async () => (await lab.PlanAsync()).Changes.Count == 0);
    });

    [Theory, RootAndUser]
    public Task AnotherApplyConfirmsOrAsksForMore(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Before)).Exited(0);
        (await lab.ApplyAsync(After, "--confirm", "30s")).Exited(0);
        string third = After.Replace("10.0.0.2/24", "10.0.0.3/24", StringComparison.Ordinal);
        (await lab.ApplyAsync(third, "--confirm", "1s")).Exited(0);

        // To what was there before both.
        lab.Write(Before);
        await Wait.UntilAsync("it is taken back", async () => (await lab.PlanAsync()).Changes.Count == 0);

        (await lab.ApplyAsync(After, "--confirm", "30s")).Exited(0);
        (await lab.ApplyAsync(third)).Exited(0);
        (await lab.RunAsync("confirm", lab.Topology)).Exited(1);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ATimeTooLongIsRefused(Who who) => Lab.RunAsync(who, async lab =>
        Assert.Contains("'25h' is longer than", (await lab.ApplyAsync(Before, "--confirm", "25h")).Exited(64).Err, StringComparison.Ordinal));
}
