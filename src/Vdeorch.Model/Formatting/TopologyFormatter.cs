using System.Collections.Immutable;
using System.Text;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Reading.Sections;

namespace Vdeorch.Model.Formatting;

/// <summary>
/// Topology files in their canonical form: keys of objects in the order of the documentation, two columns for each level, no blanks at ends of lines, one line break
/// at the end. Comments, blank lines, quotes, expressions, anchors and brackets stay as they are written. What a file means does not change, and formatting what is
/// formatted changes nothing. 1. bytes to text to nodes, which says all that is wrong; 2. the same text to how it is written; 3. that, written anew;
/// 4. what was written is read again and compared.
/// </summary>
public static class TopologyFormatter
{
    /// <summary>Line breaks to YamlDotNet, but not to YAML 1.2; a file that has one is left as it is.</summary>
    static readonly System.Buffers.SearchValues<char> s_otherBreaks = System.Buffers.SearchValues.Create("\u0085\u2028\u2029");

    /// <param name="file">Any file of a topology: also an overlay or a fragment, which are no topology by themselves.</param>
    public static FormatResult Format(InputFile file)
    {
        var context = new ReadContext();
        (SourceText source, DiagnosticCode? wrong, TextRange at, string message, string? suggestion) = TextDecoder.Decode(file.Utf8.Span, file, new Part("", null), context.Sources.Next);
        context.Sources.Add(source);
        if (wrong is not null)
        {
            context.Report(wrong, at, message, suggestion);
            return new FormatResult(null, context.Bag.ToImmutable());
        }

        Node? root = NodeReader.Read(source, context);
        if (root is not (null or MapNode))
        {
            context.Report(DiagnosticCatalog.WrongType, root.Range, $"a topology is a map, not {root.Describe()}", "begin with `switches:` and `namespaces:`");
        }

        if (context.Bag.HasErrors || root is null)
        {
            return new FormatResult(null, context.Bag.ToImmutable());
        }

        string? written = Format(source.Text, root);
        return new FormatResult(written ?? source.Text, context.Bag.ToImmutable()) { IsLeftAlone = written is null };
    }

    // Null: it is left alone.
    static string? Format(string text, Node root)
    {
        string unix = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        unix = unix.EndsWith('\n') ? unix : $"{unix}\n";
        ImmutableArray<string> lines = [.. unix[..^1].Split('\n')];
        // A scalar below its head that ends with the file has no line break at its end, and would get one.
        if (text.AsSpan().ContainsAny(s_otherBreaks) || !Means(unix, root) || SyntaxReader.Read(unix, lines) is not { } document || !Fits(document.Root, root))
        {
            return null;
        }

        string written = Join(lines, document, new BlockWriter(lines, unix).Write(document, root, SectionList.Topology));
        return Means(written, root) ? written : null;
    }

    static string Join(ImmutableArray<string> lines, DocumentSyntax document, IEnumerable<string> body)
    {
        var text = new StringBuilder();
        foreach (string line in lines[..document.FirstLine].Select(line => line.TrimEnd()).Concat(body).Concat(lines[Math.Min(document.EndLine, lines.Length)..].Select(line => line.TrimEnd())))
        {
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    // YamlDotNet takes texts that are no YAML, and not always the same way: what is unclear is left alone.
    static bool Fits(Syntax syntax, Node node) => (syntax, node) switch
    {
        (CollectionSyntax { IsMap: true } map, MapNode means) => map.Entries.Length == means.Entries.Length && map.Entries.Zip(means.Entries).All(pair => Fits(pair.First.Value, pair.Second.Value)),
        (CollectionSyntax { IsMap: false } list, ListNode means) => list.Entries.Length == means.Items.Length && list.Entries.Zip(means.Items).All(pair => Fits(pair.First.Value, pair.Second)),
        (BlockTextSyntax, ScalarNode) => true,
        (TextSyntax text, _) => node is ScalarNode || text.Anchors is [{ IsAlias: true }],
        _ => false,
    };

    static bool Means(string written, Node root)
    {
        var context = new ReadContext();
        Node? again = NodeReader.Read(context.Sources.Add(new SourceText(0, "", "/", written) { Part = new Part("", null) }), context);
        return again is not null && IsSame(root, again);
    }

    // The order of keys is the only thing that may have changed.
    static bool IsSame(Node left, Node right) => (left, right) switch
    {
        (ScalarNode one, ScalarNode other) => one.Text == other.Text && one.Type == other.Type && one.IsPlain == other.IsPlain,
        (ListNode one, ListNode other) => one.Items.Length == other.Items.Length && one.Items.Zip(other.Items).All(pair => IsSame(pair.First, pair.Second)),
        (MapNode one, MapNode other) => one.Entries.Length == other.Entries.Length
            && one.Entries.All(entry => other.Find(entry.Key.Text) is { } same && IsSame(entry.Value, same.Value)),
        _ => false,
    };
}

/// <param name="Text">The canonical form; null exactly when there is an error.</param>
public sealed record FormatResult(string? Text, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>
    /// The text is what it was, because it has what the formatter does not touch: keys behind <c>?</c>, keys that are nothing, pairs in lists, a document on the line
    /// of its <c>---</c>, an anchor alone on its line, line breaks that are none in YAML 1.2, a last line that would get a line break, or slips that YamlDotNet lets pass.
    /// </summary>
    public bool IsLeftAlone { get; init; }
}
