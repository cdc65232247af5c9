using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>The console of a switch of a topology: reached by the verb, and what it changes is a difference from the file.</summary>
public class ConsoleTopologyTests
{
    const string Yaml = """
        switches:
          sw: { vlans: { 10: staff, 20: guests }, mac-age: 60s }
          lan: {}
        namespaces:
          a: { interfaces: { vde0: { to: sw, vlan: staff, address: 10.0.0.1/24 } } }
          b: { interfaces: { vde0: { to: sw, vlan: staff, address: 10.0.0.2/24 } } }
        cables: [{ ends: [sw, lan], trunk: [10] }]
        """;

    [Theory, Everyone]
    public Task WhatIsChangedAtTheConsoleTakesEffectAndIsDrift(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        (await lab.ApplyAsync(Yaml)).Exited(0);
        Assert.True(await lab.PingsAsync("a", "10.0.0.2"));

        TopologySeen seen = await lab.StatusAsync();
        foreach (string command in (string[])[$"port/setvlan {Number(seen, "a/vde0")} 20", "vlan/create 30", "hash/setexpire 10", "hash/setminper 2", $"vlan/addport 20 {Number(seen, "cable/sw=lan")}"])
        {
            (await lab.RunAsync(["console", $"{lab.Topology}/sw", .. command.Split(' ')])).Exited(0);
        }

        Assert.False(await lab.PingsAsync("a", "10.0.0.2"));
        Planned plan = await lab.PlanAsync();
        Assert.Equal(["cable/sw=lan", "interface/a/vde0", "switch/sw"], plan.Changes.Select(step => step.Id).Order(StringComparer.Ordinal));
        Assert.Equal(("20", "10"), plan["interface/a/vde0"].Changes["vlan"]);
        Assert.Equal(("10, 20", "10"), plan["cable/sw=lan"].Changes["trunk"]);
        Assert.Equal([("mac-age", ("10s", "60s")), ("min-persistence", ("2s", "0s")), ("vlans", ("10, 20, 30", "10, 20"))],
            plan["switch/sw"].Changes.OrderBy(change => change.Key, StringComparer.Ordinal).Select(change => (change.Key, change.Value)));

        (await lab.ApplyAsync(Yaml)).Exited(0);
        Assert.True(await lab.PingsAsync("a", "10.0.0.2"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ASocketIsMadeWhereItIsAskedForAndMovesAndGoes(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("socat");
        string path = Path.Combine(Host.IsRoot ? Host.Current.Home(lab.Who) : lab.Files, $"{lab.Topology}.mgmt");
        string Text(string console) => $"switches: {{ sw: {{ {console} }} }}\nnamespaces: {{ a: {{ to: sw, address: 10.0.0.1/24 }} }}";
        (await lab.ApplyAsync(Text($"console: {path}"))).Exited(0);
        await lab.ExpectNothingToDoAsync();

        Assert.Contains("Numports=", await AskAsync(who, path), StringComparison.Ordinal);
        // As vdeterm takes it: a socket where one is.
        IEnumerable<string> here = ["env", "-C", Path.GetDirectoryName(path)!, Host.Current.Binary, "console", Path.GetFileName(path), "port/showinfo"];
        Assert.Contains("Numports=", (await Running.ToEndAsync([.. Host.Current.As(who, here)], lab.Environment)).Exited(0).Out, StringComparison.Ordinal);
        (await lab.ApplyAsync(Text($"console: {path}2"))).Exited(0);
        Assert.False(File.Exists(path));
        Assert.Contains("Numports=", await AskAsync(who, $"{path}2"), StringComparison.Ordinal);

        File.Delete($"{path}2");
        Assert.Equal("switch/sw", (await lab.PlanAsync()).Only.Id);
        (await lab.ApplyAsync(Text($"console: {path}2"))).Exited(0);
        Assert.Contains("Numports=", await AskAsync(who, $"{path}2"), StringComparison.Ordinal);

        (await lab.ApplyAsync(Text(""))).Exited(0);
        Assert.False(File.Exists($"{path}2"));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ASocketIsForWhomItIsSaidAndWhatSomebodyMadeOfItIsDrift(Who who) => Lab.RunAsync(who, async lab =>
    {
        string path = Path.Combine(Host.IsRoot ? Host.Current.Home(lab.Who) : lab.Files, $"{lab.Topology}.mgmt");
        string group = (await Running.ToEndAsync([.. Host.Current.As(who, ["id", "-g"])])).Out.Trim();
        string Text(string more) => $"switches: {{ sw: {{ console: {{ path: {path}{more} }} }} }}\nnamespaces: {{ a: {{ to: sw, address: 10.0.0.1/24 }} }}";
        (await lab.ApplyAsync(Text(", mode: \"0660\""))).Exited(0);
        Assert.Equal("660", await SwitchModeAsync(who, path));
        await lab.ExpectNothingToDoAsync();

        Planned plan = await lab.PlanAsync(Text($", mode: \"0620\", group: {group}"));
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Equal([("console.group", (null, group)), ("console.mode", ("0660", "0620"))], plan["switch/sw"].Changes.OrderBy(change => change.Key, StringComparer.Ordinal).Select(change => (change.Key, change.Value)));
        Assert.Equal("620", await SwitchModeAsync(who, path));
        await lab.ExpectNothingToDoAsync();

        (await Running.ToEndAsync([.. Host.Current.As(who, ["chmod", "666", path])])).Exited(0);
        Assert.Equal(("0666", "0620"), (await lab.PlanAsync()).Only.Changes["console.mode"]);
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Equal("620", await SwitchModeAsync(who, path));

        // A group that is not there costs nobody the console.
        Finished refused = await lab.ApplyAsync(Text(", mode: \"0620\", group: nosuchgroup"));
        Assert.Contains("nosuchgroup", refused.Exited(7).Err, StringComparison.Ordinal);
        Assert.Contains("Numports=", await AskAsync(who, path), StringComparison.Ordinal);
        Assert.Equal("620", await SwitchModeAsync(who, path));

        (await lab.ApplyAsync(Text(""))).Exited(0);
        Assert.Equal("600", await SwitchModeAsync(who, path));
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task AHubMadeAtTheConsoleHasNoSpanningTreesAndBothAreTakenBack(Who who) => Lab.RunAsync(who, async lab =>
    {
        const string Trees = "switches: { sw: { stp: { priority: 4096 } } }\nnamespaces: { a: { to: sw, address: 10.0.0.1/24 } }";
        (await lab.ApplyAsync(Trees)).Exited(0);

        (await lab.RunAsync("console", $"{lab.Topology}/sw", "port/sethub", "1")).Exited(0);
        Assert.Contains("Priority 4096 (0x1000)\nFSTP=false", (await lab.RunAsync("console", $"{lab.Topology}/sw", "fstp/showinfo")).Exited(0).Out, StringComparison.Ordinal);
        Assert.Equal(["hub", "stp"], (await lab.PlanAsync()).Only.Changes.Keys.Order(StringComparer.Ordinal));
        (await lab.RunAsync("console", $"{lab.Topology}/sw", "port/sethub", "0")).Exited(0);
        Assert.Equal(["stp"], (await lab.PlanAsync()).Only.Changes.Keys);

        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task ThereIsNoShutdownAndAWrongNameIsSaid(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Yaml)).Exited(0);

        Finished refused = await lab.RunAsync("console", $"{lab.Topology}/sw", "shutdown");
        Finished unknown = await lab.RunAsync("console", $"{lab.Topology}/swi");
        Finished nowhere = await lab.RunAsync("console", "nowhere/sw");

        Assert.Contains("shutdown: Operation not permitted", refused.Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("has no switch 'swi'; it has lan, sw", unknown.Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("no topology 'nowhere'", nowhere.Exited(1).Err, StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();
    });

    static int Number(TopologySeen seen, string port) =>
        seen.Switch("sw").GetProperty("ports").EnumerateArray().Single(it => it.GetProperty("name").GetString() == port).GetProperty("number").GetInt32();

    static async Task<string> SwitchModeAsync(Who who, string path) => (await Running.ToEndAsync([.. Host.Current.As(who, ["stat", "-c", "%a", path])])).Exited(0).Out.Trim();

    static async Task<string> AskAsync(Who who, string path) =>
        (await Running.ToEndAsync([.. Host.Current.As(who, ["sh", "-c", $"printf port/showinfo | socat -t 1 - UNIX-CONNECT:{path}"])])).Out;
}
