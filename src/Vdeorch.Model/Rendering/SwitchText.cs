using System.Globalization;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Rendering;

/// <summary>A switch in the input language, on one line.</summary>
internal static class SwitchText
{
    public static string Print(SwitchSpec sw)
    {
        string[] entries =
        [
            string.Create(CultureInfo.InvariantCulture, $"ports: {sw.Ports}"),
            $"mac-age: {Durations.Print(sw.MacAge)}",
            .. sw.MinPersistence is { } persistence ? [$"min-persistence: {Durations.Print(persistence)}"] : Array.Empty<string>(),
            $"hub: {(sw.Hub ? "true" : "false")}",
        ];
        return $"{{ {string.Join(", ", entries)}{Public(sw.Public)}{Console(sw.Console)}{Numbered(sw)}{Vlans(sw)}{Stp(sw.Stp)}{Storm(sw.Storm)}{Mirror(sw.Mirror)}{LabelText.Append(sw.Labels)} }}";
    }

    // The mode in quotes, whatever YAML would make of it.
    static string Public(PublicSettings? open) => open is null ? ""
        : $", socket: {YamlWriter.Scalar(open.Directory)}, mode: \"{SwitchSpec.PrintMode(open.Mode)}\"{(open.Group is null ? "" : $", group: {YamlWriter.Scalar(open.Group)}")}";

    static string Console(ConsoleSettings? console) => console is null ? ""
        : $", console: {{ path: {YamlWriter.Scalar(console.Path)}, mode: \"{SwitchSpec.PrintMode(console.Mode)}\"{(console.Group is null ? "" : $", group: {YamlWriter.Scalar(console.Group)}")} }}";

    static string Numbered(SwitchSpec sw) =>
        sw.Numbered.IsEmpty ? "" : $", numbered: {{ {string.Join(", ", sw.Numbered.Select(port => string.Create(CultureInfo.InvariantCulture, $"{port.Number}: {Numbered(port)}")))} }}";

    static string Numbered(NumberedPort port)
    {
        string[] keys =
        [
            .. port.Options.Vlans is { } vlans ? PortText.Vlans(vlans).Select(entry => $"{entry.Key}: {entry.Value}") : [],
            .. port.Options.Spanning is { } spanning ? new[] { $"stp: {PortText.Stp(spanning)}" } : [],
            .. port.User is { } user ? new[] { $"user: {YamlWriter.Scalar(user)}" } : [],
            .. port.Group is { } group ? new[] { $"group: {YamlWriter.Scalar(group)}" } : [],
            .. port.IsReserved ? new[] { "reserved: true" } : [],
        ];
        return keys.Length == 0 ? "{}" : $"{{ {string.Join(", ", keys)} }}";
    }

    static string Vlans(SwitchSpec sw) =>
        sw.Vlans.IsEmpty ? "" : $", vlans: {{ {string.Join(", ", sw.Vlans.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}: {YamlWriter.Scalar(pair.Value)}")))} }}";

    static string Stp(StpSettings? stp) => stp is null ? "" : string.Create(CultureInfo.InvariantCulture, $", stp: {{ priority: {stp.Priority} }}");

    static string Storm(StormSettings? storm) =>
        storm is null ? "" : $", storm: {{ {string.Join(", ", storm.Limits.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Kind}: {pair.Limit}")))} }}";

    static string Mirror(MirrorSettings? mirror) => mirror switch
    {
        null => "",
        { From: { } from } => $", mirror: {{ to: {mirror.To}, from: {YamlWriter.List(from)}, direction: {mirror.Direction} }}",
        _ => $", mirror: {{ to: {mirror.To} }}",
    };
}
