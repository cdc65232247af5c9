using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Scriban.Runtime;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>Says which packets pass through its namespace, and which come in.</summary>
/// <example><code>
/// vnfs: { firewall: { policy: drop, allow: [ established, { from: vde2, to: vde1, tcp: [80, 443] } ] } }
/// </code></example>
internal sealed class FirewallKind : VnfKind
{
    readonly ObjectSchema<VnfDraft?> _schema;

    public FirewallKind()
        : base("firewall")
    {
        _schema = FirewallSchema.Of(Path);
        Field = Key(_schema, "Says which packets pass through, and which come in (nftables).", "{ policy: drop, allow: [established, { from: vde2, tcp: 80 }] }");
    }

    public override FieldSchema<VnfDraft?> Field { get; }

    public override VnfProgram? Program => VnfProgram.Nft;

    public override ImmutableArray<IObjectSchema> Objects => [_schema, .. FirewallSchema.Objects];
}

internal sealed record FirewallDraft(FirewallSide Through, FirewallSide? Input, ImmutableArray<MapItem<ImmutableArray<Located<IPNetwork>>>> Sets) : VnfDraft("firewall")
{
    static readonly VnfTemplate s_template = new("firewall");

    // Without its neighbours no IPv6 host reaches anybody (RFC 4890, 4.4).
    static readonly string[] s_always =
    [
        "iifname \"lo\" accept",
        "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept",
    ];

    public override IResourceSpec? Resolve(VnfScope scope)
    {
        FirewallRules rules = new(scope, [.. Sets.Select(set => new FirewallSet(set.Key.Value, [.. set.Value.Select(item => item.Value)]))]);
        string[] through = [.. Rules(Through, rules)];
        string[] input = Input is null ? [] : [.. s_always, .. Rules(Input, rules)];
        return !rules.AreGood ? null : new VnfSpec(scope.Namespace.Name, Kind)
        {
            Parameters = VnfText.Parameters(
                ("policy", FirewallText.Of(Through.Policy)), ("allow", FirewallText.Of(Through.Allow)), ("deny", FirewallText.Of(Through.Deny)),
                ("input", Input is null ? null : FirewallText.Of(Input)), ("sets", PrintSets())),
            Ruleset = s_template.Render(new ScriptObject
            {
                ["table"] = VnfSpec.TableOf(Kind),
                ["sets"] = VnfTemplate.List(rules.Sets.SelectMany(set => set.Parts)),
                ["chains"] = VnfTemplate.List([Chain("forward", Through, through), .. Input is null ? [] : new[] { Chain("input", Input, input) }]),
            }),
            DependsOn = scope.Finished,
        };
    }

    static IEnumerable<string> Rules(FirewallSide side, FirewallRules rules) =>
        [.. side.Deny.SelectMany(rule => rules.Of(rule, Verdict.Drop)), .. side.Allow.SelectMany(rule => rules.Of(rule, Verdict.Accept))];

    static ScriptObject Chain(string hook, FirewallSide side, string[] rules) => new() { ["hook"] = hook, ["policy"] = FirewallText.Of(side.Policy), ["rules"] = VnfTemplate.List(rules) };

    string? PrintSets() => Sets.IsEmpty ? null
        : VnfText.Map(Sets.OrderBy(set => set.Key.Value, StringComparer.Ordinal).Select(set => (set.Key.Value, VnfText.List(set.Value.Select(item => item.Value.ToString())) ?? "[]"))!);
}

/// <summary>Prefixes by a name. The table has one set for each address family.</summary>
internal sealed record FirewallSet(string Name, ImmutableArray<IPNetwork> Networks)
{
    public static string NameOf(string name, bool isV6) => isV6 ? $"{name}-v6" : name;

    public bool Has(bool v6) => Networks.Any(network => IsV6(network) == v6);

    public IEnumerable<ScriptObject> Parts => FirewallRules.Families.Where(Has).Select(v6 => new ScriptObject
    {
        ["name"] = NameOf(Name, v6),
        ["type"] = v6 ? "ipv6_addr" : "ipv4_addr",
        ["elements"] = VnfTemplate.List(Networks.Where(network => IsV6(network) == v6).Select(FirewallRules.Print).Distinct(StringComparer.Ordinal)),
    });

    static bool IsV6(IPNetwork network) => network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;
}
