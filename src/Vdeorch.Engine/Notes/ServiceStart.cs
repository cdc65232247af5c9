using System.Text.Json;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Notes;

/// <summary>Which process a service is: a program that writes its title over its environment, as nginx does, wipes out its marks.</summary>
/// <param name="StartTime">Clock ticks since boot: with the pid it names the process for good.</param>
/// <param name="Run">Its command, printed.</param>
/// <param name="Env">Variables the file gave it.</param>
internal sealed record ServiceStart(int Pid, ulong StartTime, string Run, Dictionary<string, string> Env)
{
    const string Kind = "running";

    /// <summary>Of a daemon: its files as it read them last, as plans print them; null: it is none.</summary>
    public Dictionary<string, string>? Config { get; init; }

    /// <summary>Those of a topology whose process still is that process, by <c>namespace/service</c>.</summary>
    public static IEnumerable<(string Service, ServiceStart Start)> Living(RunDirectory run, string topology) =>
        ServiceNotes.All(run, topology, Kind, NotesJson.Default.ServiceStart)
            .Where(note => ProcFs.StartTime(note.Note.Pid) == note.Note.StartTime && !ProcFs.IsZombie(note.Note.Pid));

    /// <returns>Null when nothing is known of it.</returns>
    public static ServiceStart? Find(RunDirectory run, string topology, string service) => ServiceNotes.Find(run, topology, Kind, service, NotesJson.Default.ServiceStart);

    public void Write(RunDirectory run, string topology, string service) =>
        ServiceNotes.Write(run, topology, Kind, service, JsonSerializer.SerializeToUtf8Bytes(this, NotesJson.Default.ServiceStart));

    public static void Forget(RunDirectory run, string topology, string service) => ServiceNotes.Forget(run, topology, Kind, service);
}
