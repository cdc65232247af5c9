using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A runtime that is there and does not answer: it is said so, nothing is decided from it, and it is replaced.</summary>
[Collection(Alone.Name)]
public class HungTests
{
    const string Lan = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
          bob: { to: lan, address: 10.0.0.2/24 }
        """;

    [Theory, RootAndUser]
    public Task WhoOnlyLooksSaysSoPlainly(Who who) => Lab.RunAsync(who, async lab =>
    {
        int runtime = await HangWithoutEngineAsync(lab);

        foreach (string[] words in new string[][] { ["plan", lab.File], ["drift", lab.Topology], ["get", lab.Topology], ["console", $"{lab.Topology}/lan", "version"] })
        {
            Finished refused = (await lab.RunAsync(words)).Exited(1);
            Assert.Contains($"the plug runtime of '{lab.Topology}' (pid {runtime}) runs but does not answer", refused.Err, StringComparison.Ordinal);
            Assert.DoesNotContain("internal error", refused.Err, StringComparison.Ordinal);
        }
    });

    [Theory, RootAndUser]
    public Task TheStatusIsHungAndKeepsWhatIsKnown(Who who) => Lab.RunAsync(who, async lab =>
    {
        int runtime = await HangWithoutEngineAsync(lab);

        Finished status = (await lab.RunAsync("status", lab.Topology, "-o", "json", "--exit-code")).Exited(6);

        TopologySeen seen = new(JsonDocument.Parse(status.Out).RootElement.GetProperty("topologies")[0]);
        Assert.Equal(("hung", "failed", (int?)runtime), seen.Objects.Where(thing => thing.Id == $"runtime/{lab.Topology}").Select(thing => (thing.State, thing.Health, thing.Pid)).Single());
        Assert.Equal(("unknown", "unknown"), seen.Objects.Where(thing => thing.Id == "switch/lan").Select(thing => (thing.State, thing.Health)).Single());
        Assert.Equal(("up", "healthy"), seen.Objects.Where(thing => thing.Id == "namespace/alice").Select(thing => (thing.State, thing.Health)).Single());
        Assert.Contains(lab.File, status.Out, StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task DestroyEndsIt(Who who) => Lab.RunAsync(who, async lab =>
    {
        int runtime = await HangWithoutEngineAsync(lab);

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.False(Processes.Lives(runtime));
    });

    [Theory, RootAndUser]
    public Task TheEngineReplacesIt(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        (await lab.ApplyAsync(Lan)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;

        await Processes.SignalAsync(runtime, "STOP");

        await Wait.UntilAsync("it is gone", () => !Processes.Lives(runtime), TimeSpan.FromSeconds(30));
        await Wait.UntilAsync("there is traffic again", () => lab.PingsAsync("alice", "10.0.0.2"));
        await lab.ExpectNothingToDoAsync();
        Assert.Contains($"(pid {runtime}) runs and does not answer: killed", await File.ReadAllTextAsync($"{lab.RunDirectory}/engine.log", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    });

    // With an engine it would be replaced while we look.
    static async Task<int> HangWithoutEngineAsync(Lab lab)
    {
        (await lab.ApplyAsync(Lan)).Exited(0);
        int runtime = (await lab.StatusAsync()).RuntimePid;
        (await lab.RunAsync("engine", "stop")).Exited(0);
        await Processes.SignalAsync(runtime, "STOP");
        return runtime;
    }
}
