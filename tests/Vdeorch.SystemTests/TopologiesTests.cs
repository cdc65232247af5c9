using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Every file in topologies/ does what it says on the box.</summary>
public class TopologiesTests
{
    public static TheoryData<string, Who> Files
    {
        get
        {
            TheoryData<string, Who> rows = [];
            foreach (string file in Directory.EnumerateFiles(Folder, "*.yaml").Order(StringComparer.Ordinal))
            {
                rows.Add(Path.GetFileName(file), Who.Root);
                rows.Add(Path.GetFileName(file), Who.User);
            }

            return rows;
        }
    }

    static string Folder
    {
        get
        {
            DirectoryInfo? at = new(AppContext.BaseDirectory);
            while (at is not null && !File.Exists(Path.Combine(at.FullName, "Vdeorch.sln")))
            {
                at = at.Parent;
            }

            return Path.Combine(at?.FullName ?? throw new DirectoryNotFoundException("the tests are not below Vdeorch.sln"), "topologies");
        }
    }

    [Theory, MemberData(nameof(Files))]
    public Task AnExampleComesUpWithItsChecksPassing(string file, Who who) => Lab.RunAsync(who, async lab =>
    {
        // An ordinary user may not be able to read the checkout; the name stays, and with it the topology's.
        string copy = Path.Combine(lab.Files, file);
        File.Copy(Path.Combine(Folder, file), copy);

        Finished applied = (await lab.RunAsync("apply", copy, "--yes", "-o", "json")).Exited(0);
        JsonElement[] checks = [.. Lab.ParseLines(applied).Where(line => line.TryGetProperty("check", out _)).Select(line => line.GetProperty("check"))];
        (await lab.RunAsync("plan", copy, "--exit-code")).Exited(0);
        (await lab.RunAsync("check", copy)).Exited(0);
        (await lab.RunAsync("destroy", copy, "--yes")).Exited(0);

        Assert.NotEmpty(checks);
        Assert.All(checks, check => Assert.True(check.GetProperty("passed").GetBoolean()));
    });
}
