using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Vdeorch.SystemTests.Interop;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Switches of a topology that any VDE client may join.</summary>
public class PublicSwitchTests
{
    static string Text(string socket, string mode = "0600", string to = "sw") => $$"""
        switches: { sw: { socket: {{socket}}, mode: "{{mode}}", ports: 8 }, lan: {} }
        namespaces:
          a: { to: {{to}}, address: 10.0.0.1/24 }
          b: { to: lan, address: 10.1.0.1/24 }
        """;

    [Theory, Everyone]
    public Task AnyVdeClientJoinsAndStatusNamesIt(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vdens", "ip", "ping");
        string socket = Socket(lab);
        (await lab.ApplyAsync(Text(socket))).Exited(0);
        await lab.ExpectNothingToDoAsync();

        await PingAsync(lab, socket);
        Running client = lab.Keep(Running.Start([.. Host.Current.As(who, ["vde_plug", $"{socket}[5]"])], Host.Current.Environment(who)));

        JsonElement port = default;
        await Wait.UntilAsync("it is on port 5", async () => TryFind(await lab.StatusAsync(), "sw:5", out port));
        JsonElement joined = Assert.Single(port.GetProperty("clients").EnumerateArray());
        Assert.Equal(5, port.GetProperty("number").GetInt32());
        Assert.StartsWith("vdeplug", joined.GetProperty("description").GetString()!.Replace("_", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("vde", (await lab.RunAsync("status", lab.Topology)).Exited(0).Out, StringComparison.Ordinal);
        client.Input.Close();
        await Wait.UntilAsync("it has left", async () => !TryFind(await lab.StatusAsync(), "sw:5", out _));
        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        Assert.False(Directory.Exists(socket));
    });

    [Theory, RootAndUser]
    public Task AGroupThatThisHostHasNotIsRefusedBeforeAnythingIsTouched(Who who) => Lab.RunAsync(who, async lab =>
    {
        string text = Text(Socket(lab)).Replace("ports: 8", "ports: 8, group: nosuchgroup", StringComparison.Ordinal);

        Finished applied = (await lab.ApplyAsync(text)).Exited(7);
        Finished planned = await lab.RunAsync("plan", lab.File);

        Assert.Contains("nosuchgroup", applied.Err, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", applied.Err, StringComparison.Ordinal);
        Assert.Contains("nosuchgroup", planned.Out + planned.Err, StringComparison.Ordinal);
        (await lab.RunAsync("status", lab.Topology)).Exited(1);
    });

    [Theory, RootAndUser]
    public Task ADirectoryThatIsGoneOrHasAnotherModeIsDrift(Who who) => Lab.RunAsync(who, async lab =>
    {
        string socket = Socket(lab);
        (await lab.ApplyAsync(Text(socket))).Exited(0);

        (await Running.ToEndAsync([.. Host.Current.As(who, ["chmod", "0666", $"{socket}/ctl"])])).Exited(0);
        PlannedStep mode = (await lab.PlanAsync()).Only;
        Assert.Equal(("switch/sw", "hot", ("0666", "0600")), (mode.Id, mode.Cost, mode.Changes["mode"]));
        (await lab.ApplyAsync(Text(socket))).Exited(0);
        await lab.ExpectNothingToDoAsync();

        (await Running.ToEndAsync([.. Host.Current.As(who, ["chmod", "0755", socket])])).Exited(0);
        PlannedStep directory = (await lab.PlanAsync()).Only;
        Assert.Equal(("switch/sw", "hot", ("0600, its directory 0755", "0600")), (directory.Id, directory.Cost, directory.Changes["mode"]));
        (await lab.RunAsync("get", lab.Topology)).Exited(0);
        (await lab.ApplyAsync(Text(socket))).Exited(0);
        await lab.ExpectNothingToDoAsync();

        Directory.Delete(socket, recursive: true);
        PlannedStep gone = (await lab.PlanAsync()).Only;
        Assert.Equal(("switch/sw", "replug"), (gone.Id, gone.Cost));
        (await lab.ApplyAsync(Text(socket))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.True(File.Exists($"{socket}/ctl"));
    });

    [Theory, RootAndUser]
    public Task AnotherSocketCostsItsClientsAndNobodyElse(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vde_plug", "vdens");
        string socket = Socket(lab);
        (await lab.ApplyAsync(Text(socket))).Exited(0);
        string before = await lab.FingerprintAsync("a") + await lab.FingerprintAsync("b");
        Running client = lab.Keep(Running.Start([.. Host.Current.As(who, ["vde_plug", socket])], Host.Current.Environment(who)));
        await Wait.UntilAsync("it has joined", async () => TryFind(await lab.StatusAsync(), "sw:2", out _));

        (await lab.ApplyAsync(Text($"{socket}2", "0660"))).Exited(0);

        (await client.EndAsync(TimeSpan.FromSeconds(5))).Exited(0);
        Assert.False(Directory.Exists(socket));
        Assert.Equal(before, await lab.FingerprintAsync("a") + await lab.FingerprintAsync("b"));
        await PingAsync(lab, $"{socket}2");
        (await lab.ApplyAsync(Text($"{socket}2", "0666"))).Exited(0);
        // Without one its runtime has no need to be anybody.
        (await lab.ApplyAsync("switches: { sw: {}, lan: {} }\nnamespaces: { a: { to: sw, address: 10.0.0.1/24 }, b: { to: lan, address: 10.1.0.1/24 } }")).Exited(0);
        Assert.False(Directory.Exists($"{socket}2"));
    });

    [Theory, RootAndUser]
    public Task TheRuntimeKilledIsBackAtTheSamePath(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vdens", "vde_plug");
        string socket = Socket(lab);
        (await lab.ApplyAsync(Text(socket))).Exited(0);
        Running client = lab.Keep(Running.Start([.. Host.Current.As(who, ["vde_plug", socket])], Host.Current.Environment(who)));
        await Wait.UntilAsync("it has joined", async () => TryFind(await lab.StatusAsync(), "sw:2", out _));
        int killed = (await lab.StatusAsync()).RuntimePid;

        Processes.Kill(killed);

        await client.EndAsync(TimeSpan.FromSeconds(5));
        await Wait.UntilAsync("another runtime has it", async () => (await lab.StatusAsync()) is { Runtime: not null } seen && seen.RuntimePid != killed && seen.Differences == 0);
        await PingAsync(lab, socket);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task APathThatCannotBeHadFailsTheApplyAndChangesNothing(Who who) => Lab.RunAsync(who, async lab =>
    {
        string socket = Socket(lab);
        (await lab.ApplyAsync(Text(socket))).Exited(0);

        Finished refused = await lab.ApplyAsync(Text("/nowhere/sw"));

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("No such file or directory", refused.Err + refused.Out, StringComparison.Ordinal);
        (await lab.ApplyAsync(Text(socket))).Exited(0);
        await lab.ExpectNothingToDoAsync();
    });

    static string Socket(Lab lab) => Path.Combine(Host.IsRoot ? Host.Current.Home(lab.Who) : lab.Files, lab.Topology);

    static Task PingAsync(Lab lab, string socket) =>
        SwitchTests.InVdensAsync(lab.Who, socket, "ip addr add 10.0.0.9/24 dev vde0; ip link set vde0 up; ping -c 3 -i 0.2 -W 5 10.0.0.1");

    static bool TryFind(TopologySeen seen, string port, out JsonElement found)
    {
        found = seen.Switch("sw").GetProperty("ports").EnumerateArray().FirstOrDefault(it => it.GetProperty("name").GetString() == port);
        return found.ValueKind == JsonValueKind.Object;
    }
}
