using System.Text.Json;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Watching;
using Vdeorch.Model.Resources;

namespace Vdeorch.Engine.Notes;

/// <summary>The health of a namespace or a service, or whether a service is ready, when it last changed, for the next engine: what was so far does not start again with it.</summary>
/// <param name="Spec">What was asked, printed: of other questions it says nothing.</param>
/// <param name="Since">When it came to that.</param>
/// <param name="Began">When what is asked was started.</param>
internal sealed record HealthNote(string Spec, HealthState State, int Failures, string? Why, DateTimeOffset Since, DateTimeOffset Began)
{
    public const string Health = "health";
    public const string Ready = "ready";

    /// <param name="kind"><see cref="Health"/> or <see cref="Ready"/>.</param>
    /// <returns>Null when there is none.</returns>
    public static HealthNote? Find(RunDirectory run, string topology, string kind, ResourceId id) => ServiceNotes.Find(run, topology, kind, id.Name, NotesJson.Default.HealthNote);

    public void Write(RunDirectory run, string topology, string kind, ResourceId id) =>
        ServiceNotes.Write(run, topology, kind, id.Name, JsonSerializer.SerializeToUtf8Bytes(this, NotesJson.Default.HealthNote));

    public static void Forget(RunDirectory run, string topology, string kind, ResourceId id) => ServiceNotes.Forget(run, topology, kind, id.Name);
}
