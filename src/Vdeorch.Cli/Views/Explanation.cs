using System.Collections.Immutable;
using Vdeorch.Cli.Outputs;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Cli.Views;

/// <summary>What the schemes' tables make of a locator.</summary>
static class Explanation
{
    public static LocatorReport Of(Uvdel locator)
    {
        ImmutableArray<LayerLine>.Builder layers = ImmutableArray.CreateBuilder<LayerLine>();
        for (Uvdel? layer = locator; layer is not null; layer = layer.Nested)
        {
            UvdelScheme scheme = UvdelSchemes.Find(layer.Scheme)!;
            layers.Add(new LayerLine(layer.Scheme, scheme.Summary, UvdelRoom.Overhead(layer), [.. Settings(layer, scheme)]));
        }

        return new LocatorReport(JsonFormat.Current, locator.ToString(), layers.ToImmutable(), layers.Sum(layer => layer.Overhead), UvdelRoom.Mtu(locator), UvdelRoom.LinkMtu);
    }

    public static SchemeLine Of(UvdelScheme scheme) => new(scheme.Name, scheme.Summary, scheme.Example,
    [
        .. scheme.ArgumentText is { } text ? new[] { new SchemeParameterLine(null, text, scheme.ArgumentDefault, "") } : [],
        .. scheme.Parameters.Select(parameter => new SchemeParameterLine(parameter.Name, parameter.ValueText, parameter.Default, parameter.Description)),
    ]);

    static IEnumerable<SettingLine> Settings(Uvdel layer, UvdelScheme scheme)
    {
        if (scheme.ArgumentText is { } text)
        {
            yield return new SettingLine(null, layer.Argument.Length > 0 ? layer.Argument : scheme.ArgumentDefault, layer.Argument.Length > 0, text);
        }

        foreach (UvdelParameterSchema schema in scheme.Parameters.Where(schema => schema.SameAs is null))
        {
            UvdelParameter? given = layer.Parameters.LastOrDefault(parameter => parameter.Name == schema.Name || scheme.Parameters.First(one => one.Name == parameter.Name).SameAs == schema.Name);
            string? value = schema.ValueText is null ? given is null ? "no" : "yes" : given?.Value ?? schema.Default;
            yield return new SettingLine(schema.Name, value, given is not null, schema.Description);
        }
    }
}
