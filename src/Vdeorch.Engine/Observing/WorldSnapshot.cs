using System.Collections.Immutable;
using Vdeorch.Engine.Notes;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Observing;

/// <summary>What was found of one topology, at one moment.</summary>
/// <param name="Objects">Everything vdeorch made for it that is there.</param>
/// <param name="Applied">What was asked for last; null when the notes are lost.</param>
/// <param name="Notes">What people should know, such as a namespace of ours in name only.</param>
public sealed record WorldSnapshot(string Topology, ImmutableArray<Observed> Objects, Applied? Applied, ImmutableArray<string> Notes)
{
    /// <summary>Of the runtime and the services.</summary>
    public ImmutableDictionary<ResourceId, int> Pids { get; init; } = ImmutableDictionary<ResourceId, int>.Empty;

    /// <summary>When what was applied is taken back unless somebody confirms it; null: it stays.</summary>
    public DateTimeOffset? ConfirmBy { get; init; }

    /// <summary>Only of a world that was looked at with <see cref="WorldObserver.Look(Hosting.RunDirectory, string)"/>: the runtime runs and does not answer, for people.</summary>
    public string? Hung { get; init; }

    /// <summary>What the runtime said of itself; null when none answers.</summary>
    public RuntimeState? Runtime { get; init; }
}

/// <summary>Something that exists could not be looked at: nothing may be decided from the rest.</summary>
public sealed class ObservationException(string message) : Exception(message);
