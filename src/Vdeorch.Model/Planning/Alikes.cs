using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Planning;

/// <summary>
/// What the last plan found to be as it is wished: the very same two need not be compared again. Specs and what was found are values, so nothing can have come between them.
/// With it or without it a plan comes to the same. One user at a time.
/// </summary>
public sealed class Alikes
{
    Dictionary<IResourceSpec, Known> _known = new(ReferenceEqualityComparer.Instance);
    Dictionary<IResourceSpec, Known> _now = new(ReferenceEqualityComparer.Instance);

    internal readonly record struct Known(Observed Thing, Planner.Draft Kept);

    /// <returns>The step that keeps it; null when they have to be compared.</returns>
    internal Planner.Draft? Find(IResourceSpec spec, Observed thing)
    {
        if (!_known.TryGetValue(spec, out Known known) || !thing.LooksLike(known.Thing))
        {
            return null;
        }

        _now[spec] = known;
        return known.Kept;
    }

    /// <param name="kept">Nothing differs, whatever a policy makes of differences.</param>
    internal void Add(IResourceSpec spec, Observed thing, Planner.Draft kept) => _now[spec] = new Known(thing, kept);

    /// <summary>When a plan is made: what was not met in it is forgotten.</summary>
    internal void Turn()
    {
        (_known, _now) = (_now, _known);
        _now.Clear();
    }
}
