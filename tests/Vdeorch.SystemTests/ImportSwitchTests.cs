using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A running vde_switch becomes a file, and the file a switch in its place that says the same of itself.</summary>
public class ImportSwitchTests
{
    static readonly string[] s_said = ["ds/showinfo", "port/showinfo", "hash/showinfo", "fstp/showinfo", "port/allprint", "vlan/allprint", "vlan/print"];

    [Theory, Everyone]
    public Task WhatIsAppliedInItsPlaceSaysTheSameOfItself(Who who) => WithSwitchAsync(who, async (lab, theirs, socket, mgmt) =>
    {
        string group = (await Running.ToEndAsync([.. Host.Current.As(who, ["id", "-gn"])])).Out.Trim();
        string user = (await Running.ToEndAsync([.. Host.Current.As(who, ["id", "-un"])])).Out.Trim();
        foreach (string command in new[] { "vlan/create 5", "vlan/create 7", "port/create 3", "port/setvlan 3 5", "vlan/addport 7 3", "hash/setexpire 77", "hash/setminper 1" })
        {
            (await lab.RunAsync("console", mgmt, command)).Exited(0);
        }

        // This one is 65534, which in a user namespace is anybody.
        foreach (string command in who == Who.User ? [] : new[] { $"port/setuser 3 {user}", "port/create 4", "port/allocatable 4 1", $"port/setgroup 4 {group}" })
        {
            (await lab.RunAsync("console", mgmt, command)).Exited(0);
        }

        Finished imported = (await lab.RunAsync("import", socket, "--name", lab.Topology)).Exited(0);
        Assert.Equal("", imported.Err);
        File.WriteAllText(lab.File, imported.Out);
        string before = await SaidAsync(lab, mgmt);
        await Processes.SignalAsync(theirs.Pid, "TERM");
        await theirs.EndAsync();

        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);

        await lab.ExpectNothingToDoAsync();
        Assert.Contains("untagged_vlan=0005", before, StringComparison.Ordinal);
        Assert.Equal(before, await SaidAsync(lab, mgmt));
        // Clients find it where they found the other one.
        Host.Needs("vde_plug");
        Running client = lab.Keep(Running.Start([.. Host.Current.As(who, ["vde_plug", socket])], lab.Environment, lab.Files));
        await Wait.UntilAsync("a client has joined", async () => (await lab.RunAsync("console", mgmt, "port/print")).Out.Contains("ACTIVE", StringComparison.Ordinal));
        await client.DisposeAsync();
    }, "-n", "40", "-m", "660");

    [Theory, RootAndUser]
    public Task AHubIsAHub(Who who) => WithSwitchAsync(who, async (lab, _, socket, mgmt) =>
    {
        Finished imported = (await lab.RunAsync("import", $"vde://{socket}", "--console", mgmt)).Exited(0);
        Assert.Contains("hub: true", imported.Out, StringComparison.Ordinal);
        Assert.Contains($"# {socket}, as it was found", imported.Out, StringComparison.Ordinal);
    }, "-x");

    [Theory, RootAndUser]
    public Task WhatIsNoSwitchAndWhatHasNoConsoleIsSaid(Who who) => WithSwitchAsync(who, async (lab, _, socket, _) =>
    {
        Assert.Contains($"the switch of '{socket}' (process ", (await lab.RunAsync("import", socket)).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("is a directory, but not that of a switch", (await lab.RunAsync("import", lab.Files)).Exited(1).Err, StringComparison.Ordinal);
        Assert.Contains("is no directory", (await lab.RunAsync("import", "vde:///tmp/nobody-has-this")).Exited(1).Err, StringComparison.Ordinal);
    }, "no console");

    static Task WithSwitchAsync(Who who, Func<Lab, Running, string, string, Task> test, params string[] more) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("vde_switch");
        string home = Host.IsRoot ? Host.Current.Home(who) : lab.Files;
        string socket = Path.Combine(home, $"{lab.Topology}.sw");
        string mgmt = $"{socket}.mgmt";
        string[] options = more is ["no console"] ? [] : ["-M", mgmt, .. more];
        await using Running theirs = Running.Start([.. Host.Current.As(who, ["vde_switch", "-s", socket, .. options])], lab.Environment, lab.Files);
        await Wait.UntilAsync("it listens", async () => (await Running.ToEndAsync([.. Host.Current.As(who, ["test", "-S", options.Length > 0 ? mgmt : $"{socket}/ctl"])])).ExitCode == 0);
        await test(lab, theirs, socket, mgmt);
    });

    // Its address is its own.
    static async Task<string> SaidAsync(Lab lab, string mgmt)
    {
        List<string> all = [];
        foreach (string question in s_said)
        {
            string[] lines = (await lab.RunAsync("console", mgmt, question)).Exited(0).Out.Split('\n');
            all.AddRange(lines.Where(line => !line.StartsWith("MAC ", StringComparison.Ordinal) && !line.StartsWith("Hash size", StringComparison.Ordinal) && !line.StartsWith("GC interval", StringComparison.Ordinal)));
        }

        return string.Join('\n', all);
    }
}
