using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Expanding;
using Vdeorch.Model.Reading.Rereading;
using Vdeorch.Model.Reading.Rules;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading;

/// <summary>
/// Topology files' text to what it means. 1. bytes to text (size, UTF-8); 2. text to nodes (YAML, its limits); 3. nodes to one tree (overlays, variables,
/// fragments, templates: <see cref="Expander"/>); 4. the tree to a draft (keys, types, expressions, replicas); 5. rules between objects; 6. the topology.
/// Every stage reports all it can; a stage whose input is unreadable does not run.
/// </summary>
public static class TopologyReader
{
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>One file alone.</summary>
    /// <param name="file">The name the user gave: leads diagnostics, and names a topology that has no name of its own.</param>
    /// <param name="directory">Absolute: where relative names of files start. Null: that of <paramref name="file"/>, which then is absolute where it matters.</param>
    /// <param name="keys">As below.</param>
    public static ReadResult Read(ReadOnlyMemory<byte> utf8, string file, string? directory = null, IKeyFiles? keys = null) =>
        Read(TopologyInput.Of(file, directory is null ? file : $"{directory.TrimEnd('/')}/{file[(file.LastIndexOf('/') + 1)..]}", utf8), fragments: null, keys);

    /// <summary>Never throws for what is in the texts.</summary>
    /// <param name="fragments">Where files that are included come from, beside those the input holds; null: there are no others.</param>
    /// <param name="keys">Where key files are looked at, for warnings; null: they are not.</param>
    /// <param name="memory">Of an earlier reading through the same doors: then this one leaves one, too, if it has nothing to say. Null: it does not.</param>
    public static ReadResult Read(TopologyInput input, IFragments? fragments = null, IKeyFiles? keys = null, ReadMemory? memory = null)
    {
        if (memory is { IsOfTextAlone: true, Result: { } same } && same.Input.IsSameAs(input))
        {
            return same.Remembered(memory);
        }

        Reread? reread = memory is null ? null : new Reread(memory, input);
        ReadResult read = Read(input, fragments, keys, reread);
        return reread is { IsOfParts: true } && (read.HasErrors || !read.Diagnostics.IsEmpty) ? Read(input, fragments, keys, reread: null) : read;
    }

    static ReadResult Read(TopologyInput input, IFragments? fragments, IKeyFiles? keys, Reread? reread)
    {
        var known = new KnownFragments(input.Fragments, fragments);
        var context = new ReadContext { Keys = keys, Contents = new Contents(known), Reread = reread };
        var expander = new Expander(input, known, context);
        if (expander.Lay() is not { } root)
        {
            return new ReadResult(null, context.Bag.ToImmutable()) { Input = input };
        }

        TopologyDraft draft = Draft(root, expander, context);
        foreach (Rule rule in RuleList.Errors)
        {
            rule.Check(draft, context);
        }

        foreach (Rule rule in context.Bag.HasErrors ? [] : RuleList.Warnings)
        {
            rule.Check(draft, context);
        }

        ReadResult result = new(context.Bag.HasErrors ? null : Build(draft), context.Bag.ToImmutable()) { Input = input with { Fragments = [.. expander.Included, .. context.Contents.Read] } };
        return reread is not null && context.Bag.IsEmpty && input.Fragments.IsEmpty && result.Input.Fragments.IsEmpty ? result.Remembered(reread.Remember(draft, result, context)) : result;
    }

    static TopologyDraft Draft(MapNode root, Expander expander, ReadContext context)
    {
        expander.ReadVariables(root);

        // The name comes before the rest: keys are read in the list's order, not the file's, and expressions may use it.
        context.Topology = Stem(context.Sources.First.File);
        if (root.Find(SectionList.Name.Key) is { } given)
        {
            context.Topology = SectionList.Name.Schema.TryRead(given.Value, SectionList.Name.Key, context, out Located<string> name) ? name.Value : "";
        }
        else if (!Scalars.IsName(context.Topology))
        {
            context.Report(DiagnosticCatalog.BadName, TextRange.WholeFile, $"the topology has no name, and the file's, {Quoted.Text(context.Topology)}, cannot be one",
                $"add topology: {Scalars.NearestName(context.Topology) ?? "lab"}");
        }

        context.MayClimb = PolicySection.MayClimb(root, context);
        context.Reread?.Begin(root, context);
        SectionList.Topology.TryRead(expander.Expand(root), "the file", context, out ObjectReader reader);
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
        Policy = draft.Policy,
        Switches = [.. draft.Switches.Select(sw => sw.Spec)],
        Segments = [.. draft.Segments.Select(segment => segment.Spec), .. draft.Namespaces.SelectMany(ns => ns.Interfaces).Select(one => Own(one, draft)).OfType<SegmentSpec>()],
        Cables = [.. draft.ResolvedCables],
        Namespaces = [.. draft.Namespaces.Where(ns => ns.Machine is null).Select(Namespace)],
        Interfaces = [.. draft.Namespaces.Where(ns => ns.Machine is null).SelectMany(ns => ns.Interfaces).Select(one => Interface(one, draft))],
        Vnfs = [.. draft.Namespaces.SelectMany(ns => ns.ResolvedVnfs)],
        Hooks = [.. draft.Namespaces.Select(ns => ns.Hooks).OfType<HooksSpec>()],
        Services = [.. draft.Namespaces.SelectMany(ns => ns.Services).Select(service => service.Spec)],
        Machines = [.. draft.Namespaces.Where(ns => ns.Machine is not null).Select(ns => Machine(ns, draft))],
        Cards = [.. draft.Namespaces.Where(ns => ns.Machine is not null).SelectMany(ns => ns.Interfaces).Select(one => Card(one, draft))],
        Checks = [.. draft.ResolvedChecks],
    };

    // What was read alike, and came out of the rules alike, is the same.
    static NamespaceSpec Namespace(NamespaceDraft ns) => ns.Before is { } before && before.Health == ns.ResolvedHealth && before.Dependencies.SequenceEqual(ns.Dependencies) ? before
        : new NamespaceSpec(ns.Name, ns.Sysctls, ns.Dns)
        {
            Files = ns.Files,
            Rules = ns.Rules,
            Labels = ns.Labels,
            Limits = ns.Limits,
            Health = ns.ResolvedHealth,
            Dependencies = ns.Dependencies,
            HasLeasedDns = ns.Dns.IsEmpty && ns.Interfaces.Any(one => one.Dhcp.Value),
        };

    static InterfaceSpec Interface(InterfaceDraft one, TopologyDraft draft)
    {
        ResourceId? to = Segment(one, draft);
        return one.Before is { } before && (before.To, before.Mtu, before.Vlans, before.Spanning, before.Impair) == (to, one.Mtu, one.Vlans, one.Spanning, one.Impair) && before.Routes.SequenceEqual(one.Routes) ? before
            : new InterfaceSpec(one.Namespace, one.Name, to, one.Mac.Value, one.Mtu)
            {
                Addresses = [.. one.Addresses.Select(address => address.Value)],
                Dhcp = one.Dhcp.Value,
                Routes = [.. one.Routes],
                Vlans = one.Vlans,
                Spanning = one.Spanning,
                Impair = one.Impair,
            };
    }

    static MachineSpec Machine(NamespaceDraft ns, TopologyDraft draft) => ns.Machine! with
    {
        Labels = ns.Labels,
        Dependencies = ns.Dependencies,
        StartsAfter = ns.StartsAfter,
        Cards = ns.Machine.IsExternal ? [] : [.. ns.Interfaces.Select(one => Card(one, draft))],
    };

    static CardSpec Card(InterfaceDraft one, TopologyDraft draft) => new(one.Namespace, one.Name, Segment(one, draft), one.Mac.Value, one.Model!)
    {
        Topology = draft.Name,
        Addresses = [.. one.Addresses.Select(address => address.Value)],
        Vlans = one.Vlans,
        Spanning = one.Spanning,
        Impair = one.Impair,
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
    /// <summary>What it was read from, with the fragments that were included: enough to read it again.</summary>
    public required TopologyInput Input { get; init; }

    /// <summary>For the next reading; null: there is none to be had.</summary>
    public ReadMemory? Memory { get; private init; }

    /// <summary>The same, for who was asked to remember it.</summary>
    internal ReadResult Remembered(ReadMemory memory) => this with { Memory = memory };

    public bool HasErrors => Topology is null;
}
