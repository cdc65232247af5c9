using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Cli.Inputs;

/// <summary>What the run directory tells without an engine: names for completion, log files. Notes, not the truth; whoever acts asks the engine.</summary>
static class RunFiles
{
    public static ImmutableArray<string> Topologies(RunDirectory run) =>
        Sorted(Entries(Path.GetDirectoryName(run.TopologyDirectory("x"))!, directories: true));

    /// <summary>As it was applied; null when it is not to be read.</summary>
    public static Topology? Applied(RunDirectory run, string topology) => Engine.Notes.Applied.Read(run, topology)?.Topology;

    /// <summary>The services of a namespace that have a log.</summary>
    public static ImmutableArray<string> LoggedServices(RunDirectory run, string topology, string ns)
    {
        // Names have no dots, so the first one ends the namespace.
        string directory = Path.GetDirectoryName(run.ServiceLog(topology, ns, "x"))!;
        return Sorted(Entries(directory, directories: false)
            .Where(file => file.StartsWith($"{ns}.", StringComparison.Ordinal) && file.EndsWith(".log", StringComparison.Ordinal) && file.Length > ns.Length + 5)
            .Select(file => file[(ns.Length + 1)..^4]));
    }

    static ImmutableArray<string> Sorted(IEnumerable<string> names) => [.. names.Order(Comparer<string>.Create(NaturalOrder.Compare))];

    static string[] Entries(string directory, bool directories)
    {
        try
        {
            return [.. (directories ? Directory.EnumerateDirectories(directory) : Directory.EnumerateFiles(directory)).Select(path => Path.GetFileName(path))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}
