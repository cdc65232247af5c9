using System.Collections.Immutable;
using Vdeorch.Cli.Terminals;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Cli.Views;

/// <summary>Diagnostics as compilers give them, on stderr: they are about the input, the result is something else.</summary>
static class DiagnosticView
{
    public static void Write(IEnumerable<Diagnostic> diagnostics, Terminal terminal)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            terminal.Error.WriteLine(Print(diagnostic, terminal.ErrorInk));
        }

        terminal.Error.Flush();
    }

    /// <returns><c>1 error, 2 warnings</c>; null when there are none.</returns>
    public static string? Count(ImmutableArray<Diagnostic> diagnostics)
    {
        int errors = diagnostics.Count(d => d.Severity == Severity.Error);
        int warnings = diagnostics.Length - errors;
        string[] parts = [.. errors > 0 ? new[] { Words.Count(errors, "error") } : [], .. warnings > 0 ? new[] { Words.Count(warnings, "warning") } : []];
        return parts.Length == 0 ? null : string.Join(", ", parts);
    }

    // The model prints; only the severity with its code gets a colour, and the lines below stay harmless and as they are.
    static string Print(Diagnostic diagnostic, Ink ink)
    {
        string text = string.Join('\n', DiagnosticPrinter.Print(diagnostic).Split('\n').Select(line => Ink.Harmless(line)));
        string mark = $"{(diagnostic.Severity == Severity.Error ? "error" : "warning")} {diagnostic.Code}";
        int at = text.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? text : $"{text[..at]}{ink.Paint(diagnostic.Severity == Severity.Error ? Colour.Bad : Colour.Attention, mark)}{text[(at + mark.Length)..]}";
    }
}
