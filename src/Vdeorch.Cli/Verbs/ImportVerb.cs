using System.CommandLine;
using System.Globalization;
using System.Text;
using Vdeorch.Cli.Importing;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Entering;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Cli.Verbs;

/// <summary>
/// A network namespace or a switch of somebody else's as a topology file, to begin with: nothing is changed, and it stays whose it is. Or, with a second
/// word, a namespace taken into a topology as it lives.
/// </summary>
static class ImportVerb
{
    const string Scheme = "netns://";
    const string SwitchScheme = "vde://";
    const int LongestName = 31;

    public static Command Create(Session session)
    {
        Argument<string> from = new("NAMESPACE|SWITCH|FILE") { Description = "A namespace that `ip netns` shows, by its name; a file of one; the id of a process in it; or the directory of a running vde_switch. With NAME=NAMESPACE: the topology file" };
        Argument<string?> adopted = new("NAME=NAMESPACE") { Description = "Take that namespace into the topology of FILE, where it is called NAME; it goes on as it is until the file is applied", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> name = new("--name") { Description = "What it is called in the topology, and the topology with it (default: the name it has)", HelpName = "NAME" };
        Option<string?> console = new("--console") { Description = "Of a switch: the socket of its management console (default: the one it listens at)", HelpName = "SOCKET" };
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Yaml, OutputFormat.Json);
        Command verb = new("import", "Print a network namespace or a switch that vdeorch did not make as a topology file, or take a namespace into a topology") { from, adopted, name, console, output };
        verb.SetAction((parsed, ct) => parsed.GetValue(adopted) is { } pair
            ? AdoptAsync(session, parsed.GetRequiredValue(from), pair, ct)
            : RunAsync(session, parsed.GetRequiredValue(from), parsed.GetValue(name), parsed.GetValue(console), parsed.GetValue(output), ct));
        return verb;
    }

    static async Task<int> RunAsync(Session session, string from, string? given, string? console, OutputFormat format, CancellationToken ct)
    {
        string directory = from.StartsWith(SwitchScheme, StringComparison.Ordinal) ? from[SwitchScheme.Length..] : from;
        if (Directory.Exists(directory) && (directory.Contains('/', StringComparison.Ordinal) || directory.Length < from.Length))
        {
            return await RunSwitchAsync(session, directory, given, console, format, ct);
        }

        if (console is not null || directory.Length < from.Length)
        {
            throw new EntryException($"'{directory}' is no directory, so no switch is there");
        }

        return RunNamespace(session, from, given, format);
    }

    static async Task<int> AdoptAsync(Session session, string file, string pair, CancellationToken ct)
    {
        string[] words = pair.Split('=', 2);
        if (words is not [{ Length: > 0 } ns, { Length: > 0 } existing])
        {
            throw new EntryException($"'{pair}' is not of the form NAME=NAMESPACE: router=ns1, say");
        }

        TopologyFile read = FileReader.Read(file);
        if (read.Result.Topology is not { } topology)
        {
            return Invalid.Report(read.Result.Diagnostics, session, OutputFormat.Table);
        }

        if (!topology.Namespaces.Any(spec => spec.Name == ns))
        {
            string known = topology.Namespaces.IsEmpty ? "it has none" : $"it has {string.Join(", ", topology.Namespaces.Select(spec => spec.Name))}";
            throw new EntryException($"'{file}' has no namespace '{ns}': {known}. It has to say what is to become of the one that is imported");
        }

        (string path, _) = Find(existing);
        await EngineProcess.StartAsync(session.Run, ct);
        using EngineClient client = session.Client();
        await client.AdoptAsync(topology.Name, ns, Path.GetFullPath(path), topology.Interfaces.Where(link => link.Namespace == ns).Select(link => link.Name), ct);
        session.Terminal.Out.WriteLine($"namespace/{ns} of {topology.Name} is '{existing}' now, as it is. `vdeorch plan {file}` shows what differs, `vdeorch apply {file}` changes it; `vdeorch destroy {topology.Name}` lets go of it.");
        return ExitCodes.Ok;
    }

    static (string Path, bool IsProcess) Find(string from)
    {
        string plain = from.StartsWith(Scheme, StringComparison.Ordinal) ? from[Scheme.Length..] : from;
        bool isProcess = int.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return (isProcess ? $"/proc/{plain}/ns/net" : plain.Contains('/', StringComparison.Ordinal) ? plain : $"/run/netns/{plain}", isProcess);
    }

    static async Task<int> RunSwitchAsync(Session session, string directory, string? given, string? console, OutputFormat format, CancellationToken ct)
    {
        if (!SwitchReader.IsSwitch(directory))
        {
            throw new EntryException($"'{directory}' is a directory, but not that of a switch: it has no socket 'ctl'");
        }

        string called = given ?? Name(Path.GetFileName(Path.TrimEndingDirectorySeparator(directory)));
        ForeignSwitch found = await SwitchReader.ReadAsync(directory, console, called, called, session.Clock, ct);
        return Print(session, new Topology { Name = called, Switches = [found.Switch] }, found.Unsaid,
            $"# {directory}, as it was found. End it before this is applied in its place; who was plugged in joins again.", format);
    }

    static int RunNamespace(Session session, string from, string? given, OutputFormat format)
    {
        string plain = from.StartsWith(Scheme, StringComparison.Ordinal) ? from[Scheme.Length..] : from;
        (string path, bool isProcess) = Find(from);
        string called = given ?? Name(isProcess ? "imported" : Path.GetFileName(plain));
        ForeignNamespace found = ForeignNamespace.Read(path, called, called, isProcess ? $"/proc/{plain}/root/etc/resolv.conf" : $"/etc/netns/{Path.GetFileName(plain)}/resolv.conf");
        return Print(session, found.Topology, found.Unsaid, $"# {from}, as it was found. What its interfaces are plugged into stands outside of it: write it as `to`.", format);
    }

    static int Print(Session session, Topology topology, IEnumerable<string> unsaid, string heading, OutputFormat format)
    {
        string yaml = TopologyRenderer.Render(topology);
        ReadResult read = TopologyReader.Read(Encoding.UTF8.GetBytes(yaml), $"{topology.Name}.yaml");
        foreach (string note in unsaid.Concat(read.Topology is null ? read.Diagnostics.Select(diagnostic => diagnostic.Message) : []))
        {
            session.Terminal.Say($"no file can say this: {note}");
        }

        if (format == OutputFormat.Json)
        {
            DataWriter.Write(session.Terminal.Out, format, new RenderReport(JsonFormat.Current, topology.Name, yaml, []), CliJson.Default.RenderReport);
            return ExitCodes.Ok;
        }

        session.Terminal.Out.Write($"{heading}\n{yaml}");
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
