using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Scriban.Runtime;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>A web proxy for those who are allowed to use it (tinyproxy): HTTP, and CONNECT for what is encrypted.</summary>
/// <example><code>
/// vnfs: { proxy: { listen: 3128, allow: [10.30.0.0/24] } }
/// </code></example>
internal sealed class ProxyKind : VnfKind
{
    static readonly VnfProgram s_program = new("tinyproxy", "tinyproxy-bin");

    static readonly VnfTemplate s_template = new("proxy");

    static readonly FieldSchema<Located<int>> s_listen = new("listen", PortScalars.Port)
    {
        Description = "The port of TCP that it answers, at every address.",
        Default = 3128,
        Example = "8888",
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<ImmutableArray<Located<IPNetwork>>> s_allow = new("allow", RuleScalars.Network.OneOrMany())
    {
        Description = "Who may use it: prefixes and addresses. All others are refused.",
        Otherwise = "the networks of its interfaces",
        Example = "[10.30.0.0/24, \"fd00:30::/64\"]",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<Located<int>>> s_connect = new("connect", PortScalars.Port.OneOrMany())
    {
        Description = "Ports that a tunnel (CONNECT, for https) may lead to.",
        Otherwise = "443",
        Example = "[443, 8443]",
        Cost = OnChange.Reload,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public ProxyKind()
        : base("proxy")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a web proxy", [s_listen, s_allow, s_connect], reader => new Draft(
            reader.Get(s_listen).Value, reader.Has(s_allow) ? [.. reader.List(s_allow).Select(one => one.Value)] : null, reader.Has(s_connect) ? [.. reader.List(s_connect).Select(port => port.Value)] : [443]));
        Field = Key(_schema, "Fetches web pages for others (tinyproxy).", "{ listen: 3128, allow: [10.30.0.0/24] }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override VnfProgram? Program => s_program;

    public override ImmutableArray<IObjectSchema> Objects => [_schema];

    /// <param name="Allow">Null: whoever shares a network with it.</param>
    sealed record Draft(int Listen, ImmutableArray<IPNetwork>? Allow, ImmutableArray<int> Connect) : VnfDraft("proxy")
    {
        public override IResourceSpec? Resolve(VnfScope scope)
        {
            string[] allow = [.. (Allow ?? scope.Namespace.Interfaces.SelectMany(one => one.Addresses).Select(address => address.Value.Subnet)).Select(prefix => prefix.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            int[] connect = [.. Connect.Distinct().Order()];

            // It binds its port at its start alone: by the name of its configuration another port is another command, and so a restart.
            string config = string.Create(CultureInfo.InvariantCulture, $"tinyproxy-{Listen}.conf");
            return new ServiceSpec(scope.Namespace.Name, Kind, [s_program.Name, "-d", "-c", $"{DaemonSpec.Config}/{config}"])
            {
                Ready = new ReadySpec(Listen, []),
                Daemon = new DaemonSpec(s_program.Package)
                {
                    Parameters = VnfText.Parameters(
                        ("listen", Listen.ToString(CultureInfo.InvariantCulture)), ("allow", VnfText.List(allow)), ("connect", $"[{string.Join(", ", connect)}]")),
                    Files = [new DaemonFile(config, s_template.Render(new ScriptObject { ["listen"] = Listen, ["allow"] = VnfTemplate.List(allow), ["connect"] = VnfTemplate.List(connect.Cast<object>()) }), OnChange.Reload)],
                    ReloadSignal = DaemonSignals.Usr1,
                    Ports = [new DaemonPort(IsTcp: true, Listen)],
                },
            };
        }
    }
}
