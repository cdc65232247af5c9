using System.Text.Json;
using System.Text.Json.Serialization;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Engine.Notes;

/// <summary>How a service that is not running ended: the kernel forgets, and a finished one-shot must not be started again.</summary>
/// <param name="Code">Exit code, or 128 + signal.</param>
/// <param name="Run">Its command then, printed.</param>
/// <param name="Env">Variables the file gave it.</param>
internal sealed record ServiceExit(int Code, DateTimeOffset At, string Run, Dictionary<string, string> Env)
{
    const string Kind = "exits";

    /// <summary>Every note of a topology, by <c>namespace/service</c>.</summary>
    public static IEnumerable<(string Service, ServiceExit Exit)> All(RunDirectory run, string topology) =>
        ServiceNotes.All(run, topology, Kind, NotesJson.Default.ServiceExit);

    /// <returns>Null when it runs, or nothing is known of it.</returns>
    public static ServiceExit? Find(RunDirectory run, string topology, string service) => ServiceNotes.Find(run, topology, Kind, service, NotesJson.Default.ServiceExit);

    /// <summary>Whether it is the daemon of a network function.</summary>
    public bool IsDaemon { get; init; }

    /// <summary>The last lines it wrote, when it failed.</summary>
    public string? Wrote { get; init; }

    /// <summary>For people.</summary>
    [JsonIgnore]
    public string How => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"exited with {Code}{(string.IsNullOrEmpty(Wrote) ? "" : $": {Wrote}")}");

    public void Write(RunDirectory run, string topology, string service) =>
        ServiceNotes.Write(run, topology, Kind, service, JsonSerializer.SerializeToUtf8Bytes(this, NotesJson.Default.ServiceExit));

    public static void Forget(RunDirectory run, string topology, string service) => ServiceNotes.Forget(run, topology, Kind, service);
}
