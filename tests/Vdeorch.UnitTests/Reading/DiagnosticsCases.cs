using System.Reflection;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Xunit;

namespace Vdeorch.UnitTests.Reading;

/// <summary>cases/diagnostics/CASE and what is said about it, as a terminal shows it.</summary>
public class DiagnosticsCases
{
    public static TheoryData<string> Folders => Golden.Folders("diagnostics");

    [Theory]
    [MemberData(nameof(Folders))]
    public void AMistakeIsExplainedAsExpected(string folder)
    {
        string path = Path.Combine(Golden.Cases("diagnostics"), folder);

        ReadResult read = CaseInput.Read(path);

        Assert.Equal(read.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error), read.HasErrors);
        Golden.Matches(Path.Combine(path, "expected.txt"), string.Concat(read.Diagnostics.Select(diagnostic => $"{DiagnosticPrinter.Print(diagnostic)}\n")));
    }

    [Fact]
    public void EveryCodeHasACase()
    {
        string all = string.Concat(Directory.GetFiles(Golden.Cases("diagnostics"), "expected.txt", SearchOption.AllDirectories).Select(File.ReadAllText));

        // These two need more bytes than a case should have; TopologyReaderTests makes them.
        string[] elsewhere = [DiagnosticCatalog.TooLarge.Code, DiagnosticCatalog.TooManyErrors.Code];
        Assert.Equal(elsewhere, DiagnosticCatalog.All.Select(code => code.Code).Where(code => !all.Contains($" {code}:", StringComparison.Ordinal)));
    }

    [Fact]
    public void TheCatalogueIsCompleteAndInOrder()
    {
        IEnumerable<DiagnosticCode> declared = typeof(DiagnosticCatalog).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<DiagnosticCode>();

        Assert.Equal(declared.OrderBy(code => code.Code, StringComparer.Ordinal), DiagnosticCatalog.All);
        Assert.Equal(DiagnosticCatalog.All.Length, DiagnosticCatalog.All.DistinctBy(code => code.Code).Count());
        Assert.All(DiagnosticCatalog.All, code => Assert.Matches("^VDE1[0-5][0-9]{2}$", code.Code));
        Assert.Same(DiagnosticCatalog.OutOfRange, DiagnosticCatalog.Find("vde1107"));
        Assert.Null(DiagnosticCatalog.Find("VDE9999"));
    }
}

/// <summary>A line each: permissions and argument.</summary>
sealed class KeyFilesOfACase(string list) : IKeyFiles
{
    public int? ModeOf(string argument) =>
        File.Exists(list) && File.ReadLines(list).FirstOrDefault(line => line[5..] == argument) is { } line ? Convert.ToInt32(line[..4], 8) : null;
}
