using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A topology that is read from several places: the engine is sent all of it, keeps it, and needs none of the files again.</summary>
public class InputTests
{
    const string Base = """
        vars: { webs: { type: int, default: 1, min: 1, max: 9 }, last: { type: int, default: 50 } }
        include: { left: { file: parts/branch.yaml, with: { uplink: lan, last: "{{ vars.last }}" } } }
        switches: { lan: {} }
        templates: { leaf: { to: lan, sysctl: { net.ipv4.ip_forward: 0 } } }
        namespaces:
          web: { use: leaf, replicas: "{{ vars.webs }}", address: "10.0.0.{{ index + 1 }}/24" }
        checks:
          in: { from: "web-*", ping: left-pc }
        """;

    const string Branch = """
        vars: { uplink: , last: { type: int } }
        switches: { lan: {} }
        cables: [ [lan, "{{ vars.uplink }}"] ]
        namespaces:
          pc: { to: lan, address: "10.0.0.{{ vars.last }}/24" }
        """;

    [Theory, RootAndUser]
    public Task ATopologyComesFromOverlaysVariablesTemplatesAndFragments(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        string file = Place(lab);
        string overlay = lab.Write("namespaces: { web: { sysctl: { net.ipv4.ip_forward: 1 } }, extra: { use: leaf, address: 10.0.0.77/24 } }", "debug.yaml");
        string values = Path.Combine(lab.Files, "values.yaml");
        await File.WriteAllTextAsync(values, "webs: 2\nlast: 51\n", TestContext.Current.CancellationToken);
        string[] words = ["-f", file, "-f", overlay, "--vars", values, "--set", "webs=3"];

        Finished applied = (await lab.RunAsync(["apply", .. words, "--yes", "-o", "json"])).Exited(0);

        Assert.All(Lab.ParseLines(applied).Where(line => line.TryGetProperty("check", out _)), line => Assert.True(line.GetProperty("check").GetProperty("passed").GetBoolean()));
        Assert.Equal(["extra", "left-pc", "web-0", "web-1", "web-2"], await NamespacesAsync(lab));
        Assert.Contains("10.0.0.51/24", (await lab.RunAsync("exec", $"{lab.Topology}/left-pc", "ip", "address")).Exited(0).Out, StringComparison.Ordinal);
        Assert.Equal("1", (await lab.RunAsync("exec", $"{lab.Topology}/web-2", "cat", "/proc/sys/net/ipv4/ip_forward")).Exited(0).Out.Trim());
        (await lab.RunAsync(["plan", .. words, "--exit-code"])).Exited(0);
        // The same files with another value are another topology.
        (await lab.RunAsync(["plan", .. words, "--set", "webs=2", "--exit-code"])).Exited(2);
    });

    [Theory, RootAndUser]
    public Task WhatWasAppliedIsKnownWithoutItsFiles(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip", "ping");
        string file = Place(lab);
        (await lab.RunAsync("apply", file, "--set", "webs=2", "--yes")).Exited(0);
        File.Delete(Path.Combine(lab.Files, "parts", "branch.yaml"));

        // The engine's successor reads it from the note: what is not as applied is told from what is.
        (await lab.RunAsync("engine", "stop")).Exited(0);
        (await lab.RunAsync("check", lab.Topology)).Exited(0);

        Assert.Equal(["left-pc", "web-0", "web-1"], await NamespacesAsync(lab));
        (await lab.RunAsync("status", lab.Topology, "--exit-code")).Exited(0);
        Finished gone = (await lab.RunAsync("plan", file)).Exited(3);
        Assert.Contains("VDE1508", gone.Err, StringComparison.Ordinal);
    });

    [Fact]
    public Task ValuesOfTheEnvironmentGiveWayAndAreChecked() => Lab.RunAsync(Who.Root, async lab =>
    {
        string file = Place(lab);
        async Task<Finished> RenderAsync(string value, params string[] more) =>
            await Running.ToEndAsync(["env", $"VDEORCH_VAR_webs={value}", "VDEORCH_VAR_nobody=1", Host.Current.Binary, "render", file, .. more], lab.Environment, lab.Files);

        Assert.Contains("web-1:", (await RenderAsync("2")).Exited(0).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("web-1:", (await RenderAsync("2", "--set", "webs=1")).Exited(0).Out, StringComparison.Ordinal);
        Assert.Contains("VDEORCH_VAR_webs=ten error VDE1503: vars.webs: 'ten' is not an int", (await RenderAsync("ten")).Exited(3).Err, StringComparison.Ordinal);
        (await RenderAsync("2", "--set", "webs")).Exited(64);
        (await RenderAsync("2", "-f", file)).Exited(64);
    });

    static string Place(Lab lab)
    {
        Directory.CreateDirectory(Path.Combine(lab.Files, "parts"));
        lab.Write(Branch, "parts/branch.yaml");
        return lab.Write(Base, "base.yaml");
    }

    static async Task<string[]> NamespacesAsync(Lab lab)
    {
        JsonElement status = Lab.Parse((await lab.RunAsync("status", lab.Topology, "-o", "json")).Exited(0));
        return [.. status.GetProperty("topologies")[0].GetProperty("objects").EnumerateArray().Select(one => one.GetProperty("id"))
            .Where(id => id.GetProperty("kind").GetString() == "namespace").Select(id => id.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];
    }
}
