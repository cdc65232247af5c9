using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace Vdeorch.UnitTests;

/// <summary>Files in the repository that a test holds to the code. <c>VDEORCH_ACCEPT=1</c> writes what the code says instead of failing.</summary>
static class Golden
{
    public const string Accept = "VDEORCH_ACCEPT=1 dotnet test --project tests/Vdeorch.UnitTests";

    public static string Repository { get; } = FindRepository();

    public static string Cases(string subject) => Path.Combine(Repository, "tests", "Vdeorch.UnitTests", "cases", subject);

    /// <param name="prefix">Only the cases that begin so.</param>
    public static TheoryData<string> Folders(string subject, string prefix = "") =>
        [.. Directory.GetDirectories(Cases(subject)).Select(folder => Path.GetFileName(folder)).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static void Matches(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable("VDEORCH_ACCEPT") == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        string expected = File.Exists(path) ? File.ReadAllText(path) : "";
        if (expected != actual)
        {
            Assert.Fail($"{Path.GetRelativePath(Repository, path)} differs (- expected, + actual):\n{Diff(expected, actual)}\nTo accept: {Accept}");
        }
    }

    /// <summary>The lines that differ, with the equal beginning and end left out.</summary>
    static string Diff(string expected, string actual)
    {
        string[] before = expected.Split('\n');
        string[] after = actual.Split('\n');
        int start = 0;
        while (start < before.Length && start < after.Length && before[start] == after[start])
        {
            start++;
        }

        int end = 0;
        while (end < before.Length - start && end < after.Length - start && before[^(end + 1)] == after[^(end + 1)])
        {
            end++;
        }

        var diff = new StringBuilder($"@@ line {start + 1}\n");
        foreach (string line in before[start..^end].Take(40))
        {
            diff.Append('-').Append(line).Append('\n');
        }

        foreach (string line in after[start..^end].Take(40))
        {
            diff.Append('+').Append(line).Append('\n');
        }

        return diff.ToString();
    }

    static string FindRepository([CallerFilePath] string here = "")
    {
        string? folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Vdeorch.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("the tests run from a checkout of the repository");
    }
}
