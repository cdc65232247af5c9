using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Expanding;

/// <summary>
/// Puts what `include` names into the tree. Each inclusion is a part of its own: 1. its text is read; 2. its variables get their values; 3. what it
/// includes is put into it; 4. its objects are named anew, and join those of the tree.
/// </summary>
internal sealed class Fragments(IFragments files, Func<InputFile, Part, MapNode?> read, ReadContext context)
{
    const int MaxDepth = 8;
    const int MaxInclusions = 1_000;

    /// <summary>Sections whose objects are found by name.</summary>
    static readonly ImmutableArray<string> s_named = ["switches", "clouds", "plugs", "namespaces", "templates", "checks", "machines"];

    readonly Dictionary<string, InputFile> _read = new(StringComparer.Ordinal);
    int _inclusions;

    /// <summary>What has been read from the disk, each file once.</summary>
    public ImmutableArray<InputFile> Read => [.. _read.Values];

    /// <summary>The names of a part's own objects, for references in it.</summary>
    static void Note(MapNode root, Part part)
    {
        foreach (string section in s_named)
        {
            foreach (MapEntry entry in (root.Find(section)?.Value as MapNode)?.Entries ?? [])
            {
                part.Names.Add(entry.Key.Text);
            }
        }
    }

    /// <param name="part">Whose root it is.</param>
    /// <param name="within">Paths of the files that lead here.</param>
    public MapNode Include(MapNode root, Part part, ImmutableArray<string> within)
    {
        if (root.Find(IncludeSchema.Field.Key) is not { } entry || !IncludeSchema.Field.Schema.TryRead(entry.Value, IncludeSchema.Field.Key, context, out var inclusions))
        {
            return root;
        }

        foreach (MapItem<Inclusion> inclusion in inclusions)
        {
            if (inclusion.Value.File is { } file && Load(inclusion.Key, file, within) is { } text
                && new Part($"{part.Prefix}{inclusion.Key.Value}-", NoteOf(inclusion.Key, part)) is var inner && read(text, inner) is { } fragment)
            {
                // Only for its complaints of keys.
                _ = new ObjectReader(fragment, SectionList.Topology, context);
                new VariableReader(context).Read(fragment, [.. inclusion.Value.With.Select(with => new Assignment(with.Key.Value, with.Value.Value, with.Value.At))], inner, inclusion.Key.At);
                foreach (MapItem<Located<string>> with in inclusion.Value.With)
                {
                    inner.Origins.TryAdd(with.Key.Value, part.Speaking(Written(with.Value.At)));
                }

                MapNode whole = Include(fragment, inner, within.Add(text.Path));
                Note(whole, inner);
                root = Join(root, whole, inclusion.Key.Value);
            }
        }

        return root;
    }

    string Written(TextRange at) => context.Sources[at].Text.Substring(at.Start, at.Length).Trim('"', '\'');

    string NoteOf(Located<string> name, Part part)
    {
        SourceText source = context.Sources[name.At];
        string here = FormattableString.Invariant($"included as {name.Value} in {source.File}:{source.Span(name.At).Line}");
        return part.Note is null ? here : $"{here}, {part.Note}";
    }

    InputFile? Load(Located<string> name, Located<string> file, ImmutableArray<string> within)
    {
        if (context.FileInside(file) is not { } path)
        {
            return null;
        }

        if (within.Contains(path))
        {
            context.Report(DiagnosticCatalog.IncludeCircle, file.At, $"{Quoted.Text(file.Value)} leads back to itself: {string.Join(" includes ", within.Add(path).Select(Last))}");
            return null;
        }

        if (within.Length > MaxDepth || ++_inclusions > MaxInclusions)
        {
            context.Report(DiagnosticCatalog.IncludeCircle, file.At, FormattableString.Invariant($"fragments are included more than {MaxDepth} deep, or more than {MaxInclusions:N0} times"));
            return null;
        }

        if (!_read.TryGetValue(path, out InputFile? text))
        {
            if (!files.TryRead(path, out ReadOnlyMemory<byte> utf8, out string why))
            {
                context.Report(DiagnosticCatalog.BadFragment, file.At, $"include {Quoted.Text(name.Value)}: {Quoted.Text(file.Value)} cannot be read: {why}", $"it is looked for at {path}");
                return null;
            }

            text = new InputFile(Shown(file), path, utf8);
            _read.Add(path, text);
        }

        return text;
    }

    // As from where the user is: the directory that he gave for the file it stands in, and the name in that.
    string Shown(Located<string> file)
    {
        string from = context.Sources[file.At].File;
        int slash = from.LastIndexOf('/');
        return slash < 0 || file.Value.StartsWith('/') ? file.Value : $"{from[..slash]}/{file.Value}";
    }

    static string Last(string path) => path[(path.LastIndexOf('/') + 1)..];

    MapNode Join(MapNode root, MapNode fragment, string name)
    {
        ImmutableArray<MapEntry>.Builder entries = root.Entries.ToBuilder();
        foreach (MapEntry section in fragment.Entries)
        {
            if (s_named.Contains(section.Key.Text) && section.Value is MapNode objects)
            {
                Put(entries, section.Key, under => IsOfKind<MapNode>(under) ? Named(under as MapNode, objects, name) : under!);
            }
            else if (section is { Key.Text: "cables", Value: ListNode cables })
            {
                Put(entries, section.Key, under => under is ListNode others ? new ListNode(others.Range, [.. others.Items, .. cables.Items]) : IsOfKind<ListNode>(under) ? cables : under!);
            }
            else if ((s_named.Contains(section.Key.Text) || section.Key.Text == "cables") && section.Value is not ScalarNode { Type: CoreType.Null })
            {
                context.Report(DiagnosticCatalog.WrongType, section.Value.Range, $"{section.Key.Text} takes {(section.Key.Text == "cables" ? "a list" : "a map")}, not {section.Value.Describe()}");
            }
        }

        return new MapNode(root.Range, entries.DrainToImmutable());
    }

    // What is neither stays, for whoever reads it to complain of.
    static bool IsOfKind<T>(Node? under) where T : Node => under is null or T or ScalarNode { Type: CoreType.Null };

    static void Put(ImmutableArray<MapEntry>.Builder entries, ScalarNode key, Func<Node?, Node> make)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Key.Text == key.Text)
            {
                entries[i] = new MapEntry(entries[i].Key, make(entries[i].Value));
                return;
            }
        }

        entries.Add(new MapEntry(key, make(null)));
    }

    MapNode Named(MapNode? under, MapNode objects, string name)
    {
        ImmutableArray<MapEntry>.Builder all = ImmutableArray.CreateBuilder<MapEntry>();
        all.AddRange(under?.Entries ?? []);
        foreach (MapEntry entry in objects.Entries)
        {
            string full = $"{name}-{entry.Key.Text}";
            if (under?.Find(full) is { } taken)
            {
                SourceText source = context.Sources[taken.Key.Range];
                context.Report(DiagnosticCatalog.FragmentCollision, entry.Key.Range, FormattableString.Invariant($"{Quoted.Text(full)} stands in {source.File}:{source.Span(taken.Key.Range).Line} already"),
                    "give the include another name");
                continue;
            }

            all.Add(new MapEntry(entry.Key.Named(full), entry.Value));
        }

        return new MapNode((under ?? objects).Range, all.DrainToImmutable());
    }
}
