using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Cli.Outputs;

/// <summary>Diagnostics for code scanning and editors: SARIF 2.1.0 (OASIS, sarif-v2.1.0-os), one run, its rules those that were met.</summary>
static class SarifWriter
{
    const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

    public static JsonObject Of(IReadOnlyCollection<Diagnostic> diagnostics)
    {
        string[] codes = [.. diagnostics.Select(diagnostic => diagnostic.Code).Distinct().Order(StringComparer.Ordinal)];
        return new JsonObject
        {
            ["$schema"] = Schema,
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject
                {
                    ["driver"] = new JsonObject { ["name"] = "vdeorch", ["version"] = System.Text.Encoding.UTF8.GetString(Release.Utf8), ["rules"] = new JsonArray([.. codes.Select(Rule)]) },
                },
                ["columnKind"] = "utf16CodeUnits",
                ["results"] = new JsonArray([.. diagnostics.Select(diagnostic => Result(diagnostic, Array.IndexOf(codes, diagnostic.Code)))]),
            }),
        };
    }

    // What the file system refuses has a code, and no entry in the catalogue of what stands in files.
    static JsonObject Rule(string code)
    {
        JsonObject rule = new() { ["id"] = code };
        if (DiagnosticCatalog.Find(code) is { } known)
        {
            rule["shortDescription"] = new JsonObject { ["text"] = known.Title };
            rule["fullDescription"] = new JsonObject { ["text"] = known.Explanation };
            rule["defaultConfiguration"] = new JsonObject { ["level"] = Level(known.Severity) };
        }

        return rule;
    }

    static JsonObject Result(Diagnostic diagnostic, int rule)
    {
        // The format has no place for either that its readers show.
        string note = diagnostic.Note is { } where ? $" ({where})" : "";
        string help = diagnostic.Suggestion is { } would ? $" Help: {would}" : "";
        JsonObject place = new() { ["artifactLocation"] = new JsonObject { ["uri"] = Uri.EscapeDataString(diagnostic.File).Replace("%2F", "/", StringComparison.Ordinal) } };
        if (diagnostic.Span is { Line: > 0 } span)
        {
            place["region"] = new JsonObject { ["startLine"] = span.Line, ["startColumn"] = span.Column, ["endColumn"] = span.Column + span.Length };
        }

        return new JsonObject
        {
            ["ruleId"] = diagnostic.Code,
            ["ruleIndex"] = rule,
            ["level"] = Level(diagnostic.Severity),
            ["message"] = new JsonObject { ["text"] = $"{diagnostic.Message}{note}{help}" },
            ["locations"] = new JsonArray(new JsonObject { ["physicalLocation"] = place }),
        };
    }

    static string Level(Severity severity) => severity == Severity.Error ? "error" : "warning";
}
