using System.Collections.Immutable;
using System.Net;
using Scriban.Runtime;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>A name server (dnsmasq): the topology's own names, and those that others know.</summary>
/// <example><code>
/// vnfs: { dns: { zone: lab.test, records: auto, forward: [9.9.9.9] } }
/// </code></example>
internal sealed class DnsKind : VnfKind
{
    static readonly VnfTemplate s_template = new("dns");

    static readonly ScalarSchema<string> s_domain = new("a domain", ReadDomain, value => value, () => Scalars.Pattern("^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$"));

    static readonly FieldSchema<Located<string>> s_zone = new("zone", s_domain)
    {
        Description = "The domain whose names are the topology's: nobody else is asked for them.",
        Otherwise = "the topology's name, and `.test`",
        Example = "lab.test",
        Cost = OnChange.Restart,
    };

    static readonly ScalarSchema<RecordSource> s_source = Scalars.OneOf(("auto", RecordSource.Auto), ("none", RecordSource.None));

    static readonly FieldSchema<Located<RecordSource>> s_records = new("records", s_source)
    {
        Description = "`auto`: every namespace of the file at all its addresses. `none`: only `hosts`.",
        Default = RecordSource.Auto,
        Example = "none",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<MapItem<ImmutableArray<Located<IPAddress>>>>> s_hosts = new("hosts", new MapSchema<ImmutableArray<Located<IPAddress>>>(Scalars.NameKey, AddressScalars.Ip.OneOrMany()))
    {
        Description = "More names of the zone, with their addresses.",
        Otherwise = "none",
        Example = "{ printer: 10.0.0.9 }",
        Cost = OnChange.Reload,
    };

    static readonly FieldSchema<ImmutableArray<Located<IPAddress>>> s_forward = new("forward", AddressScalars.Ip.OneOrMany())
    {
        Description = "Who is asked for all other names.",
        Otherwise = "nobody: there are no other names",
        Example = "[9.9.9.9]",
        Cost = OnChange.Reload,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public DnsKind()
        : base("dns")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a name server", [s_zone, s_records, s_hosts, s_forward], reader => new Draft(
            reader.TryGet(s_zone, out Located<string> zone) ? zone.Value : $"{reader.Context.Topology}.test", reader.Get(s_records).Value, reader.List(s_hosts), [.. reader.List(s_forward).Select(server => server.Value)]));
        Field = Key(_schema, "Answers for names (dnsmasq).", "{ zone: lab.test, forward: [9.9.9.9] }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override VnfProgram? Program => Dnsmasq.Program;

    public override ImmutableArray<IObjectSchema> Objects => [_schema];

    enum RecordSource
    {
        Auto,
        None,
    }

    // RFC 1123, 2.1.
    static Problem? ReadDomain(ScalarText text, out string value)
    {
        value = text.Text;
        bool isGood = value.Length is > 0 and <= 253 && value.Split('.').All(label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));
        return isGood ? null : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(value)} is not a domain", "for example lab.test");
    }

    sealed record Draft(string Zone, RecordSource Records, ImmutableArray<MapItem<ImmutableArray<Located<IPAddress>>>> Hosts, ImmutableArray<IPAddress> Forward) : VnfDraft("dns")
    {
        public override IResourceSpec? Resolve(VnfScope scope) => new ServiceSpec(scope.Namespace.Name, Kind, Dnsmasq.Run)
        {
            Ready = new ReadySpec(53, []),
            Daemon = new DaemonSpec(Dnsmasq.Program.Package)
            {
                Parameters = VnfText.Parameters(
                    ("zone", YamlWriter.Scalar(Zone)), ("records", Records == RecordSource.Auto ? "auto" : "none"), ("forward", VnfText.List(Forward.Select(server => server.ToString()))),
                    ("hosts", Hosts.IsEmpty ? null : VnfText.Map(Hosts.OrderBy(host => host.Key.Value, StringComparer.Ordinal).Select(host => (host.Key.Value, VnfText.List(host.Value.Select(address => address.Value.ToString()))))))),
                Files =
                [
                    new DaemonFile(Dnsmasq.File, s_template.Render(new ScriptObject { ["zone"] = Zone, ["config"] = DaemonSpec.Config }), OnChange.Restart),
                    new DaemonFile("hosts", string.Concat(Names(scope).Select(name => $"{name.Address} {name.Name}\n")), OnChange.Reload),
                    new DaemonFile("servers", string.Concat(Forward.Select(server => $"server={server}\n")), OnChange.Reload),
                ],
                ReloadSignal = DaemonSignals.Hup,
                Ports = [new DaemonPort(IsTcp: true, 53), new DaemonPort(IsTcp: false, 53)],
            },
        };

        // In an order of their own: that of the file is nobody's business.
        IEnumerable<(IPAddress Address, string Name)> Names(VnfScope scope) =>
            (Records == RecordSource.Auto ? scope.Names : []).Concat(Hosts.SelectMany(host => host.Value.Select(address => (address.Value, host.Key.Value))))
                .OrderBy(name => name.Item2, Comparer<string>.Create(NaturalOrder.Compare)).ThenBy(name => name.Item1.ToString(), StringComparer.Ordinal);
    }
}
