using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A load balancer: whom it sends clients to, by which family, and what it says of who is down.</summary>
public class LoadBalancerTests
{
    const string Id = "vnf/lb/load-balancer";

    static string Farm(string balancer, string more = "") => $$$"""
        switches: { lan: {} }
        namespaces:
          lb: { to: lan, address: [10.0.0.80/24, "fd00::80/64"], depends-on: { web: healthy }, vnfs: { load-balancer: {{{balancer}}} } }
          web: { replicas: 3, to: lan, address: ["10.0.0.{{ index + 11 }}/24", "fd00::{{ index + 11 }}/64"], vnfs: { nginx: {} } }
          pc: { to: lan, address: [10.0.0.7/24, "fd00::7/64"] }
        {{{more}}}
        """;

    [Theory]
    [InlineData(Who.Root, "tcp")]
    [InlineData(Who.Root, "http")]
    [InlineData(Who.User, "tcp")]
    [InlineData(Who.User, "http")]
    public Task EveryoneGetsATurnByBothFamilies(Who who, string mode) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("haproxy", "nginx", "socat");
        string file = Farm($$"""{ listen: "{{mode}}:80", to: [web-0, web-1, "[fd00::13]:80"], check: { http: / } }""");
        (await lab.ApplyAsync(file)).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.Equal("healthy", (await lab.StatusAsync())[Id].Health);

        HashSet<string> served = [];
        for (int i = 0; i < 3; i++)
        {
            served.Add(await PageAsync(lab, "10.0.0.80"));
            served.Add(await PageAsync(lab, "[fd00::80]"));
        }

        Assert.Equal(["web-0", "web-1", "web-2"], served.Order(StringComparer.Ordinal));
    });

    [Theory, RootAndUser]
    public Task TheSameClientGetsTheSameOne(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("haproxy", "nginx", "socat");
        (await lab.ApplyAsync(Farm("{ listen: 80, to: web, algorithm: source }"))).Exited(0);

        string first = await PageAsync(lab, "10.0.0.80");
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(first, await PageAsync(lab, "10.0.0.80"));
        }
    });

    [Theory, RootAndUser]
    public Task WhoIsDownGetsNothingAndIsNamed(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("haproxy", "nginx", "socat");
        string farm = Farm("{ listen: \"tcp:80\", to: web, check: { http: /, interval: 200ms, rise: 1 } }");
        (await lab.ApplyAsync(farm)).Exited(0);
        int pid = await PidAsync(lab);

        // What is asked for has no page, so it is down, though it accepts connections.
        (await lab.ApplyAsync(farm.Replace("http: /,", "http: /, status: 204,", StringComparison.Ordinal))).Exited(0);
        await Wait.UntilAsync("all are down", async () => (await lab.StatusAsync())[Id] is { Health: "failed", Reason: { } why } && why.StartsWith("all back ends are down: web-0", StringComparison.Ordinal));
        Assert.Equal(pid, await PidAsync(lab));

        (await lab.ApplyAsync(farm)).Exited(0);
        await Wait.UntilAsync("all are up", async () => (await lab.StatusAsync())[Id].Health == "healthy");

        // A stopped process answers nothing, whatever its kernel accepts.
        await SignalAsync(lab, "vnf/web-1/nginx", "STOP");
        await Wait.UntilAsync("one is down", async () => (await lab.StatusAsync())[Id] is { Health: "degraded", Reason: { } why } && why.StartsWith("1 of 3 back ends is down: web-1", StringComparison.Ordinal));
        for (int i = 0; i < 6; i++)
        {
            Assert.NotEqual("web-1", await PageAsync(lab, "10.0.0.80"));
        }

        await SignalAsync(lab, "vnf/web-1/nginx", "CONT");
        await Wait.UntilAsync("it is back", async () => (await lab.StatusAsync())[Id].Health == "healthy");
    });

    [Theory, RootAndUser]
    public Task ANewEngineTakesItOverAndWhatOthersDoToItIsPutRight(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("haproxy", "nginx", "socat");
        string farm = Farm("{ listen: 80, to: web }");
        (await lab.ApplyAsync(farm)).Exited(0);
        (await lab.ApplyAsync(farm.Replace("to: web }", "to: [web-0, web-1] }", StringComparison.Ordinal))).Exited(0);
        int pid = await PidAsync(lab);

        (await lab.RunAsync("engine", "stop")).Exited(0);
        await lab.ExpectNothingToDoAsync();
        (await lab.ApplyAsync(farm)).Exited(0);
        Assert.Equal(pid, await PidAsync(lab));

        Processes.Kill(pid);
        await Wait.UntilAsync("another one serves", async () => (await lab.StatusAsync())[Id] is { State: "running", Pid: { } other } && other != pid);
        await Wait.UntilAsync("it answers", async () => (await lab.RunInsideAsync("pc", "socat", "-u", "OPEN:/dev/null", "TCP:10.0.0.80:80")).ExitCode == 0);
        await lab.ExpectNothingToDoAsync();
    });

    static async Task<int> PidAsync(Lab lab) => (await lab.StatusAsync())[Id].Pid!.Value;

    // To it and those it has serve.
    static async Task SignalAsync(Lab lab, string id, string signal)
    {
        int leader = (await lab.StatusAsync())[id].Pid!.Value;
        foreach (int pid in Processes.All().Where(pid => pid == leader || Processes.Parent(pid) == leader))
        {
            await Processes.SignalAsync(pid, signal);
        }
    }

    static async Task<string> PageAsync(Lab lab, string host) =>
        (await lab.RunInsideAsync("pc", "sh", "-c", $"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | socat - TCP:{host}:80")).Exited(0).Out.Split("\r\n\r\n")[1].Trim();
}
