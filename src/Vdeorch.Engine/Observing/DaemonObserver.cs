using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Daemons of network functions: their configuration as it lies there, and whether they have read it.</summary>
internal static class DaemonObserver
{
    const string Unread = "written, and not read yet";

    /// <param name="seen">What any service shows.</param>
    /// <param name="applied">What it was asked to be last, which is all that is known of its parameters; null: not known.</param>
    public static Observed Complete(RunDirectory run, string topology, bool isDaemon, Observed seen, ServiceSpec? applied)
    {
        if (!isDaemon)
        {
            return seen;
        }

        string[] name = seen.Id.Name.Split('/');
        Dictionary<string, string>? read = ServiceStart.Find(run, topology, seen.Id.Name)?.Config;
        string config = run.DaemonConfig(topology, name[0], name[1]);
        IEnumerable<KeyValuePair<string, string>> files = !Directory.Exists(config) ? []
            : Directory.EnumerateFiles(config).Select(path => KeyValuePair.Create($"{DaemonSpec.FilePaths}{Path.GetFileName(path)}", File(path, read)));
        IEnumerable<Field> told = applied?.Daemon is { } daemon ? daemon.Fields.Where(field => !field.Path.StartsWith(DaemonSpec.FilePaths, StringComparison.Ordinal)) : [];
        return seen with
        {
            Fields = seen.Fields.SetItems(files).SetItems(told.Select(field => KeyValuePair.Create(field.Path, field.Value))),
            Enumerated = applied is null ? [.. seen.Enumerated, DaemonSpec.FilePaths] : [""],
        };
    }

    static string File(string path, Dictionary<string, string>? read)
    {
        try
        {
            string text = DaemonSpec.Print(System.IO.File.ReadAllText(path));
            return read is not null && read.GetValueOrDefault(Path.GetFileName(path)) != text ? Unread : text;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return $"unreadable: {unreadable.Message}";
        }
    }
}
