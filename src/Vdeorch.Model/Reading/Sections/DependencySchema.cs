using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>What waits for what.</summary>
/// <example><code>
/// depends-on: { router: healthy, seed: completed, "web-*": started }
/// depends-on: router
/// </code></example>
internal static class DependencySchema
{
    static readonly ScalarSchema<DependencyState> s_state = Scalars.OneOf(
        [.. new[] { DependencyState.Started, DependencyState.Healthy, DependencyState.Completed }.Select(state => (Dependency.Print(state), state))]);

    /// <summary>Of namespaces.</summary>
    public static readonly FieldSchema<ImmutableArray<DependencyDraft>> OfNamespaces = new(Dependency.Path, Value(Scalars.GlobKey, Scalars.Glob, "a map: a namespace's name or a pattern to one of started, healthy, completed; or names alone"))
    {
        Description = "What other namespaces have to be before its hooks and services start. Names alone stand for `started`.",
        Otherwise = "it waits for nothing",
        Example = "{ router: healthy, seed: completed }",
        Cost = OnChange.Hot,
    };

    /// <summary>Of services, for those of the same namespace.</summary>
    public static readonly FieldSchema<ImmutableArray<DependencyDraft>> OfServices = new(Dependency.Path, Value(Scalars.NameKey, Scalars.Name, "a map: a service's name to one of started, healthy, completed; or names alone"))
    {
        Description = "What other services of its namespace have to be before it starts. Names alone stand for `started`.",
        Otherwise = "it waits for none",
        Example = "{ db: healthy }",
        Cost = OnChange.Hot,
    };

    static EitherSchema<ImmutableArray<DependencyDraft>> Value(ScalarSchema<string> key, ScalarSchema<string> name, string words) => new(
        name.As(one => ImmutableArray.Create(new DependencyDraft(one, DependencyState.Started))),
        new ListSchema<Located<string>>(name).As(many => many.Select(one => new DependencyDraft(one, DependencyState.Started)).ToImmutableArray()),
        new MapSchema<Located<DependencyState>>(key, s_state).As(map => map.Select(item => new DependencyDraft(item.Key, item.Value.Value)).ToImmutableArray()))
    {
        Words = words,
    };
}

/// <param name="Name">Of one, of replicas, or a pattern; which, a rule finds out.</param>
internal sealed record DependencyDraft(Located<string> Name, DependencyState Until);
