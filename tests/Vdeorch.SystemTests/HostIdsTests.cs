using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Users and groups of a file, and of what is seen of clients, are the host's: also where an ordinary user's switches are.</summary>
public class HostIdsTests
{
    [Theory]
    [InlineData(Who.User)]
    [InlineData(Who.UserWithIds)]
    public Task AGroupThatOnlyTheHostHasIsRefusedBeforeAnythingIsTouched(Who who) => Lab.RunAsync(who, async lab =>
    {
        foreach (string with in new[] { $"socket: {Socket(lab)}, group: daemon, mode: \"0660\"", $"console: {{ path: {Socket(lab)}.mgmt, group: daemon, mode: \"0660\" }}" })
        {
            lab.Write(Text(with));
            Finished planned = (await lab.RunAsync("plan", lab.File)).Exited(7);
            Finished applied = (await lab.RunAsync("apply", lab.File, "--yes")).Exited(7);

            Assert.All([planned, applied], said => Assert.Contains("group: group 'daemon' (gid 1) does not exist where this switch is made", said.Err, StringComparison.Ordinal));
            Assert.Contains("nothing was changed", applied.Err, StringComparison.Ordinal);
            Assert.Null(lab.Pin("a"));
            Assert.False(Path.Exists(Socket(lab)));
        }
    });

    [Fact]
    public Task AUsersOwnGroupIsHisOnTheHostAndAnotherIsDrift() => Lab.RunAsync(Who.UserWithIds, async lab =>
    {
        string own = Host.Current.Environment(lab.Who)["USER"]!;
        (await lab.ApplyAsync(Text($"socket: {Socket(lab)}, group: {own}, mode: \"0660\", console: {{ path: {Socket(lab)}.mgmt, group: {own}, mode: \"0660\" }}"))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Finished again = (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        Assert.Single(again.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        string[] all = [$"{Socket(lab)}/ctl", Socket(lab), $"{Socket(lab)}.mgmt"];
        Assert.Equal($"{own}\n{own}\n{own}", (await Running.ToEndAsync(["stat", "-c", "%G", .. all])).Exited(0).Out.Trim());

        (await Running.ToEndAsync(["chgrp", "daemon", $"{Socket(lab)}/ctl"])).Exited(0);
        Assert.Equal(("unknown", own), (await lab.PlanAsync()).Only.Changes["group"]);
        // Only root could have done it, and nobody else can undo it.
        (await Running.ToEndAsync(["chgrp", own, $"{Socket(lab)}/ctl"])).Exited(0);
        await lab.ExpectNothingToDoAsync();
    });

    [Fact]
    public Task APortIsForTheUserHimselfAndOneWhoCannotBeToldIsRefused() => Lab.RunAsync(Who.UserWithIds, async lab =>
    {
        Host.Needs("vde_plug");
        string own = Host.Current.Environment(lab.Who)["USER"]!;
        (await lab.ApplyAsync(Text($"socket: {Socket(lab)}, mode: \"0666\", ports: 8, numbered: {{ 3: {{ user: {own} }}, 4: {{ group: {own} }} }}"))).Exited(0);
        await lab.ExpectNothingToDoAsync();

        foreach (int port in new[] { 3, 4 })
        {
            Assert.Equal(1, (await Running.ToEndAsync(Plug(Who.User, lab, port))).ExitCode);
            Assert.Equal(1, (await Running.ToEndAsync(Plug(Who.Root, lab, port))).ExitCode);
            await JoinAsync(lab, lab.Who, port);
        }

        foreach ((string whose, string why) in new[]
        {
            ("user: nobody", "numbered.1.user: user 'nobody' (uid 65534) cannot be told from others where this switch is made"),
            ("user: root", "numbered.1.user: user 'root' (uid 0) cannot be told from others where this switch is made"),
            ("group: daemon", "numbered.1.group: nobody who is in group 'daemon' (gid 1) can be told from others where this switch is made"),
        })
        {
            Finished refused = await lab.ApplyAsync(Text($"socket: {Socket(lab)}, mode: \"0666\", ports: 8, numbered: {{ 1: {{ {whose} }} }}"));
            Assert.Contains(why, refused.Exited(7).Err, StringComparison.Ordinal);
        }
    });

    [Fact]
    public Task ClientsHaveTheirNamesOfTheHostOrNone() => Lab.RunAsync(Who.UserWithIds, async lab =>
    {
        Host.Needs("vde_plug");
        string own = Host.Current.Environment(lab.Who)["USER"]!;
        (await lab.ApplyAsync(Text($"socket: {Socket(lab)}, mode: \"0666\", ports: 8") + $"\n  b: {{ to: \"vde://{Socket(lab)}[3]\", address: 10.0.0.2/24 }}")).Exited(0);
        await JoinAsync(lab, lab.Who, 5);
        await JoinAsync(lab, Who.User, 6);
        await JoinAsync(lab, Who.Root, 7);

        JsonElement[] ports = [.. (await lab.StatusAsync()).Switch("sw").GetProperty("ports").EnumerateArray()];
        string User(int number) => ports.Single(port => port.GetProperty("name").GetString() == $"sw:{number}").GetProperty("clients")[0].GetProperty("user").GetString()!;
        Assert.Equal([own, own, "unknown user", "unknown user"], new[] { 3, 5, 6, 7 }.Select(User));
        Assert.Contains($"user={own} pid=", ports.Single(port => port.GetProperty("name").GetString() == "sw:3").GetProperty("clients")[0].GetProperty("description").GetString(), StringComparison.Ordinal);

        string printed = (await lab.RunAsync("console", $"{lab.Topology}/sw", "port/print")).Exited(0).Out;
        Assert.Equal([own, own, "UNKNOWN", "UNKNOWN"], new[] { 3, 5, 6, 7 }.Select(number => printed.Split($"Port {number:D4}")[1].Split("Current User: ")[1].Split(' ')[0]));
    });

    [Theory]
    [InlineData(Who.User)]
    [InlineData(Who.UserWithIds)]
    public Task WhatWouldDoIsSaidOfATapAndOfADirectoryWithOtherFiles(Who who) => Lab.RunAsync(who, async lab =>
    {
        string own = Host.Current.Environment(who)["USER"]!;
        Finished tap = await lab.ApplyAsync($"switches: {{ sw: {{ plugs: [\"tap://{lab.Topology}\"] }} }}\nnamespaces:\n  a: {{ to: sw, address: 10.0.0.1/24 }}");
        Assert.Contains($"sudo ip tuntap add mode tap user {own} name {lab.Topology}", tap.Exited(6).Err, StringComparison.Ordinal);

        (await Running.ToEndAsync([.. Host.Current.As(who, ["sh", "-c", $"mkdir {Socket(lab)} && touch {Socket(lab)}/letter"])])).Exited(0);
        Finished full = await lab.ApplyAsync(Text($"socket: {Socket(lab)}"));
        Assert.Contains("other files are in it: remove them, or choose another place", full.Exited(4).Err, StringComparison.Ordinal);
    });

    static string Text(string sw) => $"switches: {{ sw: {{ {sw} }} }}\nnamespaces:\n  a: {{ to: sw, address: 10.0.0.1/24 }}";

    static string Socket(Lab lab) => Path.Combine(Host.Current.Home(lab.Who), lab.Topology);

    static IReadOnlyList<string> Plug(Who who, Lab lab, int port) => [.. Host.Current.As(who, ["vde_plug", $"{Socket(lab)}[{port}]"])];

    static async Task JoinAsync(Lab lab, Who who, int port)
    {
        lab.Keep(Running.Start(Plug(who, lab, port), Host.Current.Environment(who)));
        await Wait.UntilAsync($"somebody is on port {port}", async () => (await lab.StatusAsync()).Switch("sw").GetProperty("ports").EnumerateArray().Any(it => it.GetProperty("name").GetString() == $"sw:{port}"));
    }
}
