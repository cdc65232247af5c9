using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Rendering;

internal static class LimitText
{
    /// <returns>A flow map, <c>{ memory: 64M }</c>.</returns>
    public static string Print(Limits limits) => $"{{ {string.Join(", ", limits.Fields.Select(field => $"{field.Path[Limits.Paths.Length..]}: {field.Value}"))} }}";
}
