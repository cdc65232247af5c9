using System.Diagnostics;
using System.Text.Json.Nodes;
using CsCheck;
using Vdeorch.Cli;
using Vdeorch.Cli.Outputs;
using Vdeorch.Engine.Api;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public sealed class FmtTests : IDisposable
{
    const string Ugly = "switches: { lan: { hub: true, ports: 8 } }   # small\n";
    const string Pretty = "switches: { lan: { ports: 8, hub: true } }   # small\n";

    readonly string folder = Directory.CreateTempSubdirectory("vdeorch-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task AFileIsWrittenAnewAndKeepsItsMode()
    {
        string ugly = Place("ugly.yaml", Ugly);
        string pretty = Place("pretty.yaml", Pretty);
        File.SetUnixFileMode(ugly, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        (int exitCode, string said) = await Run(ugly, pretty);

        Assert.Equal((ExitCodes.Ok, $"{ugly}\n"), (exitCode, said));
        Assert.Equal(Pretty, await File.ReadAllTextAsync(ugly, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(ugly));
        Assert.Equal((ExitCodes.Ok, ""), await Run(ugly, pretty));
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public async Task ASymbolicLinkStaysAndWhatItLeadsToIsWritten()
    {
        string ugly = Place("ugly.yaml", Ugly);
        string link = Path.Combine(folder, "link.yaml");
        File.CreateSymbolicLink(link, "ugly.yaml");

        await Run(link);

        Assert.Equal("ugly.yaml", new FileInfo(link).LinkTarget);
        Assert.Null(new FileInfo(ugly).LinkTarget);
        Assert.Equal(Pretty, await File.ReadAllTextAsync(ugly, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task CheckAndDiffWriteNothing()
    {
        string ugly = Place("ugly.yaml", Ugly);

        Assert.Equal((ExitCodes.Differences, $"{ugly}\n"), await Run("--check", ugly));
        Assert.Equal((ExitCodes.Ok, $"--- {ugly}\n+++ {ugly}\n@@ -1,1 +1,1 @@\n-{Ugly}+{Pretty}"), await Run("--diff", ugly));
        Assert.Equal(ExitCodes.Differences, (await Run("--check", "--diff", ugly)).ExitCode);
        Assert.Equal((ExitCodes.Ok, ""), await Run("--check", Place("pretty.yaml", Pretty)));
        Assert.Equal(Ugly, await File.ReadAllTextAsync(ugly, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task OneFileThatIsNoYamlLeavesAllAsTheyAre()
    {
        string ugly = Place("ugly.yaml", Ugly);

        (int exitCode, string said) = await Run(ugly, Place("broken.yaml", "switches: {"));

        Assert.Equal((ExitCodes.Invalid, ""), (exitCode, said));
        Assert.Equal(Ugly, await File.ReadAllTextAsync(ugly, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ProgramsGetWhatHappenedToEachFile()
    {
        JsonNode file = JsonNode.Parse((await Run("-o", "json", Place("ugly.yaml", Ugly))).Out)!["files"]![0]!;

        Assert.Equal((true, true), ((bool)file["changed"]!, (bool)file["written"]!));
        Assert.Null(file["text"]);
    }

    [Fact]
    public async Task StandardInputStandsAlone() => Assert.Equal(ExitCodes.Usage, (await Run("-", Place("ugly.yaml", Ugly))).ExitCode);

    [Fact]
    public async Task WhatIsNoFileIsNotWritten()
    {
        string pipe = Path.Combine(folder, "pipe");
        using (Process made = Process.Start("mkfifo", pipe))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Task<(int, string)> run = Task.Run(() => Run(pipe));
        await File.WriteAllTextAsync(pipe, Ugly, TestContext.Current.CancellationToken);

        Assert.Contains("is no regular file", (await Assert.ThrowsAsync<IOException>(() => run)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADifferenceLeadsFromOneTextToTheOther() =>
        Gen.Select(Gen.Int[0, 4].Array[0, 30], Gen.Int[0, 4].Array[0, 30], Gen.Bool).Sample((left, right, ends) =>
        {
            string before = string.Concat(left.Select(line => $"{line}\n"));
            string after = $"{string.Concat(right.Select(line => $"{line}\n"))}{(ends ? "" : "end")}";
            return before == after ? UnifiedDiff.Of("x", before, after).Length == 0 : Patched(before, UnifiedDiff.Of("x", before, after)) == after;
        }, iter: 2000);

    // What patch(1) does, without its guesses.
    static string Patched(string before, string diff)
    {
        string[] old = before.Split('\n')[..^1];
        List<string> now = [];
        int at = 0;
        foreach (string line in diff.Split('\n').Skip(2).Where(line => line.Length > 0))
        {
            switch (line[0])
            {
                case '@':
                    string[] range = line.Split(' ')[1][1..].Split(',');
                    int start = int.Parse(range[0], System.Globalization.CultureInfo.InvariantCulture) - (range[1] == "0" ? 0 : 1);
                    now.AddRange(old[at..start].Select(kept => $"{kept}\n"));
                    at = start;
                    break;
                case '\\':
                    now[^1] = now[^1].TrimEnd('\n');
                    break;
                case '+':
                    now.Add($"{line[1..]}\n");
                    break;
                default:
                    Assert.Equal(old[at++], line[1..]);
                    now.AddRange(line[0] == ' ' ? [$"{line[1..]}\n"] : []);
                    break;
            }
        }

        return string.Concat(now.Concat(old[at..].Select(kept => $"{kept}\n")));
    }

    string Place(string name, string text)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    static async Task<(int ExitCode, string Out)> Run(params string[] words)
    {
        TestTerminal terminal = new();
        int exitCode = await CommandLine.RunAsync(terminal.Session(["fmt", .. words]));
        return (exitCode, terminal.Out);
    }
}
