using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A farm of web servers grows and shrinks behind its load balancer while clients go on, and not one request is refused, reset or unanswered.</summary>
public class WebFarmTests
{
    static string Farm(int webs, string mode, string algorithm) => $$$"""
        switches: { lan: {} }
        namespaces:
          lb:
            to: lan
            address: 10.20.0.80/24
            depends-on: { web: healthy }
            vnfs: { load-balancer: { listen: "{{{mode}}}:80", to: web, algorithm: {{{algorithm}}}, check: { http: /, interval: 500ms } } }
          web: { replicas: {{{webs}}}, to: lan, address: "10.20.0.{{ index + 101 }}/24", vnfs: { nginx: {} } }
          pc: { to: lan, address: 10.20.0.7/24 }
        """;

    [Theory]
    [InlineData(Who.Root, "http", "round-robin")]
    [InlineData(Who.Root, "tcp", "least-connections")]
    [InlineData(Who.User, "http", "least-connections")]
    [InlineData(Who.User, "tcp", "round-robin")]
    public Task NoRequestFailsWhileThreeBecomeTwelveAndTwelveThree(Who who, string mode, string algorithm) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("haproxy", "nginx");
        (await lab.ApplyAsync(Farm(3, mode, algorithm))).Exited(0);
        int pid = (await lab.StatusAsync())["vnf/lb/load-balancer"].Pid!.Value;
        HttpClients clients = HttpClients.Start(lab, "pc", "10.20.0.80", 80);
        await Wait.UntilAsync("three have answered", () => clients.Bodies.Length == 3);

        (await lab.ApplyAsync(Farm(12, mode, algorithm))).Exited(0);
        await Wait.UntilAsync("twelve have answered", () => clients.Bodies.Length == 12);
        clients.AllAreAnswered();
        await lab.ExpectNothingToDoAsync();

        Planned fewer = await lab.PlanAsync(Farm(3, mode, algorithm));
        string[] actions = [.. fewer.Changes.Select(step => step.Action)];
        Assert.True(Array.IndexOf(actions, "delete") > Array.LastIndexOf(actions, "update"), string.Join('\n', fewer.Changes));
        Assert.Equal("reload", fewer["vnf/lb/load-balancer"].Cost);
        (await lab.ApplyAsync(Farm(3, mode, algorithm))).Exited(0);
        clients.AllAreAnswered();
        await lab.ExpectNothingToDoAsync();

        HttpClients late = HttpClients.Start(lab, "pc", "10.20.0.80", 80);
        await Wait.UntilAsync("three are left", () => late.Bodies.Length == 3);
        Assert.InRange(await clients.EndAsync(), 12, int.MaxValue);
        await late.EndAsync();
        Assert.Equal(pid, (await lab.StatusAsync())["vnf/lb/load-balancer"].Pid);
    });
}
