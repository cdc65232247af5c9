using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Learning switches in the plug runtime.</summary>
/// <example><code>
/// switches:
///   lan: {}
///   core: { ports: 64, mac-age: 300s, hub: false }
///   open: { socket: /tmp/mysw, mode: "0660", group: vde-net, plugs: ["tap://tap0"] }
///   campus: { vlans: { 10: staff, 20: guests }, stp: true, storm: 1000 }
///   lab: { socket: /tmp/lab, numbered: { 5: { vlan: 10, user: alice } }, console: /tmp/lab.mgmt }
/// </code></example>
internal sealed class SwitchSection : Section
{
    public static readonly FieldSchema<Located<int>> Ports = new("ports", Scalars.Integer(1, RuntimeRequest.MaxSwitchPorts))
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

    public static readonly FieldSchema<ImmutableArray<MapItem<Located<string>>>> Vlans = new("vlans", new MapSchema<Located<string>>(VlanScalars.IdKey, VlanScalars.Name))
    {
        Description = "Its VLANs: ids from 1 to 4094, and what they are called here. With any, only these may be used.",
        Otherwise = "any, once something has a `vlan` or `trunk`; else it looks at no tag",
        Example = "{ 10: staff, 20: guests }",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_socket = new("socket", SwitchScalars.Socket)
    {
        Description = "A directory to make, at which any VDE client may join: vde_plug, vdens, QEMU, `vde://`. Ports are limited by `ports`.",
        Example = "/tmp/mysw",
        Cost = OnChange.Replug,
    };

    static readonly FieldSchema<Located<int>> s_mode = new("mode", SwitchScalars.Mode)
    {
        Description = "Who may join: the permissions of the control socket in it. Of the directory they are made from these.",
        Otherwise = "`\"0600\"`, nobody but the user that runs it",
        Example = "\"0660\"",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_group = new("group", SwitchScalars.Group)
    {
        Description = "The group of directory and sockets, by name or number.",
        Example = "vde-net",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<TimeSpan>> s_minPersistence = new("min-persistence", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)))
    {
        Description = "How long an address must have been silent before it moves to another port.",
        Otherwise = "`3s` with a `socket`, else `0s`",
        Example = "3s",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<MapItem<NumberedDraft>>> s_numbered = new("numbered", new MapSchema<NumberedDraft>(SwitchScalars.PortKey, NumberedSchema.Port))
    {
        Description = "What is asked of ports by their number, for the clients that join there: numbers from 1 to what `ports` says.",
        Example = "{ 5: { vlan: 10, user: alice } }",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<Uvdel>> s_to = new("to", LocatorScalars.Locator)
    {
        Description = "The locator.",
        Example = "tap://tap0",
        IsRequired = true,
        Cost = OnChange.Replace,
    };

    static readonly ObjectSchema<PlugValue?> s_plug = new("switches.NAME.plugs[]", "a map with `to`", [s_to, VlanSchema.Vlan, VlanSchema.Trunk, StpSchema.Port, ImpairSchema.Field],
        reader => reader.TryGet(s_to, out Located<Uvdel> to)
            ? new PlugValue(to, VlanSchema.Read(reader), reader.TryGet(StpSchema.Port, out PortSpanning? spanning) ? spanning : null, reader.TryGet(ImpairSchema.Field, out LinkImpairment? impair) ? impair : null)
            : null);

    static readonly FieldSchema<ImmutableArray<PlugValue?>> s_plugs = new("plugs",
        new ListSchema<PlugValue?>(new EitherSchema<PlugValue?>(LocatorScalars.Locator.As(to => (PlugValue?)new PlugValue(to, null, null, null)), s_plug) { Words = "a locator, or a map with `to`" }))
    {
        Description = "Locators that the switch is joined to: short for cables from it.",
        Example = "[\"tap://tap0\", { to: \"tap://tap1\", vlan: 10, trunk: [20] }]",
        Cost = OnChange.Replace,
    };

    static readonly ObjectSchema<SwitchValue> s_switch = new("switches.NAME", "a switch", [s_socket, s_mode, s_group, Ports, MacAge, s_minPersistence, Hub, LabelSchema.Field, Vlans, StpSchema.Switch, StormSchema.Switch, MirrorSchema.Switch, s_numbered, ConsoleSchema.Switch, s_plugs], Build)
    {
        Shape = new KeyShape { Needs = [("mode", "socket"), ("group", "socket"), ("numbered", "socket")] },
    };

    static readonly FieldSchema<ImmutableArray<MapItem<SwitchValue>>> s_field = new("switches", new MapSchema<SwitchValue>(Scalars.NameKey, s_switch))
    {
        Description = "Learning Ethernet switches, by name.",
        Example = "{ lan: {} }",
    };

    public override FieldSchema Field => s_field;

    public override ImmutableArray<IObjectSchema> Objects => [s_switch, NumberedSchema.Port, s_plug, .. StpSchema.OfSwitches, .. StormSchema.Objects, .. MirrorSchema.Objects, .. ConsoleSchema.Objects];

    public override void Read(ObjectReader topology, TopologyDraft draft)
    {
        if (topology.ValueOf(s_field) is not { } node)
        {
            return;
        }

        ReadContext context = topology.Context;
        HashSet<string> sockets = new(StringComparer.Ordinal);
        foreach ((Located<string> name, Node value) in ((MapSchema<SwitchValue>)s_field.Schema).Entries(node, s_field.Key, context))
        {
            context.Subject = new ResourceId(Kinds.Switch, name.Value);
            // The name is set where the entry's key is known.
            SwitchValue switchValue = s_switch.TryRead(value, "it", context, out SwitchValue? read)
                ? read with { Spec = read.Spec with { Name = name.Value } }
                : new SwitchValue(new SwitchSpec(name.Value, SwitchSpec.DefaultPorts, SwitchSpec.DefaultMacAge, false) { Topology = context.Topology }, [], [], null);
            (SwitchSpec spec, ImmutableArray<PlugValue?> plugs, ImmutableArray<NumberedDraft> numbered, MirrorDraft? mirror) = switchValue;
            if (spec.Public is { } open && !sockets.Add(open.Directory))
            {
                context.Report(DiagnosticCatalog.SocketTaken, name.At, $"another switch has the socket {Quoted.Text(open.Directory)} already", "give each a directory of its own");
            }

            if (spec.Console is { } console && !sockets.Add(console.Path))
            {
                context.Report(DiagnosticCatalog.SocketTaken, name.At, $"a switch has the socket {Quoted.Text(console.Path)} already", "give the console one of its own");
            }

            var entry = new SwitchDraft(name, spec) { Numbered = numbered, Mirror = mirror };
            draft.Switches.Add(entry);
            draft.Cables.AddRange(plugs.OfType<PlugValue>().Select(plug => new CableDraft(name, new Located<string>(plug.To.Value.ToString(), plug.To.At), plug.Vlans, plug.Spanning, plug.Impair, plug.To.At)));
            draft.SwitchesByName.Add(name.Value, entry);
        }

        context.Subject = null;
    }

    static SwitchValue Build(ObjectReader reader)
    {
        SwitchSpec spec = new("", reader.Get(Ports).Value, reader.Get(MacAge).Value, reader.Get(Hub).Value)
        {
            Topology = reader.Context.Topology,
            Labels = LabelSchema.Read(reader),
            Vlans = ReadVlans(reader),
            Stp = ReadStp(reader),
            Storm = reader.TryGet(StormSchema.Switch, out StormSettings? storm) ? storm : null,
            MinPersistence = reader.TryGet(s_minPersistence, out Located<TimeSpan> persistence) ? persistence.Value : null,
        };
        ImmutableArray<NumberedDraft> numbered = ReadNumbered(reader, spec.Ports);
        spec = spec with { Numbered = [.. numbered.Select(port => port.Port)], Console = ReadConsole(reader) };
        if (!reader.Has(s_socket))
        {
            foreach (FieldSchema needless in new FieldSchema[] { s_mode, s_group, s_numbered }.Where(reader.Has))
            {
                reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(needless), $"'{needless.Key}' is of the socket, and there is none", "for example socket: /tmp/mysw");
            }
        }
        else if (reader.TryGet(s_socket, out Located<string> socket))
        {
            string path = Path.TrimEndingDirectorySeparator(reader.Context.FileNamed(socket));
            CheckPlace(reader, path, socket.At);

            (int mode, int directory) = SwitchModes.Of(reader.TryGet(s_mode, out Located<int> given) ? given.Value : null, null);
            spec = spec with { Public = new PublicSettings(path, mode, directory, reader.TryGet(s_group, out Located<string> group) ? group.Value : null) };
        }

        return new SwitchValue(spec, reader.List(s_plugs), numbered, reader.TryGet(MirrorSchema.Switch, out MirrorDraft? mirror) ? mirror : null);
    }

    static ConsoleSettings? ReadConsole(ObjectReader reader)
    {
        if (!reader.TryGet(ConsoleSchema.Switch, out ConsoleDraft? asked) || asked is null)
        {
            return null;
        }

        string path = reader.Context.FileNamed(asked.Path);
        CheckPlace(reader, path, asked.Path.At);
        return new ConsoleSettings(path, asked.Mode, asked.Group);
    }

    // Of what a relative path comes to: that it is a path at all was seen before.
    static void CheckPlace(ObjectReader reader, string path, TextRange at)
    {
        if (path == "/")
        {
            reader.Context.Report(DiagnosticCatalog.BadSocket, at, "it comes to '/', where no socket can be", "a path below it: /tmp/mysw");
        }
        else if (!SwitchScalars.IsShortEnough(path))
        {
            reader.Context.Report(DiagnosticCatalog.BadSocket, at, $"{Quoted.Text(path)} is longer than {SwitchScalars.MaxSocketBytes} bytes", "a shorter path: /run/lab/sw");
        }
    }

    static ImmutableArray<NumberedDraft> ReadNumbered(ObjectReader reader, int count)
    {
        List<NumberedDraft> ports = [];
        foreach (MapItem<NumberedDraft> item in reader.Has(s_numbered) ? reader.List(s_numbered) : [])
        {
            int number = int.Parse(item.Key.Value, CultureInfo.InvariantCulture);
            if (number > count)
            {
                reader.Context.Report(DiagnosticCatalog.OutOfRange, item.Key.At, string.Create(CultureInfo.InvariantCulture, $"there is no port {number}: the switch has {count}"), "more `ports`, or a lower number");
                continue;
            }

            ports.Add(item.Value with { Port = item.Value.Port with { Number = number } });
        }

        return [.. ports.OrderBy(port => port.Port.Number)];
    }

    static StpSettings? ReadStp(ObjectReader reader)
    {
        StpSettings? stp = reader.TryGet(StpSchema.Switch, out StpSettings? read) ? read : null;
        if (stp is not null && reader.Get(Hub).Value)
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(StpSchema.Switch), "'stp' and 'hub' exclude each other: a hub sends everything everywhere", "remove one of them");
        }

        return stp;
    }

    static ImmutableSortedDictionary<int, string> ReadVlans(ObjectReader reader)
    {
        ImmutableSortedDictionary<int, string>.Builder vlans = ImmutableSortedDictionary.CreateBuilder<int, string>();
        foreach (MapItem<Located<string>> vlan in reader.Has(Vlans) ? reader.List(Vlans) : [])
        {
            if (vlans.ContainsValue(vlan.Value.Value))
            {
                reader.Context.Report(DiagnosticCatalog.VlanNameTaken, vlan.Value.At, $"VLAN {vlans.First(pair => pair.Value == vlan.Value.Value).Key} is called {Quoted.Text(vlan.Value.Value)} already", "choose another name");
            }

            vlans[int.Parse(vlan.Key.Value, CultureInfo.InvariantCulture)] = vlan.Value.Value;
        }

        if (vlans.Count > 0 && reader.Get(Hub).Value)
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(Vlans), "'vlans' and 'hub' exclude each other: a hub sends everything everywhere", "remove one of them");
        }

        return vlans.ToImmutable();
    }

    sealed record SwitchValue(SwitchSpec Spec, ImmutableArray<PlugValue?> Plugs, ImmutableArray<NumberedDraft> Numbered, MirrorDraft? Mirror);

    sealed record PlugValue(Located<Uvdel> To, VlanValues? Vlans, PortSpanning? Spanning, LinkImpairment? Impair);
}
