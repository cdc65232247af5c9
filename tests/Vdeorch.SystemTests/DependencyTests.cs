using System.Globalization;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>What depends on something starts when that is so far, and ends before it.</summary>
public class DependencyTests
{
    /// <summary>Where services write when something happened: a file each.</summary>
    static string Times(Lab lab)
    {
        string directory = Path.Combine(lab.Files, "times");
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        return directory;
    }

    static long At(Lab lab, string name) => long.Parse(File.ReadAllText(Path.Combine(Times(lab), name)), CultureInfo.InvariantCulture);

    static string Write(Lab lab, string name) => $"date +%s%N > {Times(lab)}/{name}";

    static string Forever(Lab lab, string name) => $"run: [sh, -c, \"{Write(lab, $"{name}.start")}; trap '{Write(lab, $"{name}.end")}; exit 0' TERM; sleep 10000 & wait\"]";

    static string Chain(Lab lab) => $$"""
        switches: { lan: {} }
        templates: { leaf: { to: lan, depends-on: { router: healthy } } }
        namespaces:
          a-last:
            use: leaf
            address: 10.0.0.9/24
            depends-on: { web: started, seed: completed }
            exec: { up: ["{{Write(lab, "last.up")}}"] }
            services:
              aa: { {{Forever(lab, "aa")}}, depends-on: { zz: healthy } }
              zz: { {{Forever(lab, "zz")}}, ready: { exec: [sh, -c, "sleep 0.3; test -e {{Times(lab)}}/zz.ready || {{Write(lab, "zz.ready")}}"] } }
          router: { to: lan, address: 10.0.0.1/24, health: { exec: [test, -e, {{Times(lab)}}/router.well] }, services: { r: { run: [sh, -c, "sleep 0.6; {{Write(lab, "router.well")}}; exec sleep 10000"] } } }
          seed: { use: leaf, replicas: 2, address: "10.0.0.{{"{{ index + 20 }}"}}/24", services: { load: { run: [sh, -c, "{{Write(lab, "{{ namespace }}.start")}}; sleep 0.7; {{Write(lab, "{{ namespace }}.end")}}"], restart: "no" } } }
          web: { use: leaf, address: 10.0.0.3/24, services: { w: { {{Forever(lab, "web")}} } } }
          free: { to: lan, address: 10.0.0.4/24, services: { f: { {{Forever(lab, "free")}} } } }
        """;

    [Theory, Everyone]
    public Task EachStartsWhenWhatItDependsOnIsSoFar(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync(Chain(lab))).Exited(0);

        await Wait.UntilAsync("the last one runs", () => File.Exists(Path.Combine(Times(lab), "aa.start")) && File.ReadAllText(Path.Combine(Times(lab), "aa.start")).Length > 0);
        Assert.True(At(lab, "free.start") < At(lab, "router.well"), "what waits for nothing does not wait");
        Assert.True(At(lab, "router.well") < At(lab, "web.start"));
        Assert.True(At(lab, "router.well") < At(lab, "seed-0.start"));

        // Side by side: each starts before the other has ended.
        Assert.True(At(lab, "seed-0.start") < At(lab, "seed-1.end") && At(lab, "seed-1.start") < At(lab, "seed-0.end"));
        Assert.True(At(lab, "seed-0.end") < At(lab, "last.up") && At(lab, "seed-1.end") < At(lab, "last.up") && At(lab, "web.start") < At(lab, "last.up"));
        Assert.True(At(lab, "last.up") < At(lab, "zz.start"));
        Assert.True(At(lab, "zz.ready") < At(lab, "aa.start"));
        await lab.ExpectNothingToDoAsync();

        // What was asked for is not what changes: nothing starts again for it.
        Planned hot = await lab.PlanAsync(Chain(lab).Replace("web: started, ", "", StringComparison.Ordinal));
        Assert.Equal(("namespace/a-last", "hot"), (hot.Only.Id, hot.Only.Cost));
        long before = At(lab, "aa.start");
        (await lab.RunAsync("apply", lab.File, "--yes")).Exited(0);
        (await lab.ApplyAsync(Chain(lab))).Exited(0);
        Assert.Equal(before, At(lab, "aa.start"));

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);
        Assert.True(At(lab, "aa.end") < At(lab, "zz.end"));
        Assert.True(At(lab, "zz.end") < At(lab, "web.end"));
    });

    [Theory, RootAndUser]
    public Task OneThatFailsInPlaceOfCompletingFailsTheApply(Who who) => Lab.RunAsync(who, async lab =>
    {
        string yaml = $$"""
            switches: { lan: {} }
            namespaces:
              pc: { to: lan, address: 10.0.0.2/24, depends-on: { seed: completed }, services: { s: { {{Forever(lab, "pc")}} } } }
              seed: { to: lan, address: 10.0.0.1/24, services: { load: { run: [sh, -c, "echo the disk is full; exit 1"], restart: "no" } } }
            """;

        Finished failed = (await lab.ApplyAsync(yaml)).Exited(4);

        Assert.Contains("service/pc/s: it starts when namespace/seed has completed, and service/seed/load exited with 1: the disk is full", failed.Err, StringComparison.Ordinal);
        Assert.Null(lab.Pin("pc"));
        Assert.Null(lab.Pin("seed"));
        Assert.False(File.Exists(Path.Combine(Times(lab), "pc.start")));

        // One that is started again until it succeeds has the time of the apply.
        Finished late = (await lab.ApplyAsync(yaml.Replace("restart: \"no\"", "restart: on-failure", StringComparison.Ordinal), "--timeout", "2s")).Exited(4);
        Assert.Contains("which did not come to be in the time there was: service/seed/load failed: exit 1, ", late.Err, StringComparison.Ordinal);
        Assert.Contains("the disk is full", late.Err, StringComparison.Ordinal);

        (await lab.ApplyAsync(yaml.Replace("exit 1", "exit 0", StringComparison.Ordinal))).Exited(0);
        Assert.True(File.Exists(Path.Combine(Times(lab), "pc.start")));
    });

    [Theory, RootAndUser]
    public Task OneThatIsUnhealthyFailsTheApplyAndPutsBackWhatWas(Who who) => Lab.RunAsync(who, async lab =>
    {
        string before = "switches: { lan: {} }\nnamespaces: { router: { to: lan, address: 10.0.0.1/24 } }";
        (await lab.ApplyAsync(before)).Exited(0);

        Finished failed = (await lab.ApplyAsync($$"""
            switches: { lan: {} }
            namespaces:
              router: { to: lan, address: 10.0.0.1/24, health: { ping: 10.0.0.99, interval: 100ms, timeout: 200ms, retries: 2, start-period: 0s } }
              pc: { to: lan, address: 10.0.0.2/24, depends-on: { router: healthy }, services: { s: { {{Forever(lab, "pc")}} } } }
            """)).Exited(4);

        Assert.Contains("service/pc/s: it starts when namespace/router is healthy, and namespace/router is unhealthy: ping 10.0.0.99: no reply", failed.Err, StringComparison.Ordinal);
        Assert.Null(lab.Pin("pc"));
        lab.Write(before);
        await lab.ExpectNothingToDoAsync();
        Assert.Null((await lab.StatusAsync())["namespace/router"].HealthSince);
    });

    [Theory, RootAndUser]
    public Task AnInterruptWhileItWaitsPutsBackWhatWas(Who who) => Lab.RunAsync(who, async lab =>
    {
        lab.Write($$"""
            switches: { lan: {} }
            namespaces:
              router: { to: lan, address: 10.0.0.1/24, health: { ping: 10.0.0.99, start-period: 10m } }
              pc: { to: lan, address: 10.0.0.2/24, depends-on: { router: healthy }, services: { s: { {{Forever(lab, "pc")}} } } }
            """);
        Running applying = lab.Start("apply", lab.File, "--yes");
        await Wait.UntilAsync("it waits", () => lab.Pin("pc") is not null);

        await Processes.SignalAsync(applying.Pid, "INT");

        (await applying.EndAsync(TimeSpan.FromSeconds(30))).Exited(130);
        Assert.Null(lab.Pin("pc"));
        Assert.False(File.Exists(Path.Combine(Times(lab), "pc.start")));
    });

    [Theory, RootAndUser]
    public Task APartTakesWhatItDependsOnAlong(Who who) => Lab.RunAsync(who, async lab =>
    {
        (await lab.ApplyAsync($$"""
            switches: { lan: {} }
            namespaces:
              router: { to: lan, address: 10.0.0.1/24, health: { ping: 10.0.0.1 }, services: { r: { {{Forever(lab, "router")}} } } }
              pc: { to: lan, address: 10.0.0.2/24, depends-on: { router: healthy }, services: { s: { {{Forever(lab, "pc")}} } } }
              other: { to: lan, address: 10.0.0.3/24 }
            """, "--only", "pc")).Exited(0);

        Assert.NotNull(lab.Pin("router"));
        Assert.Null(lab.Pin("other"));
        Assert.True(At(lab, "router.start") < At(lab, "pc.start"));
    });

    [Theory, RootAndUser]
    public Task WhatDependsOnOneThatFailsLaterGoesOn(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("ip");
        (await lab.ApplyAsync($$"""
            switches: { lan: {} }
            namespaces:
              router: { to: lan, address: 10.0.0.1/24, health: { ping: 10.0.0.2, interval: 100ms, timeout: 200ms } }
              pc: { to: lan, address: 10.0.0.2/24, depends-on: { router: healthy }, services: { s: { {{Forever(lab, "pc")}} } } }
            """)).Exited(0);
        int pid = (await lab.StatusAsync())["service/pc/s"].Pid!.Value;

        await lab.IpAsync("router", "link", "set", "vde0", "down");
        await Wait.UntilAsync("it is not well", async () => (await lab.StatusAsync())["namespace/router"].Reason is not null);
        Processes.Kill(pid);

        // And comes back by itself, which waits for nobody.
        await Wait.UntilAsync("another runs", async () => (await lab.StatusAsync())["service/pc/s"].Pid is { } other && other != pid);
    });
}
