using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Rendering;

internal static class PolicyText
{
    /// <returns>A flow map; null when everything is as it is without a policy.</returns>
    public static string? Print(Policy policy)
    {
        string[] entries =
        [
            .. policy.Drift == DriftPolicy.Report ? new[] { "drift: report" } : [],
            .. policy.Ignore.IsEmpty ? [] : new[] { $"ignore: {YamlWriter.List(policy.Ignore.Select(one => YamlWriter.Scalar(one.ToString())))}" },
            .. policy.StopsOnFailure ? new[] { "on-failure: stop" } : [],
            .. policy.MayClimb ? new[] { "paths: anywhere" } : [],
            .. policy.Prunes ? [] : new[] { "prune: false" },
            .. policy.DeniedSchemes.IsEmpty ? [] : new[] { $"uvdel: {{ deny: {YamlWriter.List(policy.DeniedSchemes.Select(scheme => YamlWriter.Scalar($"{scheme}://")))} }}" },
        ];
        return entries.Length > 0 ? $"{{ {string.Join(", ", entries)} }}" : null;
    }
}
