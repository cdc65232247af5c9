using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Expanding;

/// <summary>Lays templates under the namespaces and machines that `use` them: the first named lowest, the user itself on top. A template may use others.</summary>
internal sealed class Templates
{
    readonly ReadContext _context;
    readonly MapNode? _templates;
    readonly HashSet<string> _used = new(StringComparer.Ordinal);

    // A template that is being laid out is here as null.
    readonly Dictionary<string, MapNode?> _laidOut = new(StringComparer.Ordinal);

    Templates(MapNode? templates, ReadContext context) => (_templates, _context) = (templates, context);

    /// <returns>The same tree with its namespaces and machines complete.</returns>
    public static MapNode Apply(MapNode root, ReadContext context)
    {
        var templates = new Templates(root.Find(TemplateSchema.Key)?.Value as MapNode, context);
        root = templates.Apply(root, NamespaceSection.Key, Kinds.Namespace);
        root = templates.Apply(root, MachineSection.Key, Kinds.Machine);
        templates.Finish();
        return root;
    }

    MapNode Apply(MapNode root, string key, string kind)
    {
        if (root.Find(key) is not { Value: MapNode users } section || (_templates is null && !users.Entries.Any(entry => Uses(entry.Value))))
        {
            return root;
        }

        MapNode complete = new(users.Range, [.. users.Entries.Select(entry => new MapEntry(entry.Key, Complete(entry, kind)))]);
        return new MapNode(root.Range, root.Entries.Replace(section, new MapEntry(section.Key, complete)));
    }

    static bool Uses(Node node) => (node as MapNode)?.Find(NamespaceSection.Use.Key) is not null;

    Node Complete(MapEntry entry, string kind)
    {
        if (!Uses(entry.Value))
        {
            return entry.Value;
        }

        _context.Subject = new ResourceId(kind, entry.Key.Text);
        _context.Scope = new Scope(entry.Key.Text, null);
        MapNode complete = LayOut((MapNode)entry.Value);
        (_context.Subject, _context.Scope) = (null, default);
        return complete;
    }

    MapNode LayOut(MapNode node)
    {
        if (node.Find(NamespaceSection.Use.Key) is not { } use || !NamespaceSection.Use.Schema.TryRead(use.Value, use.Key.Text, _context, out ImmutableArray<Located<string>> names))
        {
            return node;
        }

        MapNode[] below = [.. names.Select(Find).OfType<MapNode>()];
        return _context.Reread?.LayOut(node, _templates, () => LayOver(below, node, use)) ?? LayOver(below, node, use);
    }

    // It has been done, and what it says is no field of the outcome.
    static MapNode LayOver(MapNode[] below, MapNode node, MapEntry use) =>
        Overlay.Merge(below.Aggregate(new MapNode(node.Range, []), Overlay.Merge), new MapNode(node.Range, node.Entries.Remove(use)));

    MapNode? Find(Located<string> name)
    {
        if (_laidOut.TryGetValue(name.Value, out MapNode? known))
        {
            if (known is null)
            {
                _context.Report(DiagnosticCatalog.TemplateCircle, name.At, $"the template {Quoted.Text(name.Value)} uses itself, by way of others or at once");
            }

            return known;
        }

        if (_templates?.Find(name.Value) is not { } entry)
        {
            string[] all = [.. (_templates?.Entries ?? []).Select(template => template.Key.Text)];
            _context.Report(DiagnosticCatalog.UnknownTemplate, name.At, $"no template {Quoted.Text(name.Value)}",
                _context.DidYouMean(name.Value, all) ?? (all.Length == 0 ? "the file has no templates" : $"there are {string.Join(", ", all)}"));
            return null;
        }

        _used.Add(name.Value);
        _laidOut[name.Value] = null;
        MapNode? laidOut = entry.Value switch
        {
            MapNode map => LayOut(map),
            ScalarNode { Type: CoreType.Null } => new MapNode(entry.Value.Range, []),
            _ => null,
        };
        if (laidOut is null)
        {
            _laidOut.Remove(name.Value);
            _context.Report(DiagnosticCatalog.WrongType, entry.Value.Range, $"the template {Quoted.Text(name.Value)} is a map, not {entry.Value.Describe()}");
            return null;
        }

        _context.Templates.Add(entry.Value);
        return _laidOut[name.Value] = laidOut;
    }

    void Finish()
    {
        foreach (MapEntry entry in _templates?.Entries ?? [])
        {
            if (ObjectSchema.IsIgnored(entry.Key.Text))
            {
                continue;
            }

            Scalars.NameKey.TryReadKey(entry.Key, TemplateSchema.Key, _context, out _);
            if (!_used.Contains(entry.Key.Text))
            {
                _context.Report(DiagnosticCatalog.UnusedTemplate, entry.Key.Range, $"nothing uses the template {Quoted.Text(entry.Key.Text)}", "remove it, or write `use` in a namespace or machine");
            }
        }
    }
}
