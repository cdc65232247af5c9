using System.Globalization;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Terminals;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Cli.Views;

static class ExplainView
{
    const string Argument = "://";

    public static void Write(LocatorReport report, TextWriter into, Ink ink)
    {
        into.WriteLine(ink.Bold(Ink.Harmless(report.Locator)));
        into.WriteLine();
        TextTable layers = new("LAYER", "OVERHEAD", "");
        foreach (LayerLine layer in report.Layers)
        {
            layers.Add(layer.Scheme, Bytes(layer.Overhead), layer.Summary);
        }

        layers.Add("in all", Bytes(report.Overhead), Room(report));
        layers.Write(into, ink);
        if (report.Layers.All(layer => layer.Parameters.IsEmpty))
        {
            return;
        }

        into.WriteLine();
        TextTable settings = new("LAYER", "KEY", "VALUE", "", "MEANING");
        foreach (LayerLine layer in report.Layers)
        {
            string name = layer.Scheme;
            foreach (SettingLine setting in layer.Parameters)
            {
                settings.Add(name, setting.Name ?? Argument, setting.Value, new Cell(setting.IsGiven ? "given" : setting.Value is null ? "not set" : "default", setting.IsGiven ? Colour.Plain : Colour.Quiet), setting.Description);
                name = "";
            }
        }

        settings.Write(into, ink);
    }

    public static void Write(LocatorProblems report, TextWriter into, Ink ink)
    {
        into.WriteLine(Ink.Harmless(report.Locator));
        foreach (LocatorProblemLine problem in report.Problems)
        {
            int start = Math.Min(problem.Column - 1, report.Locator.Length);
            int end = Math.Min(start + problem.Length, report.Locator.Length);
            string mark = $"^{new string('~', Math.Max(Ink.Harmless(report.Locator[start..end]).Length - 1, 0))}";
            into.WriteLine($"{new string(' ', Ink.Harmless(report.Locator[..start]).Length)}{ink.Red(mark)} {Ink.Harmless(problem.Message)}");
        }

        into.WriteLine(report.Compatible is { } read
            ? $"libvdeplug, and so vde_plug and 'vdeorch plug', read it silently as {Ink.Harmless(read)}"
            : "libvdeplug refuses it too.");
    }

    public static void Write(CodeReport report, TextWriter into, Ink ink)
    {
        into.WriteLine(ink.Bold($"{report.Severity} {report.Code}: {report.Title}"));
        into.WriteLine();
        into.WriteLine(report.Explanation);
    }

    public static void Write(KindReport report, TextWriter into, Ink ink)
    {
        if (report.Kind is { } kind)
        {
            Write(kind, $"{kind.Kind}: {kind.Path} of a topology file", into, ink);
        }

        if (report.Key is { } word)
        {
            into.Write(report.Kind is null ? "" : "\n");
            Write(word, into, ink);
        }

        if (report.Scheme is not { } scheme)
        {
            return;
        }

        into.Write(report.Kind is null && report.Key is null ? "" : "\n");
        into.WriteLine(ink.Bold($"{scheme.Name}://: {scheme.Summary}"));
        into.WriteLine($"    {ink.Dim(scheme.Example)}");
        if (scheme.Parameters.IsEmpty)
        {
            return;
        }

        into.WriteLine();
        TextTable parameters = new("KEY", "TAKES", "DEFAULT", "MEANING");
        foreach (SchemeParameterLine parameter in scheme.Parameters)
        {
            string name = parameter.Name switch { null => Argument, "" => "(no name)", var known => known };
            parameters.Add(name, parameter.Takes ?? "nothing: a flag", parameter.Default ?? "none", parameter.Description);
        }

        parameters.Write(into, ink);
    }

    static void Write(KindReference kind, string title, TextWriter into, Ink ink)
    {
        into.WriteLine(ink.Bold(title));
        into.WriteLine();
        TextTable keys = new("KEY", "TAKES", "DEFAULT", "CHANGING", "MEANING");
        foreach (KeyReference key in kind.Keys)
        {
            keys.AddWith([ink.Dim(key.Example)], key.Key, key.Takes, Default(key), key.Changing, key.Description);
        }

        keys.Write(into, ink);
    }

    static void Write(WordReference word, TextWriter into, Ink ink)
    {
        into.WriteLine(ink.Bold($"{word.Word}: a key of topology files"));
        into.WriteLine();
        TextTable places = new("WHERE", "TAKES", "DEFAULT", "CHANGING", "MEANING");
        foreach (WordPlace place in word.Places)
        {
            places.AddWith([ink.Dim(place.Key.Example)], place.Path, place.Key.Takes, Default(place.Key), place.Key.Changing, place.Key.Description);
        }

        places.Write(into, ink);
        foreach (KindReference below in word.Below)
        {
            into.WriteLine();
            Write(below, $"{below.Path} takes", into, ink);
        }
    }

    static string Default(KeyReference key) => key.IsRequired ? "required" : key.Default ?? "none";

    static string Bytes(int count) => string.Create(CultureInfo.InvariantCulture, $"{Words.Count(count, "byte")}");

    static string Room(LocatorReport report) => report.Mtu is { } mtu
        ? string.Create(CultureInfo.InvariantCulture, $"leaves an MTU of {mtu}, where links have {report.LinkMtu}")
        : "leaves any MTU that an interface takes";
}
