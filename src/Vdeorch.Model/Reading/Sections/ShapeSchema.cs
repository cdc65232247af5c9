using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>How fast an interface may send: short for the rate of its link's first way, which the data plane keeps, on any kernel.</summary>
/// <example><code>
/// shape: { rate: 20mbit, queue: 100 }
/// </code></example>
internal static class ShapeSchema
{
    static readonly FieldSchema<Located<long>> s_rate = new("rate", ImpairScalars.Rate)
    {
        Description = "Bits of Ethernet frames a second that it may send.",
        Example = "20mbit",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_queue = new("queue", Scalars.Integer(1, 1_000_000))
    {
        Description = "Frames that may wait for the rate; those beyond are dropped.",
        Default = Impairment.DefaultQueue,
        Example = "100",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<ShapeDraft?> s_shape = new("namespaces.NAME.interfaces.NAME.shape", "a map with `rate`", [s_rate, s_queue],
        reader => reader.TryGet(s_rate, out Located<long> rate) ? new ShapeDraft(rate.Value, reader.Get(s_queue).Value) : null);

    public static readonly FieldSchema<ShapeDraft?> Field = new("shape", s_shape)
    {
        Description = "How fast it may send: short for `impair: { \"->\": { rate, queue } }`.",
        Otherwise = "as fast as it can",
        Example = "{ rate: 20mbit }",
        Cost = OnChange.Hot,
    };

    public static IObjectSchema Object => s_shape;

    /// <returns>Both as one; null when the file says nothing of either.</returns>
    public static LinkImpairment? Over(LinkImpairment? impair, ObjectReader reader)
    {
        if (!reader.TryGet(Field, out ShapeDraft? shape) || shape is null)
        {
            return impair;
        }

        Impairment forward = impair?.Forward ?? new Impairment();
        if (forward.Rate != 0 || forward.States?.All.Any(state => state.Impairment.Rate != 0) == true)
        {
            reader.Context.Report(DiagnosticCatalog.Conflict, reader.At(Field), "'shape' and 'impair' both say at which rate it sends", "leave one of them out, or write the rate of `impair` below \"<-\"");
        }

        return new LinkImpairment(Shaped(forward), impair?.Backward ?? new Impairment());

        Impairment Shaped(Impairment one) => one with
        {
            Rate = shape.Rate,
            Queue = shape.Queue,
            States = one.States is { } states ? states with { All = [.. states.All.Select(state => state with { Impairment = Shaped(state.Impairment) })] } : null,
        };
    }
}

internal sealed record ShapeDraft(long Rate, int Queue);
