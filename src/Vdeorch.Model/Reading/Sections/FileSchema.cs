using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Files of a namespace's own.</summary>
/// <example><code>
/// files:
///   etc/motd: "hello from {{ namespace }}\n"
///   etc/app/app.conf: { from: ./app.conf, mode: "0600" }
/// </code></example>
internal static class FileSchema
{
    static readonly FieldSchema<Located<string>> s_text = new("text", Scalars.Text)
    {
        Description = "What is in it.",
        Example = "\"hello from {{ namespace }}\\n\"",
        Otherwise = "`from` says it",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_from = new("from", Scalars.Text)
    {
        Description = "The file it is a copy of, read when the topology is: relative to the file this stands in. Text in UTF-8; expressions in it are left alone.",
        Example = "./motd",
        Otherwise = "`text` says it",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_mode = new("mode", SwitchScalars.Mode)
    {
        Description = "Who may read and write it. Its owner may read it in any case.",
        Example = "\"0600\"",
        Otherwise = "`\"0644\"`",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<FileDraft?> s_file = new("namespaces.NAME.files.PATH", "a map with `text` or `from`", [s_text, s_from, s_mode], ReadFile);

    public static readonly FieldSchema<ImmutableArray<MapItem<FileDraft?>>> Files = new("files",
        new MapSchema<FileDraft?>(FileScalars.PathKey, new EitherSchema<FileDraft?>(Scalars.Text.As(text => (FileDraft?)new FileDraft(text.Value, NamespaceFile.DefaultMode)), s_file)
        {
            Words = "its text, or a map with `text` or `from`",
        }))
    {
        Description = "Files that its programs see and nobody else, by their paths, which begin with `etc/`.",
        Example = "{ etc/motd: { text: \"hello from {{ namespace }}\\n\" } }",
        Cost = OnChange.Hot,
    };

    public static ImmutableArray<IObjectSchema> Objects => [s_file];

    /// <param name="hasNameServers">Whether the namespace's /etc/resolv.conf is made already.</param>
    public static ImmutableArray<NamespaceFile> Read(ObjectReader reader, bool hasNameServers)
    {
        ImmutableArray<MapItem<FileDraft?>> items = reader.List(Files);
        foreach (MapItem<FileDraft?> item in items)
        {
            if (hasNameServers && item.Key.Value == "etc/resolv.conf")
            {
                reader.Context.Report(DiagnosticCatalog.Conflict, item.Key.At, "'dns' makes etc/resolv.conf already", "take one of the two away");
            }

            if (items.FirstOrDefault(other => item.Key.Value.StartsWith($"{other.Key.Value}/", StringComparison.Ordinal)) is { Key.Value: { } above })
            {
                reader.Context.Report(DiagnosticCatalog.Conflict, item.Key.At, $"{Quoted.Text(item.Key.Value)} would lie in {Quoted.Text(above)}, which is a file", "rename one of them");
            }
        }

        return [.. items.Where(item => item.Value is not null).Select(item => new NamespaceFile(item.Key.Value, item.Value!.Text, item.Value.Mode)).OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    static FileDraft? ReadFile(ObjectReader reader)
    {
        if (reader.Has(s_text) == reader.Has(s_from))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_from), "a file takes exactly one of text and from", "for example { text: \"hello\\n\" }");
            return null;
        }

        int mode = reader.TryGet(s_mode, out Located<int> given) ? given.Value : NamespaceFile.DefaultMode;
        if ((mode & 0b100_000_000) == 0)
        {
            reader.Context.Report(DiagnosticCatalog.BadMode, given.At, $"mode {SwitchSpec.PrintMode(mode)} keeps its owner from reading it", $"write \"{SwitchSpec.PrintMode(mode | 0b100_000_000)}\"");
        }

        string? text = reader.TryGet(s_text, out Located<string> here) ? here.Value
            : reader.TryGet(s_from, out Located<string> from) ? Copy(from, reader.Context)
            : null;
        return text is null ? null : new FileDraft(text, mode);
    }

    // Null: what is wrong has been said.
    static string? Copy(Located<string> from, ReadContext context)
    {
        if (from.Value.Length == 0 || from.Value.StartsWith('~'))
        {
            context.Report(DiagnosticCatalog.BadFile, from.At, $"from: {Quoted.Text(from.Value)} is no file's name", "for example ./motd");
            return null;
        }

        if (context.FileInside(from) is not { } path)
        {
            return null;
        }

        if (context.Contents.Find(path, from.Value, out string why) is not { } file)
        {
            context.Report(DiagnosticCatalog.BadFile, from.At, $"from: {Quoted.Text(from.Value)} cannot be read: {why}", $"it is looked for at {path}");
            return null;
        }

        if (!Utf8.IsValid(file.Utf8.Span) || file.Utf8.Span.Contains((byte)0))
        {
            context.Report(DiagnosticCatalog.BadFile, from.At, $"from: {Quoted.Text(from.Value)} is not text in UTF-8", "a program can read what is not text where it lies on the host");
            return null;
        }

        return Encoding.UTF8.GetString(file.Utf8.Span);
    }
}

internal sealed record FileDraft(string Text, int Mode);
