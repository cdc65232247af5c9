using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Services are started in their namespace, waited for, and kept as their file says.</summary>
public class ServiceTests
{
    static string One(string service) => $$"""
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, services: { it: { {{service}} } } }
          bob: { to: lan, address: 10.0.0.2/24 }
        """;

    static async Task<ObjectSeen> ItAsync(Lab lab) => (await lab.StatusAsync())["service/alice/it"];

    [Theory, Everyone]
    public Task ApplyWaitsUntilAPortIsOpen(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("socat");

        // It listens only after a while, so an apply that does not wait would come too early.
        (await lab.ApplyAsync(One("run: [sh, -c, \"sleep 0.5; exec socat TCP-LISTEN:7,fork,reuseaddr EXEC:cat\"], ready: { tcp: 7 }"))).Exited(0);

        Finished echo = await Running.ToEndAsync(lab.Inside("bob", "socat", "-t", "2", "-", "TCP:10.0.0.1:7"), Host.IsRoot ? null : lab.Environment, input: "hello\n");
        Assert.Equal("hello\n", echo.Out);
    });

    [Theory, RootAndUser]
    public Task ApplyWaitsUntilACommandSucceeds(Who who) => Lab.RunAsync(who, async lab =>
    {
        string mark = Path.Combine(Host.Current.Home(who), $"{lab.Topology}.ready");

        (await lab.ApplyAsync(One($"run: [sh, -c, \"sleep 0.5; touch {mark}; exec sleep infinity\"], ready: {{ exec: [test, -e, {mark}] }}"))).Exited(0);

        Assert.True(File.Exists(mark));
    });

    [Theory, Everyone]
    public Task AServiceThatEndsIsRestartedWithBackOff(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(One("run: [sh, -c, \"echo start; exit 7\"], restart: always"), "--no-wait")).Exited(0);

        await Wait.UntilAsync("it was started three times", async () => (await ItAsync(lab)).Restarts >= 3);
        ObjectSeen seen = await ItAsync(lab);
        await Wait.UntilAsync("status says that it waits", async () => (seen = await ItAsync(lab)).State == "back-off");

        Assert.Contains("exit 7", seen.Reason, StringComparison.Ordinal);
        // 100, 200, 400, 800 ms ...: without back-off there would be hundreds.
        Assert.InRange(seen.Restarts!.Value, 3, 12);
    });

    [Theory, RootAndUser]
    public Task OneThatLeftTheFileWhileItWaitedIsNotStartedAgain(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(One("run: [sh, -c, \"echo start; exit 7\"], restart: always"), "--no-wait")).Exited(0);
        await Wait.UntilAsync("it waits a while", async () => await ItAsync(lab) is { State: "back-off", Restarts: >= 2 });

        (await lab.ApplyAsync(One("run: [sleep, infinity]").Replace("it: {", "other: {", StringComparison.Ordinal))).Exited(0);

        string log = Path.Combine(lab.RunDirectory, "topologies", lab.Topology, "logs", "alice.it.log");
        string before = await File.ReadAllTextAsync(log);
        await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None);
        Assert.Equal(before, await File.ReadAllTextAsync(log));
    });

    [Theory, RootAndUser]
    public Task OnFailureDoesNotRestartWhatSucceeded(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(One("run: [sh, -c, \"echo done\"]"))).Exited(0);

        await Wait.UntilAsync("it has completed", async () => (await ItAsync(lab)).State == "completed");

        await lab.ExpectNothingToDoAsync();
        (await lab.ApplyAsync(One("run: [sh, -c, \"echo done\"]"))).Exited(0);
        Assert.Equal("done\n", (await lab.RunAsync("logs", $"{lab.Topology}/alice/it")).Out);
    });

    [Theory, Everyone]
    public Task AKilledServiceComesBackByItself(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(One("run: [sleep, infinity]"))).Exited(0);
        int pid = (await ItAsync(lab)).Pid!.Value;

        Processes.Kill(pid);

        await Wait.UntilAsync("another runs", async () => (await ItAsync(lab)).Pid is { } other && other != pid);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task OneThatComesBackFindsNoChildrenOfTheOneBefore(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(One("run: [sh, -c, \"sleep 4712 & wait\"]"))).Exited(0);
        int[] Children() => [.. Processes.With(entry => entry == $"VDEORCH_OWNER={lab.RunDirectory}").Where(child => Processes.CommandLine(child) is ["sleep", "4712"])];
        await Wait.UntilAsync("its child runs", () => Children().Length == 1);
        int first = Children()[0];

        Processes.Kill((await ItAsync(lab)).Pid!.Value);

        await Wait.UntilAsync("another child runs", () => Children().Any(child => child != first));
        Assert.DoesNotContain(first, Children());
    });

    [Theory, Everyone]
    public Task AServiceSeesItsFilesEnvironmentAndNotOurs(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(One("run: [sleep, infinity], env: { GREETING: \"hello {{ namespace }}\" }"))).Exited(0);

        string[] environment = Processes.Environment((await ItAsync(lab)).Pid!.Value);

        Assert.Contains("GREETING=hello alice", environment);
        Assert.DoesNotContain(environment, entry => entry.StartsWith("NO_COLOR=", StringComparison.Ordinal));
    });

    [Theory, Everyone]
    public Task StoppingAsksFirstAndTakesTheChildrenAlong(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(One("run: [sh, -c, \"trap 'echo asked; exit 0' TERM; sleep 4711 & wait\"]"))).Exited(0);
        int pid = (await ItAsync(lab)).Pid!.Value;
        string log = Path.Combine(lab.RunDirectory, "topologies", lab.Topology, "logs", "alice.it.log");
        await Wait.UntilAsync("its child runs", () => Processes.All().Any(child => Processes.CommandLine(child) is ["sleep", "4711"] && Processes.Environment(child).Contains($"VDEORCH_OWNER={lab.RunDirectory}")));

        (await lab.ApplyAsync(One("run: [sleep, infinity]"))).Exited(0);

        Assert.False(Processes.Lives(pid));
        Assert.Contains("asked", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
        Assert.DoesNotContain(Processes.All(), child => Processes.CommandLine(child) is ["sleep", "4711"] && Processes.Environment(child).Contains($"VDEORCH_OWNER={lab.RunDirectory}"));
    });

    [Theory]
    [InlineData(Who.Root)]
    [InlineData(Who.UserWithIds)]
    public Task ADaemonMayChangeItsUser(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("setpriv");

        (await lab.ApplyAsync(One("run: [setpriv, --reuid=33, --regid=33, --clear-groups, sleep, infinity]"))).Exited(0);

        await Wait.UntilAsync("it has become www-data", async () => (await ItAsync(lab)).Pid is { } pid && Processes.Status(pid, "Uid").Split('\t')[0] is not ("0" or "") && Processes.CommandLine(pid) is ["sleep", ..]);
    });

    // As nginx and sshd do: the title of the process lies over its environment, and so over our marks.
    [Theory, Everyone]
    public Task AServiceThatWritesOverItsEnvironmentIsKnownAgain(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("perl");
        (await lab.ApplyAsync(One("run: [perl, -e, '$0 = \"renamed \" x 2000; sleep 1 while 1'], restart: always"))).Exited(0);
        int pid = (await ItAsync(lab)).Pid!.Value;
        await Wait.UntilAsync("its marks are gone", () => Task.FromResult(!Processes.Environment(pid).Any(entry => entry.StartsWith("VDEORCH_SERVICE=", StringComparison.Ordinal))));

        await lab.ExpectNothingToDoAsync();
        Processes.Kill(await lab.EnginePidAsync());
        await lab.ExpectNothingToDoAsync();

        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Equal(pid, (await ItAsync(lab)).Pid);
    });

    [Theory, RootAndUser]
    public Task ProgressIsStreamedAsLinesOfJson(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished applied = (await lab.ApplyAsync(One("run: [sleep, infinity]"), "-o", "json")).Exited(0);

        JsonElement[] events = Lab.ParseLines(applied);
        Assert.True(events[0].TryGetProperty("plan", out _), "the plan comes first");
        Assert.Equal(0, events[^1].GetProperty("end").GetProperty("exitCode").GetInt32());
        string[] done = [.. events.Where(it => it.TryGetProperty("step", out JsonElement step) && step.GetProperty("phase").GetString() == "done").Select(it => it.GetProperty("step").GetProperty("id").GetProperty("name").GetString()!)];
        Assert.Contains("alice/it", done);
        Assert.Contains("bob/vde0", done);
    });
}
