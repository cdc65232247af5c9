using System.Globalization;
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

        // These two need more bytes than a case should have, TopologyReaderTests makes them; those of files no text can have, InputTests does.
        string[] elsewhere = ["VDE0001", "VDE0002", "VDE0003", "VDE0004", "VDE0005", DiagnosticCatalog.TooLarge.Code, DiagnosticCatalog.TooManyErrors.Code];
        Assert.Equal(elsewhere, DiagnosticCatalog.All.Select(code => code.Code).Where(code => !all.Contains($" {code}:", StringComparison.Ordinal)));
    }

    [Fact]
    public void TheCatalogueIsCompleteAndInOrder()
    {
        IEnumerable<DiagnosticCode> declared = typeof(DiagnosticCatalog).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<DiagnosticCode>();

        Assert.Equal(declared.OrderBy(code => code.Code, StringComparer.Ordinal), DiagnosticCatalog.All);
        Assert.Equal(DiagnosticCatalog.All.Length, DiagnosticCatalog.All.DistinctBy(code => code.Code).Count());
        Assert.All(DiagnosticCatalog.All, code => Assert.Matches("^VDE(00|1[0-5])[0-9]{2}$", code.Code));
        Assert.Same(DiagnosticCatalog.OutOfRange, DiagnosticCatalog.Find("vde1107"));
        Assert.Null(DiagnosticCatalog.Find("VDE9999"));
    }
}

/// <summary>A line each: permissions, argument and, where it has no good key, the file's bytes and hexadecimal digits, `missing` or `unreadable`; `wireguard` for one of WireGuard's.</summary>
sealed class KeyFilesOfACase(string list) : IKeyFiles
{
    public KeyFile? Look(string argument) =>
        (File.Exists(list) ? File.ReadLines(list) : []).Select(line => line.Split(' ')).FirstOrDefault(words => words[1] == argument) switch
        {
            [var mode, _, "wireguard"] => new KeyFile(KeyFileState.Readable, Convert.ToInt32(mode, 8), 45, 20) { IsWireguard = true },
            [_, _, "missing"] => new KeyFile(KeyFileState.Missing, 0, 0, 0),
            [var mode, _, "unreadable"] => new KeyFile(KeyFileState.Unreadable, Convert.ToInt32(mode, 8), 0, 0),
            [var mode, _, var bytes, var digits] => new KeyFile(KeyFileState.Readable, Convert.ToInt32(mode, 8), int.Parse(bytes, CultureInfo.InvariantCulture), int.Parse(digits, CultureInfo.InvariantCulture)),
            [var mode, _] => new KeyFile(KeyFileState.Readable, Convert.ToInt32(mode, 8), 48, 32),
            _ => null,
        };
}
