using System.Globalization;
using System.Text;

namespace Vdeorch.Model.Uvdels;

/// <summary>The generated parts of docs/plugs: what may be written for a scheme, and the list of schemes.</summary>
internal static class UvdelTables
{
    public static string Of(UvdelScheme scheme)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"`{scheme.Name}://{Form(scheme)}`\n\n");
        if (scheme.ArgumentText is null && scheme.Parameters.IsEmpty)
        {
            return text.Append("It takes nothing.\n").ToString();
        }

        text.Append("| key | takes | default | |\n|---|---|---|---|\n");
        if (scheme.ArgumentText is { } argument)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `://` | {Cell(argument)} | {Cell(scheme.ArgumentDefault ?? "required")} | |\n");
        }

        foreach (UvdelParameterSchema parameter in scheme.Parameters)
        {
            string name = parameter.Name.Length > 0 ? $"`{parameter.Name}`" : "(no name)";
            string standard = parameter.Default ?? (parameter.ValueText is null ? "no" : parameter.SameAs is null ? "none" : "");
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {Cell(parameter.ValueText ?? "nothing: a flag")} | {Cell(standard)} | {Cell(parameter.Description)} |\n");
        }

        return text.ToString();
    }

    public static string Schemes()
    {
        StringBuilder text = new("| scheme | | form |\n|---|---|---|\n");
        foreach (UvdelScheme scheme in UvdelSchemes.All.OrderBy(scheme => scheme.Name, StringComparer.Ordinal))
        {
            string form = scheme.Form switch
            {
                UvdelForm.Raw => "raw",
                UvdelForm.Slash => "slash",
                _ => "bracket",
            };
            text.Append(CultureInfo.InvariantCulture, $"| [`{scheme.Name}`]({scheme.Name}.md) | {Cell(scheme.Summary)} | {form}{(scheme.TakesNested ? ", nesting" : "")} |\n");
        }

        return text.ToString();
    }

    static string Form(UvdelScheme scheme)
    {
        string argument = scheme.ArgumentText is null ? "" : "ARGUMENT";
        string parameters = (scheme.Parameters.IsEmpty, scheme.Form) switch
        {
            (true, _) or (_, UvdelForm.Raw) => "",
            (_, UvdelForm.Slash) => "/KEY=VALUE/FLAG…",
            _ => "[KEY=VALUE/FLAG…]",
        };
        return $"{argument}{parameters}{(scheme.TakesNested ? "{LOCATOR}" : "")}";
    }

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
