using System.CommandLine;
using System.Globalization;
using System.Text;
using Vdeorch.Cli.Outputs;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Observing;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;

namespace Vdeorch.Cli.Verbs;

/// <summary>A network namespace of somebody else's as a topology file, to begin with. Nothing is changed, and it stays whose it is.</summary>
static class ImportVerb
{
    const string Scheme = "netns://";
    const int LongestName = 31;

    public static Command Create(Session session)
    {
        Argument<string> from = new("NAMESPACE") { Description = "A namespace that `ip netns` shows, by its name; a file of one; or the id of a process in it" };
        Option<string?> name = new("--name") { Description = "What it is called in the topology, and the topology with it (default: the name it has)", HelpName = "NAME" };
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Yaml, OutputFormat.Json);
        Command verb = new("import", "Print a network namespace that vdeorch did not make as a topology file") { from, name, output };
        verb.SetAction((parsed, _) => Task.FromResult(Run(session, parsed.GetRequiredValue(from), parsed.GetValue(name), parsed.GetValue(output))));
        return verb;
    }

    static int Run(Session session, string from, string? given, OutputFormat format)
    {
        string plain = from.StartsWith(Scheme, StringComparison.Ordinal) ? from[Scheme.Length..] : from;
        bool isProcess = int.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        string path = isProcess ? $"/proc/{plain}/ns/net" : plain.Contains('/', StringComparison.Ordinal) ? plain : $"/run/netns/{plain}";
        string called = given ?? Name(isProcess ? "imported" : Path.GetFileName(plain));
        ForeignNamespace found = ForeignNamespace.Read(path, called, called, isProcess ? $"/proc/{plain}/root/etc/resolv.conf" : $"/etc/netns/{Path.GetFileName(plain)}/resolv.conf");
        string yaml = TopologyRenderer.Render(found.Topology);
        ReadResult read = TopologyReader.Read(Encoding.UTF8.GetBytes(yaml), $"{called}.yaml");
        foreach (string note in found.Unsaid.Concat(read.Topology is null ? read.Diagnostics.Select(diagnostic => diagnostic.Message) : []))
        {
            session.Terminal.Say($"no file can say this: {note}");
        }

        if (format == OutputFormat.Json)
        {
            DataWriter.Write(session.Terminal.Out, format, new RenderReport(JsonFormat.Current, called, yaml, []), CliJson.Default.RenderReport);
            return ExitCodes.Ok;
        }

        session.Terminal.Out.Write($"# {from}, as it was found. What its interfaces are plugged into stands outside of it: write it as `to`.\n{yaml}");
        return ExitCodes.Ok;
    }

    // As near to the name it has as a name can be.
    static string Name(string found)
    {
        string name = string.Concat(found.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        name = name.Length > 0 && char.IsAsciiLetter(name[0]) ? name : $"ns-{name}".TrimEnd('-');
        return name.Length > LongestName ? name[..LongestName] : name;
    }
}
