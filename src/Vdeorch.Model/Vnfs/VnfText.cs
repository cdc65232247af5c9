using System.Collections.Immutable;
using Vdeorch.Model.Rendering;

namespace Vdeorch.Model.Vnfs;

/// <summary>Parameters as a file has them, on one line each.</summary>
internal static class VnfText
{
    /// <param name="pairs">Null: it has no such parameter.</param>
    public static ImmutableSortedDictionary<string, string> Parameters(params IEnumerable<(string Key, string? Value)> pairs) =>
        pairs.Where(pair => pair.Value is not null).ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);

    public static string Of(bool value) => value ? "true" : "false";

    /// <returns>Null for none.</returns>
    public static string? List(IEnumerable<string> texts) => texts.Any() ? YamlWriter.List(texts.Select(YamlWriter.Scalar)) : null;

    /// <param name="pairs">Null: it has no such key. Values as they are to be written.</param>
    public static string Map(params IEnumerable<(string Key, string? Value)> pairs) =>
        $"{{ {string.Join(", ", pairs.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}: {pair.Value}"))} }}";
}
