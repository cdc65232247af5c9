using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>What the pages show works as it stands there. Those of docs/plugs are with <see cref="Pages.PageTests"/>.</summary>
[Collection(Talk.Name)]
public class LanguagePageTests
{
    static readonly string[] s_pages = ["README.md", "docs/language.md", .. Directory.GetFiles(Path.Combine(Example.Repository, "docs", "vnfs")).Select(page => $"docs/vnfs/{Path.GetFileName(page)}").Order(StringComparer.Ordinal)];

    static IEnumerable<ShownTopology> All => s_pages.SelectMany(ShownTopology.Of);

    public static TheoryData<string> Examples => [.. All.Select(example => example.ToString())];

    /// <summary>An example that nobody runs proves nothing. One that cannot be run here has its reason above it on the page, and its place in this list.</summary>
    [Fact]
    public void AllOfThemAreApplied() => Assert.Empty(All.Where(example => example.Reason is not null).Select(example => $"{example}: {example.Reason}"));

    [Theory, MemberData(nameof(Examples))]
    public Task AnExampleIsAppliedAndPlansEmptyAndGoesWithoutATrace(string where) => Lab.RunAsync(Who.Root, async lab =>
    {
        ShownTopology example = All.Single(example => example.ToString() == where);
        await using TwoHosts hosts = await TwoHosts.MakeAsync();
        hosts.Enter(lab, 1);
        await using PlacedTopology placed = await example.PlaceAsync(lab, hosts);
        string[] files = placed.Files;
        string[] before = await LinksAsync(hosts);

        (await lab.RunAsync(["plan", .. files])).Exited(0);
        (await lab.RunAsync(["apply", .. files, "--yes"])).Exited(0);
        (await lab.RunAsync(["plan", .. files, "--exit-code"])).Exited(0);
        string live = Path.Combine(lab.Files, "own", "live.yaml");
        await File.WriteAllTextAsync(live, (await lab.RunAsync("get", lab.Topology)).Exited(0).Out);
        (await lab.RunAsync("plan", live, "--exit-code")).Exited(0);
        Assert.All(example.Makes, path => Assert.True(Path.Exists(path), $"{path} is not there"));

        (await lab.RunAsync("destroy", lab.Topology, "--yes")).Exited(0);

        Assert.All(example.Makes, path => Assert.False(Path.Exists(path), $"{path} is left"));
        Assert.Equal(before, await LinksAsync(hosts));
    });

    /// <summary>Names and addresses: what they are plugged into may come up meanwhile.</summary>
    static async Task<string[]> LinksAsync(TwoHosts hosts) =>
        [.. JsonDocument.Parse((await Running.ToEndAsync([.. hosts.On(1), "ip", "-j", "link"])).Exited(0).Out).RootElement.EnumerateArray()
            .Select(link => $"{link.GetProperty("ifname")} {link.GetProperty("address")}")];
}
