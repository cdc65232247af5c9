using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Every file in topologies/ does what it says on the box.</summary>
[Collection(Talk.Name)]
public class TopologiesTests
{
    public static TheoryData<string, Who> Files
    {
        get
        {
            TheoryData<string, Who> rows = [];
            foreach (Example example in Example.All)
            {
                rows.Add(example.Path, Who.Root);
                if (!example.NeedsRoot)
                {
                    rows.Add(example.Path, Who.User);
                }
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Files))]
    public Task AnExampleComesUpWithItsChecksPassing(string file, Who who) => Lab.RunAsync(who, async lab =>
    {
        Example example = new(file);
        await using TwoHosts? hosts = example.IsOfTheTalk && Host.IsRoot ? await TwoHosts.MakeAsync() : null;
        hosts?.Enter(lab, 1);
        // An ordinary user may not be able to read the checkout; the name stays, and with it the topology's.
        string copy = await example.PlaceAsync(lab);

        Finished applied = (await lab.RunAsync("apply", copy, "--yes", "-o", "json")).Exited(0);
        JsonElement[] checks = [.. Lab.ParseLines(applied).Where(line => line.TryGetProperty("check", out _)).Select(line => line.GetProperty("check"))];
        (await lab.RunAsync("plan", copy, "--exit-code")).Exited(0);
        (await lab.RunAsync("check", copy)).Exited(0);
        (await lab.RunAsync("destroy", copy, "--yes")).Exited(0);

        Assert.NotEmpty(checks);
        Assert.All(checks, check => Assert.True(check.GetProperty("passed").GetBoolean()));
    });
}
