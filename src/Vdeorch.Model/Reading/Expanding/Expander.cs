using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Rereading;

namespace Vdeorch.Model.Reading.Expanding;

/// <summary>
/// From texts to one tree of nodes, each with its place: 1. every file to nodes, laid over those of the files before it; 2. `vars` and their values;
/// 3. the fragments that `include` names; 4. templates under the namespaces that `use` them.
/// </summary>
internal sealed class Expander
{
    readonly TopologyInput _input;
    readonly ReadContext _context;
    readonly Fragments _fragments;
    readonly Part _part = new("", null);

    public Expander(TopologyInput input, IFragments files, ReadContext context)
    {
        (_input, _context) = (input, context);
        _fragments = new Fragments(files, Read, context);
    }

    /// <summary>What has been included, for who reads the same again.</summary>
    public ImmutableArray<InputFile> Included => _fragments.Read;

    /// <summary>Step 1.</summary>
    /// <returns>Null when one of them could not be read; the bag says why.</returns>
    public MapNode? Lay()
    {
        MapNode? root = null;
        bool isWhole = true;
        foreach (InputFile file in _input.Files)
        {
            MapNode? over = Read(file, _part, _context.Reread);
            isWhole &= over is not null;
            root = root is null || over is null ? over ?? root : Overlay.Merge(root, over);
        }

        return isWhole ? root : null;
    }

    /// <summary>Step 2.</summary>
    public void ReadVariables(MapNode root) => new VariableReader(_context).Read(root, Given(), _part, asker: null);

    /// <summary>Steps 3 and 4.</summary>
    public MapNode Expand(MapNode root)
    {
        root = _fragments.Include(root, _part, [.. _input.Files.Select(file => file.Path)]);
        return Templates.Apply(root, _context);
    }

    MapNode? Read(InputFile file, Part part) => Read(file, part, reread: null);

    MapNode? Read(InputFile file, Part part, Reread? reread)
    {
        (SourceText source, DiagnosticCode? wrong, TextRange at, string message, string? suggestion) = TextDecoder.Decode(file.Utf8.Span, file, part, _context.Sources.Next);
        _context.Sources.Add(source);
        if (wrong is not null)
        {
            _context.Report(wrong, at, message, suggestion);
            return null;
        }

        Node? root = reread is null ? NodeReader.Read(source, _context) : reread.Read(source, _context);
        if (root is not (null or MapNode))
        {
            _context.Report(root is ScalarNode { Type: CoreType.Null } ? DiagnosticCatalog.Empty : DiagnosticCatalog.WrongType, root.Range,
                $"a topology is a map, not {root.Describe()}", "begin with `switches:` and `namespaces:`");
        }

        return root as MapNode;
    }

    // Weakest first: the environment, files of values, --set.
    List<Assignment> Given()
    {
        List<Assignment> given = [];
        given.AddRange(_input.Variables.Where(one => one.IsOptional).Select(Assign));
        foreach (InputFile file in _input.VariableFiles)
        {
            foreach (MapEntry entry in Read(file, _part)?.Entries ?? [])
            {
                if (entry.Value is ScalarNode { Type: not CoreType.Null } scalar)
                {
                    given.Add(new Assignment(entry.Key.Text, scalar.Text, scalar.Range));
                }
                else
                {
                    _context.Report(DiagnosticCatalog.BadVariableValue, entry.Value.Range, $"vars.{entry.Key.Text} takes one value, not {entry.Value.Describe()}", $"for example {entry.Key.Text}: 3");
                }
            }
        }

        given.AddRange(_input.Variables.Where(one => !one.IsOptional).Select(Assign));
        return given;
    }

    Assignment Assign(GivenVariable one)
    {
        SourceText source = _context.Sources.Add(new SourceText(_context.Sources.Next, one.Origin, "/", "") { Part = _part });
        return new Assignment(one.Name, one.Value, source.All, one.IsOptional);
    }
}
