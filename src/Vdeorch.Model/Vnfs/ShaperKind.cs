using System.Collections.Immutable;
using System.Globalization;
using Scriban.Runtime;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>Shares out what an interface may send (the kernel's htb): each class of traffic has a rate of its own, and may borrow what others leave.</summary>
/// <example><code>
/// vnfs: { shaper: { interfaces: { vde0: { rate: 20mbit, classes: { voice: { match: { udp: 5060 }, rate: 2mbit, priority: 0 } } } } } }
/// </code></example>
internal sealed class ShaperKind : VnfKind
{
    const int MaxPriority = 7;

    static readonly FieldSchema<Located<long>> s_rate = new("rate", ImpairScalars.Rate)
    {
        Description = "Bits of Ethernet frames a second that the interface sends, all classes together.",
        Example = "20mbit",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<long>> s_own = new("rate", ImpairScalars.Rate)
    {
        Description = "What it has for itself, whatever the others want.",
        Example = "5mbit",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<long>> s_ceil = new("ceil", ImpairScalars.Rate)
    {
        Description = "What it has at most, when others leave it.",
        Otherwise = "the rate of the interface",
        Example = "10mbit",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_priority = new("priority", Scalars.Integer(0, MaxPriority))
    {
        Description = "Who is asked first what others leave: 0 is.",
        Default = 3,
        Example = "0",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<FirewallRule> s_rule = FirewallSchema.Match("namespaces.NAME.vnfs.shaper.interfaces.NAME.classes.NAME.match[]");

    static readonly FieldSchema<ImmutableArray<FirewallRule>> s_match = new("match", s_rule.OneOrMany())
    {
        Description = "What is in it: packets that one of these is about, by either end's port.",
        Example = "[{ udp: 5060-5080 }, { from: 10.0.0.0/24, tcp: 443 }]",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<ShapedClass?> s_class = new("namespaces.NAME.vnfs.shaper.interfaces.NAME.classes.NAME", "a class of traffic", [s_match, s_own, s_ceil, s_priority], reader => !reader.TryGet(s_own, out Located<long> rate) ? null
        : new ShapedClass(reader.List(s_match), rate, reader.TryGet(s_ceil, out Located<long> ceil) ? (Located<long>?)ceil : null, reader.Get(s_priority).Value));

    static readonly FieldSchema<ImmutableArray<MapItem<ShapedClass?>>> s_classes = new("classes", new MapSchema<ShapedClass?>(Scalars.NameKey, s_class))
    {
        Description = "Classes of traffic, by name. What is in none has what they leave of the rate, and borrows last.",
        Otherwise = "all traffic is alike",
        Example = "{ voice: { match: { udp: 5060 }, rate: 2mbit, priority: 0 } }",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<ShapedLink?> s_link = new("namespaces.NAME.vnfs.shaper.interfaces.NAME", "a map with `rate`", [s_rate, s_classes], reader => !reader.TryGet(s_rate, out Located<long> rate) ? null
        : new ShapedLink(rate.Value, [.. reader.List(s_classes).Where(item => item.Value is not null).OrderBy(item => item.Key.Value, StringComparer.Ordinal)!]));

    static readonly FieldSchema<ImmutableArray<MapItem<ShapedLink?>>> s_interfaces = new("interfaces", new MapSchema<ShapedLink?>(Scalars.InterfaceKey, s_link))
    {
        Description = "The interfaces whose sending is shaped.",
        Example = "{ vde0: { rate: 20mbit } }",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    readonly ObjectSchema<VnfDraft?> _schema;

    public ShaperKind()
        : base("shaper")
    {
        _schema = new ObjectSchema<VnfDraft?>(Path, "a shaper", [s_interfaces], reader => new ShaperDraft([.. reader.List(s_interfaces).Where(item => item.Value is not null).OrderBy(item => item.Key.Value, Comparer<string>.Create(NaturalOrder.Compare))!]));
        Field = Key(_schema, "Shares out what interfaces may send, by classes of traffic (htb).", "{ interfaces: { vde0: { rate: 20mbit } } }");
    }

    public override VnfProgram? Program => VnfProgram.Tc;

    public override FieldSchema<VnfDraft?> Field { get; }

    public override ImmutableArray<IObjectSchema> Objects => [_schema, s_link, s_class, s_rule];
}

internal sealed record ShapedClass(ImmutableArray<FirewallRule> Match, Located<long> Rate, Located<long>? Ceil, int Priority);

/// <param name="Classes">By name, in order.</param>
internal sealed record ShapedLink(long Rate, ImmutableArray<MapItem<ShapedClass>> Classes);

internal sealed record ShaperDraft(ImmutableArray<MapItem<ShapedLink>> Links) : VnfDraft("shaper")
{
    // tc-htb(8): 1:1 is the interface, 1:2 what is in no class; classes are 1:10, 1:11 and so on, in hexadecimal digits.
    const int FirstClass = 0x10;
    const int LastPriority = 7;

    static readonly VnfTemplate s_template = new("shaper");

    public override IResourceSpec? Resolve(VnfScope scope)
    {
        FirewallRules rules = new(scope, []);
        bool isGood = true;
        List<string> marks = [];
        foreach (MapItem<ShapedLink> link in Links)
        {
            isGood &= scope.Interface(link.Key) && Fits(link, scope);
            marks.AddRange(link.Value.Classes.SelectMany((one, at) => one.Value.Match.SelectMany(match => rules.Of(match, $"oifname \"{link.Key.Value}\" ", $"meta priority set {Id(at)}", eitherPort: true))));
        }

        return !isGood || !rules.AreGood ? null : new VnfSpec(scope.Namespace.Name, Kind)
        {
            Parameters = VnfText.Parameters(("interfaces", VnfText.Map(Links.Select(link => (link.Key.Value, (string?)Print(link.Value)))))),
            Queues = Links.ToImmutableSortedDictionary(link => link.Key.Value, link => Classes(link.Value), StringComparer.Ordinal),
            Ruleset = marks.Count == 0 ? null : s_template.Render(new ScriptObject { ["table"] = VnfSpec.TableOf(Kind), ["rules"] = VnfTemplate.List(marks) }),
            DependsOn = scope.Finished,
        };
    }

    static string Id(int at) => string.Create(CultureInfo.InvariantCulture, $"1:{FirstClass + at:x}");

    // A line each, as tc(8) takes what follows `class replace dev NAME`.
    static string Classes(ShapedLink link)
    {
        long left = Math.Max(link.Rate - link.Classes.Sum(one => one.Value.Rate.Value), link.Rate / 100);
        return string.Concat(new[] { Line("1:", "1:1", link.Rate, link.Rate, 0), Line("1:1", "1:2", Math.Max(1, left), link.Rate, LastPriority) }
            .Concat(link.Classes.Select((one, at) => Line("1:1", Id(at), one.Value.Rate.Value, one.Value.Ceil?.Value ?? link.Rate, one.Value.Priority))));
    }

    static string Line(string parent, string id, long rate, long ceil, int priority) =>
        string.Create(CultureInfo.InvariantCulture, $"parent {parent} classid {id} htb rate {rate}bit ceil {ceil}bit prio {priority} quantum 3028\n");

    static bool Fits(MapItem<ShapedLink> link, VnfScope scope)
    {
        bool isGood = true;
        foreach (MapItem<ShapedClass> one in link.Value.Classes)
        {
            if (one.Value.Ceil is { } ceil && (ceil.Value < one.Value.Rate.Value || ceil.Value > link.Value.Rate))
            {
                scope.Context.Report(DiagnosticCatalog.OutOfRange, ceil.At, $"the ceil of {one.Key.Value}, {Rates.Print(ceil.Value)}, is {(ceil.Value > link.Value.Rate ? "more than the interface sends" : "less than its rate")}",
                    $"from {Rates.Print(one.Value.Rate.Value)} to {Rates.Print(link.Value.Rate)}");
                isGood = false;
            }
        }

        long sum = link.Value.Classes.Sum(one => one.Value.Rate.Value);
        if (sum > link.Value.Rate)
        {
            scope.Context.Report(DiagnosticCatalog.OutOfRange, link.Key.At, $"the classes of {link.Key.Value} have {Rates.Print(sum)} for themselves, and the interface sends {Rates.Print(link.Value.Rate)}", "what each has for itself is given in any case: take lower rates, with a ceil");
            isGood = false;
        }

        return isGood;
    }

    static string Print(ShapedLink link) => VnfText.Map(
        ("rate", Rates.Print(link.Rate)),
        ("classes", link.Classes.IsEmpty ? null : VnfText.Map(link.Classes.Select(one => (one.Key.Value, (string?)VnfText.Map(
            ("match", FirewallText.Of(one.Value.Match) ?? "[]"), ("rate", Rates.Print(one.Value.Rate.Value)), ("ceil", Rates.Print(one.Value.Ceil?.Value ?? link.Rate)), ("priority", one.Value.Priority.ToString(CultureInfo.InvariantCulture))))))));
}
