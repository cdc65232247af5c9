using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Learning switches in the plug runtime.</summary>
/// <example><code>
/// switches:
///   lan: {}
///   core: { ports: 64, mac-age: 300s, hub: false }
/// </code></example>
internal sealed class SwitchSection : Section
{
    public static readonly FieldSchema<Located<int>> Ports = new("ports", Scalars.Integer(1, 65535))
    {
        Description = "How many interfaces may be plugged in.",
        Default = SwitchSpec.DefaultPorts,
        Example = "64",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<Located<TimeSpan>> MacAge = new("mac-age", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)))
    {
        Description = "How long an address that is silent stays learned.",
        Default = SwitchSpec.DefaultMacAge,
        Example = "120s",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<Located<bool>> Hub = new("hub", Scalars.Boolean)
    {
        Description = "Send every frame to every port and learn nothing.",
        Default = false,
        Example = "true",
        Cost = OnChange.Hot,
    };

    // The topology and the name are set where the entry's key is known.
    static readonly ObjectSchema<SwitchSpec> s_switch = new("switches.NAME", "a switch", [Ports, MacAge, Hub],
        reader => new SwitchSpec("", reader.Get(Ports).Value, reader.Get(MacAge).Value, reader.Get(Hub).Value) { Topology = reader.Context.Topology })
    {
        Later = ["socket", "mode", "group", "console", "plugs", "vlans", "stp"],
    };

    static readonly FieldSchema<ImmutableArray<MapItem<SwitchSpec>>> s_field = new("switches", new MapSchema<SwitchSpec>(Scalars.NameKey, s_switch))
    {
        Description = "Learning Ethernet switches, by name.",
        Example = "{ lan: {} }",
    };

    public override FieldSchema Field => s_field;

    public override ImmutableArray<IObjectSchema> Objects => [s_switch];

    public override void Read(ObjectReader topology, TopologyDraft draft)
    {
        if (topology.ValueOf(s_field) is not { } node)
        {
            return;
        }

        ReadContext context = topology.Context;
        foreach ((Located<string> name, Node value) in ((MapSchema<SwitchSpec>)s_field.Schema).Entries(node, s_field.Key, context))
        {
            context.Subject = new ResourceId(Kinds.Switch, name.Value);
            SwitchSpec spec = s_switch.TryRead(value, "it", context, out SwitchSpec? read)
                ? read with { Name = name.Value }
                : new SwitchSpec(name.Value, SwitchSpec.DefaultPorts, SwitchSpec.DefaultMacAge, false) { Topology = context.Topology };
            var entry = new SwitchDraft(name, spec);
            draft.Switches.Add(entry);
            draft.SwitchesByName.Add(name.Value, entry);
        }

        context.Subject = null;
    }
}
