using System.Globalization;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Model.Rendering;

/// <summary>A nested locator as <c>stack</c> and <c>over</c>, which, other than a locator's text, can name key files relative to the topology's file.</summary>
internal static class LayersText
{
    /// <returns>False for one without layers, or with one that a stack has no words for.</returns>
    public static bool CanSay(Uvdel locator) => locator.Nested is not null && Layers(locator).All(layer => IsVlan(layer) || layer.Scheme == AgnoScheme.Scheme.Name);

    /// <param name="names">New names of key files, by the names that they have.</param>
    /// <returns>The two entries of its map; null where no layer has one of the names.</returns>
    public static string? Print(Uvdel locator, IReadOnlyDictionary<string, string> names) =>
        !CanSay(locator) || !Layers(locator).Any(layer => layer.Scheme == AgnoScheme.Scheme.Name && names.ContainsKey(layer.Argument)) ? null
            : $"stack: {YamlWriter.List(Layers(locator).Select(layer => PrintLayer(layer, names)))}, over: {YamlWriter.Scalar(Innermost(locator).ToString())}";

    static string PrintLayer(Uvdel layer, IReadOnlyDictionary<string, string> names)
    {
        if (layer.Scheme != AgnoScheme.Scheme.Name)
        {
            return $"{{ vlan: {layer.Argument} }}";
        }

        string key = $"key: {YamlWriter.Scalar(names.GetValueOrDefault(layer.Argument, layer.Argument))}";
        return $"{{ agno: {{ {string.Join(", ", layer.Parameters.Select(parameter => $"{parameter.Name}: {YamlWriter.Scalar(parameter.Value)}").Prepend(key))} }} }}";
    }

    static bool IsVlan(Uvdel layer) => layer is { Scheme: "vlan", Parameters.IsEmpty: true } && int.TryParse(layer.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id is >= 1 and <= 4094;

    static List<Uvdel> Layers(Uvdel locator)
    {
        List<Uvdel> layers = [];
        for (Uvdel layer = locator; layer.Nested is { } inner; layer = inner)
        {
            layers.Add(layer);
        }

        return layers;
    }

    static Uvdel Innermost(Uvdel locator) => locator.Nested is { } inner ? Innermost(inner) : locator;
}
