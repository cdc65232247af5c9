using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Text.Json.Serialization;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Planning;

/// <summary>What <c>--only</c> names: a part of a topology.</summary>
/// <param name="Patterns">
/// Each <c>KIND/NAME</c> (<c>interface/web-0/vde0</c>, <c>service/*/nginx</c>), or a name alone: a namespace with all that
/// is in it, or anything of another kind. A <c>*</c> stands for any run of characters, slashes included. None: everything.
/// </param>
public sealed record Selection(ImmutableArray<string> Patterns)
{
    public static Selection Everything { get; } = new([]);

    [JsonIgnore]
    public bool IsEverything => Patterns.IsDefaultOrEmpty;

    public bool Contains(ResourceId id) => IsEverything || Patterns.Any(pattern => Matches(pattern, id));

    /// <returns>The patterns that name nothing of a plan.</returns>
    public ImmutableArray<string> Unmatched(Plan plan) => IsEverything ? [] : [.. Patterns.Where(pattern => !plan.Steps.Any(step => Matches(pattern, step.Id)))];

    /// <returns>The objects it names, and those whose change must come first, since they stand on them, or on a deleted one.</returns>
    public ImmutableHashSet<ResourceId> Of(Plan plan)
    {
        Dictionary<ResourceId, PlanStep> steps = plan.Steps.ToDictionary(step => step.Id);
        ImmutableHashSet<ResourceId>.Builder taken = ImmutableHashSet.CreateBuilder<ResourceId>();
        Stack<ResourceId> open = new(plan.Steps.Select(step => step.Id).Where(Contains));
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

    /// <summary>Whether one pattern names an object.</summary>
    public static bool Matches(string pattern, ResourceId id) =>
        FileSystemName.MatchesSimpleExpression(pattern, id.ToString(), ignoreCase: false)
        || FileSystemName.MatchesSimpleExpression(pattern, id.Name, ignoreCase: false)
        || (id.Kind is Kinds.Interface or Kinds.Service && FileSystemName.MatchesSimpleExpression(pattern, id.Name.Split('/')[0], ignoreCase: false));
}
