using System.Collections.Immutable;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Rereading;

/// <summary>
/// One reading with the memory of another: 1. of each text the entries that differ; 2. templates under those whose nodes, or templates, are others; 3. drafts of those whose
/// nodes are others; 4. rules over all of them, since each may see everything; 5. specs of what came out otherwise.
/// </summary>
/// <remarks>What is known has its places in another text: one who has something to say reads again without.</remarks>
internal sealed class Reread(ReadMemory before, TopologyInput input)
{
    // What values are given does not stand in the files.
    readonly bool _isOfSameFiles = before.Result?.Input is { } then && then.Variables.SequenceEqual(input.Variables) && then.VariableFiles.SequenceEqual(input.VariableFiles)
        && then.Files.Select(file => (file.Name, file.Path)).SequenceEqual(input.Files.Select(file => (file.Name, file.Path)));

    readonly ImmutableArray<KnownText?>.Builder _texts = ImmutableArray.CreateBuilder<KnownText?>();
    readonly Dictionary<Node, MapNode> _laidOut = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, KnownNamespace> _namespaces = new(StringComparer.Ordinal);
    KnownGround? _ground;
    MapNode? _templates;
    bool _isOnSameGround;

    /// <summary>Whether anything has its places in another text.</summary>
    public bool IsOfParts { get; private set; }

    /// <summary>Step 1, file by file.</summary>
    /// <returns>Null when it cannot be read; the bag says why.</returns>
    public Node? Read(SourceText source, ReadContext context)
    {
        KnownText? known = _isOfSameFiles && _texts.Count < before.Texts.Length ? before.Texts[_texts.Count] : null;
        if (known is not null && context.Bag.IsEmpty)
        {
            (KnownText Known, MapNode Root)? parts = known.Read(source, context);
            IsOfParts |= parts is not null || !context.Bag.IsEmpty;
            if (parts is not null || !context.Bag.IsEmpty)
            {
                _texts.Add(parts?.Known);
                return parts?.Root;
            }
        }

        Node? root = NodeReader.Read(source, context, depth: 1, out bool hasAnchors);
        _texts.Add(root is MapNode map ? KnownText.Of(source, map, hasAnchors) : null);
        return root;
    }

    /// <summary>When name, policy and variables are known.</summary>
    public void Begin(MapNode root, ReadContext context)
    {
        _ground = new KnownGround(context.Topology, context.MayClimb, root.Find(VarsSchema.Field.Key)?.Value);
        _isOnSameGround = _isOfSameFiles && _ground.IsSameAs(before.Ground);
    }

    /// <summary>Step 2: what came of one that uses templates. They have been looked up all the same.</summary>
    public MapNode LayOut(MapNode user, MapNode? templates, Func<MapNode> layOut)
    {
        _templates = templates;
        return _laidOut[user] = _isOfSameFiles && ReferenceEquals(templates, before.Templates) && before.LaidOut.TryGetValue(user, out MapNode? known) ? known : layOut();
    }

    /// <summary>Step 3.</summary>
    /// <param name="replicated">As <see cref="NamespaceDraft.Replicated"/>.</param>
    /// <returns>One that rules may fill in.</returns>
    public NamespaceDraft Draft(string name, string? replicated, Node node, Func<NamespaceDraft> read)
    {
        KnownNamespace one = _isOnSameGround && before.Namespaces.TryGetValue(name, out KnownNamespace? known) && ReferenceEquals(known.Node, node) && known.Read.Replicated == replicated
            ? known : new KnownNamespace(node, read(), null, []);
        _namespaces[name] = one;
        return one.Read.Copy(one);
    }

    /// <summary>When all is done and nothing was said.</summary>
    public ReadMemory Remember(TopologyDraft draft, ReadResult result, ReadContext context)
    {
        Topology topology = result.Topology!;
        int namespaces = 0;
        int interfaces = 0;
        foreach (NamespaceDraft ns in draft.Namespaces.Where(ns => ns.Machine is null))
        {
            KnownNamespace one = _namespaces[ns.Name];
            NamespaceSpec spec = topology.Namespaces[namespaces++];
            ImmutableArray<InterfaceSpec> links = ImmutableArray.Create(topology.Interfaces.AsSpan(interfaces, ns.Interfaces.Length));
            interfaces += ns.Interfaces.Length;
            _namespaces[ns.Name] = ReferenceEquals(one.Namespace, spec) && links.SequenceEqual(one.Interfaces, ReferenceEquals) ? one : one with { Namespace = spec, Interfaces = links };
        }

        return new ReadMemory { Result = result, IsOfTextAlone = !context.HasLookedAtKeys, Texts = _texts.ToImmutable(), Ground = _ground, Templates = _templates, LaidOut = _laidOut, Namespaces = _namespaces };
    }
}
