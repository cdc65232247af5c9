using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Hooks do in the namespace what programs do there, once, and their failure is the apply's.</summary>
public class HookTests
{
    const string Ruled = """
        switches: { lan: {} }
        namespaces:
          custom:
            to: lan
            address: 10.20.0.99/24
            files: { etc/hostname: custom }
            exec:
              up: ["ip -br addr show vde0; cat /etc/hostname; ip rule add from 10.20.0.99 table 100", [ip, route, add, default, via, 10.20.0.1, table, "100"]]
              down: ["ip -br addr show vde0 > FILES/down"]
            services: { first: { run: [sh, -c, "ip rule; exec sleep infinity"] } }
        """;

    static string Of(Lab lab)
    {
        string directory = Path.Combine(lab.Files, "written");
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        return Ruled.Replace("FILES", directory, StringComparison.Ordinal);
    }

    static string Down(Lab lab) => Path.Combine(lab.Files, "written", "down");

    [Theory, Everyone]
    public Task TheyRunBetweenTheInterfacesAndTheServices(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Of(lab))).Exited(0);

        Assert.Contains("from 10.20.0.99 lookup 100", await lab.IpAsync("custom", "rule"), StringComparison.Ordinal);
        Assert.Contains("default via 10.20.0.1", await lab.IpAsync("custom", "route", "show", "table", "100"), StringComparison.Ordinal);
        string log = (await lab.RunAsync("logs", $"{lab.Topology}/custom/exec")).Exited(0).Out;
        Assert.Contains("10.20.0.99/24", log, StringComparison.Ordinal);
        Assert.Contains("\ncustom", log, StringComparison.Ordinal);
        await Wait.UntilAsync("the service has seen the rule", async () => (await lab.RunAsync("logs", $"{lab.Topology}/custom/first")).Out.Contains("lookup 100", StringComparison.Ordinal));

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        Assert.Contains("10.20.0.99/24", await File.ReadAllTextAsync(Down(lab)), StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task TheyRunOnceUntilTheListChanges(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync(Of(lab))).Exited(0);
        (await lab.ApplyAsync(Of(lab))).Exited(0);
        Assert.Single(Rules(await lab.IpAsync("custom", "rule")));

        // Another engine knows it too; a namespace that was made anew is another one.
        (await lab.RunAsync("engine", "stop")).Exited(0);
        await lab.ExpectNothingToDoAsync();
        (await lab.ApplyAsync(Of(lab))).Exited(0);
        Assert.Single(Rules(await lab.IpAsync("custom", "rule")));

        string more = Of(lab).Replace("100\"]]", "100\"], \"ip rule add from 10.20.0.98 table 100\"]", StringComparison.Ordinal).Replace("ip rule add from 10.20.0.99 table 100", "true", StringComparison.Ordinal).Replace("[ip, route, add,", "[ip, route, replace,", StringComparison.Ordinal);
        PlannedStep only = (await lab.PlanAsync(more)).Only;
        Assert.Equal(("exec/custom", "update", "hot"), (only.Id, only.Action, only.Cost));
        Assert.Contains("ip rule add from 10.20.0.98", only.Changes["up"].After, StringComparison.Ordinal);
        (await lab.ApplyAsync(more)).Exited(0);
        Assert.Equal(2, Rules(await lab.IpAsync("custom", "rule")).Length);

        // Out of the file: down runs while the namespace stays.
        string without = string.Join('\n', more.Split('\n').Where(line => !line.Contains("exec:", StringComparison.Ordinal) && !line.Contains("up: [", StringComparison.Ordinal) && !line.Contains("down: [", StringComparison.Ordinal)));
        (await lab.ApplyAsync(without)).Exited(0);
        Assert.True(File.Exists(Down(lab)));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task OneThatFailsFailsTheApplyWithWhatItWrote(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished failed = (await lab.ApplyAsync(Of(lab).Replace("table, \"100\"]]", "table, \"100\"], \"echo it is broken >&2; exit 7\"]", StringComparison.Ordinal))).Exited(4);
        Assert.Contains("exited with 7: it is broken", failed.Err, StringComparison.Ordinal);
        Assert.Null(lab.Pin("custom"));

        // Of what is there nothing is lost.
        (await lab.ApplyAsync(Of(lab))).Exited(0);
        Finished missing = (await lab.ApplyAsync(Of(lab).Replace("[ip, route, add,", "[no-such-program, add,", StringComparison.Ordinal).Replace("ip rule add", "true", StringComparison.Ordinal))).Exited(4);
        Assert.Contains("no-such-program", missing.Err, StringComparison.Ordinal);
        Assert.Single(Rules(await lab.IpAsync("custom", "rule")));
        (await lab.ApplyAsync(Of(lab))).Exited(0);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task OneThatDoesNotEndHasTheTimeOfTheApply(Who who) => Lab.RunAsync(who, async lab =>
    {
        Finished late = (await lab.ApplyAsync(Of(lab).Replace("table, \"100\"]]", "table, \"100\"], [sleep, \"12345\"]]", StringComparison.Ordinal), "--timeout", "1s")).Exited(4);

        Assert.Contains("`sleep 12345` had not ended in the time there was, and was killed", late.Err, StringComparison.Ordinal);
        Assert.Null(lab.Pin("custom"));
    });

    [Fact]
    public Task OneThatIsInterruptedIsSaidToBeAfterTheTimeItTook() => Lab.RunAsync(Host.IsRoot ? Who.Root : Who.User, async lab =>
    {
        Running apply = lab.Start("apply", lab.Write(Of(lab).Replace("table, \"100\"]]", "table, \"100\"], [sleep, \"12345\"]]", StringComparison.Ordinal)), "--yes", "-o", "json");
        string log = Path.Combine(lab.RunDirectory, "topologies", lab.Topology, "logs", "custom.exec.log");
        await Wait.UntilAsync("it runs", () => File.Exists(log) && File.ReadAllText(log).Contains("$ sleep 12345", StringComparison.Ordinal));

        await apply.SignalAsync("INT");

        Finished ended = (await apply.EndAsync()).Exited(130);
        JsonElement failed = Lab.ParseLines(ended).Select(line => line.TryGetProperty("step", out JsonElement step) ? step : default).Single(step => step.ValueKind == JsonValueKind.Object && step.GetProperty("phase").GetString() == "failed");
        Assert.Contains("`sleep 12345` was interrupted, and killed", failed.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.True(failed.GetProperty("elapsedMs").GetDouble() > 0, failed.ToString());
        Assert.Null(lab.Pin("custom"));
    });

    [Theory, RootAndUser]
    public Task OneOfDownThatFailsIsSaidAndKeepsNothing(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Of(lab).Replace("down: [", "down: [\"echo not today; false\", ", StringComparison.Ordinal))).Exited(0);

        Finished destroyed = (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.Contains("exited with 1: not today", destroyed.Err, StringComparison.Ordinal);
        Assert.True(File.Exists(Down(lab)));
        Assert.Null(lab.Pin("custom"));
    });

    static string[] Rules(string output) => [.. output.Split('\n').Where(line => line.Contains("lookup 100", StringComparison.Ordinal))];
}
