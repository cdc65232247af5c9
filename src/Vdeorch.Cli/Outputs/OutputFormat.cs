using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace Vdeorch.Cli.Outputs;

enum OutputFormat
{
    Table,
    Wide,
    Json,
    Yaml,
    Sarif,
}

/// <param name="File">Null: the result goes to stdout alone.</param>
readonly record struct FormatOrFile(OutputFormat Format, string? File);

/// <summary>The <c>-o</c> of every verb that has a result.</summary>
static class OutputOption
{
    /// <param name="formats">What the verb offers; the first is the default, which the verb makes of the option's absence.</param>
    public static Option<OutputFormat> Of(params OutputFormat[] formats)
    {
        string known = string.Join('|', formats.Select(Name));
        Option<OutputFormat> option = new("--output", "-o")
        {
            Description = $"Form of the result (default: {Name(formats[0])})",
            HelpName = known,
            CustomParser = argument => Parse(argument, formats),
        };
        // The names of an enumeration's members come with it, in their C# spelling.
        option.CompletionSources.Clear();
        option.CompletionSources.Add(_ => formats.Select(format => new CompletionItem(Name(format))));
        return option;
    }

    /// <param name="what">What a file is for: <c>to save the plan in</c>.</param>
    public static Option<FormatOrFile> OrFile(string what, params OutputFormat[] formats)
    {
        Option<FormatOrFile> option = new("--output", "-o")
        {
            Description = $"Form of the result (default: {Name(formats[0])}), or a file {what} (a word with '.' or '/')",
            HelpName = $"{string.Join('|', formats.Select(Name))}|FILE",
            CustomParser = argument => argument.Tokens[0].Value is var typed && typed.AsSpan().ContainsAny('.', '/')
                ? new FormatOrFile(formats[0], typed)
                : new FormatOrFile(Parse(argument, formats), null),
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(_ => formats.Select(format => new CompletionItem(Name(format))));
        return option;
    }

    static OutputFormat Parse(ArgumentResult argument, OutputFormat[] formats)
    {
        string typed = argument.Tokens[0].Value;
        foreach (OutputFormat format in formats)
        {
            if (Name(format) == typed)
            {
                return format;
            }
        }

        argument.AddError($"--output: unknown form '{typed}'; known: {string.Join(", ", formats.Select(Name))}");
        return formats[0];
    }

    static string Name(OutputFormat format) => format switch
    {
        OutputFormat.Table => "table",
        OutputFormat.Wide => "wide",
        OutputFormat.Json => "json",
        OutputFormat.Sarif => "sarif",
        _ => "yaml",
    };
}
