using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Planning;

/// <summary>
/// Deletes that wait: of namespaces that something passed traffic to, until it is changed not to any more. So a back end serves until nobody is sent to it. Where what goes is in the
/// way of what comes, by an address or for want of ports, it goes first, as everything else does.
/// </summary>
sealed class Partings
{
    static readonly Partings s_none = new(Array.Empty<ResourceId>().ToLookup(_ => ""), []);

    readonly ILookup<string, ResourceId> _letGoBy;
    readonly HashSet<string> _leaving;

    Partings(ILookup<string, ResourceId> letGoBy, HashSet<string> leaving) => (_letGoBy, _leaving) = (letGoBy, leaving);

    /// <param name="deletes">All of them.</param>
    /// <param name="rest">All other steps; looked at only where a namespace goes.</param>
    /// <param name="before">What was asked for last time; null when unknown: then nobody knows who passes to whom.</param>
    public static Partings Of(IEnumerable<PlanStep> deletes, IEnumerable<PlanStep> rest, IReadOnlyDictionary<ResourceId, IResourceSpec> wished, IReadOnlyDictionary<ResourceId, IResourceSpec>? before, Dictionary<ResourceId, Observed> found)
    {
        HashSet<string> going = [.. deletes.Where(step => step.Id.Kind == Kinds.Namespace && step.Action == PlanAction.Delete).Select(step => step.Id.Name)];
        if (going.Count == 0 || before is null)
        {
            return s_none;
        }

        ILookup<string, ResourceId> letGoBy = rest.Where(step => step.Action == PlanAction.Update)
            .SelectMany(step => (before.GetValueOrDefault(step.Id)?.PassesTo ?? []).Except(wished[step.Id].PassesTo), (step, to) => (To: to.Name, By: step.Id))
            .Where(pair => going.Contains(pair.To)).ToLookup(pair => pair.To, pair => pair.By);
        HashSet<string> leaving = WithWhatTheyNeed([.. letGoBy.Select(pairs => pairs.Key)], going, found);
        return leaving.Count == 0 || IsInTheWay(leaving, [.. deletes], [.. rest], wished, found) ? s_none : new Partings(letGoBy, leaving);
    }

    public bool IsLate(ResourceId id) => IsInNamespace(id) && _leaving.Contains(NamespaceOf(id));

    /// <summary>The steps that have to be done before this one is.</summary>
    public IEnumerable<ResourceId> LetGoBy(ResourceId late) => _letGoBy[NamespaceOf(late)].Order();

    static bool IsInNamespace(ResourceId id) => id.Kind is Kinds.Namespace or Kinds.Interface or Kinds.Vnf or Kinds.Hooks or Kinds.Service;

    static string NamespaceOf(ResourceId id) => id.Name.Split('/')[0];

    // What one that goes late stands on, or was started after, goes later still.
    static HashSet<string> WithWhatTheyNeed(HashSet<string> leaving, HashSet<string> going, Dictionary<ResourceId, Observed> found)
    {
        if (leaving.Count == 0)
        {
            return leaving;
        }

        ILookup<string, string> needs = found.Values.Where(thing => IsInNamespace(thing.Id))
            .SelectMany(thing => thing.DependsOn.Where(IsInNamespace), (thing, on) => (Of: NamespaceOf(thing.Id), On: NamespaceOf(on))).Distinct().ToLookup(pair => pair.Of, pair => pair.On);
        Queue<string> open = new(leaving);
        while (open.TryDequeue(out string? next))
        {
            foreach (string on in needs[next].Where(on => going.Contains(on) && leaving.Add(on)))
            {
                open.Enqueue(on);
            }
        }

        return leaving;
    }

    static bool IsInTheWay(HashSet<string> leaving, ImmutableArray<PlanStep> deletes, ImmutableArray<PlanStep> rest, IReadOnlyDictionary<ResourceId, IResourceSpec> wished, Dictionary<ResourceId, Observed> found)
    {
        PlanStep[] coming = [.. rest.Where(step => step.Id.Kind == Kinds.Interface && step.Action != PlanAction.Keep)];
        PlanStep[] links = [.. deletes.Where(step => step.Id.Kind == Kinds.Interface && leaving.Contains(NamespaceOf(step.Id)))];
        HashSet<string> kept = [.. links.SelectMany(step => step.Changes).Where(change => change.Path is "address" or "mac").SelectMany(change => Values(change.Before))];
        HashSet<ResourceId> plugged = [.. links.SelectMany(step => found[step.Id].DependsOn)];
        return coming.SelectMany(step => step.Changes).Any(change => change.Path is "address" or "mac" && Values(change.After).Any(kept.Contains))
            || deletes.Any(step => !IsInNamespace(step.Id) && plugged.Contains(step.Id))
            || wished.Values.OfType<SwitchSpec>().Any(sw => coming.Count(step => Moves(step, sw.Name)) is > 0 and var more
                && more + found.Values.Count(thing => thing.Id.Kind == Kinds.Interface && thing.Fields.GetValueOrDefault("to") == sw.Name) > sw.Ports);
    }

    // Addresses without the length of their prefix.
    static IEnumerable<string> Values(string? text) => (text ?? "").Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(value => value.Split('/')[0]);

    static bool Moves(PlanStep step, string sw) => step.Changes.Any(change => change.Path == "to" && change.After == sw);
}
