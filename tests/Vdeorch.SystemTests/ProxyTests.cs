using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A web proxy: for whom it fetches what, and what a change of that does.</summary>
public class ProxyTests
{
    const string Id = "vnf/proxy/proxy";

    static string Network(string proxy) => $$"""
        switches: { lan: {}, dmz: {} }
        namespaces:
          proxy: { to: { lan: [10.0.0.3/24, "fd00::3/64"], dmz: 10.1.0.3/24 }, vnfs: { proxy: {{proxy}} } }
          web: { to: dmz, address: 10.1.0.80/24, vnfs: { nginx: {} }, services: { echo: { run: [socat, "TCP-LISTEN:443,fork,reuseaddr", "EXEC:cat"], ready: { tcp: 443 } } } }
          pc: { to: lan, address: [10.0.0.7/24, "fd00::7/64"] }
          evil: { to: lan, address: 10.0.0.66/24 }
        """;

    [Theory, RootAndUser]
    public Task ItFetchesForWhomItMayAndATunnelOutlivesAReload(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tinyproxy", "nginx", "socat");
        (await lab.ApplyAsync(Network("{ allow: [10.0.0.7, \"fd00::/64\"] }"))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        int pid = await PidAsync(lab);
        Assert.EndsWith("\r\n\r\nweb\n", await FetchAsync(lab, "pc", "10.0.0.3"), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nweb\n", await FetchAsync(lab, "pc", "[fd00::3]"), StringComparison.Ordinal);
        Assert.Contains(" 403 ", await FetchAsync(lab, "evil", "10.0.0.3"), StringComparison.Ordinal);

        Running tunnel = lab.StartInside("pc", "socat", "-", "TCP:10.0.0.3:3128");
        await SayAsync(tunnel, "CONNECT web:443 HTTP/1.1\r\nHost: web\r\n\r\n");
        await Wait.UntilAsync("it is through", () => tunnel.Output.Contains(" 200 ", StringComparison.Ordinal));
        PlannedStep step = (await lab.PlanAsync(Network("{ allow: 10.0.0.66, connect: [8443] }"))).Only;
        Assert.Equal((Id, "reload"), (step.Id, step.Cost));
        (await lab.ApplyAsync(Network("{ allow: 10.0.0.66, connect: [8443] }"))).Exited(0);
        await Wait.UntilAsync("it has read who may", async () => (await FetchAsync(lab, "pc", "10.0.0.3")).Contains(" 403 ", StringComparison.Ordinal));
        Assert.EndsWith("\r\n\r\nweb\n", await FetchAsync(lab, "evil", "10.0.0.3"), StringComparison.Ordinal);
        Assert.Contains(" 403 ", (await lab.RunInsideAsync("evil", "sh", "-c", "printf 'CONNECT web:443 HTTP/1.1\\r\\nHost: web\\r\\n\\r\\n' | socat -t5 - TCP:10.0.0.3:3128")).Exited(0).Out, StringComparison.Ordinal);
        await SayAsync(tunnel, "still here\n");
        await Wait.UntilAsync("it is answered", () => tunnel.Output.Contains("still here", StringComparison.Ordinal));
        Assert.Equal(pid, await PidAsync(lab));

        Assert.Equal("restart", (await lab.PlanAsync(Network("{ listen: 8888, allow: 10.0.0.66, connect: [8443] }"))).Only.Cost);
        (await lab.ApplyAsync(Network("{ listen: 8888, allow: 10.0.0.66, connect: [8443] }"))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.EndsWith("\r\n\r\nweb\n", await FetchAsync(lab, "evil", "10.0.0.3", 8888), StringComparison.Ordinal);
    });

    [Theory, RootAndUser]
    public Task OfThoseNobodyNamesItServesItsNeighbours(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("tinyproxy", "nginx", "socat");
        (await lab.ApplyAsync(Network("{}"))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        Assert.EndsWith("\r\n\r\nweb\n", await FetchAsync(lab, "pc", "10.0.0.3"), StringComparison.Ordinal);

        // An address that no network of its interfaces has, and a way back.
        await lab.IpAsync("evil", "addr", "add", "192.0.2.66/32", "dev", "vde0");
        await lab.IpAsync("proxy", "route", "add", "192.0.2.66/32", "via", "10.0.0.66");
        string answer = (await lab.RunInsideAsync("evil", "sh", "-c", "printf 'GET http://web/ HTTP/1.0\\r\\n\\r\\n' | socat -t5 - TCP:10.0.0.3:3128,bind=192.0.2.66")).Exited(0).Out;
        Assert.Contains(" 403 ", answer, StringComparison.Ordinal);
    });

    static async Task<int> PidAsync(Lab lab) => (await lab.StatusAsync())[Id].Pid!.Value;

    static async Task SayAsync(Running to, string text)
    {
        await to.Input.WriteAsync(text);
        await to.Input.FlushAsync(TestContext.Current.CancellationToken);
    }

    static async Task<string> FetchAsync(Lab lab, string from, string proxy, int port = 3128) =>
        (await lab.RunInsideAsync(from, "sh", "-c", $"printf 'GET http://web/ HTTP/1.0\\r\\nHost: web\\r\\n\\r\\n' | socat -t5 - TCP:{proxy}:{port}")).Exited(0).Out;
}
