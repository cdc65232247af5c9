using System.Globalization;
using System.Net;

namespace Vdeorch.Model.Topologies;

/// <param name="Destination">0.0.0.0/0 or ::/0 for the default route.</param>
/// <param name="Via">The gateway; null for a route to the link itself.</param>
/// <param name="Metric">0 for the kernel's default.</param>
public sealed record RouteSpec(IPNetwork Destination, IPAddress? Via, int Metric)
{
    const string MetricWord = " metric ";
    const string TableWord = " table ";

    /// <summary>0: the main table. Else 1..2147483647, and not 254, which is the main one.</summary>
    public int Table { get; init; }

    /// <summary>Table and metric are part of a route's identity in the kernel, so they are part of the path here.</summary>
    public string Path
    {
        get
        {
            string destination = Destination.PrefixLength > 0 ? Destination.ToString()
                : Destination.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "default6" : "default";
            return string.Create(CultureInfo.InvariantCulture, $"routes.{destination}{(Table == 0 ? "" : $"{TableWord}{Table}")}{(Metric == 0 ? "" : $"{MetricWord}{Metric}")}");
        }
    }

    public string Value => Via is null ? "link" : $"via {Via}";

    /// <summary>The reverse of <see cref="Path"/> and <see cref="Value"/>.</summary>
    /// <exception cref="FormatException">They are of no route.</exception>
    public static RouteSpec Parse(string path, string value)
    {
        string[] parts = path["routes.".Length..].Split(MetricWord);
        string[] place = parts[0].Split(TableWord);
        IPNetwork destination = place[0] switch
        {
            "default" => new IPNetwork(IPAddress.Any, 0),
            "default6" => new IPNetwork(IPAddress.IPv6Any, 0),
            _ => IPNetwork.Parse(place[0]),
        };
        return new RouteSpec(destination, value == "link" ? null : IPAddress.Parse(value["via ".Length..]), parts.Length == 1 ? 0 : int.Parse(parts[1], CultureInfo.InvariantCulture))
        {
            Table = place.Length == 1 ? 0 : int.Parse(place[1], CultureInfo.InvariantCulture),
        };
    }
}
