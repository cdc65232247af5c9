using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Vnfs;

/// <summary>What a file says of a firewall.</summary>
internal static class FirewallSchema
{
    const string Established = "established";

    static readonly ScalarSchema<Verdict> s_verdict = Scalars.OneOf([.. new[] { Verdict.Accept, Verdict.Drop }.Select(verdict => (FirewallText.Of(verdict), verdict))]);

    static readonly FieldSchema<Located<Verdict>> s_policy = new("policy", s_verdict)
    {
        Description = "What becomes of packets on their way through that no rule is about.",
        Default = Verdict.Drop,
        Example = "accept",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<Verdict>> s_inputPolicy = new("policy", s_verdict)
    {
        Description = "What becomes of packets for the namespace itself that no rule is about.",
        Default = Verdict.Accept,
        Example = "drop",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_from = Side("from", "From here: interfaces, or else prefixes, addresses, namespaces and `sets`.");
    static readonly FieldSchema<ImmutableArray<Located<string>>> s_to = Side("to", "To here, likewise.");
    static readonly FieldSchema<ImmutableArray<Located<PortRange>>> s_tcp = Ports("tcp", "TCP");
    static readonly FieldSchema<ImmutableArray<Located<PortRange>>> s_udp = Ports("udp", "UDP");

    static readonly FieldSchema<Located<bool>> s_icmp = new("icmp", Scalars.Boolean)
    {
        Description = "ICMP and ICMPv6.",
        Default = false,
        Example = "true",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<FirewallRule> s_rule = Rule("namespaces.NAME.vnfs.firewall.allow[]", s_from, s_to);
    static readonly ObjectSchema<FirewallRule> s_inputRule = Rule("namespaces.NAME.vnfs.firewall.input.allow[]", s_from);

    static readonly FieldSchema<ImmutableArray<FirewallRule>> s_allow = Rules("allow", "What is let through.", s_rule, "[established, { from: vde2, to: vde1, tcp: [80, 443] }]");
    static readonly FieldSchema<ImmutableArray<FirewallRule>> s_deny = Rules("deny", "What is not, whatever is allowed.", s_rule, "[{ from: 10.30.0.66 }]");
    static readonly FieldSchema<ImmutableArray<FirewallRule>> s_inputAllow = Rules("allow", "What is let in.", s_inputRule, "[established, { icmp: true }, { from: vde1, tcp: 22 }]");
    static readonly FieldSchema<ImmutableArray<FirewallRule>> s_inputDeny = Rules("deny", "What is not, whatever is allowed.", s_inputRule, "[{ from: vde0, tcp: 22 }]");

    static readonly ObjectSchema<FirewallSide?> s_input = new("namespaces.NAME.vnfs.firewall.input", "rules for the namespace itself", [s_inputPolicy, s_inputAllow, s_inputDeny],
        reader => new FirewallSide(reader.Get(s_inputPolicy).Value, reader.List(s_inputAllow), reader.List(s_inputDeny)));

    static readonly FieldSchema<FirewallSide?> s_inputField = new("input", s_input)
    {
        Description = "Packets for the namespace itself; those to its own loopback, and what IPv6 needs to find its neighbours, always come in.",
        Otherwise = "all come in",
        Example = "{ policy: drop, allow: [established, { icmp: true }] }",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<MapItem<ImmutableArray<Located<IPNetwork>>>>> s_sets = new("sets", new MapSchema<ImmutableArray<Located<IPNetwork>>>(Scalars.NameKey, RuleScalars.Network.OneOrMany()))
    {
        Description = "Prefixes and addresses by a name that rules use.",
        Otherwise = "none",
        Example = "{ admins: [10.30.0.0/24, \"fd00:30::/64\"] }",
        Cost = OnChange.Hot,
    };

    public static ObjectSchema<VnfDraft?> Of(string path) => new(path, "a firewall", [s_policy, s_allow, s_deny, s_inputField, s_sets], reader => new FirewallDraft(
        new FirewallSide(reader.Get(s_policy).Value, reader.List(s_allow), reader.List(s_deny)), reader.Get(s_inputField), reader.List(s_sets)));

    /// <summary>Rules of others about packets on their way.</summary>
    public static ObjectSchema<FirewallRule> Match(string path) => Rule(path, s_from, s_to);

    public static ImmutableArray<IObjectSchema> Objects => [s_rule, s_input, s_inputRule];

    static FieldSchema<ImmutableArray<Located<string>>> Side(string key, string description) => new(key, Scalars.Text.OneOrMany())
    {
        Description = description,
        Otherwise = "any",
        Example = "vde2",
        Cost = OnChange.Hot,
    };

    static FieldSchema<ImmutableArray<Located<PortRange>>> Ports(string key, string name) => new(key, PortScalars.Range.OneOrMany())
    {
        Description = $"Ports of {name}.",
        Otherwise = "any protocol, unless another is named",
        Example = "[80, 443, 8000-8080]",
        Cost = OnChange.Hot,
    };

    static FieldSchema<ImmutableArray<FirewallRule>> Rules(string key, string description, ObjectSchema<FirewallRule> rule, string example) => new(key,
        new ListSchema<FirewallRule>(new EitherSchema<FirewallRule>(rule, Word()) { Words = $"{Established}, or a rule" }))
    {
        Description = description,
        Otherwise = "nothing",
        Example = example,
        Cost = OnChange.Hot,
    };

    static ValueSchema<FirewallRule> Word() => new ScalarSchema<string>(Established, (ScalarText text, out string value) =>
    {
        value = text.Text;
        return text.Text == Established ? null : new Problem(DiagnosticCatalog.NotOneOf, $"{Quoted.Text(text.Text)} is neither '{Established}' nor a rule", "a rule is a map, for example { from: vde2, tcp: 80 }");
    },
    value => value,
    () => new System.Text.Json.Nodes.JsonObject { ["const"] = Established }).As(word => new FirewallRule { IsEstablished = true, At = word.At });

    static ObjectSchema<FirewallRule> Rule(string path, params ImmutableArray<FieldSchema<ImmutableArray<Located<string>>>> sides) => new(path, "a rule", [.. sides, s_tcp, s_udp, s_icmp], reader => new FirewallRule
    {
        From = reader.List(s_from),
        To = sides.Contains(s_to) ? reader.List(s_to) : [],
        Tcp = [.. reader.List(s_tcp).Select(range => range.Value)],
        Udp = [.. reader.List(s_udp).Select(range => range.Value)],
        Icmp = reader.Get(s_icmp).Value,
        At = reader.At(s_from),
    });
}

internal enum Verdict
{
    Accept,
    Drop,
}

/// <summary>One rule as the file has it. What is empty is any.</summary>
internal sealed record FirewallRule
{
    /// <summary>Packets of connections that are there, and what belongs to them; then nothing else counts.</summary>
    public bool IsEstablished { get; init; }

    public ImmutableArray<Located<string>> From { get; init; } = [];
    public ImmutableArray<Located<string>> To { get; init; } = [];
    public ImmutableArray<PortRange> Tcp { get; init; } = [];
    public ImmutableArray<PortRange> Udp { get; init; } = [];
    public bool Icmp { get; init; }
    public TextRange At { get; init; }
}

/// <summary>Packets on their way through, or for the namespace itself.</summary>
internal sealed record FirewallSide(Verdict Policy, ImmutableArray<FirewallRule> Allow, ImmutableArray<FirewallRule> Deny);
