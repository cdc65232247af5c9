using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Scriban.Runtime;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>Translates addresses: what goes out by an interface has that one's address, and what comes in for a port goes to somebody inside (RFC 3022). Passes packets on, too.</summary>
/// <example><code>
/// vnfs: { nat: { masquerade: vde0, forward: [ { in: vde0, tcp: 80, to: web } ] } }
/// </code></example>
internal sealed class NatKind : VnfKind
{
    static readonly VnfTemplate s_template = new("nat");

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_masquerade = new("masquerade", Scalars.InterfaceText.OneOrMany())
    {
        Description = "What goes out here has the address of this interface.",
        Otherwise = "nothing",
        Example = "vde0",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_in = new("in", Scalars.InterfaceText)
    {
        Description = "Only what comes in by this interface.",
        Otherwise = "by any",
        Example = "vde0",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<PortRange>> s_tcp = Port("tcp", "TCP");
    static readonly FieldSchema<Located<PortRange>> s_udp = Port("udp", "UDP");

    static readonly FieldSchema<Located<Target>> s_to = new("to", TargetScalars.HostOrTcp)
    {
        Description = "Who gets it: an address or a namespace, and a port where it is another.",
        Example = "\"10.20.0.80:8080\"",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<Forward?> s_forward = new("namespaces.NAME.vnfs.nat.forward[]", "a forwarded port", [s_in, s_tcp, s_udp, s_to], ReadForward)
    {
        Shape = new KeyShape { ExactlyOne = [["tcp", "udp"]] },
    };

    static readonly FieldSchema<ImmutableArray<Forward?>> s_forwards = new("forward", new ListSchema<Forward?>(s_forward))
    {
        Description = "Ports that somebody inside answers.",
        Otherwise = "none",
        Example = "[{ in: vde0, tcp: 80, to: 10.20.0.80 }]",
        Cost = OnChange.Hot,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public NatKind()
        : base("nat")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "address translation", [s_masquerade, s_forwards], reader => new Draft(reader.List(s_masquerade), [.. reader.List(s_forwards).OfType<Forward>()]));
        Field = Key(_schema, "Translates addresses, and passes packets on (nftables).", "{ masquerade: vde0 }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override VnfProgram? Program => VnfProgram.Nft;

    public override ImmutableArray<IObjectSchema> Objects => [_schema, s_forward];

    static FieldSchema<Located<PortRange>> Port(string key, string name) => new(key, PortScalars.Range)
    {
        Description = $"The port of {name}, or a range of them.",
        Example = "80",
        Cost = OnChange.Hot,
    };

    static Forward? ReadForward(ObjectReader reader)
    {
        if (reader.Has(s_tcp) == reader.Has(s_udp))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_udp), "a forwarded port takes exactly one of tcp and udp", "for example tcp: 80");
            return null;
        }

        bool isTcp = reader.Has(s_tcp);
        if (!reader.TryGet(isTcp ? s_tcp : s_udp, out Located<PortRange> ports) || !reader.TryGet(s_to, out Located<Target> to))
        {
            return null;
        }

        if (!ports.Value.IsOne && to.Value.Port != 0)
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, to.At, $"the ports {ports.Value} cannot all be port {to.Value.Port}", "leave the port out: each stays the same");
            return null;
        }

        return new Forward(reader.TryGet(s_in, out Located<string> by) ? (Located<string>?)by : null, isTcp, ports.Value, to);
    }

    /// <param name="In">Null: any interface.</param>
    sealed record Forward(Located<string>? In, bool IsTcp, PortRange Ports, Located<Target> To);

    sealed record Draft(ImmutableArray<Located<string>> Masquerade, ImmutableArray<Forward> Forwards) : VnfDraft("nat")
    {
        public override IResourceSpec? Resolve(VnfScope scope)
        {
            bool isGood = Masquerade.Aggregate(true, (good, name) => scope.HasLink(name) && good);
            List<(Forward Forward, IPAddress To)> reached = [];
            foreach (Forward forward in Forwards)
            {
                isGood &= forward.In is not { } by || scope.HasLink(by);
                if (scope.Reach(forward.To) is { } address)
                {
                    reached.Add((forward, address));
                }
            }

            if (!isGood || reached.Count < Forwards.Length)
            {
                return null;
            }

            string[] outs = [.. Masquerade.Select(name => name.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            return new VnfSpec(scope.Namespace.Name, Kind)
            {
                Parameters = VnfText.Parameters(("masquerade", VnfText.List(outs)), ("forward", reached.Count == 0 ? null : YamlWriter.List(reached.Select(one => Print(one.Forward, one.To))))),
                Sysctls = RouterKind.Forwarding(v4: true, v6: scope.HasV6),
                Ruleset = s_template.Render(new ScriptObject { ["table"] = VnfSpec.TableOf(Kind), ["masquerades"] = VnfTemplate.List(outs), ["forwards"] = VnfTemplate.List(reached.Select(one => Values(one.Forward, one.To))) }),
                DependsOn = scope.Finished,
            };
        }

        // nft(8): dnat takes its family where the table has two.
        static ScriptObject Values(Forward forward, IPAddress to)
        {
            bool isV6 = to.AddressFamily == AddressFamily.InterNetworkV6;
            string host = isV6 && forward.To.Value.Port != 0 ? $"[{to}]" : to.ToString();
            return new ScriptObject
            {
                ["in"] = forward.In is { } by ? $"iifname \"{by.Value}\" " : "",
                ["match"] = $"meta nfproto {(isV6 ? "ipv6" : "ipv4")} {(forward.IsTcp ? "tcp" : "udp")} dport {forward.Ports}",
                ["to"] = string.Create(CultureInfo.InvariantCulture, $"dnat {(isV6 ? "ip6" : "ip")} to {host}{(forward.To.Value.Port == 0 ? "" : $":{forward.To.Value.Port}")}"),
            };
        }

        static string Print(Forward forward, IPAddress to)
        {
            int port = forward.To.Value.Port;
            string host = port != 0 && to.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{to}]" : to.ToString();
            return VnfText.Map(
                ("in", forward.In is { } by ? YamlWriter.Scalar(by.Value) : null),
                (forward.IsTcp ? "tcp" : "udp", forward.Ports.ToString()),
                ("to", YamlWriter.Scalar(port == 0 ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}"))));
        }
    }
}
