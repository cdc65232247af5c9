using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Schemas;

namespace Vdeorch.UnitTests.Mutations;

/// <summary>Every change of every class that a file has a place for, made from what the schema says of each place.</summary>
sealed class Mutator
{
    static readonly string[] s_named = ["switches", "clouds", "plugs", "namespaces", "templates", "checks", "include", "vars"];

    readonly string _text;
    readonly MapNode _root;
    readonly List<(string Text, TextRange At, (string, string?) Path)> _references = [];
    readonly List<Mutation> _made = [];
    (string Section, string? Name) _path;

    Mutator(string text, MapNode root) => (_text, _root) = (text, root);

    public static ImmutableArray<Mutation> Of(string text, MapNode root)
    {
        var mutator = new Mutator(text, root);
        mutator.Object(root, SectionList.Topology, isLaidOver: false, path: true);
        mutator.Rename();
        mutator.Addresses();
        return [.. mutator._made];
    }

    /// <param name="path">It is the file itself: its keys are sections.</param>
    void Object(MapNode map, ValueSchema schema, bool isLaidOver, bool path = false)
    {
        var known = (IObjectSchema)schema;
        foreach (MapEntry entry in map.Entries.Where(entry => !ObjectSchema.IsIgnored(entry.Key.Text)))
        {
            // The keys of the file itself are seen in the whole of it.
            _path = path ? ("", null) : _path;
            FieldSchema field = known.Fields.Single(field => field.Key == entry.Key.Text);
            Add(MutationClass.UnknownKey, entry.Key.Range, $"nonsense: 1{(IsFlow(map) ? ", " : $"\n{Indent(entry.Key)}")}{Source(entry.Key.Range)}", 8);
            Add(MutationClass.MisspeltKey, entry.Key.Range, Misspelt(entry.Key.Text));
            if (!isLaidOver && field.IsRequired)
            {
                Add(MutationClass.MissingKey, entry.Key.Range, $"x-{entry.Key.Text}", also: [map.Range]);
            }

            if (!isLaidOver && known.Shape.ExactlyOne.Any(set => set.Contains(field.Key)))
            {
                Add(MutationClass.MissingChoice, entry.Key.Range, $"x-{entry.Key.Text}", also: [map.Range, .. map.Entries.Select(other => other.Key.Range)]);
            }

            if (entry.Value is ScalarNode { Type: not CoreType.Null } && !_text.AsSpan(entry.Value.Range.Start, 1).ContainsAny('|', '>'))
            {
                string whole = _text[entry.Key.Range.Start..(entry.Value.Range.Start + entry.Value.Range.Length)];
                Add(MutationClass.DuplicateKey, entry.Key.Range, $"{whole}{(IsFlow(map) ? ", " : $"\n{Indent(entry.Key)}")}{Source(entry.Key.Range)}", whole.Length + 2 + entry.Key.Range.Length + Indent(entry.Key).Length);
            }

            _path = path ? (entry.Key.Text, null) : _path;
            Value(entry.Key, entry.Value, field.Value, isLaidOver);
        }
    }

    void Value(ScalarNode? key, Node node, ValueSchema schema, bool isLaidOver)
    {
        ValueSchema known = schema.For(node);
        switch (node)
        {
            case ScalarNode { Type: CoreType.Null }:
                break;
            case ScalarNode scalar:
                Scalar(key, scalar, schema, known, isLaidOver);
                break;
            case ListNode list:
                Kind(key, node, "{ nonsense: [7] }");
                foreach (Node item in list.Items)
                {
                    Value(key, item, known.Below(null)!, isLaidOver: false);
                }

                break;
            case MapNode map:
                Kind(key, node, "[[7]]");
                bool mayBeLaidOver = isLaidOver || (known is IObjectSchema { Path: "namespaces.NAME" or "machines.NAME" } && map.Find("use") is not null);
                if (map.Entries.IsEmpty && schema.For(node) is IObjectSchema && !isLaidOver)
                {
                    Add(MutationClass.EmptyForNothing, map.Range, "~");
                }

                if (known is IObjectSchema)
                {
                    Object(map, known, mayBeLaidOver);
                }
                else
                {
                    Map(map, known, mayBeLaidOver || _path is ("templates", null));
                }

                break;
        }
    }

    void Map(MapNode map, ValueSchema known, bool isLaidOver)
    {
        (string Section, string? Name) path = _path;
        foreach (MapEntry entry in map.Entries.Where(entry => !ObjectSchema.IsIgnored(entry.Key.Text)))
        {
            _path = path is (var section, null) && s_named.Contains(section) ? (section, entry.Key.Text) : path;
            Add(MutationClass.WrongName, entry.Key.Range, "\"!\"", name: "!");
            Value(entry.Key, entry.Value, known.Below(entry.Key.Text)!, isLaidOver);
        }

        _path = path;
    }

    void Kind(ScalarNode? key, Node node, string replacement)
    {
        // What lines a block takes up is not known here; those in brackets are enough of each kind.
        if (IsFlow(node))
        {
            Add(MutationClass.WrongKind, node.Range, replacement, also: key is null ? [] : [key.Range]);
        }
    }

    void Scalar(ScalarNode? key, ScalarNode scalar, ValueSchema schema, ValueSchema known, bool isLaidOver)
    {
        if (_text.AsSpan(scalar.Range.Start, 1).ContainsAny('|', '>') || scalar.Range.Length == 0)
        {
            return;
        }

        TextRange[] also = key is null ? [] : [key.Range];
        JsonObject json = known.ToJson(new JsonPlace(new JsonDefinitions(), false));
        JsonObject literal = (json["anyOf"] as JsonArray)?[0] as JsonObject ?? json;
        string[] types = literal["type"] is JsonArray many ? [.. many.Select(type => (string)type!)] : [(string)literal["type"]!];
        Add(MutationClass.WrongKind, scalar.Range, "{ nonsense: [7] }", also: also);
        if (!isLaidOver && !schema.Takes(NothingNode))
        {
            Add(MutationClass.Nothing, scalar.Range, "~", also: also);
        }

        if (types is ["integer"] or ["boolean"])
        {
            Add(MutationClass.WrongType, scalar.Range, "nonsense", also: also);
        }

        if (literal["minimum"] is { } least && literal["maximum"] is { } most)
        {
            Add(MutationClass.OutOfRange, scalar.Range, (Number(least) - 1).ToString(CultureInfo.InvariantCulture), also: also);
            Add(MutationClass.OutOfRange, scalar.Range, (Number(most) + 1).ToString(CultureInfo.InvariantCulture), also: also);
        }

        if (literal["enum"] is not null)
        {
            Add(MutationClass.NotOneOf, scalar.Range, "nonsense", also: also);
        }
        else if (literal["pattern"] is { } pattern && !Regex.IsMatch("%", (string)pattern!))
        {
            Add(MutationClass.WrongShape, scalar.Range, "\"%\"", also: also);
        }

        Meaning(scalar, known, also);
        Same(scalar, schema, known, types, literal);
    }

    void Meaning(ScalarNode scalar, ValueSchema known, TextRange[] also)
    {
        bool isReference = known.GetType().GetProperty("IsReference")?.GetValue(known) is true;
        if (scalar.HasExpression)
        {
            int open = scalar.Range.Start + Source(scalar.Range).IndexOf("{{", StringComparison.Ordinal);
            Add(MutationClass.BadExpression, scalar.Range, Source(scalar.Range).Replace("}}", "}", StringComparison.Ordinal), also: also);
            Add(MutationClass.BadExpression, scalar.Range, Source(scalar.Range).Insert(open + 2 - scalar.Range.Start, " nonsense + "), also: also);
            return;
        }

        int scheme = scalar.Text.IndexOf("://", StringComparison.Ordinal);
        // Whether libvdeplug has a plug of that name only the host knows.
        if (scheme > 0 && !scalar.Text.StartsWith("libvdeplug:", StringComparison.Ordinal) && known.TypeText.Contains("locator", StringComparison.Ordinal))
        {
            Add(MutationClass.UnknownScheme, scalar.Range, Source(scalar.Range).Replace("://", "zz://", StringComparison.Ordinal), also: also);
        }
        else if (isReference && scalar.Text is not ("all" or "*") && !char.IsAsciiDigit(scalar.Text[0]) && !scalar.Text.Contains("://", StringComparison.Ordinal))
        {
            _references.Add((scalar.Text, scalar.Range, _path));
            Add(MutationClass.MisspeltReference, scalar.Range, Source(scalar.Range).Insert(scalar.IsPlain ? 0 : 1, "zz"), also: also);
        }

        if (known.TypeText is "an address/prefix" && scalar.Text.Contains('.', StringComparison.Ordinal))
        {
            Add(MutationClass.ImpossibleAddress, scalar.Range, $"999{scalar.Text[scalar.Text.IndexOf('.', StringComparison.Ordinal)..]}", also: also);
            Add(MutationClass.ImpossibleAddress, scalar.Range, $"{scalar.Text[..scalar.Text.IndexOf('/', StringComparison.Ordinal)]}/33", also: also);
        }

        if (also is [var key] && Source(key) is "gateway" or "via" && _path.Section == "namespaces")
        {
            Add(MutationClass.FarGateway, scalar.Range, "203.0.113.77", also: also);
        }
    }

    // What means the same.
    void Same(ScalarNode scalar, ValueSchema schema, ValueSchema known, string[] types, JsonObject literal)
    {
        if (scalar is { IsPlain: true, Type: CoreType.String })
        {
            Add(MutationClass.Quoted, scalar.Range, $"'{scalar.Text}'");
            Add(MutationClass.Quoted, scalar.Range, $"\"{scalar.Text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }

        if (types is ["integer"] && CoreTypes.TryInteger(scalar.Text, out long number) && number >= 0)
        {
            Add(MutationClass.OtherRadix, scalar.Range, $"0x{number:x}");
        }

        if (scalar.Type == CoreType.Boolean && types is ["boolean"])
        {
            Add(MutationClass.OtherCase, scalar.Range, scalar.Text.ToUpperInvariant());
        }

        if (known.TypeText.StartsWith("a duration", StringComparison.Ordinal) && Regex.Match(scalar.Text, "^([0-9]+)s$") is { Success: true } seconds)
        {
            Add(MutationClass.OtherUnit, scalar.Range, $"{seconds.Groups[1].Value}000ms");
        }

        if (schema != known && schema.TypeText.EndsWith("or a list of them", StringComparison.Ordinal) && literal["type"] is not null)
        {
            Add(MutationClass.ListOfOne, scalar.Range, $"[{Quoted(scalar)}]");
        }
    }

    // In brackets a plain scalar may not have what ends it there.
    string Quoted(ScalarNode scalar) => scalar.IsPlain && scalar.Type == CoreType.String ? $"\"{scalar.Text}\"" : Source(scalar.Range);

    void Rename()
    {
        foreach (MapEntry section in _root.Entries.Where(section => section.Key.Text is "switches" or "clouds" or "plugs" or "namespaces" or "templates" && section.Value is MapNode))
        {
            foreach (MapEntry entry in ((MapNode)section.Value).Entries)
            {
                (string Text, TextRange At, (string, string?) Path)[] referring =
                    [.. _references.Where(one => one.Text == entry.Key.Text || one.Text.StartsWith($"{entry.Key.Text}/", StringComparison.Ordinal) || one.Text.StartsWith($"{entry.Key.Text}:", StringComparison.Ordinal))];
                if (referring.Length > 0)
                {
                    _path = (section.Key.Text, null);
                    Add(MutationClass.RenamedObject, entry.Key.Range, $"{entry.Key.Text}zz", also: [.. referring.Select(one => one.At)]);
                    _made[^1] = _made[^1] with { Former = entry.Key.Text };
                }
            }
        }
    }

    // Of namespaces that say where they are in the short form: same `to`, same segment.
    void Addresses()
    {
        if (_root.Find("namespaces") is not { Value: MapNode namespaces })
        {
            return;
        }

        (string To, ScalarNode Address)[] hosts =
        [
            .. namespaces.Entries.Select(entry => entry.Value).OfType<MapNode>()
                .Where(host => host.Find("to") is { Value: ScalarNode { HasExpression: false } } && host.Find("address") is { Value: ScalarNode { HasExpression: false } } && host.Find("replicas") is null)
                .Select(host => (((ScalarNode)host.Find("to")!.Value.Value).Text, (ScalarNode)host.Find("address")!.Value.Value)),
        ];
        _path = ("namespaces", null);
        for (int at = 1; at < hosts.Length; at++)
        {
            if (hosts[at].To == hosts[at - 1].To && !hosts[at].To.Contains("://", StringComparison.Ordinal))
            {
                Add(MutationClass.DuplicateAddress, hosts[at].Address.Range, hosts[at - 1].Address.Text, also: [hosts[at - 1].Address.Range]);
            }
        }
    }

    static readonly ScalarNode NothingNode = new(TextRange.WholeFile, "", isPlain: true, bodyStart: -1);

    /// <param name="length">Of what an error may point at; null: the replacement.</param>
    /// <param name="name">What the name in the path is then called.</param>
    void Add(MutationClass kind, TextRange at, string replacement, int? length = null, TextRange[]? also = null, string? name = null)
    {
        string text = $"{_text[..at.Start]}{replacement}{_text[(at.Start + at.Length)..]}";
        int shift = replacement.Length - at.Length;
        (string, string?) path = name is not null && _path.Name is not null && Source(at) == _path.Name ? (_path.Section, name) : _path;
        _made.Add(new Mutation(kind, text,
            [at with { Length = Math.Max(1, length ?? replacement.Length) }, .. (also ?? []).Select(other => other.Start > at.Start ? other with { Start = other.Start + shift } : other.Start + other.Length > at.Start ? other with { Length = other.Length + shift } : other)],
            path, $"'{Source(at)}' becomes '{replacement}'"));
    }

    string Source(TextRange range) => _text.Substring(range.Start, range.Length);

    bool IsFlow(Node node) => _text[node.Range.Start] is '{' or '[';

    string Indent(ScalarNode key) => new(' ', key.Range.Start - _text.LastIndexOf('\n', Math.Max(0, key.Range.Start - 1)) - 1);

    static long Number(JsonNode node) => long.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    static string Misspelt(string key) => key.Length > 2 ? $"{key[0]}{key[2]}{key[1]}{key[3..]}q" : $"{key}q";
}
