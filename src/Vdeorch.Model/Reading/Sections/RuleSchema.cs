using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Rules that say which packets of a namespace look into which routing table.</summary>
/// <example><code>
/// rules:
///   100: { from: 10.20.0.0/24, table: 100 }
///   200: [ { mark: 7, from: 0.0.0.0/0, table: 7 }, { to: "fd00::/8", table: 7 } ]
/// </code></example>
internal static class RuleSchema
{
    const int MainTable = 254;

    static readonly FieldSchema<Located<IPNetwork>> s_from = new("from", RuleScalars.Network)
    {
        Description = "Packets from here.",
        Otherwise = "from anywhere, then with `to`",
        Example = "10.20.0.0/24",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<IPNetwork>> s_to = new("to", RuleScalars.Network)
    {
        Description = "Packets to here.",
        Otherwise = "to anywhere, then with `from`",
        Example = "10.30.0.0/16",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_mark = new("mark", Scalars.Integer(1, int.MaxValue))
    {
        Description = "Packets with this mark, which a firewall gives them.",
        Otherwise = "any",
        Example = "7",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_table = new("table", Table)
    {
        Description = "The routing table they look into; 254 is the main one.",
        Example = "100",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<RuleDraft?> s_rule = new("namespaces.NAME.rules.PRIORITY", "a rule", [s_from, s_to, s_mark, s_table], Build);

    public static readonly FieldSchema<ImmutableArray<MapItem<ImmutableArray<RuleDraft?>>>> Rules = new("rules", new MapSchema<ImmutableArray<RuleDraft?>>(RuleScalars.PriorityKey, s_rule.OneOrMany()))
    {
        Description = "Which packets look into which routing table (`ip rule`), by priority: the lowest is looked at first. Several of one priority are a list.",
        Example = "{ 100: { from: 10.20.0.0/24, table: 100 } }",
        Cost = OnChange.Hot,
    };

    public static IObjectSchema Object => s_rule;

    /// <summary>1..2147483647.</summary>
    public static ScalarSchema<int> Table => Scalars.Integer(1, int.MaxValue);

    /// <returns>0 for the main table.</returns>
    public static int OrMain(int table) => table == MainTable ? 0 : table;

    /// <returns>In order of priority, then of what they ask for; none twice.</returns>
    public static ImmutableArray<RuleSpec> Read(ObjectReader reader)
    {
        Dictionary<string, RuleSpec> rules = new(StringComparer.Ordinal);
        foreach (MapItem<ImmutableArray<RuleDraft?>> item in reader.List(Rules))
        {
            int priority = int.Parse(item.Key.Value, CultureInfo.InvariantCulture);
            foreach (RuleDraft draft in item.Value.OfType<RuleDraft>())
            {
                RuleSpec rule = RuleSpec.Of(priority, draft.From, draft.To, draft.Mark, draft.Table, draft.IsV6);
                if (!rules.TryAdd(rule.Path, rule))
                {
                    reader.Context.Report(DiagnosticCatalog.Conflict, draft.At, string.Create(CultureInfo.InvariantCulture, $"two rules of priority {priority} ask for the same packets"), "keep one of them, or give them different priorities");
                }
            }
        }

        return [.. rules.Values.OrderBy(rule => rule.Priority).ThenBy(rule => rule.Path, StringComparer.Ordinal)];
    }

    static RuleDraft? Build(ObjectReader reader)
    {
        bool hasTable = reader.TryGet(s_table, out Located<int> table);
        IPNetwork? from = reader.TryGet(s_from, out Located<IPNetwork> source) ? source.Value : null;
        IPNetwork? to = reader.TryGet(s_to, out Located<IPNetwork> destination) ? destination.Value : null;
        if (!reader.Has(s_from) && !reader.Has(s_to))
        {
            reader.Context.Report(DiagnosticCatalog.MissingKey, reader.At(s_from), "a rule needs 'from' or 'to'", "from: 0.0.0.0/0 is all of IPv4, from: \"::/0\" all of IPv6");
            return null;
        }

        if (from is { } one && to is { } other && one.BaseAddress.AddressFamily != other.BaseAddress.AddressFamily)
        {
            reader.Context.Report(DiagnosticCatalog.FamilyMixUp, destination.At, $"{one} and {other} are of different address families", null);
            return null;
        }

        return !hasTable || (from ?? to) is not { } network ? null
            : new RuleDraft(from, to, reader.TryGet(s_mark, out Located<int> mark) ? mark.Value : 0, table.Value, network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6, reader.Has(s_from) ? source.At : destination.At);
    }
}

/// <param name="Mark">0: any.</param>
internal sealed record RuleDraft(IPNetwork? From, IPNetwork? To, int Mark, int Table, bool IsV6, TextRange At);
