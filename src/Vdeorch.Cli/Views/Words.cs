using System.Globalization;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Cli.Views;

/// <summary>The words all views share.</summary>
static class Words
{
    public static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    /// <summary><c>0.8 ms</c>, <c>120 ms</c>, <c>3.2 s</c>: two digits that matter.</summary>
    public static string Elapsed(TimeSpan time) => time.TotalMilliseconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
    };

    /// <summary>For uptimes and ages, in the largest unit that fits: <c>4s</c>, <c>12m</c>, <c>3h</c>, <c>9d</c>.</summary>
    public static string Age(TimeSpan age) => age.TotalSeconds switch
    {
        < 0 => "0s",
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalSeconds}s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes}m"),
        < 172800 => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d"),
    };

    /// <param name="kib">KiB.</param>
    public static string Memory(long kib) => string.Create(CultureInfo.InvariantCulture, $"{kib / 1024.0:0.0} MiB");

    public static string Cost(OnChange cost) => cost switch
    {
        OnChange.Hot => "hot",
        OnChange.Reload => "reload",
        OnChange.Replug => "replug",
        OnChange.Restart => "restart",
        _ => "replace",
    };

    public static string Cause(Cause cause) => cause switch
    {
        Model.Planning.Cause.File => "the file changed",
        Model.Planning.Cause.Drift => "drift",
        Model.Planning.Cause.Dependency => "drift: what it was at has gone",
        _ => "unknown",
    };

    /// <returns><c>up to 100 ms</c>, <c>until the other side has answered</c>, <c>for good</c>.</returns>
    public static string Outage(Impact impact) => impact.Outage switch
    {
        Model.Planning.Outage.Brief => string.Create(CultureInfo.InvariantCulture, $"up to {impact.MaxMs} ms"),
        Model.Planning.Outage.UntilAnswered => "until the other side has answered",
        _ => "for good",
    };

    public static string Role(SpanningRole role) => role switch
    {
        SpanningRole.Root => "root",
        SpanningRole.Designated => "designated",
        SpanningRole.Alternate => "alternate",
        SpanningRole.Backup => "backup",
        SpanningRole.Edge => "edge",
        _ => "disabled",
    };

    public static string Status(SpanningStatus status) => status switch
    {
        SpanningStatus.Discarding => "discarding",
        SpanningStatus.Learning => "learning",
        _ => "forwarding",
    };

    public static string Health(Health health) => health switch
    {
        Model.Resources.Health.Healthy => "healthy",
        Model.Resources.Health.Starting => "starting",
        Model.Resources.Health.Degraded => "degraded",
        Model.Resources.Health.Unhealthy => "unhealthy",
        Model.Resources.Health.Failed => "failed",
        _ => "unknown",
    };

    public static string Past(PlanAction action) => action switch
    {
        PlanAction.Create => "created",
        PlanAction.Update => "updated",
        PlanAction.Replace => "replaced",
        PlanAction.Delete => "deleted",
        _ => "kept",
    };

    public static string Present(PlanAction action) => action switch
    {
        PlanAction.Create => "creating",
        PlanAction.Update => "updating",
        PlanAction.Replace => "replacing",
        PlanAction.Delete => "deleting",
        _ => "keeping",
    };

    public static string Infinitive(PlanAction action) => action switch
    {
        PlanAction.Create => "create",
        PlanAction.Update => "update",
        PlanAction.Replace => "replace",
        PlanAction.Delete => "delete",
        _ => "keep",
    };
}
