using System.Text;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>What is wrong with a file is said at once, all of it, and nothing is touched: not even an engine is started.</summary>
public class BadInputTests
{
    const string Good = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24 }
        """;

    [Theory]
    [InlineData("switches: { lan: {} ", "lab.yaml:")]
    [InlineData("swiches: { lan: {} }", "switches")]
    [InlineData("switches: { lan: {} }\nnamespaces: { a: { to: lam, address: 10.0.0.1/24 } }", "lan")]
    [InlineData("switches: { lan: {} }\nnamespaces: { a: { to: lan, address: 10.0.0.1/24 }, b: { to: lan, address: 10.0.0.1/24 } }", "10.0.0.1")]
    [InlineData("switches: { lan: {} }\nnamespaces: { a: { to: lan, address: 10.0.0.1/33 } }", "10.0.0.1/33")]
    [InlineData("switches: { lan: {} }\nnamespaces: { Alice: { to: lan } }", "Alice")]
    [InlineData("switches: { lan: { hub: perhaps } }", "perhaps")]
    [InlineData("switches: { lan: {} }\nnamespaces: { a: { to: lan, address: 10.0.0.1/24, gateway: 10.9.9.9 } }", "10.9.9.9")]
    [InlineData("switches: { lan: {} }\nnamespaces: { a: { to: lan, address: \"10.0.0.{{ nothing }}/24\" } }", "nothing")]
    public Task AnErrorNamesTheThingAndItsPlace(string yaml, string named) => Lab.RunAsync(Who.Root, async lab =>
    {
        string file = lab.Write(yaml);
        foreach (string verb in new[] { "validate", "plan", "apply" })
        {
            Finished refused = (await lab.RunAsync([verb, file, .. verb == "apply" ? new[] { "--yes" } : []])).Exited(3);

            Assert.Contains(named, refused.Err + refused.Out, StringComparison.Ordinal);
            Assert.Matches(@"lab\.yaml:\d+:\d+ error VDE\d{4}: ", refused.Err + refused.Out);
        }

        Assert.False(Directory.Exists(lab.RunDirectory), "a run directory was made for a file with errors");
        Assert.Empty(lab.Leftovers());
    });

    [Fact]
    public Task EveryErrorIsReportedInOneRunInTheOrderOfTheFileAlsoAsJson() => Lab.RunAsync(Who.Root, async lab =>
    {
        string file = lab.Write("""
            swiches: {}
            switches: { lan: {} }
            namespaces:
              alice: { to: lam, address: 10.0.0.1/33 }
              bob: { to: lan, adress: 10.0.0.2/24 }
            """);

        Finished refused = (await lab.RunAsync("validate", file, "-o", "json")).Exited(3);

        System.Text.Json.JsonElement report = Lab.Parse(refused);
        (int Line, string Code)[] found = [.. report.GetProperty("diagnostics").EnumerateArray().Select(d => (d.GetProperty("line").GetInt32(), d.GetProperty("code").GetString()!))];
        Assert.False(report.GetProperty("valid").GetBoolean());
        Assert.Equal([2, 5, 5, 6], found.Select(d => d.Line));
        Assert.All(report.GetProperty("diagnostics").EnumerateArray(), d => Assert.False(string.IsNullOrEmpty(d.GetProperty("excerpt").GetString())));
    });

    [Theory]
    [InlineData("missing")]
    [InlineData("directory")]
    [InlineData("unreadable")]
    [InlineData("not-utf8")]
    [InlineData("nul")]
    [InlineData("empty")]
    [InlineData("huge")]
    [InlineData("alias-bomb")]
    [InlineData("deep")]
    [InlineData("long-key")]
    [InlineData("duplicate-key")]
    public Task WhatIsNoTopologyIsRefusedWithinASecond(string kind) => Lab.RunAsync(Who.User, async lab =>
    {
        string file = lab.File;
        switch (kind)
        {
            case "directory":
                Directory.CreateDirectory(file);
                break;
            case "unreadable":
                await File.WriteAllTextAsync(file, Good);
                File.SetUnixFileMode(file, Host.IsRoot ? UnixFileMode.UserRead : UnixFileMode.None);
                break;
            case "not-utf8":
                await File.WriteAllBytesAsync(file, [.. Encoding.ASCII.GetBytes("switches: { lan: {} } # "), 0xff, 0xfe, 0xc3, 0x28, (byte)'\n']);
                break;
            case "nul":
                await File.WriteAllBytesAsync(file, [.. "switches:"u8, 0, 0, 0]);
                break;
            case "empty":
                await File.WriteAllTextAsync(file, "");
                break;
            case "huge":
                await using (FileStream huge = File.Create(file))
                {
                    byte[] line = Encoding.ASCII.GetBytes(new string('a', 1022) + ": 1\n");
                    for (int i = 0; i < 50 << 10; i++)
                    {
                        await huge.WriteAsync(line);
                    }
                }

                break;
            case "alias-bomb":
                await File.WriteAllTextAsync(file, AliasBomb());
                break;
            case "deep":
                await File.WriteAllTextAsync(file, $"switches: {new string('[', 100_000)}");
                break;
            case "long-key":
                await File.WriteAllTextAsync(file, $"{new string('k', 1 << 20)}: 1\n");
                break;
            case "duplicate-key":
                await File.WriteAllTextAsync(file, "switches: { lan: {}, lan: {} }\n");
                break;
        }

        foreach (string verb in new[] { "validate", "apply" })
        {
            (Finished refused, long kiB) = await MeasureAsync(lab, verb == "apply" ? [verb, file, "--yes"] : [verb, file]);

            if (kind == "empty")
            {
                // Nothing asked for: valid or not, it must neither crash nor make anything.
                Assert.Contains(refused.ExitCode, new[] { 0, 3 });
                break;
            }

            refused.Exited(3);
            Assert.Contains("lab.yaml", refused.Err + refused.Out, StringComparison.Ordinal);
            Assert.True((refused.Err + refused.Out).Length < 20_000, "the answer to a bad file is not as large as the file");
            Assert.DoesNotContain("   at ", refused.Err, StringComparison.Ordinal);
            Assert.True(refused.Took < TimeSpan.FromSeconds(Host.IsAot ? 1 : 3), $"took {refused.Took}");
            Assert.True(kiB < (Host.IsAot ? 100 : 200) * 1024, $"used {kiB} KiB");
        }

        Assert.Empty(lab.Leftovers());
    });

    [Theory]
    [InlineData("apply")]
    [InlineData("plan")]
    [InlineData("no-such-verb")]
    [InlineData("apply", "lab.yaml", "--timeout", "soon")]
    [InlineData("apply", "lab.yaml", "--on-failure", "explode")]
    [InlineData("exec", "lab")]
    [InlineData("exec", "../../etc/x", "--", "true")]
    [InlineData("status", "-o", "xml")]
    [InlineData("completion", "csh")]
    public Task ACommandLineThatIsWrongIsUsage(params string[] arguments) => Lab.RunAsync(Who.Root, async lab =>
    {
        lab.Write(Good);

        Finished refused = (await lab.RunAsync(arguments)).Exited(64);

        Assert.NotEmpty(refused.Err);
        Assert.Empty(refused.Out);
        Assert.False(Directory.Exists(lab.RunDirectory));
    });

    [Fact]
    public Task AFileComesFromStandardInputToo() => Lab.RunAsync(Who.Root, async lab =>
    {
        (await lab.RunWithInputAsync($"topology: typed\n{Good}", "validate", "-")).Exited(0);
        (await lab.RunWithInputAsync("switches: [", "validate", "-")).Exited(3);
    });

    // With the greatest memory it ever held, from the kernel.
    static async Task<(Finished, long KiB)> MeasureAsync(Lab lab, string[] arguments)
    {
        await using Running running = Running.Start(lab.Command(arguments), lab.Environment, lab.Files);
        running.Input.Close();
        long peak = 0;
        Task<Finished> end = running.EndAsync();
        while (!end.IsCompleted)
        {
            try
            {
                string line = Processes.Status(running.Pid, "VmHWM");
                peak = Math.Max(peak, long.Parse(line.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (Exception gone) when (gone is IOException or InvalidOperationException)
            {
                // A zombie has no memory left.
            }

            await Task.WhenAny(end, Task.Delay(5, TestContext.Current.CancellationToken));
        }

        return (await end, peak);
    }

    static string AliasBomb()
    {
        StringBuilder yaml = new("x-a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (char c = 'b'; c <= 'h'; c++)
        {
            yaml.Append(System.Globalization.CultureInfo.InvariantCulture, $"x-{c}: &{c} [{string.Join(", ", Enumerable.Repeat($"*{(char)(c - 1)}", 10))}]\n");
        }

        return yaml.Append("switches: *h\n").ToString();
    }
}
