using System.Runtime.CompilerServices;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

/// <summary>Folders of input and expected output below cases/. With VDEORCH_ACCEPT=1 the output becomes the expectation.</summary>
static class Golden
{
    public static string Folder(string subject, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "cases", subject);

    public static string Repository([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    public static TheoryData<string> Cases(string subject, string prefix) =>
        new(Directory.EnumerateDirectories(Folder(subject)).Select(folder => Path.GetFileName(folder)!).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    public static void Matches(string file, string actual)
    {
        if (Environment.GetEnvironmentVariable("VDEORCH_ACCEPT") == "1")
        {
            File.WriteAllText(file, actual);
        }

        string expected = File.Exists(file) ? File.ReadAllText(file) : "";
        if (expected != actual)
        {
            Assert.Fail($"{file}\n--- expected\n{expected}\n--- actual\n{actual}\n--- VDEORCH_ACCEPT=1 dotnet test --project tests/Vdeorch.UnitTests accepts it");
        }
    }
}
