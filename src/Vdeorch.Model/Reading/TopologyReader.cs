using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Rules;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading;

/// <summary>
/// A topology file's text to what it means. 1. bytes to text (size, UTF-8); 2. text to nodes (YAML, its limits); 3. nodes to a
/// draft (keys, types, expressions, replicas); 4. rules between objects; 5. the topology. Every stage reports all it can; a stage
/// whose input is unreadable does not run.
/// </summary>
public static class TopologyReader
{
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Never throws for what is in the text.</summary>
    /// <param name="file">The name the user gave: leads diagnostics, and names a topology that has no name of its own.</param>
    /// <param name="directory">Absolute: where relative names of files start. Null: that of <paramref name="file"/>, which then is absolute where it matters.</param>
    /// <param name="keys">Where key files are looked at, for warnings; null: they are not.</param>
    public static ReadResult Read(ReadOnlyMemory<byte> utf8, string file, string? directory = null, IKeyFiles? keys = null)
    {
        (SourceText source, DiagnosticCode? wrong, TextRange at, string message, string? suggestion) = TextDecoder.Decode(utf8.Span, file);
        var context = new ReadContext(source) { Directory = directory ?? file[..Math.Max(0, file.LastIndexOf('/'))], Keys = keys };
        if (wrong is not null)
        {
            context.Report(wrong, at, message, suggestion);
            return new ReadResult(null, context.Bag.ToImmutable());
        }

        if (NodeReader.Read(source, context) is not { } root || Draft(root, context) is not { } draft)
        {
            return new ReadResult(null, context.Bag.ToImmutable());
        }

        foreach (Rule rule in RuleList.Errors)
        {
            rule.Check(draft, context);
        }

        foreach (Rule rule in context.Bag.HasErrors ? [] : RuleList.Warnings)
        {
            rule.Check(draft, context);
        }

        return new ReadResult(context.Bag.HasErrors ? null : Build(draft), context.Bag.ToImmutable());
    }

    static TopologyDraft? Draft(Node root, ReadContext context)
    {
        if (root is not MapNode)
        {
            context.Report(root is ScalarNode { Type: CoreType.Null } ? DiagnosticCatalog.Empty : DiagnosticCatalog.WrongType, root.Range,
                $"a topology is a map, not {root.Describe()}", "begin with `switches:` and `namespaces:`");
            return null;
        }

        // The name comes first: keys are read in the list's order, not the file's, and expressions may use it.
        context.Topology = Stem(context.Source.File);
        SectionList.Topology.TryRead(root, "the file", context, out ObjectReader reader);
        if (reader.Has(SectionList.Name))
        {
            context.Topology = reader.TryGet(SectionList.Name, out Located<string> name) ? name.Value : "";
        }
        else if (!Scalars.IsName(context.Topology))
        {
            context.Report(DiagnosticCatalog.BadName, TextRange.WholeFile, $"the topology has no name, and the file's, {Quoted.Text(context.Topology)}, cannot be one",
                $"add topology: {Scalars.NearestName(context.Topology) ?? "lab"}");
        }

        var draft = new TopologyDraft(context.Topology);
        foreach (Section section in SectionList.All)
        {
            section.Read(reader, draft);
        }

        return draft;
    }

    static string Stem(string file)
    {
        string name = file[(file.LastIndexOf('/') + 1)..];
        int dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }

    static Topology Build(TopologyDraft draft) => new()
    {
        Name = draft.Name,
        Switches = [.. draft.Switches.Select(sw => sw.Spec)],
        Segments = [.. draft.Segments.Select(segment => segment.Spec), .. draft.Namespaces.SelectMany(ns => ns.Interfaces).Select(one => Own(one, draft)).OfType<SegmentSpec>()],
        Cables = [.. draft.ResolvedCables],
        Namespaces = [.. draft.Namespaces.Select(ns => new NamespaceSpec(ns.Name, ns.Sysctls, ns.Dns))],
        Interfaces =
        [
            .. draft.Namespaces.SelectMany(ns => ns.Interfaces).Select(one => new InterfaceSpec(one.Namespace, one.Name, Segment(one, draft), one.Mac.Value, one.Mtu)
            {
                Addresses = [.. one.Addresses.Select(address => address.Value)],
                Routes = [.. one.Routes],
                Vlans = one.Vlans,
                Spanning = one.Spanning,
                Impair = one.Impair,
            }),
        ],
        Services = [.. draft.Namespaces.SelectMany(ns => ns.Services)],
        Checks = [.. draft.ResolvedChecks],
    };

    // The segment behind an interface whose `to` is a locator.
    static SegmentSpec? Own(InterfaceDraft one, TopologyDraft draft) =>
        one.To?.Value.Locator is { } locator ? new SegmentSpec(Kinds.Plug, one.Id.Name, locator) { Topology = draft.Name } : null;

    static ResourceId? Segment(InterfaceDraft one, TopologyDraft draft) => one.To?.Value switch
    {
        null => null,
        { Locator: not null } => new ResourceId(Kinds.Plug, one.Id.Name),
        { Text: var name } => draft.SegmentOf(name) ?? new ResourceId(Kinds.Cable, name),
    };
}

/// <param name="Topology">Null exactly when there is an error.</param>
/// <param name="Diagnostics">In file order; an error many replicas share is one.</param>
public sealed record ReadResult(Topology? Topology, ImmutableArray<Diagnostic> Diagnostics)
{
    public bool HasErrors => Topology is null;
}
