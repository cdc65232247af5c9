using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>The other web server.</summary>
public class ApacheTests
{
    const string Id = "vnf/web/apache";

    static string Web(string apache, string more = "") => $$"""
        switches: { lan: {} }
        namespaces:
          web: { to: lan, address: [10.0.0.80/24, "fd00::80/64"], vnfs: { apache: {{apache}} } }
          pc: { to: lan, address: [10.0.0.7/24, "fd00::7/64"] }
        {{more}}
        """;

    [Theory, RootAndUser]
    public Task ItServesAndIsReloadedWhileSomebodyWaits(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("apache2", "socat");
        string site = Directory.CreateDirectory(Path.Combine(lab.Files, "site", "sub")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(site, "index.html"), "a page\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(site, "sub", "a.json"), "{}", TestContext.Current.CancellationToken);
        (await lab.ApplyAsync(Web("{ root: ./site }", "checks: { site: { from: pc, http: [\"http://web/\", \"http://[fd00::80]/\"], status: 200 } }"))).Exited(0);
        await lab.ExpectNothingToDoAsync();
        int pid = await PidAsync(lab);
        Assert.Contains("Content-Type: text/html", await AnswerAsync(lab, "/", 80), StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json", await AnswerAsync(lab, "/sub/a.json", 80), StringComparison.Ordinal);
        Assert.Contains(" 404 ", await AnswerAsync(lab, "/sub/", 80), StringComparison.Ordinal);

        Running slow = lab.StartInside("pc", "socat", "-", "TCP:10.0.0.80:80");
        await slow.Input.WriteAsync("GET / HTTP/1.1\r\nHost: web\r\n");
        await slow.Input.FlushAsync(TestContext.Current.CancellationToken);
        PlannedStep step = (await lab.PlanAsync(Web("{ root: ./site, listen: 8080, autoindex: true }"))).Only;
        Assert.Equal((Id, "reload"), (step.Id, step.Cost));
        (await lab.ApplyAsync(Web("{ root: ./site, listen: 8080, autoindex: true }", "checks: { site: { from: pc, http: \"http://web:8080/\", status: 200 } }"))).Exited(0);
        await slow.Input.WriteAsync("Connection: close\r\n\r\n");
        await slow.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the one who waited has the page", () => slow.Output.Contains("a page", StringComparison.Ordinal));
        Assert.Equal(pid, await PidAsync(lab));
        Assert.Contains("a.json", await AnswerAsync(lab, "/sub/", 8080), StringComparison.Ordinal);
        await lab.ExpectNothingToDoAsync();
    });

    [Theory, RootAndUser]
    public Task WithoutARootItSaysWhoItIsAndNothingElse(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("apache2", "socat");
        (await lab.ApplyAsync(Web("{}"))).Exited(0);

        Assert.EndsWith("\r\n\r\nweb\n", await AnswerAsync(lab, "/", 80), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nweb\n", await AnswerAsync(lab, "/apache.conf", 80), StringComparison.Ordinal);
        string refused = (await lab.ApplyAsync(Web("{}").Replace("apache: {}", "apache: {}, nginx: {}", StringComparison.Ordinal))).Exited(3).Err;
        Assert.Contains("VDE1351", refused, StringComparison.Ordinal);
    });

    static async Task<int> PidAsync(Lab lab) => (await lab.StatusAsync())[Id].Pid!.Value;

    static async Task<string> AnswerAsync(Lab lab, string path, int port) =>
        (await lab.RunInsideAsync("pc", "sh", "-c", $"printf 'GET {path} HTTP/1.0\\r\\n\\r\\n' | socat - TCP:10.0.0.80:{port}")).Exited(0).Out;
}
