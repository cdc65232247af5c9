using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>What the user calls objects by, to pick them out. They are noted, not made: no object is touched when one changes.</summary>
/// <example><code>
/// namespaces:
///   web: { to: lan, address: 10.0.0.1/24, labels: { tier: web, owner: alice } }
/// </code></example>
public static partial class Labels
{
    /// <summary>What their fields begin with.</summary>
    public const string Paths = "labels.";

    /// <summary>Of keys and of values.</summary>
    public const int MaxLength = 63;

    public static ImmutableSortedDictionary<string, string> None { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    internal const string KeyPattern = "[A-Za-z0-9._/-]{1,63}";

    // Without what selectors have a meaning for, so that every value can be asked for.
    internal const string ValuePattern = "[A-Za-z0-9._/:@+-]{0,63}";

    public static bool IsKey(string text) => KeyRegex().IsMatch(text);

    public static bool IsValue(string text) => ValueRegex().IsMatch(text);

    public static IEnumerable<Field> Fields(ImmutableSortedDictionary<string, string> labels) => labels.Select(label => new Field($"{Paths}{label.Key}", label.Value, OnChange.Hot));

    public static bool IsPath(string path) => path.StartsWith(Paths, StringComparison.Ordinal);

    /// <summary>What was found, with the labels it was given last: the world does not keep them.</summary>
    /// <param name="applied">What was asked for last; of what is not in it no labels are known.</param>
    public static IEnumerable<Observed> Noted(IEnumerable<Observed> found, Topology? applied)
    {
        IReadOnlyDictionary<ResourceId, IResourceSpec>? known = applied?.ById;
        return known is null ? found : found.Select(thing => !known.TryGetValue(thing.Id, out IResourceSpec? spec) ? thing : thing with
        {
            Fields = spec.Labels.IsEmpty ? thing.Fields : thing.Fields.SetItems(Fields(spec.Labels).Select(field => KeyValuePair.Create(field.Path, field.Value))),
            Enumerated = thing.Enumerated.Add(Paths),
        });
    }

    /// <summary>As objects are labelled now; those that are no more, as they were.</summary>
    public static Planning.LabelLookup Lookup(IEnumerable<IResourceSpec> now, IEnumerable<IResourceSpec> before)
    {
        Dictionary<ResourceId, ImmutableSortedDictionary<string, string>> labels = Of(now);
        foreach ((ResourceId id, ImmutableSortedDictionary<string, string> old) in Of(before))
        {
            labels.TryAdd(id, old);
        }

        return id => labels.GetValueOrDefault(id) ?? None;
    }

    /// <summary>Of every object: its own, and of what belongs to a namespace those of the namespace.</summary>
    public static Dictionary<ResourceId, ImmutableSortedDictionary<string, string>> Of(IEnumerable<IResourceSpec> specs)
    {
        IResourceSpec[] all = [.. specs];
        Dictionary<string, ImmutableSortedDictionary<string, string>> namespaces = all.Where(spec => spec is NamespaceSpec or MachineSpec).ToDictionary(spec => spec.Id.Name, spec => spec.Labels, StringComparer.Ordinal);
        return all.ToDictionary(spec => spec.Id, spec => Above(spec.Id) is { } ns && namespaces.TryGetValue(ns, out ImmutableSortedDictionary<string, string>? labels) ? labels : spec.Labels);
    }

    // The namespace that an object belongs to. A cable's name may have a slash in it too, and is nobody's.
    static string? Above(ResourceId id) => id.Kind switch
    {
        Kinds.Hooks => id.Name,
        Kinds.Interface or Kinds.Vnf or Kinds.Service or Kinds.Card => id.Name.Split('/')[0],
        Kinds.Plug when id.Name.Contains('/', StringComparison.Ordinal) => id.Name.Split('/')[0],
        _ => null,
    };

    [GeneratedRegex($"^{KeyPattern}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex KeyRegex();

    [GeneratedRegex($"^{ValuePattern}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValueRegex();
}
