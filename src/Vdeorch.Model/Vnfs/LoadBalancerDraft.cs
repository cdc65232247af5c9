using System.Collections.Immutable;
using System.Globalization;
using Scriban.Runtime;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <param name="Port">Of the back ends; null: that of <paramref name="Listen"/>.</param>
internal sealed record LoadBalancerDraft(FrontEnd Listen, ImmutableArray<Located<Target>> To, int? Port, Algorithm Algorithm, BackEndCheck Check) : VnfDraft(Name)
{
    public const string Name = "load-balancer";

    public static VnfProgram Haproxy { get; } = new("haproxy", "haproxy");

    const string ConfigName = "haproxy.cfg";
    const int FewestRetries = 3;

    static readonly VnfTemplate s_template = new(Name);

    // What is about to change is asked more often.
    static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(500);

    public override IResourceSpec? Resolve(VnfScope scope)
    {
        if (BackEnds.Find(To, Port ?? Listen.Port, scope) is not { } servers)
        {
            return null;
        }

        if (servers.FirstOrDefault(one => one.Namespace == scope.Namespace.Id && one.Port == Listen.Port) is { } itself)
        {
            scope.Context.Report(DiagnosticCatalog.VnfConflict, itself.Named, $"{itself.At} is the load balancer itself", "name the back ends");
            return null;
        }

        return new ServiceSpec(scope.Namespace.Name, Kind, [Haproxy.Name, "-W", "-f", $"{DaemonSpec.Config}/{ConfigName}"])
        {
            Ready = new ReadySpec(Listen.Port, []),
            Daemon = new DaemonSpec(Haproxy.Package)
            {
                Parameters = VnfText.Parameters(
                    ("listen", YamlWriter.Scalar(Listen.ToString())), ("to", YamlWriter.List(servers.Select(one => YamlWriter.Scalar(one.Name)))), ("port", Port?.ToString(CultureInfo.InvariantCulture)),
                    ("algorithm", Word), ("check", Print(Check))),
                Files = [new DaemonFile(ConfigName, s_template.Render(Values(servers, scope)), OnChange.Reload)],
                ReloadSignal = DaemonSignals.Usr2,
                Ports = [new DaemonPort(IsTcp: true, Listen.Port)],
                PassesTo = [.. servers.Select(one => one.Namespace).OfType<ResourceId>().Distinct().Order()],
                Report = new HaproxyReport(),
            },
        };
    }

    string Word => Algorithm switch { Algorithm.LeastConnections => "least-connections", Algorithm.Source => "source", _ => "round-robin" };

    ScriptObject Values(ImmutableArray<BackEnd> servers, VnfScope scope) => new()
    {
        ["mode"] = Listen.IsHttp ? "http" : "tcp",
        ["port"] = Listen.Port,
        // As many as could be down before the first of them is asked.
        ["retries"] = Math.Max(FewestRetries, servers.Length),
        ["balance"] = Algorithm switch { Algorithm.LeastConnections => "leastconn", Algorithm.Source => "source", _ => "roundrobin" },
        ["check"] = Check.Http,
        ["host"] = scope.Namespace.Name,
        ["status"] = Check.Statuses.IsEmpty ? "200-399" : string.Join(',', Check.Statuses),
        ["interval"] = Milliseconds(Check.Interval),
        ["fast"] = Milliseconds(Check.Interval < s_soon ? Check.Interval : s_soon),
        ["rise"] = Check.Rise,
        ["fall"] = Check.Fall,
        ["servers"] = VnfTemplate.List(servers.Select(one => new ScriptObject { ["name"] = ServerName(one), ["at"] = one.At })),
    };

    // Without the brackets around an IPv6 address, which it does not take in a name.
    static string ServerName(BackEnd server) => server.Name.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);

    static string Print(BackEndCheck check) => VnfText.Map(
        check.Http is { } path ? ("http", YamlWriter.Scalar(path)) : ("tcp", "true"), ("status", check.Statuses.IsEmpty ? null : YamlWriter.List(check.Statuses.Select(status => status.ToString(CultureInfo.InvariantCulture)))),
        ("interval", Durations.Print(check.Interval)), ("rise", check.Rise.ToString(CultureInfo.InvariantCulture)), ("fall", check.Fall.ToString(CultureInfo.InvariantCulture)));

    static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMilliseconds}ms");
}
