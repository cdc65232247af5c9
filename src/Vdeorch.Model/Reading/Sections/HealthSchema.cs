using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Health of a namespace or a service.</summary>
/// <example><code>
/// health: { http: "http://127.0.0.1:8080/health", status: 200, interval: 2s }
/// </code></example>
internal static class HealthSchema
{
    public static readonly ScalarSchema<int> StatusCode = Scalars.Integer(100, 599);

    static readonly FieldSchema<Located<Target>> s_ping = new("ping", TargetScalars.Ping)
    {
        Description = "Healthy when an address, or a namespace's first address, answers an ICMP echo.",
        Example = "10.0.0.1",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<Target>> s_tcp = new("tcp", TargetScalars.PortOrTcp)
    {
        Description = "Healthy when a port accepts a connection: one of its own, or of an address or namespace.",
        Example = "80",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<Target>> s_http = new("http", TargetScalars.Http)
    {
        Description = "Healthy when a GET of this URL is answered with a good `status`. Redirections are not followed.",
        Example = "\"http://127.0.0.1:8080/health\"",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<Located<int>>> s_status = new("status", StatusCode.OneOrMany())
    {
        Description = "Beside `http`: the status codes that are good.",
        Otherwise = "200 to 399",
        Example = "[200, 204]",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_exec = new("exec", ServiceSchema.Command())
    {
        Description = "Healthy when this command exits with 0 inside the namespace. What it wrote last is the reason when it does not.",
        Example = "[test, -e, /run/app.pid]",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<TimeSpan>> s_interval = new("interval", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)))
    {
        Description = "How long to wait between two tries; half a second at most until it is healthy for the first time.",
        Default = HealthSpec.DefaultInterval,
        Example = "10s",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<TimeSpan>> s_timeout = new("timeout", Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)))
    {
        Description = "How long one try may take.",
        Default = HealthSpec.DefaultTimeout,
        Example = "1s",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_retries = new("retries", Scalars.Integer(1, 1000))
    {
        Description = "How many tries in a row fail before it is unhealthy. One that succeeds makes it healthy.",
        Default = HealthSpec.DefaultRetries,
        Example = "5",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<TimeSpan>> s_startPeriod = new("start-period", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)))
    {
        Description = "How long after its start failures do not count, unless a try has succeeded.",
        Default = HealthSpec.DefaultStartPeriod,
        Example = "1m",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<HealthDraft?> s_health = new("health", "when it is healthy", [s_ping, s_tcp, s_http, s_status, s_exec, s_interval, s_timeout, s_retries, s_startPeriod], Build)
    {
        Shape = new KeyShape { ExactlyOne = [["ping", "tcp", "http", "exec"]], Needs = [("status", "http")] },
    };

    public static readonly FieldSchema<HealthDraft?> OfNamespaces = Field("When it is healthy, asked from inside for as long as it is there: `ping`, `tcp`, `http` or `exec`.", "{ ping: 10.0.0.1 }");

    public static readonly FieldSchema<HealthDraft?> OfServices = Field("When it is healthy, asked for as long as it runs: `ping`, `tcp`, `http` or `exec`.", "{ tcp: 80, interval: 2s }");

    public static ImmutableArray<IObjectSchema> Objects => [s_health];

    /// <summary>Each once.</summary>
    public static ImmutableArray<int> Ordered(ImmutableArray<Located<int>> statuses) => [.. statuses.Select(status => status.Value).Distinct().Order()];

    static FieldSchema<HealthDraft?> Field(string description, string example) => new(HealthSpec.Path, s_health)
    {
        Description = description,
        Otherwise = "nobody asks",
        Example = example,
        Cost = OnChange.Hot,
    };

    static HealthDraft? Build(ObjectReader reader)
    {
        FieldSchema[] there = [.. new FieldSchema[] { s_ping, s_tcp, s_http, s_exec }.Where(reader.Has)];
        if (there.Length != 1)
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(there.Length > 1 ? there[1] : s_ping), "health takes exactly one of ping, tcp, http and exec", "for example health: { tcp: 80 }");
            return null;
        }

        if (reader.Has(s_status) && !reader.Has(s_http))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_status), "'status' goes with 'http'", "leave it out");
        }

        var spec = new HealthSpec
        {
            Exec = ServiceSchema.ReadCommand(reader, s_exec),
            Interval = reader.Get(s_interval).Value,
            Timeout = reader.Get(s_timeout).Value,
            Retries = reader.Get(s_retries).Value,
            StartPeriod = reader.Get(s_startPeriod).Value,
        };
        ImmutableArray<int> statuses = Ordered(reader.List(s_status));
        return reader.Has(s_exec) ? new HealthDraft(spec, null, default, [])
            : reader.TryGet(s_ping, out Located<Target> ping) ? new HealthDraft(spec, ping, ProbeKind.Ping, [])
            : reader.TryGet(s_tcp, out Located<Target> tcp) ? new HealthDraft(spec, tcp, ProbeKind.Tcp, [])
            : reader.TryGet(s_http, out Located<Target> http) ? new HealthDraft(spec, http, ProbeKind.Http, statuses)
            : null;
    }
}

/// <param name="Spec">All but whom it asks.</param>
/// <param name="Target">Null: nobody, it is a command.</param>
internal sealed record HealthDraft(HealthSpec Spec, Located<Target>? Target, ProbeKind Kind, ImmutableArray<int> Statuses);
