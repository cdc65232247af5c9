using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>A port that gets copies of what passes others.</summary>
/// <example><code>
/// switches:
///   lan: { mirror: { to: monitor } }
///   dmz: { mirror: { to: monitor/vde1, from: [gw/vde1, www], direction: in } }
/// </code></example>
internal static class MirrorSchema
{
    static readonly FieldSchema<Located<string>> s_to = new("to", SwitchScalars.PortName)
    {
        Description = "The interface that gets the copies, and nothing else; what it sends is dropped.",
        IsRequired = true,
        Example = "monitor/vde0",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_from = new("from", SwitchScalars.PortName.OneOrMany())
    {
        Description = "The interfaces whose frames are copied.",
        Otherwise = "all other ports, each frame as it comes in",
        Example = "[alice/vde0, gw/vde1]",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<Direction>> s_direction = new("direction", Scalars.OneOf(("both", Direction.Both), ("in", Direction.In), ("out", Direction.Out)))
    {
        Description = "Copy what comes in at them, what goes out, or both. Only with `from`.",
        Otherwise = "`both`",
        Example = "in",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<MirrorDraft?> s_mirror = new("switches.NAME.mirror", "a map with `to`", [s_to, s_from, s_direction], Read) { Shape = new KeyShape { Needs = [("direction", "from")] } };

    public static readonly FieldSchema<MirrorDraft?> Switch = new("mirror", s_mirror)
    {
        Description = "Copy what passes some of its ports, or all, to one that only listens.",
        Example = "{ to: monitor/vde0, from: [alice/vde0, gw/vde1] }",
        Cost = OnChange.Hot,
    };

    public static ImmutableArray<IObjectSchema> Objects => [s_mirror];

    static MirrorDraft? Read(ObjectReader reader)
    {
        bool hasFrom = reader.Has(s_from);
        if (!hasFrom && reader.Has(s_direction))
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(s_direction), "'direction' is that of the ports in 'from', and there is none; of all ports there are copies of what comes in", "remove it, or add for example from: [alice/vde0]");
        }

        ImmutableArray<Located<string>>? from = hasFrom && reader.TryGet(s_from, out ImmutableArray<Located<string>> ports) ? ports : null;
        if (from is { IsEmpty: true })
        {
            reader.Context.Report(DiagnosticCatalog.MirrorPort, reader.At(s_from), "'from' names no port", "remove it to mirror all others");
        }

        Direction direction = !hasFrom ? Direction.In : reader.TryGet(s_direction, out Located<Direction> given) ? given.Value : Direction.Both;
        // What is wrong with either list has been said.
        return reader.TryGet(s_to, out Located<string> to) && hasFrom == from is not null ? new MirrorDraft(to, from, direction is not Direction.Out, direction is not Direction.In) : null;
    }

    enum Direction
    {
        Both,
        In,
        Out,
    }
}
