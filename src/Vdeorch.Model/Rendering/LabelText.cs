using System.Collections.Immutable;

namespace Vdeorch.Model.Rendering;

internal static class LabelText
{
    /// <returns>A flow map, <c>{ tier: web }</c>.</returns>
    public static string Print(ImmutableSortedDictionary<string, string> labels) =>
        $"{{ {string.Join(", ", labels.Select(label => $"{YamlWriter.Scalar(label.Key)}: {YamlWriter.Scalar(label.Value)}"))} }}";

    /// <returns>For the end of a flow map; empty where there are none.</returns>
    public static string Append(ImmutableSortedDictionary<string, string> labels) => labels.IsEmpty ? "" : $", labels: {Print(labels)}";
}
