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
        if (!example.IsOfTheTalk)
        {
            lab.Programs = Path.GetDirectoryName(Host.Current.Binary);
        }

        // An ordinary user may not be able to read the checkout; the name stays, and with it the topology's.
        string copy = await example.PlaceAsync(lab);

        Finished applied = (await lab.RunAsync("apply", copy, "--yes", "-o", "json")).Exited(0);
        JsonElement[] checks = [.. Lab.ParseLines(applied).Where(line => line.TryGetProperty("check", out _)).Select(line => line.GetProperty("check"))];
        (await lab.RunAsync("plan", copy, "--exit-code")).Exited(0);
        (await lab.RunAsync("check", copy)).Exited(0);
        Assert.NotEmpty(checks);
        Assert.All(checks, check => Assert.True(check.GetProperty("passed").GetBoolean()));

        if (example.Edit is { } edit)
        {
            await EditAsync(lab, copy, edit.From, edit.To);
        }

        (await lab.RunAsync("destroy", copy, "--yes")).Exited(0);
    });

    // What is made anew or started anew would be missed by somebody.
    static async Task EditAsync(Lab lab, string file, string from, string to)
    {
        string edit = Path.Combine(Path.GetDirectoryName(file)!, "edits", Path.GetFileName(file));
        Planned plan = new(Lab.Parse((await lab.RunAsync("plan", "-f", file, "-f", edit, "-o", "json")).Exited(0)));
        Assert.NotEmpty(plan.Changes);
        Assert.All(plan.Changes, step => Assert.True(step.Action == "create" || step is { Action: "update", Cost: "hot" or "reload" }, step.ToString()));

        Pings pings = await Pings.FlowAsync(lab, Path.GetFileNameWithoutExtension(file), from, to);
        (await lab.RunAsync("apply", "-f", file, "-f", edit, "--yes")).Exited(0);
        (await lab.RunAsync("plan", "-f", file, "-f", edit, "--exit-code")).Exited(0);
        await pings.NoneIsLostAsync();
    }
}
