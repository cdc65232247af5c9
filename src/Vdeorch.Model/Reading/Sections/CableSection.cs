using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>What joins two ends: segments, locators, interfaces.</summary>
/// <example><code>
/// cables:
///   - [lan, "vde:///tmp/otherswitch"]
///   - ends: [isp/vde0, gw/vde0]
///   - { ends: [campus, annexe], trunk: [staff, guests] }
/// </code></example>
internal sealed class CableSection : Section
{
    static readonly FieldSchema<ImmutableArray<Located<string>>> s_ends = new("ends", new ListSchema<Located<string>>(LocatorScalars.CableEnd) { Fewest = 2, Most = 2 })
    {
        Description = "Its two ends, each a switch, cloud or plug by name, a locator, or `namespace/interface`.",
        Example = "[isp/vde0, gw/vde0]",
        IsRequired = true,
        Cost = OnChange.Replace,
    };

    static readonly ObjectSchema<CableValue> s_cable = new("cables[]", "a cable", [s_ends, VlanSchema.Vlan, VlanSchema.Trunk, StpSchema.Port, ImpairSchema.Field, LabelSchema.Field],
        reader => new CableValue(reader.List(s_ends), VlanSchema.Read(reader), reader.TryGet(StpSchema.Port, out PortSpanning? spanning) ? spanning : null,
            reader.TryGet(ImpairSchema.Field, out LinkImpairment? impair) ? impair : null)
        {
            Labels = LabelSchema.Read(reader),
            LabelsAt = reader.At(LabelSchema.Field),
        });

    static readonly FieldSchema<ImmutableArray<CableValue>> s_field = new("cables",
        new ListSchema<CableValue>(new EitherSchema<CableValue>(s_ends.Schema.As(ends => new CableValue(ends, null, null, null)), s_cable)
        {
            Words = "a cable: a list of two ends, or a map with `ends`",
        }))
    {
        Description = "Point-to-point wires.",
        Example = "[ [lan, \"vde:///tmp/otherswitch\"], [isp/vde0, gw/vde0] ]",
    };

    public override FieldSchema Field => s_field;

    public override ImmutableArray<IObjectSchema> Objects => [s_cable];

    public override void Read(ObjectReader topology, TopologyDraft draft)
    {
        if (topology.ValueOf(s_field) is not ListNode list)
        {
            _ = topology.List(s_field);
            return;
        }

        foreach (Node node in list.Items)
        {
            if (!((ListSchema<CableValue>)s_field.Schema).Item.TryRead(node, "a cable", topology.Context, out CableValue? cable))
            {
                continue;
            }

            ImmutableArray<Located<string>> ends = cable.Ends;
            if (ends.Length != 2)
            {
                // An end that could not be read has its own diagnostic.
                if (Count(node) != 2)
                {
                    topology.Context.Report(DiagnosticCatalog.WrongType, node.Range, $"a cable has two ends, not {Count(node)}", $"for example {s_ends.Example}");
                }

                continue;
            }

            draft.Cables.Add(new CableDraft(ends[0], ends[1], cable.Vlans, cable.Spanning, cable.Impair, node.Range) { Labels = cable.Labels, LabelsAt = cable.LabelsAt });
        }
    }

    static int Count(Node node) => node switch
    {
        ListNode ends => ends.Items.Length,
        MapNode map => map.Entries.FirstOrDefault(entry => entry.Key.Text == s_ends.Key).Value is ListNode ends ? ends.Items.Length : 2,
        _ => 2,
    };

    sealed record CableValue(ImmutableArray<Located<string>> Ends, VlanValues? Vlans, PortSpanning? Spanning, LinkImpairment? Impair)
    {
        public ImmutableSortedDictionary<string, string> Labels { get; init; } = Topologies.Labels.None;

        public TextRange LabelsAt { get; init; }
    }
}
