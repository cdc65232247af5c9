using System.Collections.Immutable;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Rereading;

/// <summary>
/// What a reading leaves for the next one of nearly the same input: what has not changed is the very same then, down to its specs. A value; only of readings that had nothing to
/// say and asked for no other files. With it or without it a reading comes to the same.
/// </summary>
public sealed class ReadMemory
{
    internal ReadMemory()
    {
    }

    /// <summary>Of nothing.</summary>
    public static ReadMemory Nothing { get; } = new();

    /// <summary>Null: nothing was read.</summary>
    public Topology? Topology => Result?.Topology;

    internal ReadResult? Result { get; init; }

    /// <summary>Nothing but the text counts: the same comes to the same without a look. False where key files were looked at.</summary>
    internal bool IsOfTextAlone { get; init; }

    /// <summary>Of each file; null for one that is read whole.</summary>
    internal ImmutableArray<KnownText?> Texts { get; init; } = [];

    internal KnownGround? Ground { get; init; }

    /// <summary>Templates as they were, and by what uses them what it comes to.</summary>
    internal MapNode? Templates { get; init; }

    internal IReadOnlyDictionary<Node, MapNode> LaidOut { get; init; } = ImmutableDictionary<Node, MapNode>.Empty;

    internal IReadOnlyDictionary<string, KnownNamespace> Namespaces { get; init; } = ImmutableDictionary<string, KnownNamespace>.Empty;
}

/// <summary>What all that is read of a namespace depends on, beside its own node.</summary>
/// <param name="Variables">As the files have them; null: they have none.</param>
internal sealed record KnownGround(string Topology, bool MayClimb, Node? Variables)
{
    public bool IsSameAs(KnownGround? other) => other is not null && (Topology, MayClimb) == (other.Topology, other.MayClimb) && ReferenceEquals(Variables, other.Variables);
}

/// <summary>A namespace or machine: what it was read from, and what came of it before and after the rules.</summary>
/// <param name="Read">No rule has touched it.</param>
/// <param name="Namespace">Null of a machine.</param>
/// <param name="Interfaces">None of a machine.</param>
internal sealed record KnownNamespace(Node Node, NamespaceDraft Read, NamespaceSpec? Namespace, ImmutableArray<InterfaceSpec> Interfaces);
