using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Rendering;

/// <summary>What waits for what, and how its health is asked.</summary>
internal static class HealthText
{
    /// <summary>Of a namespace or a service: nothing where it has neither.</summary>
    public static void Write(YamlWriter yaml, HealthSpec? health, ImmutableArray<Dependency> dependencies)
    {
        if (health is not null)
        {
            yaml.Entry(HealthSpec.Path, string.Create(CultureInfo.InvariantCulture,
                $"{{ {What(health)}, interval: {Durations.Print(health.Interval)}, timeout: {Durations.Print(health.Timeout)}, retries: {health.Retries}, start-period: {Durations.Print(health.StartPeriod)} }}"));
        }

        if (!dependencies.IsEmpty)
        {
            yaml.Entry(Dependency.Path, $"{{ {string.Join(", ", dependencies.Select(one => $"{YamlWriter.Scalar(one.Name)}: {Dependency.Print(one.Until)}"))} }}");
        }
    }

    /// <param name="probe">One with any.</param>
    public static string Statuses(Probe probe) => YamlWriter.List(probe.Statuses.Select(status => status.ToString(CultureInfo.InvariantCulture)));

    static string What(HealthSpec health) => health.Probe is { } probe ? $"{Probe.Word(probe.Kind)}: {YamlWriter.Scalar(probe.Text)}{(probe.Statuses.IsEmpty ? "" : $", status: {Statuses(probe)}")}"
        : health.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"tcp: {port}")
        : $"exec: {YamlWriter.List(health.Exec.Select(YamlWriter.Scalar))}";
}
