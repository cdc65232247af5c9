using System.Globalization;
using System.Text;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;

namespace Vdeorch.Model.Schemas;

/// <summary>The generated parts of docs/language.md, and of the pages of network functions: a table for each object, and the list of codes.</summary>
internal static class LanguageTables
{
    const string Vnfs = "namespaces.NAME.vnfs.";

    /// <returns>The page below docs/, marker name and Markdown, in the documentation's order.</returns>
    public static IEnumerable<(string Page, string Marker, string Markdown)> All =>
        [.. SectionList.Objects.Select(schema => (Page(schema.Path), schema.Path, Table(schema))), (Language, "codes", Codes())];

    const string Language = "language.md";

    // What one function takes is on its own page.
    static string Page(string path) => !path.StartsWith(Vnfs, StringComparison.Ordinal) ? Language : $"vnfs/{path[Vnfs.Length..].Split('.', '[')[0]}.md";

    static string Table(IObjectSchema schema)
    {
        var text = new StringBuilder("| key | takes | default | changing it | |\n|---|---|---|---|---|\n");
        foreach (FieldSchema field in schema.Fields)
        {
            string otherwise = field.IsRequired ? "required" : field.DefaultText is { } value ? $"`{value}`" : field.Otherwise ?? "none";
            string cost = field.Cost?.ToString().ToLowerInvariant() ?? "";
            text.Append(CultureInfo.InvariantCulture, $"| `{field.Key}` | {Cell(field.Value.TypeText)} | {Cell(otherwise)} | {cost} | {Cell(field.Description)} Example: `{field.Key}: {Cell(field.Example)}` |\n");
        }

        return text.ToString();
    }

    static string Codes()
    {
        var text = new StringBuilder("| code | | |\n|---|---|---|\n");
        foreach (DiagnosticCode code in DiagnosticCatalog.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {code.Code} | {(code.Severity == Severity.Error ? "error" : "warning")} | {Cell(code.Title)} |\n");
        }

        return text.ToString();
    }

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
