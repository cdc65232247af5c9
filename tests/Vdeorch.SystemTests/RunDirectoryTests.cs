using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>A run directory that cannot take what belongs there.</summary>
public class RunDirectoryTests
{
    const string Lan = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
        """;

    [Fact]
    public Task ADiskThatIsFullFailsTheApplyWhichIsTakenBack() => Lab.RunAsync(Who.Root, async lab =>
    {
        Host.Needs("mount", "umount", "ip");
        Directory.CreateDirectory(lab.RunDirectory);
        (await Running.ToEndAsync(["mount", "-t", "tmpfs", "-o", "size=256k", "none", lab.RunDirectory])).Exited(0);
        try
        {
            (await lab.ApplyAsync(Lan)).Exited(0);
            string filler = $"{lab.RunDirectory}/filler";
            (await Running.ToEndAsync(["sh", "-c", $"cat /dev/zero > {filler}"])).Exited(1);

            Finished full = (await lab.ApplyAsync(Lan.Replace("10.0.0.1/24", "10.0.0.2/24", StringComparison.Ordinal))).Exited(4);

            Assert.Contains($"the disk of the run directory '{lab.RunDirectory}' is full", full.Err, StringComparison.Ordinal);
            Assert.Contains("rolled back to what was applied before", full.Err, StringComparison.Ordinal);
            Assert.Equal(["10.0.0.1/24"], (await lab.LinkAsync("alice")).Addresses);
            Assert.False(File.Exists($"{lab.RunDirectory}/topologies/{lab.Topology}/notes.json.new"));
            File.Delete(filler);
            lab.Write(Lan);
            await lab.ExpectNothingToDoAsync();
        }
        finally
        {
            await lab.RunAsync("destroy", lab.Topology, "--yes");
            await lab.RunAsync("engine", "stop");
            (await Running.ToEndAsync(["umount", lab.RunDirectory])).Exited(0);
        }
    });

    [Theory]
    [InlineData("status")]
    [InlineData("plan")]
    [InlineData("apply")]
    public Task OneThatIsTooLongForASocketIsRefused(string verb) => Lab.RunAsync(Who.Root, async lab =>
    {
        Dictionary<string, string?> environment = lab.Environment;
        environment["VDEORCH_RUN_DIR"] = $"/tmp/{new string('x', 120)}";
        string[] words = verb == "status" ? ["status"] : [verb, lab.Write(Lan)];

        Finished refused = (await Running.ToEndAsync(lab.Command(words), environment)).Exited(7);

        Assert.Contains("is longer than the 50 characters that leave room for its sockets; set VDEORCH_RUN_DIR to a shorter one", refused.Err, StringComparison.Ordinal);
    });
}
