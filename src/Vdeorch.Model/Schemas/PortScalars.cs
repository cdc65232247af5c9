using System.Globalization;
using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Model.Schemas;

/// <summary>Ports of TCP and UDP, one or a range of them.</summary>
/// <param name="First">1..65535.</param>
/// <param name="Last">The same, and not before the first.</param>
internal readonly record struct PortRange(int First, int Last)
{
    public bool IsOne => First == Last;

    public override string ToString() => IsOne ? First.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}

internal static class PortScalars
{
    const int Highest = 65535;

    public static readonly ScalarSchema<int> Port = Scalars.Integer(1, Highest);

    public static readonly ScalarSchema<PortRange> Range = new("a port 1..65535, or a range of them (8000-8080)", ReadRange, range => range.ToString(),
        () => new JsonObject { ["type"] = new JsonArray("integer", "string"), ["pattern"] = "^[0-9]{1,5}(-[0-9]{1,5})?$", ["minimum"] = 1, ["maximum"] = Highest });

    static Problem? ReadRange(ScalarText text, out PortRange value)
    {
        string[] parts = text.Text.Split('-');
        value = default;
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) || !int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last))
        {
            return new Problem(DiagnosticCatalog.WrongType, $"{Quoted.Text(text.Text)} is neither a port nor a range of ports", "for example 80, or 8000-8080");
        }

        if (first is < 1 or > Highest || last is < 1 or > Highest)
        {
            return new Problem(DiagnosticCatalog.OutOfRange, $"{Scalars.Shorten(text.Text)} is outside 1..{Highest}");
        }

        value = new PortRange(first, last);
        return first <= last ? null : new Problem(DiagnosticCatalog.OutOfRange, $"{text.Text} ends before it begins", string.Create(CultureInfo.InvariantCulture, $"write {last}-{first}"));
    }
}
