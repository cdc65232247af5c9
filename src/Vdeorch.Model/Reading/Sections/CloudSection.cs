using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Distributed segments: no switch, the address is the rendezvous.</summary>
/// <example><code>
/// clouds:
///   lan1: vxvde://234.0.0.1
///   lan2: { vxvde: 234.0.0.2, vni: 7, port: 14789, ttl: 1, interface: eth0 }
///   wan:  { vxlan: 239.1.1.1, vni: 42 }
/// </code></example>
internal sealed class CloudSection : Section
{
    const int MaxVni = 0xFFFFFF;

    static readonly FieldSchema<Located<IPAddress>?> s_vxvde = new("vxvde", LocatorScalars.Group.As(ip => (Located<IPAddress>?)ip).OrNothing(null))
    {
        Description = "The multicast group of a vxvde network; nothing for the group every vxvde plug takes by itself.",
        Example = "234.0.0.2",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<string>> s_group = new("group", Scalars.Text)
    {
        Description = "The group of users whose network it is, by name or number.",
        Example = "alice",
        IsRequired = true,
        Cost = OnChange.Replug,
    };

    static readonly ObjectSchema<Located<string>> s_members = new("clouds.NAME.vxvdex", "the group of users", [s_group], reader => reader.Get(s_group));

    static readonly FieldSchema<Located<string>> s_vxvdex = new("vxvdex", s_members)
    {
        Description = "A vxvde network that only members of a group of users may join.",
        Example = "{ group: alice }",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<IPAddress>?> s_vxlan = new("vxlan", LocatorScalars.Group.As(ip => (Located<IPAddress>?)ip).OrNothing(null))
    {
        Description = "The multicast group of a VXLAN segment (RFC 7348).",
        Example = "239.1.1.1",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<int>> s_vni = new("vni", Scalars.Integer(0, MaxVni))
    {
        Description = "The number of the network among those of one group.",
        Otherwise = "1",
        Example = "42",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<int>> s_port = new("port", Scalars.Integer(1, 65535))
    {
        Description = "The UDP port.",
        Otherwise = "14789 for vxvde, 4789 for vxlan",
        Example = "14789",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<int>> s_ttl = new("ttl", Scalars.Integer(1, 255))
    {
        Description = "How many routers its packets may pass, and one.",
        Otherwise = "1: the local network",
        Example = "1",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<string>> s_interface = new("interface", Scalars.InterfaceText)
    {
        Description = "The host's interface its packets leave by.",
        Otherwise = "what the host's routes say",
        Example = "eth0",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<Unenforced>> s_unenforced = new("unenforced", Scalars.OneOf(("refuse", Unenforced.Refuse), ("allow", Unenforced.Allow)))
    {
        Description = "What to do with a `vxvdex` cloud on a host that can keep nobody out of it.",
        Default = Unenforced.Refuse,
        Example = "allow",
        Cost = OnChange.Replug,
    };

    static readonly ObjectSchema<CloudValue> s_long = new("clouds.NAME", "a cloud", [s_vxvde, s_vxvdex, s_vxlan, SegmentEntries.Locator, s_vni, s_port, s_ttl, s_interface, s_unenforced, LabelSchema.Field],
        reader => Build(reader) with { Labels = LabelSchema.Read(reader) })
    {
        Shape = new KeyShape { ExactlyOne = [["vxvde", "vxvdex", "vxlan", "uvdel"]], Needs = [("unenforced", "vxvdex")] },
    };

    static readonly FieldSchema<ImmutableArray<MapItem<CloudValue>>> s_field = new("clouds",
        new MapSchema<CloudValue>(Scalars.NameKey, new EitherSchema<CloudValue>(LocatorScalars.Locator.As(text => new CloudValue(text.Value, Unenforced.Refuse)), s_long)))
    {
        Description = "Distributed segments, by name.",
        Example = "{ lan1: \"vxvde://234.0.0.1\" }",
    };

    public override FieldSchema Field => s_field;

    public override ImmutableArray<IObjectSchema> Objects => [s_long, s_members];

    public override void Read(ObjectReader topology, TopologyDraft draft) => SegmentEntries.Read(topology, draft, s_field, Kinds.Cloud,
        (name, value) => new SegmentSpec(Kinds.Cloud, name, value.Locator) { Topology = topology.Context.Topology, Labels = value.Labels, MayBeUnenforced = value.Unenforced == Unenforced.Allow });

    static CloudValue Build(ObjectReader reader)
    {
        FieldSchema[] kinds = [s_vxvde, s_vxvdex, s_vxlan, SegmentEntries.Locator];
        FieldSchema[] given = [.. kinds.Where(reader.Has)];
        if (given.Length != 1)
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, given.Length > 1 ? reader.At(given[1]) : reader.At(s_vxvde),
                "a cloud is exactly one of vxvde, vxvdex, vxlan and uvdel", "for example { vxvde: 234.0.0.2, vni: 7 }");
            return CloudValue.None;
        }

        if (reader.Has(s_unenforced) && given[0] != s_vxvdex)
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_unenforced), "'unenforced' goes with vxvdex", "remove it");
        }

        if (given[0] == SegmentEntries.Locator)
        {
            foreach (FieldSchema needless in new FieldSchema[] { s_vni, s_port, s_ttl, s_interface }.Where(reader.Has))
            {
                reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(needless), $"'{needless.Key}' and 'uvdel' exclude each other: a locator says that itself", "such as vxvde://234.0.0.2/vni=7");
            }

            return reader.TryGet(SegmentEntries.Locator, out Located<Uvdel> locator) ? new CloudValue(locator.Value, Unenforced.Refuse) : CloudValue.None;
        }

        List<UvdelParameter> parameters = [];
        AddNumber(reader, s_port, "port", parameters);
        AddNumber(reader, s_vni, "vni", parameters);
        if (reader.TryGet(s_vxvdex, out Located<string> group))
        {
            parameters.Add(new UvdelParameter("grp", group.Value));
        }

        AddNumber(reader, s_ttl, "ttl", parameters);
        if (reader.TryGet(s_interface, out Located<string> device))
        {
            parameters.Add(new UvdelParameter("if", device.Value));
        }

        IPAddress? address = reader.Get(s_vxvde)?.Value ?? reader.Get(s_vxlan)?.Value;
        return new CloudValue(new Uvdel(given[0].Key, address?.ToString() ?? "", [.. parameters], null), reader.Get(s_unenforced).Value);
    }

    static void AddNumber(ObjectReader reader, FieldSchema<Located<int>> field, string name, List<UvdelParameter> parameters)
    {
        if (reader.TryGet(field, out Located<int> number))
        {
            parameters.Add(new UvdelParameter(name, number.Value.ToString(CultureInfo.InvariantCulture)));
        }
    }

    enum Unenforced
    {
        Refuse,
        Allow,
    }

    sealed record CloudValue(Uvdel Locator, Unenforced Unenforced)
    {
        /// <summary>Stands for one that could not be read.</summary>
        public static readonly CloudValue None = new(new Uvdel("null", "", [], null), Unenforced.Refuse);

        public ImmutableSortedDictionary<string, string> Labels { get; init; } = Topologies.Labels.None;
    }
}

/// <summary>What sections of segments have in common.</summary>
internal static class SegmentEntries
{
    /// <summary>For one that has more to say than where it leads.</summary>
    public static readonly FieldSchema<Located<Uvdel>> Locator = new("uvdel", LocatorScalars.Locator)
    {
        Description = "Its locator, as it may stand in place of the map.",
        Example = "\"vxvde://234.0.0.1\"",
        Cost = OnChange.Replug,
    };

    public static void Read<T>(ObjectReader topology, TopologyDraft draft, FieldSchema<ImmutableArray<MapItem<T>>> field, string kind, Func<string, T, SegmentSpec?> make)
    {
        if (topology.ValueOf(field) is not { } node)
        {
            return;
        }

        ReadContext context = topology.Context;
        var schema = (MapSchema<T>)field.Schema;
        foreach ((Located<string> name, Node value) in schema.Entries(node, field.Key, context))
        {
            context.Subject = new ResourceId(kind, name.Value);
            bool isRead = schema.Value.TryRead(value, "it", context, out T read);
            // One that could not be read still takes the name, so that what refers to it is not called unknown.
            SegmentSpec spec = (isRead ? make(name.Value, read) : null) ?? new SegmentSpec(kind, name.Value, new Uvdel("null", "", [], null)) { Topology = context.Topology };
            var entry = new SegmentDraft(name, spec);
            if (draft.SegmentOf(name.Value) is { } other)
            {
                context.Report(DiagnosticCatalog.NameTaken, name.At, $"the name is taken by {other}", "switches, clouds and plugs share their names: rename one of them");
                continue;
            }

            draft.Segments.Add(entry);
            draft.SegmentsByName.Add(name.Value, entry);
        }

        context.Subject = null;
    }
}
