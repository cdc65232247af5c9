using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Named locators, and nestings of them.</summary>
/// <example><code>
/// plugs:
///   edge: tap://tapr
///   inet: { slirp: { tcp-forward: ["8080:10.0.2.15:80"] } }
///   far:  { cmd: "ssh user@remote.host vde_plug slirp://" }
///   sealed: { stack: [ { vlan: 4 }, { agno: { key: secrets/agno.key } } ], over: lan2 }
/// </code></example>
internal sealed class PlugSection : Section
{
    const int MaxStack = 8;

    static readonly FieldSchema<Located<string>> s_cmd = new("cmd", Scalars.Text)
    {
        Description = "A command whose standard input and output carry the frames.",
        Example = "ssh user@remote.host vde_plug slirp://",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_tcpForward = new("tcp-forward", LocatorScalars.Forward.OneOrMany())
    {
        Description = "Ports of the host that lead to one of the network: `[ADDRESS:]PORT:ADDRESS:PORT`.",
        Example = "[\"8080:10.0.2.15:80\"]",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_udpForward = new("udp-forward", LocatorScalars.Forward.OneOrMany())
    {
        Description = "The same for UDP.",
        Example = "[\"5353:10.0.2.15:53\"]",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<Values.InterfaceAddress>> s_address = new("address", AddressScalars.Address)
    {
        Description = "The address of the host in the network, with the network's prefix.",
        Otherwise = "10.0.2.2/24",
        Example = "10.9.0.1/24",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<bool>> s_restricted = new("restricted", Scalars.Boolean)
    {
        Description = "Nothing leaves for the host or beyond it; forwarded ports work.",
        Default = false,
        Example = "true",
        Cost = OnChange.Replug,
    };

    static readonly ObjectSchema<Uvdel> s_slirpObject = new("plugs.NAME.slirp", "what slirp offers", [s_tcpForward, s_udpForward, s_address, s_restricted], BuildSlirp);

    static readonly FieldSchema<Uvdel> s_slirp = new("slirp", s_slirpObject)
    {
        Description = "The way out through the host's own connections, without any privilege.",
        Example = "{ tcp-forward: [\"8080:10.0.2.15:80\"] }",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<int>> s_vlan = new("vlan", Scalars.Integer(1, 4094))
    {
        Description = "A VLAN: frames are tagged with this id outside.",
        Example = "4",
    };

    static readonly FieldSchema<Located<string>> s_key = new("key", Scalars.Text)
    {
        Description = "The file with the key, relative to the topology file.",
        Otherwise = "~/.vde_agno_key",
        Example = "secrets/agno.key",
    };

    static readonly FieldSchema<Located<string>> s_ethtype = new("ethtype", Scalars.Text)
    {
        Description = "The EtherType of encrypted frames: `copy`, `ipv4`, `ipv6`, `rand` or a number.",
        Otherwise = "0xa6de",
        Example = "copy",
    };

    static readonly FieldSchema<Located<AgnoMode>> s_mode = new("mode", Scalars.OneOf(("compatible", AgnoMode.Compatible), ("aead", AgnoMode.Aead)))
    {
        Description = "`compatible` speaks with libvdeplug_agno; `aead` authenticates every frame and refuses replays, between vdeorch plugs only.",
        Default = AgnoMode.Compatible,
        Example = "aead",
    };

    static readonly ObjectSchema<Uvdel> s_agnoObject = new("plugs.NAME.stack[].agno", "how to encrypt", [s_key, s_ethtype, s_mode], BuildAgno);

    static readonly FieldSchema<Uvdel> s_agno = new("agno", s_agnoObject)
    {
        Description = "Encryption of every frame.",
        Example = "{ key: secrets/agno.key }",
    };

    static readonly ObjectSchema<Uvdel?> s_layer = new("plugs.NAME.stack[]", "a layer", [s_vlan, s_agno], BuildLayer) { Shape = new KeyShape { ExactlyOne = [["vlan", "agno"]] } };

    static readonly FieldSchema<ImmutableArray<Uvdel?>> s_stack = new("stack", new ListSchema<Uvdel?>(s_layer) { Fewest = 1, Most = MaxStack })
    {
        Description = "Layers around what `over` names, the outermost first.",
        Example = "[ { vlan: 4 }, { agno: { key: secrets/agno.key } } ]",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<SegmentText>> s_over = new("over", LocatorScalars.Segment)
    {
        Description = "What the layers lie around: a cloud, another plug, or a locator.",
        Example = "lan2",
        Cost = OnChange.Replug,
    };

    static readonly ObjectSchema<PlugValue> s_long = new("plugs.NAME", "a plug", [s_slirp, s_cmd, s_stack, s_over, SegmentEntries.Locator, LabelSchema.Field],
        reader => Build(reader) with { Labels = LabelSchema.Read(reader) })
    {
        Shape = new KeyShape { ExactlyOne = [["slirp", "cmd", "stack", "uvdel"]], Needs = [("stack", "over"), ("over", "stack")] },
    };

    static readonly FieldSchema<ImmutableArray<MapItem<PlugValue>>> s_field = new("plugs",
        new MapSchema<PlugValue>(Scalars.NameKey, new EitherSchema<PlugValue>(LocatorScalars.Locator.As(text => new PlugValue(text.Value)), s_long)))
    {
        Description = "Named locators and nestings of them.",
        Example = "{ edge: \"tap://tapr\" }",
    };

    public override FieldSchema Field => s_field;

    public override ImmutableArray<IObjectSchema> Objects => [s_long, s_slirpObject, s_layer, s_agnoObject];

    public override void Read(ObjectReader topology, TopologyDraft draft)
    {
        List<(string Name, PlugValue Value)> stacked = [];
        SegmentEntries.Read(topology, draft, s_field, Kinds.Plug, (name, value) =>
        {
            if (value.Over is not null)
            {
                stacked.Add((name, value));
                draft.Over.Add(value.Over.Value.Value.Text);
            }

            // What a stack is over is known later.
            return new SegmentSpec(Kinds.Plug, name, value.Locator ?? new Uvdel("null", "", [], null)) { Topology = topology.Context.Topology, Labels = value.Labels };
        });
        Resolve(stacked, topology.Context, draft);
    }

    // What is over another stack waits for that one; what is left in the end goes round in a circle, or is over nothing.
    static void Resolve(List<(string Name, PlugValue Value)> stacked, ReadContext context, TopologyDraft draft)
    {
        HashSet<string> waiting = [.. stacked.Select(one => one.Name)];
        bool isMoving = true;
        while (isMoving)
        {
            isMoving = false;
            foreach ((string name, PlugValue value) in stacked.Where(one => waiting.Contains(one.Name)).ToArray())
            {
                Located<SegmentText> over = value.Over!.Value;
                Uvdel? inner = over.Value.Locator
                    ?? (draft.SegmentsByName.TryGetValue(over.Value.Text, out SegmentDraft? known) && !waiting.Contains(over.Value.Text) ? known.Spec.Locator : null);
                if (inner is null)
                {
                    continue;
                }

                SegmentDraft entry = draft.SegmentsByName[name];
                SegmentDraft resolved = entry with { Spec = entry.Spec with { Locator = Wrap(value.Layers, inner) } };
                draft.Segments[draft.Segments.IndexOf(entry)] = resolved;
                draft.SegmentsByName[name] = resolved;
                waiting.Remove(name);
                isMoving = true;
            }
        }

        foreach ((string name, PlugValue value) in stacked.Where(one => waiting.Contains(one.Name)))
        {
            Located<SegmentText> over = value.Over!.Value;
            context.Subject = new ResourceId(Kinds.Plug, name);
            if (waiting.Contains(over.Value.Text))
            {
                context.Report(DiagnosticCatalog.Circle, over.At, $"it lies over itself, through {Quoted.Text(over.Value.Text)}", "let one of them lie over a cloud or a locator");
            }
            else
            {
                context.Report(DiagnosticCatalog.UnknownSegment, over.At,
                    draft.SwitchesByName.ContainsKey(over.Value.Text)
                        ? $"switch/{over.Value.Text} has no locator that layers could lie around"
                        : $"there is no cloud or plug {Quoted.Text(over.Value.Text)}",
                    context.DidYouMean(over.Value.Text, draft.SegmentsByName.Keys) ?? "name a cloud, another plug, or write the locator itself");
            }
        }

        context.Subject = null;
    }

    static Uvdel Wrap(ImmutableArray<Uvdel> layers, Uvdel inner) => layers.Reverse().Aggregate(inner, (nested, layer) => layer with { Nested = nested });

    static PlugValue Build(ObjectReader reader)
    {
        FieldSchema[] given = [.. new FieldSchema[] { s_slirp, s_cmd, s_stack, SegmentEntries.Locator }.Where(reader.Has)];
        if (given.Length != 1)
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, given.Length > 1 ? reader.At(given[1]) : reader.At(s_slirp),
                "a plug is exactly one of slirp, cmd, stack and uvdel, or a locator", "for example tap://tap0");
            return new PlugValue(null);
        }

        if (reader.Has(s_stack) != reader.Has(s_over))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.Has(s_over) ? reader.At(s_over) : reader.At(s_stack), "'stack' and 'over' go together",
                "for example { stack: [ { vlan: 4 } ], over: lan2 }");
            return new PlugValue(null);
        }

        if (reader.Has(SegmentEntries.Locator))
        {
            return new PlugValue(reader.TryGet(SegmentEntries.Locator, out Located<Uvdel> locator) ? locator.Value : null);
        }

        if (reader.TryGet(s_cmd, out Located<string> command))
        {
            return new PlugValue(new Uvdel("cmd", command.Value, [], null));
        }

        if (reader.Has(s_slirp))
        {
            return new PlugValue(reader.TryGet(s_slirp, out Uvdel? slirp) ? slirp : null);
        }

        ImmutableArray<Uvdel> layers = [.. reader.List(s_stack).OfType<Uvdel>()];
        if (reader.ValueOf(s_stack) is ListNode { Items.Length: 0 or > MaxStack })
        {
            reader.Context.Report(DiagnosticCatalog.OutOfRange, reader.ValueOf(s_stack)!.Range, string.Create(CultureInfo.InvariantCulture, $"a stack has 1 to {MaxStack} layers"));
        }

        return new PlugValue(null) { Layers = layers, Over = reader.TryGet(s_over, out Located<SegmentText> over) ? over : default(Located<SegmentText>?) };
    }

    static Uvdel? BuildLayer(ObjectReader reader)
    {
        if (reader.Has(s_vlan) == reader.Has(s_agno))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_agno), "a layer is exactly one of vlan and agno", "for example { vlan: 4 }");
            return null;
        }

        return reader.Has(s_agno) ? reader.TryGet(s_agno, out Uvdel? agno) ? agno : null
            : reader.TryGet(s_vlan, out Located<int> vlan) ? new Uvdel("vlan", vlan.Value.ToString(CultureInfo.InvariantCulture), [], null) : null;
    }

    static Uvdel BuildAgno(ObjectReader reader)
    {
        List<UvdelParameter> parameters = [];
        if (reader.TryGet(s_ethtype, out Located<string> ethtype))
        {
            parameters.Add(new UvdelParameter("ethtype", ethtype.Value));
        }

        if (reader.Get(s_mode).Value == AgnoMode.Aead)
        {
            parameters.Add(new UvdelParameter("mode", "aead"));
        }

        string key = reader.TryGet(s_key, out Located<string> path) ? reader.Context.FileNamed(path) : "";
        return new Uvdel("agno", key, [.. parameters], null);
    }

    static Uvdel BuildSlirp(ObjectReader reader)
    {
        List<UvdelParameter> parameters = [];
        if (reader.Get(s_restricted).Value)
        {
            parameters.Add(new UvdelParameter("restricted", ""));
        }

        if (reader.TryGet(s_address, out Located<Values.InterfaceAddress> address))
        {
            parameters.Add(new UvdelParameter("addr", address.Value.ToString()));
        }

        AddForwards(reader, s_tcpForward, "tcpfwd", parameters);
        AddForwards(reader, s_udpForward, "udpfwd", parameters);
        return new Uvdel("slirp", "", [.. parameters], null);
    }

    static void AddForwards(ObjectReader reader, FieldSchema<ImmutableArray<Located<string>>> field, string name, List<UvdelParameter> parameters)
    {
        if (reader.List(field) is { IsEmpty: false } forwards)
        {
            parameters.Add(new UvdelParameter(name, string.Join(',', forwards.Select(forward => forward.Value))));
        }
    }

    enum AgnoMode
    {
        Compatible,
        Aead,
    }

    /// <param name="Locator">Null until what it is over is known.</param>
    sealed record PlugValue(Uvdel? Locator)
    {
        public ImmutableArray<Uvdel> Layers { get; init; } = [];

        public Located<SegmentText>? Over { get; init; }

        public ImmutableSortedDictionary<string, string> Labels { get; init; } = Topologies.Labels.None;
    }
}
