using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Routes of a namespace.</summary>
/// <example><code>
/// routes:
///   default: 10.20.0.1
///   10.10.0.0/16: { via: 10.20.0.254, metric: 50 }
/// </code></example>
internal static class RouteSchema
{
    static readonly FieldSchema<Located<IPAddress>> s_via = new("via", AddressScalars.Ip)
    {
        Description = "The gateway, a neighbour of the namespace.",
        Example = "10.20.0.254",
        IsRequired = true,
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_metric = new("metric", Scalars.Integer(0, int.MaxValue))
    {
        Description = "Among routes to one destination the smallest wins; 0 leaves it to the kernel.",
        Default = 0,
        Example = "50",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_table = new("table", RuleSchema.Table)
    {
        Description = "The routing table it is in; `rules` say who looks there.",
        Otherwise = "the main one, 254",
        Example = "100",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<RouteValue?> s_route = new("namespaces.NAME.routes.DESTINATION", "{ via, metric }", [s_via, s_metric, s_table],
        reader => reader.TryGet(s_via, out Located<IPAddress> via) ? new RouteValue(via, reader.Get(s_metric).Value, reader.TryGet(s_table, out Located<int> table) ? RuleSchema.OrMain(table.Value) : 0) : null)
    {
        Later = ["dev", "source"],
    };

    static readonly EitherSchema<RouteValue?> s_value = new(AddressScalars.Ip.As(via => (RouteValue?)new RouteValue(via, 0, 0)), s_route);

    public static readonly FieldSchema<ImmutableArray<MapItem<ImmutableArray<RouteValue?>>>> Routes =
        new("routes", new MapSchema<ImmutableArray<RouteValue?>>(AddressScalars.DestinationKey, s_value.OneOrMany()))
        {
            Description = "Destination (`default` or a prefix) to gateway, `{ via, metric }`, or a list of those with different metrics or tables.",
            Example = "{ default: 10.0.0.1, 10.10.0.0/16: { via: 10.0.0.254, metric: 50 } }",
            Cost = OnChange.Hot,
        };

    public static IObjectSchema Object => s_route;
}

/// <param name="Table">0: the main one.</param>
internal sealed record RouteValue(Located<IPAddress> Via, int Metric, int Table);
