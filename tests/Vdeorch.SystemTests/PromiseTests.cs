using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A plan keeps its word: the world it leads to is the one that the file alone would have made, what it calls unchanged or hot is the same thing afterwards, and traffic stops no longer than it says.</summary>
public partial class PromiseTests
{
    const int Pairs = 12;
    const int Edits = 200;

    [Theory]
    [InlineData(Who.Root, 1)]
    [InlineData(Who.Root, 2)]
    [InlineData(Who.User, 3)]
    public Task FromAnyTopologyToAnyOther(Who who, int seed) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        RandomLab labs = new(seed, lab.RunDirectory);
        for (int pair = 0; pair < Pairs; pair++)
        {
            string before = labs.Next();
            string after = labs.Next();
            (await lab.ApplyAsync(before)).Exited(0);
            Dictionary<string, string> identities = await IdentitiesAsync(lab);
            Planned plan = await lab.PlanAsync(after);

            (await lab.ApplyAsync(after)).Exited(0);

            string what = $"seed {seed}, pair {pair}\n{before}\n=>\n{after}";
            Dictionary<string, string> now = await IdentitiesAsync(lab);
            foreach (PlannedStep step in plan.Steps.Where(step => identities.ContainsKey(step.Id) && (step.Action == "keep" || step.Cost is "hot" or "replug")))
            {
                Assert.True(identities[step.Id] == now.GetValueOrDefault(step.Id), $"{step}: was {identities[step.Id]}, is {now.GetValueOrDefault(step.Id)}\n{what}");
            }

            string there = (await lab.RunAsync("get", lab.Topology)).Exited(0).Out;
            (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
            (await lab.ApplyAsync(after)).Exited(0);
            Assert.True(there == (await lab.RunAsync("get", lab.Topology)).Exited(0).Out, $"{what}\n{there}");
            (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        }
    });

    [Theory, RootAndUser]
    public Task TwoHundredEditsOfOthersCostNothing(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("iperf3");
        RandomLab others = new(4, lab.RunDirectory);
        (await lab.ApplyAsync(WithOthers(others.Next()))).Exited(0);
        Running server = lab.Keep(Running.Start(lab.Inside("alice", "iperf3", "-s", "-1", "--forceflush")));
        await Wait.UntilAsync("iperf3 listens", () => server.Output.Contains("listening", StringComparison.Ordinal));
        Running client = lab.Keep(Running.Start(lab.Inside("bob", "iperf3", "-c", "10.99.0.1", "-t", "100", "-b", "10M", "--logfile", "/dev/null")));
        Pings pings = await Pings.FlowAsync(lab, lab.Topology, "bob", "10.99.0.1");

        for (int edit = 0; edit < Edits; edit++)
        {
            (await lab.ApplyAsync(WithOthers(others.Next()), "--no-wait")).Exited(0);
        }

        Assert.False(client.HasExited, $"{client.Output}{client.Errors}");
        Assert.True(pings.Count > Edits, $"{pings.Count} replies");
        await pings.NoneIsLostAsync();
    });

    [Theory, RootAndUser]
    public Task AReplugStopsTrafficNoLongerThanThePlanSays(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ping");
        string[] networks = ["239.66.9.1", "239.66.9.2"];
        (await lab.ApplyAsync(Cloud(networks[0]))).Exited(0);
        Planned plan = await lab.PlanAsync(Cloud(networks[1]));
        System.Text.Json.JsonElement impact = plan.Report.GetProperty("plan").GetProperty("impacts").EnumerateArray().Single();
        Assert.Equal(["interface/alice/vde0", "interface/bob/vde0"], impact.GetProperty("objects").EnumerateArray().Select(Shapes.Name));
        int mostMs = impact.GetProperty("maxMs").GetInt32();
        Running ping = lab.Keep(Running.Start(lab.Inside("bob", "ping", "-i", "0.01", "-q", "10.99.0.1")));

        const int Replugs = 10;
        for (int replug = 1; replug <= Replugs; replug++)
        {
            (await lab.ApplyAsync(Cloud(networks[replug % 2]))).Exited(0);
        }

        await ping.SignalAsync("INT");
        Finished pinged = await ping.EndAsync();
        Match counts = Counts().Match(pinged.Out);
        int lost = int.Parse(counts.Groups[1].Value, CultureInfo.InvariantCulture) - int.Parse(counts.Groups[2].Value, CultureInfo.InvariantCulture);
        // One is sent every 10 ms.
        Assert.True(lost * 10 <= Replugs * mostMs, pinged.ToString());
    });

    static string Cloud(string group) => $$"""
        clouds: { wan: { vxvde: {{group}} } }
        namespaces:
          alice: { to: wan, address: 10.99.0.1/24 }
          bob: { to: wan, address: 10.99.0.2/24 }
        """;

    // alice and bob beside what changes, in the same runtime.
    static string WithOthers(string others) => others
        .Replace("switches:\n", "switches:\n  quiet: {}\n", StringComparison.Ordinal)
        .Replace("namespaces:\n", "namespaces:\n  alice: { to: quiet, address: 10.99.0.1/24 }\n  bob: { to: quiet, address: 10.99.0.2/24 }\n", StringComparison.Ordinal);

    // An interface by its index in its namespace, and that by its inode; what is a process by its pid.
    static async Task<Dictionary<string, string>> IdentitiesAsync(Lab lab)
    {
        TopologySeen seen = await lab.StatusAsync();
        Dictionary<string, string> identities = new() { [$"runtime/{lab.Topology}"] = seen.RuntimePid.ToString(CultureInfo.InvariantCulture) };
        foreach (ObjectSeen thing in seen.Objects.Where(thing => thing.Pid is not null))
        {
            identities[thing.Id] = thing.Pid!.Value.ToString(CultureInfo.InvariantCulture);
        }

        foreach (string ns in seen.Objects.Where(thing => thing.Id.StartsWith("namespace/", StringComparison.Ordinal)).Select(thing => thing.Id["namespace/".Length..]))
        {
            string[] lines = (await lab.RunInsideAsync(ns, "sh", "-c", "readlink /proc/self/ns/net; ip -o link")).Exited(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            identities[$"namespace/{ns}"] = lines[0];
            foreach (string[] parts in lines.Skip(1).Select(line => line.Split(": ")))
            {
                identities[$"interface/{ns}/{parts[1]}"] = $"{lines[0]} {parts[0]}";
            }
        }

        return identities;
    }

    [GeneratedRegex("(\\d+) packets transmitted, (\\d+) received")]
    private static partial Regex Counts();
}
