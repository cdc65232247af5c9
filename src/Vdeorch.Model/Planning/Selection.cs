using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Text.Json.Serialization;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Planning;

/// <summary>What <c>--only</c> names: a part of a topology.</summary>
/// <param name="Patterns">
/// Each <c>KIND/NAME</c> (<c>interface/web-0/vde0</c>, <c>service/*/nginx</c>), or a name alone: a namespace with all that
/// is in it, or anything of another kind. A <c>*</c> stands for any run of characters, slashes included. <c>@tier=web</c> is
/// a <see cref="LabelSelector"/>: everything with such labels, and what belongs to a namespace with them. None: everything.
/// </param>
public sealed record Selection(ImmutableArray<string> Patterns)
{
    public static Selection Everything { get; } = new([]);

    [JsonIgnore]
    public bool IsEverything => Patterns.IsDefaultOrEmpty;

    /// <summary>What a pattern begins with that is a selector.</summary>
    public const char LabelMark = '@';

    /// <param name="labels">Of the objects of the plan.</param>
    /// <returns>The patterns that name nothing of a plan.</returns>
    public ImmutableArray<string> Unmatched(Plan plan, LabelLookup labels) =>
        IsEverything ? [] : [.. Patterns.Where(pattern => Picker(pattern, labels) is var picks && !plan.Steps.Any(step => picks(step.Id)))];

    /// <param name="labels">Of the objects of the plan.</param>
    /// <returns>The objects it names, and those whose change must come first, since they stand on them, or on a deleted one.</returns>
    public ImmutableHashSet<ResourceId> Of(Plan plan, LabelLookup labels)
    {
        Func<ResourceId, bool>[] pickers = [.. Patterns.Select(pattern => Picker(pattern, labels))];
        Dictionary<ResourceId, PlanStep> steps = plan.Steps.ToDictionary(step => step.Id);
        ImmutableHashSet<ResourceId>.Builder taken = ImmutableHashSet.CreateBuilder<ResourceId>();
        Stack<ResourceId> open = new(plan.Steps.Select(step => step.Id).Where(id => IsEverything || pickers.Any(picks => picks(id))));
        while (open.TryPop(out ResourceId id))
        {
            if (taken.Add(id))
            {
                foreach (ResourceId first in steps[id].DependsOn)
                {
                    open.Push(first);
                }
            }
        }

        return taken.ToImmutable();
    }

    // What is no selector has been refused where it was typed; of a saved plan that was changed by hand it names nothing.
    static Func<ResourceId, bool> Picker(string pattern, LabelLookup labels) =>
        !pattern.StartsWith(LabelMark) ? id => Matches(pattern, id)
        : LabelSelector.TryParse(pattern[1..], out _) is { } selector ? id => selector.Matches(labels(id))
        : _ => false;

    /// <summary>Whether one pattern that is no selector names an object.</summary>
    public static bool Matches(string pattern, ResourceId id) =>
        FileSystemName.MatchesSimpleExpression(pattern, id.ToString(), ignoreCase: false)
        || FileSystemName.MatchesSimpleExpression(pattern, id.Name, ignoreCase: false)
        || (id.Kind is Kinds.Interface or Kinds.Vnf or Kinds.Service or Kinds.Card && FileSystemName.MatchesSimpleExpression(pattern, id.Name.Split('/')[0], ignoreCase: false));
}

/// <summary>The labels of an object: its own, or those of the namespace it belongs to.</summary>
public delegate ImmutableSortedDictionary<string, string> LabelLookup(ResourceId id);
