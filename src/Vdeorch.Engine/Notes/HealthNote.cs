using System.Text.Json;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Watching;
using Vdeorch.Model.Resources;

namespace Vdeorch.Engine.Notes;

/// <summary>The health of a namespace or a service when it last changed, for the next engine: what was healthy does not start again with it.</summary>
/// <param name="Spec">What was asked, printed: of other questions it says nothing.</param>
/// <param name="Since">When it came to that.</param>
/// <param name="Began">When what is asked was started.</param>
internal sealed record HealthNote(string Spec, HealthState State, int Failures, string? Why, DateTimeOffset Since, DateTimeOffset Began)
{
    const string Kind = "health";

    /// <returns>Null when there is none.</returns>
    public static HealthNote? Find(RunDirectory run, string topology, ResourceId id) => ServiceNotes.Find(run, topology, Kind, id.Name, NotesJson.Default.HealthNote);

    public void Write(RunDirectory run, string topology, ResourceId id) =>
        ServiceNotes.Write(run, topology, Kind, id.Name, JsonSerializer.SerializeToUtf8Bytes(this, NotesJson.Default.HealthNote));

    public static void Forget(RunDirectory run, string topology, ResourceId id) => ServiceNotes.Forget(run, topology, Kind, id.Name);
}
